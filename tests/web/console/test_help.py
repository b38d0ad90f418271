"""ヘルプ: every page in both languages, its pictures, and the ways to it from where it is needed."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import translation
from playwright.sync_api import expect

import chosei
from chosei.core.troubles import Trouble
from chosei.web.console.connecting import PROBLEMS
from chosei.web.console.views.guide import REASONS, TOPICS
from tests.browser.pictures import LANGUAGES, NAMES, SIZE
from tests.web.browsing import LOOKS, complaints, picture, scrolls_sideways
from tests.web.console.conftest import Company, signed_in, visit

PATHS = ["/help/", *(f"/help/{topic.slug}" for topic in TOPICS)]
HEAVIEST_PICTURE = 150_000  # bytes
# A picture that is not looked at is not fetched; one that cannot be shown is an error here.
ALL_PICTURES = """() => Promise.all([...document.images].map((one) => {
    one.loading = "eager";
    return one.decode();
}))"""


def read(path: str, language: str = "ja") -> BeautifulSoup:
    answer = Client(headers={"accept-language": language}).get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_everybody_may_read_it_in_their_language(db: None, path: str, language: str) -> None:
    page = read(path, language)
    assert page.html is not None
    assert page.html["lang"] == language
    main = page.main.get_text()
    assert ("。" in main) is (language == "ja"), "no sentence of the other language"
    ids = [one["id"] for one in page.select("[id]")]
    assert len(set(ids)) == len(ids)


def test_an_unknown_topic_is_not_there(db: None) -> None:
    assert Client().get("/help/no-such-topic").status_code == 404
    assert Client().post("/help/").status_code == 405


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_shown_exists_and_opens_large(db: None, language: str) -> None:
    shown = set()
    for path in PATHS:
        for figure in read(path, language).select("figure"):
            small, large = figure.select("img")
            link = figure.a
            assert link["href"] == small["src"] == large["src"], "without script the link opens the picture"
            assert figure.select_one("dialog")["id"] == link["data-dialog"]
            assert small["alt"]
            file = finders.find(str(small["src"]).removeprefix("/static/"))
            assert isinstance(file, str), small["src"]
            shown.add(Path(file))
    assert {one.stem for one in shown} == set(NAMES)
    for one in shown:
        assert one.stat().st_size < HEAVIEST_PICTURE
        assert struct.unpack(">2I", one.read_bytes()[16:24]) == (SIZE["width"], SIZE["height"])


def links(page: Any) -> list[str]:
    return [str(one.get("href", "")) for one in BeautifulSoup(page.content, "html.parser").select("main a")]


def test_the_way_leads_from_the_connections_page(people: Company) -> None:
    client = signed_in(people.colleague)
    found = links(client.get("/settings/connections"))
    assert "/help/connect" in found
    assert "/help/approval" in found


@pytest.mark.parametrize("reason", [name for name, problem in PROBLEMS.items() if problem.wall])
def test_whoever_meets_the_wall_is_led_to_its_help(people: Company, reason: str) -> None:
    client = signed_in(people.colleague)
    session = client.session
    session["connect_refused"] = {"reason": reason, "detail": "", "provider": "microsoft"}
    session.save()
    assert "/help/approval" in links(client.get("/settings/connections"))


WAYS = {
    "/proposals/": "proposals",
    "/proposals/new": "proposals",
    "/pages/": "pages",
    "/pages/new": "pages",
    "/appointments/": "appointments",
    "/settings/connections/calendars": "calendars",
    "/settings/rooms": "rooms",
    "/settings/reception": "reception",
    "/settings/chat": "chat",
    "/settings/guests": "guests",
    "/members/connections": "lost",
    "/members/": "members",
    "/settings/letters": "letters",
    "/settings/working-hours": "hours",
}


@pytest.mark.parametrize(("path", "slug"), WAYS.items())
def test_the_way_leads_from_the_page_it_is_about(people: Company, path: str, slug: str) -> None:
    answer = signed_in(people.administrator).get(path)
    assert answer.status_code == 200
    assert f"/help/{slug}" in links(answer)


def test_every_link_in_help_resolves(people: Company) -> None:
    client = signed_in(people.administrator)
    inside = {href for path in PATHS for href in links(client.get(path)) if href.startswith("/")}
    addresses = {one for one in inside if not one.startswith("/static/")}
    assert set(PATHS) <= addresses, "every page of help is reached from another"
    assert {one: client.get(one).status_code for one in addresses} == dict.fromkeys(addresses, 200)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_for_a_lost_connection_has_its_next_step(db: None, language: str) -> None:
    page = read("/help/lost", language)
    shown = page.select("section[aria-labelledby=reasons] .stack.tight")
    assert len(shown) == len(Trouble)
    with translation.override(language):
        assert [one.h3.text for one in shown if one.h3] == [str(one.title) for one in REASONS.values()]
    assert all(one.select("p strong") for one in shown), "somebody has something to do"


PROVIDERS = {  # names of things on the providers' own pages
    *("続行", "アクセスをブロック: 管理者がアクセスを許可していません", "セキュリティ", "APIの制御"),
    *("アプリのアクセス制御", "信頼できる"),
    *("組織の代理として同意する", "要求されているアクセスを許可", "公開方法"),
    *("エンタープライズ アプリケーション", "同意とアクセス許可", "ユーザーの同意設定", "アクセス許可の分類"),
}


def _as_written(name: str) -> str:
    """A pattern for the name in code, where a service may be a placeholder."""
    services = r"(?:Microsoft 365|Outlook(?:カレンダー)?|Googleカレンダー)"
    parts = [re.escape(part) for part in re.split(services, name)]
    return rf"(?:{services}|{{{{ \w+ }}}}|%\(\w+\)s)".join(parts)


def test_what_help_names_stands_on_a_page() -> None:
    """A label that is renamed or gone must not be looked for in vain."""
    code = Path(chosei.__file__).parent
    guide = {code / "web/console/views/guide.py", *(code / "web/console/templates/console/help").iterdir()}
    files = [one for suffix in ("html", "py") for one in code.rglob(f"*.{suffix}")]
    elsewhere = [one for one in files if one not in guide and "sandbox" not in one.parts]
    # Where a page itself only quotes a name, that is no proof that the thing is there.
    labels = re.sub("「[^」]*」", "", "\n".join(one.read_text("utf-8") for one in elsewhere))
    named = {name for one in guide for name in re.findall("「([^」]*)」", one.read_text("utf-8"))}
    missing = sorted(name for name in named - PROVIDERS if not re.search(_as_written(name), labels))
    assert missing == []


def test_it_stands_in_the_menu(people: Company) -> None:
    page = BeautifulSoup(signed_in(people.author).get("/").content, "html.parser")
    assert page.select_one('.menu-panel a[href="/help/"]')


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("phone", "language"), LOOKS)
def test_in_a_browser(live_server: Any, people: Company, browser: Any, phone: bool, language: str) -> None:
    seen = visit(browser, live_server.url, people.author, phone=phone, language=language)
    found = []
    for path in PATHS:
        seen.open(path)
        seen.page.evaluate(ALL_PICTURES)
        picture(
            seen.page, f"help-{path.strip('/').replace('/', '-')}-{'phone' if phone else 'desk'}-{language}"
        )
        found += [f"{path}: {one}" for one in [*seen.complaints, *complaints(seen.page)]]
        if scrolls_sideways(seen.page):
            found.append(f"{path}: scrolls sideways")
    assert found == []
    first = seen.page.goto(f"{live_server.url}/help/connect") and seen.page.locator("figure a").first
    first.click()
    large = seen.page.locator("dialog[open]")
    expect(large.locator("img")).to_be_visible()
    assert complaints(seen.page) == []
    seen.page.keyboard.press("Escape")
    expect(large).to_have_count(0)
    expect(first).to_be_focused()
