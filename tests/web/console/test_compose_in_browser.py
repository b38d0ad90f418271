"""Marking candidates by mouse and by keyboard; the rows and the week stay one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from chosei.records.models import Connection, Proposal
from tests.support import company
from tests.web.browsing import PHONE
from tests.web.console.conftest import Company, Visit, signed_in, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLOT = 28  # px a half hour, as week.css draws it
FIRST_HOUR = 8


@pytest.fixture
def seen(live_server: Any, people: Company, browser: Browser) -> Visit:
    company.busy(people.connection, company.at(1, 11), 90, subject="部内定例")
    found = visit(browser, live_server.url, people.author)
    found.open("/proposals/new")
    expect(found.page.get_by_text("部内定例")).to_be_visible()
    return found


def point(page: Page, column: int, hour: float) -> tuple[float, float]:
    """The middle of a day's column at a wall time."""
    day = page.locator(".grid-day").nth(column).bounding_box()
    assert day is not None
    return day["x"] + day["width"] / 2, day["y"] + (hour - FIRST_HOUR) * 2 * SLOT + 3


def drag(page: Page, begin: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(begin[0], (begin[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def expect_rows(page: Page, *wanted: tuple[str, str, str]) -> None:
    """The rows shown are these: day, start and end."""
    shown = page.locator("[data-row]:visible")
    expect(shown).to_have_count(len(wanted))
    for place, row in enumerate(wanted):
        fields = shown.nth(place).locator('input[type="date"], input[type="time"]')
        for number, value in enumerate(row):
            expect(fields.nth(number)).to_have_value(value)


def candidates(page: Page) -> Locator:
    return page.locator(".grid-event.candidate")


def test_click_drag_move_resize_and_remove(seen: Visit) -> None:
    page = seen.page
    page.mouse.click(*point(page, 2, 14))
    expect(candidates(page)).to_have_count(1)
    expect_rows(page, ("2026-11-25", "14:00", "15:00"))

    drag(page, point(page, 3, 10), point(page, 3, 11.4))
    expect(candidates(page)).to_have_count(2)
    expect_rows(page, ("2026-11-25", "14:00", "15:00"), ("2026-11-26", "10:00", "11:30"))

    box = candidates(page).first.bounding_box()
    assert box is not None
    start = (box["x"] + box["width"] / 2, box["y"] + 10)
    drag(page, start, (start[0], start[1] + 2 * SLOT))
    expect_rows(page, ("2026-11-25", "15:00", "16:00"), ("2026-11-26", "10:00", "11:30"))

    box = candidates(page).first.bounding_box()
    assert box is not None
    edge = (box["x"] + box["width"] / 2, box["y"] + box["height"] - 2)
    drag(page, edge, (edge[0], edge[1] + SLOT))
    expect_rows(page, ("2026-11-25", "15:00", "16:30"), ("2026-11-26", "10:00", "11:30"))

    box = candidates(page).first.bounding_box()
    assert box is not None
    edge = (box["x"] + box["width"] / 2, box["y"] + 1)
    drag(page, edge, (edge[0], edge[1] - SLOT))
    expect_rows(page, ("2026-11-25", "14:30", "16:30"), ("2026-11-26", "10:00", "11:30"))

    # Escape lets go of what is being dragged.
    page.mouse.move(start[0], start[1])
    page.mouse.down()
    page.mouse.move(start[0], start[1] + 3 * SLOT, steps=4)
    expect(page.locator(".preview")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".preview")).to_have_count(0)
    page.mouse.up()
    expect_rows(page, ("2026-11-25", "14:30", "16:30"), ("2026-11-26", "10:00", "11:30"))

    page.get_by_label("この候補を削除").first.click()
    expect_rows(page, ("2026-11-26", "10:00", "11:30"))
    assert seen.complaints == []


def test_candidates_stand_in_the_order_of_their_times(seen: Visit) -> None:
    page, count = seen.page, seen.page.locator(".candidates legend .badge")
    expect(count).to_be_hidden()
    page.mouse.click(*point(page, 4, 10))
    expect(count).to_have_text("1件 仮予約します")
    page.mouse.click(*point(page, 2, 14))
    expect(count).to_have_text("2件 仮予約します")
    expect_rows(page, ("2026-11-25", "14:00", "15:00"), ("2026-11-27", "10:00", "11:00"))


def test_the_keyboard_alone_marks_keeps_and_sends(seen: Visit, people: Company) -> None:
    page = seen.page
    add = page.get_by_role("button", name="日時を入力して追加")
    add.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]:visible input[type=date]")).to_be_focused()
    row = page.locator("[data-row]:visible").first
    row.locator("input[type=date]").fill("2026-11-25")
    row.locator("input[type=time]").nth(0).fill("11:30")
    row.locator("input[type=time]").nth(0).press("Tab")

    expect_rows(page, ("2026-11-25", "11:30", "12:30"))
    expect(candidates(page)).to_have_count(1)
    expect(row.locator("[data-note]")).to_have_text("この時間には予定があります: 自分 11:00〜12:30 部内定例")
    row.get_by_label("予定と重なったまま提案する").focus()
    page.keyboard.press("Space")
    page.get_by_label("会議タイトル").fill("導入のご相談")
    page.get_by_role("button", name="URLだけ発行する").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="お客様に送るURLと文面")).to_be_visible()
    proposal = Proposal.objects.get()
    candidate = proposal.candidates.get()
    assert candidate.starts_at == datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
    assert len(candidate.accepted_conflicts) == 1


def test_the_grid_by_keyboard_alone(seen: Visit) -> None:
    page = seen.page
    page.locator("[data-weekend]").focus()
    page.keyboard.press("Tab")
    cell = page.locator(".grid-cell:focus")
    expect(cell).to_have_attribute("aria-label", "11月23日(月) 9:00、予定なし、過ぎた日時です")
    for key in ("ArrowRight", "ArrowRight", *["ArrowDown"] * 4):
        page.keyboard.press(key)
    expect(cell).to_have_attribute("aria-label", "11月25日(水) 11:00、自分 11:00〜12:30 部内定例")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect_rows(page, ("2026-11-25", "13:00", "14:00"))
    told = page.locator("[data-status]")
    expect(told).to_have_text("候補に追加しました: 11月25日(水) 13:00〜14:00")
    expect(cell).to_have_attribute("aria-label", "11月25日(水) 13:00、候補 13:00〜14:00")

    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect_rows(page, ("2026-11-25", "13:00", "14:30"))
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Control+ArrowUp")
    expect_rows(page, ("2026-11-26", "12:45", "14:15"))
    expect(told).to_have_text("候補を変更しました: 11月26日(木) 12:45〜14:15")
    expect(cell).to_have_attribute("aria-label", "11月26日(木) 12:30、候補 12:45〜14:15")

    # Beyond the last day comes the next week; outside the working day there is more of the day.
    for key in ("ArrowRight", "ArrowRight", "Home", *["ArrowUp"] * 10):
        page.keyboard.press(key)
    expect(page.locator("[data-title]")).to_have_text("2026年11月30日〜12月4日")
    expect(cell).to_have_attribute("aria-label", "11月30日(月) 7:30、勤務時間外")
    page.keyboard.press("PageUp")
    for key in ("End", "ArrowLeft", *["ArrowDown"] * 10):
        page.keyboard.press(key)
    page.keyboard.press("Delete")
    expect(told).to_have_text("候補を削除しました")
    expect(candidates(page)).to_have_count(0)
    assert seen.complaints == []


def test_many_candidates_make_their_own_rows(seen: Visit) -> None:
    page = seen.page
    page.get_by_label("候補の長さ").select_option("30")
    for hour in (9, 10, 11, 13, 14):
        page.mouse.click(*point(page, 4, hour))
    expect(candidates(page)).to_have_count(5)
    expect_rows(
        page,
        *(("2026-11-27", f"{hour:02}:00", f"{hour:02}:30") for hour in (9, 10, 11, 13, 14)),
    )
    page.get_by_label("お名前").fill("三田花子")
    page.get_by_label("メールアドレス").fill("hanako@test.example")
    page.get_by_role("button", name="仮予約して案内を送る").click()
    expect(page.get_by_text("お客様にご案内をお送りします。")).to_be_visible()
    assert Proposal.objects.get().candidates.count() == 5


def test_what_was_marked_survives_an_error(seen: Visit) -> None:
    page = seen.page
    page.mouse.click(*point(page, 3, 16))
    page.get_by_role("button", name="仮予約して案内を送る").click()
    expect(page.get_by_text("まだ送信していません")).to_be_visible()
    expect(candidates(page)).to_have_count(1)
    expect_rows(page, ("2026-11-26", "16:00", "17:00"))


def test_an_unreadable_calendar_is_never_taken_for_free(
    live_server: Any, people: Company, browser: Browser
) -> None:
    Connection.objects.update(mirror_read_at=None)
    found = visit(browser, live_server.url, people.author)
    found.open("/proposals/new")
    expect(found.page.get_by_text("カレンダーを読み込んでいます。")).to_be_visible()
    expect(found.page.locator("[data-grid].unknown")).to_be_visible()
    Connection.objects.update(mirror_read_at=company.NOW)
    expect(found.page.locator("[data-grid].unknown")).to_have_count(0, timeout=10_000)


def test_another_week_brings_its_events(seen: Visit, people: Company) -> None:
    company.busy(people.connection, company.at(7, 10), 60, subject="翌週の会議")
    seen.page.get_by_label("次の週").click()
    expect(seen.page.get_by_text("翌週の会議")).to_be_visible()
    expect(seen.page.locator("[data-title]")).to_have_text("2026年11月30日〜12月4日")
    seen.page.get_by_role("button", name="今週").click()
    expect(seen.page.get_by_text("部内定例")).to_be_visible()


def test_a_colleague_is_found_by_typing_and_their_time_stands_beside_mine(
    seen: Visit, people: Company
) -> None:
    other = company.connect(people.colleague)
    company.busy(other, company.at(2, 14), 60, show_as="tentative")
    page = seen.page
    page.get_by_label("社員を探す").fill("鈴木")
    page.get_by_role("button", name="鈴木 美咲").click()
    expect(page.locator("[data-legend]")).to_contain_text("鈴木 美咲")
    theirs = page.locator(".grid-event.host-2")
    expect(theirs).to_have_text("鈴木 美咲")
    expect(theirs).to_have_class(re.compile("tentative"))

    # On somebody's event a candidate may be placed knowingly.
    theirs.click()
    expect(candidates(page)).to_have_count(1)
    expect(page.locator("[data-note]").first).to_have_text(
        "この時間には予定があります: 鈴木 美咲 14:00〜15:00"
    )
    page.get_by_label("この候補を削除").first.click()

    page.get_by_role("button", name="空き時間から候補を選ぶ").click()
    expect(candidates(page).first).to_be_visible(timeout=20_000)
    expect(page.locator("p[data-found]")).to_have_text("5件の候補を追加しました。")
    expect(page.locator(".candidate.conflict")).to_have_count(0)
    page.get_by_label("鈴木 美咲さんを担当者から外す").click()
    expect(page.locator(".grid-event.host-2")).to_have_count(0)
    assert seen.complaints == []


@pytest.fixture
def phone(live_server: Any, people: Company, browser: Browser) -> Iterator[Page]:
    """The page under a finger: nothing but real touch events, through the browser's debugger."""
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="ja-JP", timezone_id="Asia/Tokyo")
    session = signed_in(people.author).cookies
    context.add_cookies(
        [{"name": name, "value": one.value, "url": live_server.url} for name, one in session.items()]
    )
    page = context.new_page()
    page.clock.install(time=company.NOW)
    page.clock.resume()
    page.goto(f"{live_server.url}/proposals/new")
    expect(page.locator(".grid-day")).to_be_visible()
    page.evaluate("scrollTo(0, 300)")
    yield page
    context.close()


class Finger:
    def __init__(self, page: Page) -> None:
        self.debugger = page.context.new_cdp_session(page)

    def down(self, x: float, y: float) -> None:
        self._send("touchStart", x, y)

    def slide(self, begin: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
        for step in range(1, steps + 1):
            part = step / steps
            x, y = (one + (other - one) * part for one, other in zip(begin, end, strict=True))
            self._send("touchMove", x, y)

    def up(self) -> None:
        self.debugger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def _send(self, kind: str, x: float, y: float) -> None:
        self.debugger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})


def test_a_tap_marks_and_the_handles_resize(phone: Page) -> None:
    phone.touchscreen.tap(*point(phone, 0, 14))
    expect(candidates(phone)).to_have_count(1)
    expect_rows(phone, ("2026-11-24", "14:00", "15:00"))

    # It was tapped: its lower handle makes it longer, with no need to wait, and the page stays where it is.
    before = phone.evaluate("scrollY")
    box = phone.locator(".candidate.picked .grid-edge.end").bounding_box()
    assert box is not None
    grip = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    finger = Finger(phone)
    finger.down(*grip)
    finger.slide(grip, (grip[0], grip[1] + 2 * SLOT))
    finger.up()
    expect_rows(phone, ("2026-11-24", "14:00", "16:00"))

    # And by its middle it is moved.
    middle = point(phone, 0, 15)
    finger.down(*middle)
    finger.slide(middle, (middle[0], middle[1] - 2 * SLOT))
    finger.up()
    expect_rows(phone, ("2026-11-24", "13:00", "15:00"))
    assert phone.evaluate("scrollY") == before


def test_a_finger_that_rests_marks_and_one_that_moves_on_scrolls(phone: Page) -> None:
    finger = Finger(phone)
    before = phone.evaluate("scrollY")
    begin, end = point(phone, 0, 13), point(phone, 0, 14.9)
    finger.down(*begin)
    expect(phone.locator(".preview")).to_be_visible()
    finger.slide(begin, end)
    expect(phone.locator(".preview")).to_have_text("13:00〜15:00")
    finger.up()
    expect_rows(phone, ("2026-11-24", "13:00", "15:00"))
    assert phone.evaluate("scrollY") == before

    begin, end = point(phone, 0, 17), point(phone, 0, 14)
    finger.down(*begin)
    finger.slide(begin, end)
    finger.up()
    phone.wait_for_function("(before) => scrollY > before + 60", arg=before)
    expect_rows(phone, ("2026-11-24", "13:00", "15:00"))
    expect(phone.get_by_role("button", name="次の日")).to_be_visible()
