"""Takes the pictures of the help pages from the running product: `python -m tests.browser.pictures`.

They are Chosei's own pages with the demo company, in both languages, all of one size. Run it again after
these pages have changed; tests/web/console/test_help.py holds what the pictures must be.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

import chosei.web.console
from tests.browser.house import House, running_house
from tests.browser.png import lighter
from tests.support.person import PASSWORD
from tests.web.browsing import chromium_at

FOLDER = Path(chosei.web.console.__file__).parent / "static" / "console" / "help"
SIZE = {"width": 1120, "height": 700}
SATO, SUZUKI = "sato@sample.example", "suzuki@sample.example"
LANGUAGES = {"ja": "ja-JP", "en": "en-GB"}
WORDS = {
    "ja": {"title": "導入のご相談", "company": "株式会社テスト", "name": "三田 花子"},
    "en": {"title": "Getting started", "company": "Test Inc.", "name": "Hanako Mita"},
}
GUEST = "hanako@test.example"
SETTINGS = {  # looked at once the calendar is connected
    "calendars": "/settings/connections/calendars",
    "rooms": "/settings/rooms",
    "reception": "/settings/reception",
    "chat": "/settings/chat",
    "guests": "/settings/guests",
    "letters": "/settings/letters",
    "members": "/members/",
    "hours": "/settings/working-hours",
}
NAMES = (
    *("menu", "not-connected", "approval", "profile", "mismatch", "connected", "disconnection"),
    *("compose", "holds", "appointment", "page", "opening"),
    *SETTINGS,
)
_WAITS = 20_000  # milliseconds, for what a job does behind a page


def main() -> None:
    """Walk through the product in each language, in a house of its own, and write the pictures."""
    chromium = shutil.which("chromium") or "chromium"
    with chromium_at(chromium) as browser:
        for language in LANGUAGES:
            with tempfile.TemporaryDirectory() as folder:
                Path(folder).chmod(0o755)  # as root the private PostgreSQL runs as somebody else
                with running_house(Path(folder) / "data") as house:
                    _take(browser, house, language)


def _take(browser: Browser, house: House, language: str) -> None:
    page = _signed_in(browser, house, language)
    _connection(page, house, language)
    _proposal(page, language)
    _booking_page(page, language)
    for name, path in SETTINGS.items():
        page.goto(path)
        _keep(page, language, name)
    page.context.close()


def _signed_in(browser: Browser, house: House, language: str) -> Page:
    context = browser.new_context(
        base_url=house.url,
        locale=LANGUAGES[language],
        timezone_id="Asia/Tokyo",
        viewport={"width": SIZE["width"], "height": SIZE["height"]},
        color_scheme="light",
    )
    context.set_default_timeout(_WAITS)
    page = context.new_page()
    page.goto("/")
    page.locator("input[name=username]").fill(SATO)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url(house.url + "/")
    page.locator(f"button[name=language][value={language}]").click()
    page.wait_for_selector(f"html[lang={language}]")
    return page


def _connection(page: Page, house: House, language: str) -> None:
    """From the first look, over a colleague's account taken by mistake, to the right one."""
    page.locator("header summary").click()
    _keep(page, language, "menu")
    page.goto("/settings/connections")
    _keep(page, language, "not-connected")
    page.goto("/settings/connections/approval")
    _keep(page, language, "approval")
    page.goto("/settings/profile")
    _keep(page, language, "profile")
    _sign_in_there(page, house, SUZUKI)
    page.goto("/settings/connections")
    expect(page.locator("#mismatch")).to_be_visible()
    _settled(page, "/settings/connections")
    _keep(page, language, "mismatch")
    _sign_in_there(page, house, SATO)
    _settled(page, "/settings/connections", shows=".connection .facts dd:nth-of-type(2):has-text(':')")
    _keep(page, language, "connected")
    page.locator("a[href$='/disconnection']").first.click()
    _keep(page, language, "disconnection")


def _sign_in_there(page: Page, house: House, address: str) -> None:
    page.goto("/settings/connections")
    with page.context.expect_page() as opened:  # the sign-in has a tab of its own
        page.locator("form[data-own-tab] button").first.click()
    tab = opened.value
    tab.wait_for_load_state()
    if not tab.locator("input[name=loginfmt]").count():  # the picker, once somebody is known there
        tab.get_by_text(re.compile("別のアカウント|another account", re.IGNORECASE)).first.click()
    tab.locator("input[name=loginfmt]").fill(address)
    tab.get_by_role("button", name=re.compile("^(次へ|Next)$")).click()
    tab.locator("input[name=passwd]").fill(PASSWORD)
    tab.get_by_role("button", name=re.compile("^(サインイン|Sign in)$")).click()
    tab.get_by_role("button", name=re.compile("^(承諾|Accept)$")).click()
    tab.wait_for_url(house.url + "/**")
    tab.close()


def _settled(page: Page, path: str, *, shows: str = "main") -> None:
    """The page without the news of a moment ago, and once what jobs bring is to be seen."""
    for _ in range(60):
        page.goto(path)
        if page.locator(shows).count():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{path}: there is no {shows}")


def _proposal(page: Page, language: str) -> None:
    """Composed from free times, sent, and confirmed by the customer."""
    words = WORDS[language]
    page.goto("/proposals/new")
    page.locator("input[name=title]").fill(words["title"])
    page.locator("input[name=guest_company]").fill(words["company"])
    page.locator("input[name=guest_name]").fill(words["name"])
    page.locator("input[name=guest_email]").fill(GUEST)
    page.locator("input[name=web_meeting]").check()
    rows = page.locator(".candidate-rows > :not([hidden])")
    page.locator("[data-find]").click()
    expect(rows).not_to_have_count(0)
    page.evaluate("scrollTo(0, 0)")
    _keep(page, language, "compose")
    page.locator("button[name=outcome][value=send]").click()
    page.wait_for_url(re.compile(r"/proposals/\d+$"))
    address = page.url
    _settled(page, address, shows=":nth-match(#progress .badge.settled, 5)")
    link = page.locator("input[value*='/p/']").first.input_value()
    page.locator("#candidates").evaluate(
        "one => scrollTo(0, scrollY + one.getBoundingClientRect().top - 100)"
    )
    _keep(page, language, "holds")
    guest = page.context.browser
    assert guest is not None
    customer = guest.new_page(locale=LANGUAGES[language])
    customer.goto(link)
    customer.locator("input[name=candidate]").first.check(force=True)  # drawn by its label
    customer.locator(".thumb-bar button").click()
    customer.wait_for_url(re.compile("/confirm"))
    customer.locator("form button.primary").last.click()
    customer.wait_for_url(re.compile("/a/"))
    customer.close()
    _open_first(page, "/appointments/")
    _settled(page, page.url, shows="input[value*='meetup-join']")
    _keep(page, language, "appointment")


def _booking_page(page: Page, language: str) -> None:
    _open_first(page, "/pages/")
    _keep(page, language, "page")
    page.goto(f"{page.url}/opening")
    _keep(page, language, "opening")


def _open_first(page: Page, listing: str) -> None:
    """The first of what a list shows."""
    page.goto(listing)
    links = [str(one.get_attribute("href")) for one in page.locator("main a[href]").all()]
    page.goto(next(link for link in links if re.fullmatch(rf"{listing}\d+", link)))


def _keep(page: Page, language: str, name: str) -> None:
    page.wait_for_load_state("networkidle")
    path = FOLDER / language / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lighter(page.screenshot()))


if __name__ == "__main__":
    main()
