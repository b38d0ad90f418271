"""Takes the pictures of the help pages from the running product: `python -m tests.browser.pictures`.

They are Chosei's own pages with the demo company, in both languages, all of one size. Run it again after
these pages have changed; tests/web/console/test_help.py holds what the pictures must be.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

import chosei.web.console
from tests.browser.house import House, running_house
from tests.browser.png import lighter
from tests.support.person import PASSWORD
from tests.web.browsing import chromium_at

FOLDER = Path(chosei.web.console.__file__).parent / "static" / "console" / "help"
SIZE = {"width": 1120, "height": 700}
SATO = "sato@sample.example"
LANGUAGES = {"ja": "ja-JP", "en": "en-GB"}
NAMES = ("menu", "not-connected", "approval", "connected", "disconnection", "profile")


def main() -> None:
    """Walk the connection in each language, in a house of its own, and write the pictures."""
    chromium = shutil.which("chromium") or "chromium"
    with chromium_at(chromium) as browser:
        for language in LANGUAGES:
            with tempfile.TemporaryDirectory() as folder:
                Path(folder).chmod(0o755)  # as root the private PostgreSQL runs as somebody else
                with running_house(Path(folder) / "data") as house:
                    _take(browser, house, language)


def _take(browser: Browser, house: House, language: str) -> None:
    context = browser.new_context(
        base_url=house.url,
        locale=LANGUAGES[language],
        timezone_id="Asia/Tokyo",
        viewport={"width": SIZE["width"], "height": SIZE["height"]},
        color_scheme="light",
    )
    page = context.new_page()
    page.goto("/")
    page.locator("input[name=username]").fill(SATO)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url(house.url + "/")
    page.locator(f"button[name=language][value={language}]").click()
    page.wait_for_selector(f"html[lang={language}]")
    page.locator("header summary").click()
    _keep(page, language, "menu")
    page.goto("/settings/connections")
    _keep(page, language, "not-connected")
    page.goto("/settings/connections/approval")
    _keep(page, language, "approval")
    page.goto("/settings/profile")
    _keep(page, language, "profile")
    _connect(page, house)
    _keep(page, language, "connected")
    page.locator(".connection-actions a").click()
    _keep(page, language, "disconnection")
    context.close()


def _connect(page: Page, house: House) -> None:
    page.goto("/settings/connections")
    with page.context.expect_page() as opened:  # the sign-in has a tab of its own
        page.locator(".connection-actions form button").click()
    tab = opened.value
    tab.locator("input[name=loginfmt]").fill(SATO)
    tab.get_by_role("button", name=re.compile("^(次へ|Next)$")).click()
    tab.locator("input[name=passwd]").fill(PASSWORD)
    tab.get_by_role("button", name=re.compile("^(サインイン|Sign in)$")).click()
    tab.wait_for_load_state("networkidle")
    if not tab.url.startswith(house.url):
        tab.get_by_role("button", name=re.compile("^(承諾|Accept)$")).click()
    tab.wait_for_url(house.url + "/**")
    tab.close()
    for _ in range(40):  # until the calendar has been read once
        page.goto("/settings/connections")
        if page.locator(".connection .facts dd").nth(1).inner_text() not in ("まもなく読み取ります", "Soon"):
            return
        page.wait_for_timeout(250)


def _keep(page: Page, language: str, name: str) -> None:
    page.wait_for_load_state("networkidle")
    path = FOLDER / language / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lighter(page.screenshot()))


if __name__ == "__main__":
    main()
