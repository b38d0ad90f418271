"""A week's layout: which day, which minutes, which lane."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from chosei.sandbox.graph.model import Event, Instance, single
from chosei.sandbox.pages.week import Block, Week, lay_out, monday_of

TOKYO = ZoneInfo("Asia/Tokyo")
MONDAY = date(2026, 11, 30)


def event(
    subject: str, start: str, end: str, zone: str = "Tokyo Standard Time", **fields: object
) -> Instance:
    values: dict[str, object] = {
        "key": subject,
        "mailbox": "m",
        "ical_uid": subject,
        "start": start,
        "end": end,
        "start_zone": zone,
        "end_zone": zone,
        "organizer": "sato@sample.example",
        "organizer_name": "佐藤 健一",
        "created": "2026-11-01T00:00:00+00:00",
        "modified": "2026-11-01T00:00:00+00:00",
        "subject": subject,
        **fields,
    }
    return single(Event(**values))  # type: ignore[arg-type]


def week(*instances: Instance) -> Week:
    return lay_out(MONDAY, list(instances), TOKYO)


def blocks(laid: Week, day: int) -> list[tuple[str, int, int, int, int]]:
    def row(block: Block) -> tuple[str, int, int, int, int]:
        subject = block.instance.event.subject
        return subject, block.first_minute, block.last_minute, block.lane, block.lanes

    return [row(block) for block in laid.days[day].blocks]


def test_a_week_begins_on_monday() -> None:
    assert monday_of(date(2026, 12, 6)) == MONDAY
    assert monday_of(MONDAY) == MONDAY
    assert [day.date for day in week().days][-1] == date(2026, 12, 6)


def test_minutes_are_those_of_the_reader_s_clock() -> None:
    laid = week(event("a", "2026-12-03T00:30:00", "2026-12-03T01:15:00", "UTC"))
    assert blocks(laid, 3) == [("a", 570, 615, 0, 1)]


def test_half_hour_zones_land_on_their_minutes() -> None:
    laid = week(event("a", "2026-12-03T10:00:00", "2026-12-03T11:00:00", "India Standard Time"))
    assert blocks(laid, 3) == [("a", 13 * 60 + 30, 14 * 60 + 30, 0, 1)]


def test_overlapping_events_stand_side_by_side() -> None:
    laid = week(
        event("a", "2026-12-01T10:00:00", "2026-12-01T12:00:00"),
        event("b", "2026-12-01T10:30:00", "2026-12-01T11:00:00"),
        event("c", "2026-12-01T11:00:00", "2026-12-01T11:30:00"),
        event("d", "2026-12-01T12:00:00", "2026-12-01T13:00:00"),
    )
    assert blocks(laid, 1) == [
        ("a", 600, 720, 0, 2),
        ("b", 630, 660, 1, 2),
        ("c", 660, 690, 1, 2),
        ("d", 720, 780, 0, 1),
    ]


def test_an_event_over_midnight_stands_on_both_days() -> None:
    laid = week(event("a", "2026-12-01T23:00:00", "2026-12-02T02:00:00"))
    assert blocks(laid, 1) == [("a", 23 * 60, 24 * 60, 0, 1)]
    assert blocks(laid, 2) == [("a", 0, 120, 0, 1)]
    assert (laid.first_hour, laid.last_hour) == (0, 24)


def test_an_event_that_ends_at_midnight_leaves_the_next_day_alone() -> None:
    laid = week(event("a", "2026-12-01T22:00:00", "2026-12-02T00:00:00"))
    assert blocks(laid, 1) == [("a", 22 * 60, 24 * 60, 0, 1)]
    assert blocks(laid, 2) == []


def test_an_event_without_length_is_still_to_be_seen() -> None:
    laid = week(event("a", "2026-12-01T10:00:00", "2026-12-01T10:00:00"))
    assert blocks(laid, 1) == [("a", 600, 600, 0, 1)]


def test_all_day_events_keep_their_dates_in_any_zone() -> None:
    laid = week(
        event("a", "2026-12-01T00:00:00", "2026-12-03T00:00:00", "Pacific Standard Time", all_day=True)
    )
    assert [[b.instance.event.subject for b in day.all_day] for day in laid.days[:4]] == [
        [],
        ["a"],
        ["a"],
        [],
    ]
    assert blocks(laid, 1) == []


def test_office_hours_show_even_when_empty() -> None:
    assert list(week().hours) == list(range(8, 20))
    early = week(event("a", "2026-12-01T06:30:00", "2026-12-01T07:00:00"))
    assert early.first_hour == 6
