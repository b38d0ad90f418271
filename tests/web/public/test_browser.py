"""The guests' pages in a real browser: both widths, languages and schemes, judged by axe-core."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from chosei.records.models import Appointment
from tests.support.company import busy, span
from tests.web.browsing import DESK, PHONE, chromium_at, complaints, picture, scrolls_sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = {
    "phone-ja": {"viewport": PHONE, "locale": "ja-JP", "color_scheme": "light"},
    "phone-en-dark": {"viewport": PHONE, "locale": "en-GB", "color_scheme": "dark"},
    "desk-ja-dark": {"viewport": DESK, "locale": "ja-JP", "color_scheme": "dark"},
    "desk-en": {"viewport": DESK, "locale": "en-GB", "color_scheme": "light"},
}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with chromium_at(chromium) as browser:
        yield browser


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    context = browser.new_context(timezone_id="Asia/Tokyo", **getattr(request, "param", LOOKS["phone-ja"]))
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    context.set_default_timeout(10_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    expected = re.compile(r"status of (4\d\d|503)")
    assert [problem for problem in problems if not expected.search(problem)] == []


def judge(page: Page, name: str) -> None:
    picture(page, name)
    assert complaints(page) == []
    assert not scrolls_sideways(page)


@pytest.mark.parametrize(("look", "context"), LOOKS.items(), indirect=["context"], ids=LOOKS)
def test_every_page_of_a_proposal(look, page, live_server, linked_proposal):
    proposal = linked_proposal
    gone = proposal.candidates.order_by("starts_at")[2]
    busy(proposal.author.connections.get(), gone.starts_at)
    page.goto(f"{live_server.url}/p/{proposal.link_token}")
    judge(page, f"proposal-{look}")
    page.locator(".choice:not(.gone)").nth(1).click()
    picture(page, f"proposal-chosen-{look}")
    page.locator(".thumb-bar .button.primary").click()
    judge(page, f"proposal-details-{look}")
    page.locator("#id_name").fill("")
    page.locator("#id_email").fill("hanako")
    page.locator(".thumb-bar .button.primary").click()
    judge(page, f"proposal-errors-{look}")
    page.locator("#id_name").fill("三田花子")
    page.locator("#id_email").fill("hanako@test.example")
    page.locator(".thumb-bar .button.primary").click()
    page.wait_for_url("**/a/*")
    judge(page, f"appointment-waiting-{look}")
    Appointment.objects.update(join_url="https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc/0")
    page.reload()
    judge(page, f"appointment-{look}")
    page.locator(".button.danger").click()
    judge(page, f"cancellation-{look}")
    page.locator(".thumb-bar .button.primary").click()
    page.wait_for_url("**/a/*")
    judge(page, f"cancelled-{look}")
    page.goto(f"{live_server.url}/p/{proposal.link_token}")
    judge(page, f"closed-{look}")


@pytest.mark.parametrize(("look", "context"), LOOKS.items(), indirect=["context"], ids=LOOKS)
def test_every_page_of_a_booking(look, page, live_server, booking_page):
    connection = booking_page.owner.connections.get()
    busy(connection, span(1, 9).start, 9 * 60)
    busy(connection, span(2, 10).start, 5 * 60)
    page.goto(f"{live_server.url}/b/{booking_page.link_token}")
    judge(page, f"booking-{look}")
    page.locator(".time-chip").nth(3).click()
    picture(page, f"booking-chosen-{look}")
    page.locator(".thumb-bar .button.primary").click()
    judge(page, f"booking-details-{look}")
    page.goto(f"{live_server.url}/b/{booking_page.link_token}?week=2030-01-01")
    judge(page, f"booking-last-week-{look}")
    connection.state = "needs_reconnect"
    connection.save()
    page.goto(f"{live_server.url}/b/{booking_page.link_token}")
    judge(page, f"booking-unknown-{look}")


@pytest.mark.parametrize(("look", "context"), LOOKS.items(), indirect=["context"], ids=LOOKS)
def test_the_style_guide(look, page, live_server, transactional_db, settings):
    settings.CHOSEI_DEVELOPMENT = True
    page.goto(f"{live_server.url}/style-guide")
    judge(page, f"style-guide-{look}")
    page.locator("summary").press("Enter")
    expect(page.locator(".menu-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu-panel")).to_be_hidden()
