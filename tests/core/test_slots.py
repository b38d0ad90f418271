"""Which times are offered, in literal local times."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chosei.core.attendance import AllOf, AnyOf, Host, Requirement, Room, all_hosts, any_host
from chosei.core.availability import Known, Unknown, UnknownReason
from chosei.core.hours import DateOverrides, DateRange, Opening, Span, WeeklyHours
from chosei.core.intervals import Interval
from chosei.core.slots import (
    RollingDays,
    SlotRules,
    bookable_dates,
    find_slots,
    find_slots_within,
    is_free,
    is_offered,
)

TOKYO = "Asia/Tokyo"
DAY = date(2026, 12, 3)
BEFORE = datetime(2026, 12, 1, tzinfo=UTC)
FREE: Requirement = all_hosts([Known()])


def at(clock: str, day: date = DAY, zone: str = TOKYO) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))


def span(start: str, end: str, day: date = DAY) -> Interval:
    return Interval(at(start, day), at(end, day))


def open_daily(*spans: tuple[str, str], zone: str = TOKYO) -> Opening:
    return Opening(WeeklyHours.parse([spans] * 7, zone))


def starts(
    rules: SlotRules,
    opening: Opening,
    need: Requirement = FREE,
    now: datetime = BEFORE,
    day: date = DAY,
) -> list[str]:
    """The starts offered on one date, as the clocks there show them."""
    zone = ZoneInfo(opening.weekly.zone)
    found = find_slots(rules, opening, need, now, DateRange(day, day))
    assert all(slot.duration == timedelta(minutes=rules.duration_minutes) for slot in found)
    return [f"{slot.start.astimezone(zone):%H:%M}" for slot in found]


OFFICE = open_daily(("9:00", "12:00"))


def test_the_grid_begins_where_the_span_begins() -> None:
    assert starts(SlotRules(60), OFFICE) == ["09:00", "10:00", "11:00"]
    assert starts(SlotRules(60, step_minutes=30), OFFICE) == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    assert starts(SlotRules(45), open_daily(("9:10", "12:00"))) == ["09:10", "09:55", "10:40"]


def test_every_span_has_its_own_grid_and_touching_spans_are_one_opening() -> None:
    broken = open_daily(("9:00", "10:15"), ("10:15", "12:00"))
    assert starts(SlotRules(60), broken) == ["09:00", "10:00", "10:15"]
    apart = open_daily(("9:00", "10:15"), ("10:30", "12:00"))
    assert starts(SlotRules(60), apart) == ["09:00", "10:30"]


def test_busy_time_is_half_open() -> None:
    need = all_hosts([Known([span("10:00", "11:00")])])
    assert starts(SlotRules(60, step_minutes=30), OFFICE, need) == ["09:00", "11:00"]


def test_busy_times_may_come_in_any_order_and_overlap() -> None:
    need = all_hosts([Known([span("11:00", "11:10"), span("8:00", "9:30"), span("9:00", "9:31")])])
    assert starts(SlotRules(30), OFFICE, need) == ["10:00", "10:30", "11:30"]


def test_buffers_keep_time_free_on_the_right_side() -> None:
    need = all_hosts([Known([span("10:00", "10:30")])])
    before = SlotRules(30, buffer_before_minutes=30)
    after = SlotRules(30, buffer_after_minutes=30)
    assert starts(before, OFFICE, need) == ["09:00", "09:30", "11:00", "11:30"]
    assert starts(after, OFFICE, need) == ["09:00", "10:30", "11:00", "11:30"]


def test_buffers_may_lie_outside_the_hours() -> None:
    rules = SlotRules(60, buffer_before_minutes=60, buffer_after_minutes=60)
    assert starts(rules, OFFICE) == ["09:00", "10:00", "11:00"]
    assert starts(rules, OFFICE, all_hosts([Known([span("8:30", "8:31")])])) == ["10:00", "11:00"]


def test_rooms_need_no_buffer() -> None:
    rules = SlotRules(60, buffer_before_minutes=30)
    taken = Known([span("9:00", "10:00")])
    assert starts(rules, OFFICE, AllOf((Host(Known()), Room(taken)))) == ["10:00", "11:00"]
    assert starts(rules, OFFICE, AllOf((Host(taken), Room(Known())))) == ["11:00"]


def test_unknown_offers_nothing_but_does_not_stand_in_anybody_elses_way() -> None:
    unknown = Unknown(UnknownReason.READ_FAILED)
    assert starts(SlotRules(60), OFFICE, all_hosts([Known(), unknown])) == []
    assert starts(SlotRules(60), OFFICE, any_host([unknown])) == []
    assert starts(SlotRules(60), OFFICE, any_host([unknown, Known([span("9:00", "11:00")])])) == ["11:00"]


def test_any_one_host_must_be_free_for_the_whole_meeting() -> None:
    relay = [Known([span("9:00", "10:30")]), Known([span("10:30", "12:00")])]
    rules = SlotRules(60, step_minutes=30)
    assert starts(rules, OFFICE, any_host(relay)) == ["09:00", "09:30", "10:30", "11:00"]


def test_one_from_each_of_two_groups_in_any_of_two_rooms() -> None:
    morning, late = Known([span("11:00", "12:00")]), Known([span("9:00", "10:00")])
    need = AllOf(
        (
            AnyOf((Host(morning), Host(Unknown(UnknownReason.STALE)))),
            AnyOf((Host(late),)),
            AnyOf((Room(Known([span("9:00", "12:00")])), Room(Known()))),
        )
    )
    assert starts(SlotRules(60), OFFICE, need) == ["10:00"]


def test_a_hosts_own_hours_bind_the_meeting_not_its_buffers() -> None:
    need = Host(Known(), hours=[span("9:30", "10:15"), span("10:15", "11:00")])
    rules = SlotRules(30, buffer_before_minutes=15, buffer_after_minutes=15)
    assert starts(rules, OFFICE, need) == ["09:30", "10:00", "10:30"]


def test_a_requirement_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        all_hosts([])
    with pytest.raises(ValueError, match="at least one"):
        AnyOf(())


@pytest.mark.parametrize(
    ("now", "notice", "expected"),
    [
        ("10:00", 0, ["10:00", "11:00"]),
        ("10:01", 0, ["11:00"]),
        ("9:00", 60, ["10:00", "11:00"]),
        ("9:00", 61, ["11:00"]),
        ("11:01", 0, []),
    ],
)
def test_past_and_too_near_times_are_not_offered(now: str, notice: int, expected: list[str]) -> None:
    assert starts(SlotRules(60, min_notice_minutes=notice), OFFICE, now=at(now)) == expected


def test_a_second_past_the_start_is_past() -> None:
    assert starts(SlotRules(60), OFFICE, now=at("11:00") + timedelta(seconds=1)) == []


def test_the_horizon_counts_local_dates() -> None:
    # 16:00 UTC on the 2nd is already the 3rd in Tokyo.
    now = datetime(2026, 12, 2, 16, tzinfo=UTC)
    rules = SlotRules(60, horizon=RollingDays(1))
    assert bookable_dates(rules, TOKYO, now) == DateRange(date(2026, 12, 3), date(2026, 12, 4))
    found = find_slots(rules, OFFICE, FREE, now)
    assert {slot.start.astimezone(ZoneInfo(TOKYO)).date() for slot in found} == {DAY, date(2026, 12, 4)}


def test_a_fixed_horizon_and_the_dates_shown_are_both_kept() -> None:
    rules = SlotRules(60, horizon=DateRange(DAY, DAY))
    assert len(find_slots(rules, OFFICE, FREE, BEFORE)) == 3
    assert find_slots(rules, OFFICE, FREE, BEFORE, DateRange(date(2026, 12, 4), date(2026, 12, 9))) == []
    assert len(find_slots(rules, OFFICE, FREE, BEFORE, DateRange(date(2026, 12, 1), date(2026, 12, 9)))) == 3


def test_a_slot_past_midnight_belongs_to_the_date_it_starts_on() -> None:
    bar = open_daily(("22:00", "26:00"))
    assert starts(SlotRules(60), bar) == ["00:00", "01:00", "22:00", "23:00"]
    friday = Opening(WeeklyHours.parse([[], [], [], [], [("23:30", "25:30")], [], []], TOKYO))
    assert starts(SlotRules(60), friday, day=date(2026, 12, 4)) == ["23:30"]
    assert starts(SlotRules(60), friday, day=date(2026, 12, 5)) == ["00:30"]


def test_a_start_that_two_spans_share_is_offered_once() -> None:
    saturday = date(2026, 12, 5)
    night = Opening(
        WeeklyHours.parse([[], [], [], [], [("22:00", "26:00")], [], []], TOKYO),
        DateOverrides({saturday: (Span.parse("1:00", "3:00"),)}),
    )
    assert starts(SlotRules(60), night, day=saturday) == ["00:00", "01:00", "02:00"]
    twice = [span("9:00", "10:00"), span("9:00", "11:00")]
    found = find_slots_within(SlotRules(60), twice, FREE, BEFORE)
    assert found == [span("9:00", "10:00"), span("10:00", "11:00")]


def test_the_last_meeting_of_the_horizon_may_run_into_the_next_day() -> None:
    rules = SlotRules(120, step_minutes=60, horizon=DateRange(DAY, DAY))
    assert starts(rules, open_daily(("0:00", "24:00")))[-1] == "23:00"


def test_a_closed_date_closes() -> None:
    closed = Opening(OFFICE.weekly, DateOverrides({DAY: ()}))
    assert starts(SlotRules(60), closed) == []
    assert starts(SlotRules(60), closed, day=date(2026, 12, 4)) == ["09:00", "10:00", "11:00"]


def test_new_york_spring_offers_no_time_that_does_not_exist() -> None:
    night, day = open_daily(("0:00", "5:00"), zone="America/New_York"), date(2026, 3, 8)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert starts(SlotRules(60), night, now=now, day=day) == ["00:00", "01:00", "03:00", "04:00"]
    assert starts(SlotRules(45), night, now=now, day=day) == ["00:00", "00:45", "01:30", "03:00", "03:45"]
    assert starts(SlotRules(90), night, now=now, day=day) == ["00:00", "01:30", "03:00"]
    office = open_daily(("9:00", "11:00"), zone="America/New_York")
    assert starts(SlotRules(60), office, now=now, day=day) == ["09:00", "10:00"]
    slot = find_slots(SlotRules(60), office, FREE, now, DateRange(day, day))[0]
    assert slot.start == datetime(2026, 3, 8, 13, tzinfo=UTC)


def test_new_york_autumn_offers_the_double_hour_twice() -> None:
    night, day = open_daily(("0:00", "4:00"), zone="America/New_York"), date(2026, 11, 1)
    now = datetime(2026, 10, 28, tzinfo=UTC)
    assert starts(SlotRules(60), night, now=now, day=day) == ["00:00", "01:00", "01:00", "02:00", "03:00"]
    found = find_slots(SlotRules(60), night, FREE, now, DateRange(day, day))
    assert [slot.start for slot in found[1:3]] == [
        datetime(2026, 11, 1, 5, tzinfo=UTC),
        datetime(2026, 11, 1, 6, tzinfo=UTC),
    ]


def test_lord_howe_half_hour_changes_keep_the_grid_on_the_clock() -> None:
    night = open_daily(("1:00", "4:00"), zone="Australia/Lord_Howe")
    spring = starts(SlotRules(30), night, now=datetime(2026, 10, 1, tzinfo=UTC), day=date(2026, 10, 4))
    assert spring == ["01:00", "01:30", "02:30", "03:00", "03:30"]
    autumn = starts(SlotRules(30), night, now=datetime(2026, 4, 1, tzinfo=UTC), day=date(2026, 4, 5))
    assert autumn == ["01:00", "01:30", "01:30", "02:00", "02:30", "03:00", "03:30"]


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Asia/Kolkata", datetime(2026, 12, 3, 3, 30, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 12, 3, 3, 15, tzinfo=UTC)),
    ],
)
def test_zones_off_the_full_hour(zone: str, first: datetime) -> None:
    office = open_daily(("9:00", "10:00"), zone=zone)
    assert starts(SlotRules(30), office) == ["09:00", "09:30"]
    assert find_slots(SlotRules(30), office, FREE, BEFORE, DateRange(DAY, DAY))[0].start == first


def test_apia_offers_nothing_on_the_day_it_skipped() -> None:
    office, now = open_daily(("9:00", "11:00"), zone="Pacific/Apia"), datetime(2011, 12, 28, tzinfo=UTC)
    days = [starts(SlotRules(60), office, now=now, day=date(2011, 12, day)) for day in (29, 30, 31)]
    assert days == [["09:00", "10:00"], [], ["09:00", "10:00"]]


def test_free_time_in_any_stretches() -> None:
    found = find_slots_within(
        SlotRules(60, step_minutes=30),
        [span("13:10", "15:00"), span("9:00", "10:00"), span("9:30", "10:30")],
        FREE,
        at("9:15"),
    )
    shown = [f"{slot.start.astimezone(ZoneInfo(TOKYO)):%H:%M}" for slot in found]
    assert shown == ["09:30", "13:10", "13:40"]


def test_is_offered_knows_grid_hours_notice_and_busy() -> None:
    rules = SlotRules(60)
    assert is_offered(rules, OFFICE, FREE, BEFORE, span("10:00", "11:00"))
    assert not is_offered(rules, OFFICE, FREE, BEFORE, span("10:00", "10:30"))
    assert not is_offered(rules, OFFICE, FREE, BEFORE, span("10:30", "11:30"))
    assert not is_offered(rules, OFFICE, FREE, BEFORE, span("12:00", "13:00"))
    assert not is_offered(rules, OFFICE, FREE, at("10:01"), span("10:00", "11:00"))
    busy = all_hosts([Known([span("10:59", "11:30")])])
    assert not is_offered(rules, OFFICE, busy, BEFORE, span("10:00", "11:00"))


def test_is_free_looks_at_calendars_and_buffers_only() -> None:
    night = span("3:07", "3:22")
    assert is_free(SlotRules(60), FREE, night)
    assert not is_free(SlotRules(60), all_hosts([Unknown(UnknownReason.NOT_READ_YET)]), night)
    need = all_hosts([Known([span("3:22", "4:00")])])
    assert is_free(SlotRules(60), need, night)
    assert not is_free(SlotRules(60, buffer_after_minutes=1), need, night)


@pytest.mark.parametrize(
    "bad",
    [
        {"duration_minutes": 0},
        {"duration_minutes": 1441},
        {"duration_minutes": 30, "step_minutes": 0},
        {"duration_minutes": 30, "buffer_before_minutes": -1},
        {"duration_minutes": 30, "buffer_after_minutes": -1},
        {"duration_minutes": 30, "min_notice_minutes": -1},
    ],
)
def test_rules_out_of_range_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=f"{list(bad)[-1]} must be from"):
        SlotRules(**bad)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="horizon"):
        RollingDays(-1)
