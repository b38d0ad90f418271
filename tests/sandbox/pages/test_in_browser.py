"""The pages in a real browser: nothing runs off a phone's edge, and readers who do not see get everything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from chosei.sandbox.faults import FaultKind
from chosei.sandbox.graph.store import store_of
from tests.support.sandbox import Sandbox, running_sandbox
from tests.web.browsing import chromium_at, complaints, scrolls_sideways

pytestmark = pytest.mark.browser

AUTHORIZE = "/organizations/oauth2/v2.0/authorize?" + urlencode(
    {
        "client_id": "5b0c1f4e-9d0e-4a57-8c53-0c405e100001",
        "response_type": "code",
        "redirect_uri": "http://127.0.0.1:8000/connect/microsoft/callback",
        "scope": "openid profile offline_access User.Read Calendars.ReadWrite",
        "state": "s",
    }
)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with chromium_at(chromium) as started:
        yield started


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        running.context.faults.add(FaultKind.SLOW, "tanaka@sample.example", seconds=1, count=3)
        yield running


@pytest.fixture(params=[(1440, "light"), (390, "light"), (390, "dark")], ids=["wide", "phone", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="ja-JP", color_scheme=scheme, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def check(page: Page) -> None:
    """Nothing sticks out to the side, and axe finds nothing to complain about."""
    page.wait_for_load_state()
    page.wait_for_selector("h1")
    assert not scrolls_sideways(page), page.url
    assert complaints(page) == [], page.url


def event_page(sandbox: Sandbox) -> str:
    store = store_of(sandbox.context)
    sato = store.mailbox("sato@sample.example")
    assert sato is not None
    start = datetime.now(ZoneInfo("Asia/Tokyo")).replace(hour=10, minute=0, second=0, microsecond=0)
    event = store.create_as(
        sato, "【仮】導入のご相談", start, start + timedelta(hours=1), show_as="tentative"
    )
    return f"/mailboxes/{sato.address}/events/{quote(event.id(immutable=True), safe='')}"


def test_every_page(sandbox: Sandbox, page: Page) -> None:
    paths = [
        event_page(sandbox),
        "/mailboxes/sato@sample.example",
        "/mailboxes/room-yaesu-a@sample.example",
        "/",
        "/faults",
        "/consents",
        "/l/meetup-join/19%3Anothing/0",
        "/nowhere",
        AUTHORIZE + "&client_id=x",
    ]
    for path in paths:
        page.goto(sandbox.url + path)
        check(page)


def test_every_step_of_a_sign_in(sandbox: Sandbox, page: Page) -> None:
    page.goto(sandbox.url + AUTHORIZE)
    check(page)
    page.get_by_label("メールアドレス").fill("admin@test.example")
    page.get_by_role("button", name="次へ").click()
    check(page)
    page.get_by_label("パスワード", exact=True).fill("guess")
    page.get_by_role("button", name="サインイン").click()
    check(page)
    page.get_by_label("パスワード", exact=True).fill("chosei-demo")
    page.get_by_role("button", name="サインイン").click()
    check(page)
    expect(page.get_by_label("組織の代理として同意する")).not_to_be_checked()
    page.goto(sandbox.url + AUTHORIZE + "&prompt=select_account")
    check(page)
    page.get_by_role("button", name="別のアカウントを使う").click()
    page.get_by_label("メールアドレス").fill("mita@test.example")
    page.get_by_role("button", name="次へ").click()
    page.get_by_label("パスワード", exact=True).fill("chosei-demo")
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("heading", name="管理者の承認が必要")).to_be_visible()
    check(page)


def test_form_post_needs_no_click(sandbox: Sandbox, page: Page) -> None:
    page.route("http://127.0.0.1:8000/**", lambda route: route.fulfill(body="arrived"))
    page.goto(sandbox.url + AUTHORIZE + "&response_mode=form_post&prompt=none")
    page.wait_for_url("http://127.0.0.1:8000/connect/microsoft/callback")
    expect(page.locator("body")).to_have_text("arrived")
