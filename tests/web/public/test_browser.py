"""The guests' pages in a real browser: both widths, languages and schemes, judged by axe-core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import uuid4

import pytest
from django.db import transaction
from playwright.sync_api import Browser, BrowserContext, Page, expect

from chosei.actions.confirm import confirm_candidate
from chosei.actions.embedding import allow_embedding
from chosei.actions.page_addresses import set_address
from chosei.mails.links import page_url
from chosei.records.models import Appointment, BookingPage
from tests.support.company import GUEST, NOW, busy, span
from tests.web.browsing import DESK, PHONE, PICTURES, chromium_at, complaints, picture, scrolls_sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = {
    "phone-ja": {"viewport": PHONE, "locale": "ja-JP", "color_scheme": "light"},
    "phone-en-dark": {"viewport": PHONE, "locale": "en-GB", "color_scheme": "dark"},
    "desk-ja-dark": {"viewport": DESK, "locale": "ja-JP", "color_scheme": "dark"},
    "desk-en": {"viewport": DESK, "locale": "en-GB", "color_scheme": "light"},
}
if not PICTURES:  # both widths, languages and schemes once; more of them only for pictures
    LOOKS = {
        "phone-ja": LOOKS["phone-ja"],
        "desk-en-dark": {"viewport": DESK, "locale": "en-GB", "color_scheme": "dark"},
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
    expect(page.locator(".thumb-bar")).to_be_hidden()
    connection.state = "active"
    connection.save()
    page.evaluate("document.getElementById('times').dispatchEvent(new Event('refresh'))")
    expect(page.locator(".thumb-bar")).to_be_visible()


def test_times_that_nobody_knew_yet_come_by_themselves(page, live_server, booking_page):
    connections = booking_page.owner.connections
    connections.update(state="needs_reconnect")
    page.clock.install()
    page.goto(f"{live_server.url}/b/{booking_page.link_token}")
    expect(page.locator(".unknown-times")).to_be_visible()
    connections.update(state="active")
    page.clock.fast_forward(6_000)
    expect(page.locator(".time-chip").first).to_be_visible()


@pytest.mark.parametrize(("look", "context"), LOOKS.items(), indirect=["context"], ids=LOOKS)
def test_the_style_guide(look, page, live_server, transactional_db, settings):
    settings.CHOSEI_DEVELOPMENT = True
    page.goto(f"{live_server.url}/style-guide")
    judge(page, f"style-guide-{look}")
    page.locator("summary").press("Enter")
    expect(page.locator(".menu-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu-panel")).to_be_hidden()


def test_the_whole_way_by_keyboard(page, live_server, proposal):
    page.goto(f"{live_server.url}/p/{proposal.link_token}")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(2):  # the zone, then the candidates
        page.keyboard.press("Tab")
    first, second = proposal.candidates.order_by("starts_at")[:2]
    expect(page.locator(f"#candidate-{first.pk}")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#candidate-{second.pk}")).to_be_checked()
    page.keyboard.press("Enter")
    page.wait_for_url("**/confirm?**")
    page.locator("#id_message").focus()
    page.keyboard.type("よろしくお願いします")
    page.keyboard.press("Tab")
    expect(page.locator(".companions > summary")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".thumb-bar .button.primary")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/a/*")
    assert Appointment.objects.get().starts_at == second.starts_at


def test_fresh_times_come_in_without_disturbing_the_reader(page, live_server, booking_page):
    page.goto(f"{live_server.url}/b/{booking_page.link_token}")
    chosen = page.locator("input[name=start]").nth(5)
    key = chosen.get_attribute("id")
    chosen.focus()
    chosen.press("Space")
    busy(booking_page.owner.connections.get(), span(2, 9).start, 9 * 60)
    expect(page.locator("[aria-labelledby=day-20261126] .time-chip")).not_to_have_count(0)
    page.evaluate("document.getElementById('times').dispatchEvent(new Event('refresh'))")
    expect(page.locator("[aria-labelledby=day-20261126] .none-text")).to_have_text("空きはありません")
    expect(page.locator(f"#{key}")).to_be_checked()
    expect(page.locator(f"#{key}")).to_be_focused()


def test_the_meeting_link_appears_while_the_page_is_open(page, live_server, linked_proposal):
    first = linked_proposal.candidates.earliest("starts_at")
    made = confirm_candidate(linked_proposal, first.pk, GUEST, submission=uuid4(), now=NOW)
    page.goto(f"{live_server.url}/a/{made.link_token}")
    expect(page.locator("#joining")).to_contain_text("Web会議のURLは準備でき次第メールでお送りします")
    Appointment.objects.update(join_url="https://teams.microsoft.com/l/meetup-join/1")
    expect(page.locator("#joining a")).to_have_attribute(
        "href", "https://teams.microsoft.com/l/meetup-join/1"
    )
    expect(page.locator("#joining")).not_to_have_attribute("hx-get", re.compile(".*"))


@pytest.mark.parametrize("context", [{"viewport": PHONE, "locale": "ja-JP"}], indirect=True)
def test_the_devices_own_zone_is_shown_beside_the_hosts_until_the_reader_says_otherwise(
    page, browser, live_server, proposal
):
    page.goto(f"{live_server.url}/p/{proposal.link_token}")
    expect(page.locator("[data-zone-hint]")).to_be_hidden()
    expect(page.locator(".choice-text").first).to_have_text("10:00〜11:00")
    abroad = browser.new_context(timezone_id="Europe/London", locale="ja-JP")
    elsewhere = abroad.new_page()
    elsewhere.goto(f"{live_server.url}/p/{proposal.link_token}")
    expect(elsewhere.locator(".choice-text strong").first).to_have_text("1:00〜2:00")
    expect(elsewhere.locator(".choice-text .hint").first).to_contain_text("10:00〜11:00 (GMT+9)")
    elsewhere.locator("[data-zone] summary").click()
    elsewhere.locator("#zone").select_option("Asia/Tokyo")
    elsewhere.locator("button[name=rezone]").click()
    expect(elsewhere.locator(".choice-text").first).to_have_text("10:00〜11:00")
    elsewhere.goto(f"{live_server.url}/p/{proposal.link_token}")
    expect(elsewhere.locator("[data-zone-hint]")).to_be_visible()
    expect(elsewhere.locator(".choice-text").first).to_have_text("10:00〜11:00")
    elsewhere.locator("[data-zone-use]").click()
    expect(elsewhere.locator(".choice-text strong").first).to_have_text("1:00〜2:00")
    abroad.close()


def test_a_second_press_changes_nothing(page, live_server, proposal):
    first = proposal.candidates.earliest("starts_at")
    page.goto(f"{live_server.url}/p/{proposal.link_token}/confirm?candidate={first.pk}")
    page.locator(".thumb-bar .button.primary").dblclick()
    page.wait_for_url("**/a/*")
    assert Appointment.objects.count() == 1


@pytest.fixture
def other_site() -> Iterator[tuple[int, list[bytes]]]:
    """A web site of somebody else on loopback: its port, and the one page it shows."""
    shown: list[bytes] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(shown[0])

        def log_message(self, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port, shown
        server.shutdown()
        thread.join()


def test_in_another_site(live_server, browser, booking_page, other_site):
    """The frame is as tall as what it shows, the way goes on in it, and a site not named sees nothing."""
    port, shown = other_site
    allow_embedding(booking_page.owner, booking_page, [f"http://127.0.0.1:{port}"])
    with transaction.atomic():
        set_address(booking_page, "demo")
    booking_page.visibility = "public"
    booking_page.save(update_fields=["visibility"])
    address = f"{live_server.url}/b/{booking_page.link_token}"
    readable = page_url(BookingPage.objects.get(pk=booking_page.pk)).partition("/o/")[2]
    shown.append(
        f"""<!doctype html><html lang="ja"><title>会社案内</title><h1>会社案内</h1>
        <div data-chosei="{address}"><a href="{address}">日程を予約する</a></div>
        <button data-chosei-popup="{live_server.url}/o/{readable}">日程を予約する</button>
        <script src="{live_server.url}/embed.js" async></script></html>""".encode()
    )
    context = browser.new_context(viewport=DESK, locale="ja-JP")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/")
    frame = page.frame_locator("div iframe")
    frame.locator(".week").wait_for()
    expect(page.locator("div[data-chosei] > a")).to_have_count(0)
    inside = next(one for one in page.frames if "/embed/" in one.url)
    inside.wait_for_function("innerHeight === document.documentElement.offsetHeight")
    frame.locator("label.time-chip").first.click()
    frame.get_by_role("button", name="この日時で進む").click()
    frame.get_by_label("お名前").wait_for()
    page.get_by_role("button", name="日程を予約する").click()
    window = page.frame_locator("dialog iframe")
    window.locator("label.time-chip").last.click()
    window.get_by_role("button", name="この日時で進む").click()
    name = window.get_by_label("お名前")
    expect(name).to_be_visible()
    expect(page.locator("dialog"), "the next page begins at its top").to_have_js_property("scrollTop", 0)
    name.press("Escape")
    expect(name, "what is being typed is not lost").to_be_visible()
    window.get_by_role("button", name="予約を確定").press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="日程を予約する")).to_be_focused()
    page.goto(f"http://localhost:{port}/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("div iframe")).to_have_count(1)
    expect(frame.locator(".week")).to_have_count(0)
    context.close()
