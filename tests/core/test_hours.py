"""Opening hours: what is refused, how they are stored, which instants they mean in literal local times."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chosei.core.hours import (
    DateOverrides,
    DateRange,
    HoursProblem,
    HoursProblemKind,
    InvalidHours,
    Span,
    WeeklyHours,
    clock,
    expand,
    parse_clock,
)
from chosei.core.walltime import local_date, stretches, zone_of

Kind = HoursProblemKind


def every_day(zone: str, *spans: tuple[str, str]) -> WeeklyHours:
    return WeeklyHours.parse([spans] * 7, zone)


def local(hours: WeeklyHours, first: date, last: date | None = None, **more: DateOverrides) -> list[str]:
    """The opening times as the clocks of their zone show them, offsets included."""
    zone = ZoneInfo(hours.zone)
    return [
        f"{i.start.astimezone(zone):%d %H:%M%z} - {i.end.astimezone(zone):%d %H:%M%z}"
        for i in expand(hours, first, last or first, **more)
    ]


def test_tokyo_is_open_at_the_same_instant_all_year() -> None:
    office = every_day("Asia/Tokyo", ("9:00", "12:00"), ("13:00", "18:00"))
    assert local(office, date(2026, 12, 3)) == [
        "03 09:00+0900 - 03 12:00+0900",
        "03 13:00+0900 - 03 18:00+0900",
    ]
    assert expand(office, date(2026, 12, 3), date(2026, 12, 3))[0].start == datetime(2026, 12, 3, tzinfo=UTC)


@pytest.mark.parametrize(("zone", "offset"), [("Asia/Kolkata", "+0530"), ("Asia/Kathmandu", "+0545")])
def test_zones_off_the_full_hour(zone: str, offset: str) -> None:
    hours = every_day(zone, ("9:00", "17:30"))
    assert local(hours, date(2026, 6, 1)) == [f"01 09:00{offset} - 01 17:30{offset}"]


def test_new_york_office_hours_keep_their_wall_time_across_spring() -> None:
    office = every_day("America/New_York", ("9:00", "17:00"))
    assert local(office, date(2026, 3, 7), date(2026, 3, 8)) == [
        "07 09:00-0500 - 07 17:00-0500",
        "08 09:00-0400 - 08 17:00-0400",
    ]


def test_new_york_spring_night_loses_the_hour_that_is_jumped_over() -> None:
    day = date(2026, 3, 8)
    night = expand(every_day("America/New_York", ("0:00", "6:00")), day, day)
    assert [i.duration for i in night] == [timedelta(hours=5)]
    assert local(every_day("America/New_York", ("2:30", "3:30")), day) == ["08 03:00-0400 - 08 03:30-0400"]
    assert local(every_day("America/New_York", ("2:00", "3:00")), day) == []
    assert local(every_day("America/New_York", ("1:00", "2:30")), day) == ["08 01:00-0500 - 08 03:00-0400"]


def test_new_york_autumn_night_is_open_whenever_the_clocks_show_it() -> None:
    day = date(2026, 11, 1)
    night = expand(every_day("America/New_York", ("0:00", "6:00")), day, day)
    assert [i.duration for i in night] == [timedelta(hours=7)]
    assert local(every_day("America/New_York", ("0:30", "1:30")), day) == [
        "01 00:30-0400 - 01 01:30-0400",
        "01 01:00-0500 - 01 01:30-0500",
    ]
    assert local(every_day("America/New_York", ("1:30", "2:30")), day) == [
        "01 01:30-0400 - 01 01:00-0500",
        "01 01:30-0500 - 01 02:30-0500",
    ]


def test_lord_howe_moves_its_clocks_by_half_an_hour() -> None:
    hours = every_day("Australia/Lord_Howe", ("1:00", "3:00"))
    spring, autumn = date(2026, 10, 4), date(2026, 4, 5)
    assert local(hours, spring) == ["04 01:00+1030 - 04 03:00+1100"]
    assert [i.duration for i in expand(hours, spring, spring)] == [timedelta(minutes=90)]
    assert local(hours, autumn) == ["05 01:00+1100 - 05 03:00+1030"]
    assert [i.duration for i in expand(hours, autumn, autumn)] == [timedelta(minutes=150)]


def test_a_day_that_apia_skipped_has_no_hours() -> None:
    hours = every_day("Pacific/Apia", ("9:00", "17:00"))
    assert local(hours, date(2011, 12, 29), date(2011, 12, 31)) == [
        "29 09:00-1000 - 29 17:00-1000",
        "31 09:00+1400 - 31 17:00+1400",
    ]


def test_a_night_before_the_skipped_day_ends_at_its_midnight() -> None:
    hours = every_day("Pacific/Apia", ("22:00", "26:00"))
    assert local(hours, date(2011, 12, 29)) == ["29 22:00-1000 - 31 00:00+1400"]
    assert [i.duration for i in expand(hours, date(2011, 12, 29), date(2011, 12, 29))] == [timedelta(hours=2)]


def test_midnight_that_does_not_exist() -> None:
    # In Santiago the clocks went from 24:00 to 1:00 in the night to 6 September 2026.
    hours = every_day("America/Santiago", ("0:00", "8:00"))
    assert local(hours, date(2026, 9, 6)) == ["06 01:00-0300 - 06 08:00-0300"]


def test_hours_past_midnight_belong_to_the_day_they_begin_on() -> None:
    bar = WeeklyHours.parse([[], [], [], [], [("22:00", "26:00")], [], []], "Asia/Tokyo")
    assert local(bar, date(2026, 12, 4)) == ["04 22:00+0900 - 05 02:00+0900"]
    assert local(bar, date(2026, 12, 5)) == []


def test_days_that_touch_at_midnight_are_one_interval() -> None:
    always = every_day("Asia/Tokyo", ("0:00", "24:00"))
    assert local(always, date(2026, 12, 3), date(2026, 12, 5)) == ["03 00:00+0900 - 06 00:00+0900"]


def test_overrides_replace_a_dates_hours() -> None:
    office = WeeklyHours.parse([[("9:00", "18:00")]] * 5 + [[], []], "Asia/Tokyo")
    overrides = DateOverrides({date(2026, 12, 3): (), date(2026, 12, 5): (Span.parse("10:00", "12:00"),)})
    assert local(office, date(2026, 12, 3), date(2026, 12, 6), overrides=overrides) == [
        "04 09:00+0900 - 04 18:00+0900",
        "05 10:00+0900 - 05 12:00+0900",
    ]


@pytest.mark.parametrize(
    ("start", "end", "kind"),
    [
        ("9:00", "9:00", Kind.ENDS_BEFORE_START),
        ("18:00", "9:00", Kind.ENDS_BEFORE_START),
        ("24:00", "25:00", Kind.STARTS_TOO_LATE),
        ("9:00", "33:01", Kind.TOO_LONG),
        ("9:00", "48:01", Kind.BAD_TIME),
        ("9:60", "10:00", Kind.BAD_TIME),
        ("", "10:00", Kind.BAD_TIME),
        ("-1:00", "10:00", Kind.BAD_TIME),
        ("9:00\n", "10:00x", Kind.BAD_TIME),
    ],
)
def test_a_bad_span_is_named_with_its_place(start: str, end: str, kind: HoursProblemKind) -> None:
    with pytest.raises(InvalidHours) as caught:
        WeeklyHours.parse([[], [], [("8:00", "8:30"), (start, end)], [], [], [], []], "Asia/Tokyo")
    assert caught.value.problems == (HoursProblem(kind, 2, 1),)


def test_all_bad_spans_are_named_at_once() -> None:
    with pytest.raises(InvalidHours) as caught:
        WeeklyHours.parse([[("x", "9:00")], [("9:00", "8:00")], [], [], [], [], []], "Asia/Tokyo")
    assert caught.value.problems == (
        HoursProblem(Kind.BAD_TIME, 0, 0),
        HoursProblem(Kind.ENDS_BEFORE_START, 1, 0),
    )


def test_overlaps_are_refused_touching_is_fine() -> None:
    WeeklyHours.parse([[("9:00", "12:00"), ("12:00", "13:00")], *[[]] * 6], "Asia/Tokyo")
    with pytest.raises(InvalidHours) as caught:
        WeeklyHours.parse([[("9:00", "12:00"), ("11:59", "13:00")], *[[]] * 6], "Asia/Tokyo")
    assert caught.value.problems == (HoursProblem(Kind.OVERLAP, 0, 1),)


def test_sunday_night_may_not_run_into_monday_morning() -> None:
    early, late = [("1:00", "9:00")], [("22:00", "26:00")]
    with pytest.raises(InvalidHours) as caught:
        WeeklyHours.parse([early, [], [], [], [], [], late], "Asia/Tokyo")
    assert caught.value.problems == (HoursProblem(Kind.OVERLAP, 0, 0),)
    WeeklyHours.parse([[("2:00", "9:00")], [], [], [], [], [], late], "Asia/Tokyo")


@pytest.mark.parametrize(
    "zone", ["", "Asia", "Asia/Tokio", "../etc/passwd", "/etc/localtime", "Asia/Tokyo\0", "東京"]
)
def test_unknown_zones_are_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="no such time zone"):
        zone_of(zone)
    with pytest.raises(InvalidHours) as caught:
        WeeklyHours(((),) * 7, zone)
    assert caught.value.problems == (HoursProblem(Kind.UNKNOWN_ZONE),)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"zone": "Asia/Tokyo"},
        {"zone": "Asia/Tokyo", "weekdays": [[]] * 6},
        {"zone": "Asia/Tokyo", "weekdays": [[]] * 8},
        {"zone": 9, "weekdays": [[]] * 7},
        {"zone": "Asia/Tokyo", "weekdays": [[["09:00"]], *[[]] * 6]},
        {"zone": "Asia/Tokyo", "weekdays": [[[540, 1080]], *[[]] * 6]},
        {"zone": "Asia/Tokyo", "weekdays": ["09:00", *[[]] * 6]},
    ],
)
def test_json_of_another_shape_is_refused(data: object) -> None:
    with pytest.raises(InvalidHours):
        WeeklyHours.from_json(data)


def test_json_is_readable_and_comes_back() -> None:
    monday, sunday = [("13:00", "18:00"), ("9:00", "12:00")], [("22:00", "26:00")]
    hours = WeeklyHours.parse([monday, *[[]] * 5, sunday], "Asia/Tokyo")
    stored = hours.to_json()
    assert stored == {
        "zone": "Asia/Tokyo",
        "weekdays": [[["09:00", "12:00"], ["13:00", "18:00"]], [], [], [], [], [], [["22:00", "26:00"]]],
    }
    assert WeeklyHours.from_json(stored) == hours


def test_overrides_json_is_readable_and_comes_back() -> None:
    overrides = DateOverrides({date(2026, 12, 30): (Span(540, 720),), date(2026, 12, 29): ()})
    assert overrides.to_json() == {"2026-12-29": [], "2026-12-30": [["09:00", "12:00"]]}
    assert DateOverrides.from_json(overrides.to_json()) == overrides


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ([], Kind.BAD_SHAPE),
        ({"2026-02-30": []}, Kind.BAD_DATE),
        ({"2026-12-29": [["9:00", "8:00"]]}, Kind.ENDS_BEFORE_START),
        ({"2026-12-29": [["9:00", "12:00"], ["11:00", "13:00"]]}, Kind.OVERLAP),
    ],
)
def test_bad_overrides_are_refused(data: object, kind: HoursProblemKind) -> None:
    with pytest.raises(InvalidHours) as caught:
        DateOverrides.from_json(data)
    assert [problem.kind for problem in caught.value.problems] == [kind]


@pytest.mark.parametrize(
    ("typed", "minute"), [("9:00", 540), ("０９：３０", 570), (" 26:00 ", 1560), ("0:00", 0)]
)
def test_times_as_people_type_them(typed: str, minute: int) -> None:
    assert parse_clock(typed) == minute


@given(st.integers(0, 2880))
def test_clock_comes_back(minute: int) -> None:
    assert parse_clock(clock(minute)) == minute


def test_a_range_of_dates_runs_forward() -> None:
    assert DateRange(date(2026, 1, 1), date(2026, 1, 1)).first == date(2026, 1, 1)
    with pytest.raises(ValueError, match="before the first"):
        DateRange(date(2026, 1, 2), date(2026, 1, 1))


def test_today_depends_on_the_zone() -> None:
    now = datetime(2026, 12, 2, 16, tzinfo=UTC)
    assert local_date(now, "Asia/Tokyo") == date(2026, 12, 3)
    assert local_date(now, "America/New_York") == date(2026, 12, 2)
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 12, 2), "Asia/Tokyo")


zones = st.sampled_from([
    "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Africa/Casablanca",
    "America/Santiago", "Europe/Dublin", "Asia/Beirut", "Atlantic/Azores", "America/St_Johns",
])  # fmt: skip


@given(zones, st.datetimes(datetime(1990, 1, 1), datetime(2030, 12, 31)), st.integers(1, 2880))
def test_stretches_hold_exactly_the_instants_whose_clocks_show_the_wall_time(
    name: str, begin: datetime, length: int
) -> None:
    zone = ZoneInfo(name)
    begin = begin.replace(second=0, microsecond=0)
    end = begin + timedelta(minutes=length)
    found = stretches(zone, begin, end)
    around = datetime(begin.year, begin.month, begin.day, begin.hour, begin.minute, tzinfo=UTC)
    for quarter in range(-16 * 4, (16 + length // 60 + 1) * 4):
        instant = around + timedelta(minutes=15 * quarter)
        wall = instant.astimezone(zone).replace(tzinfo=None)
        assert any(s.start <= instant < s.end for s in found) == (begin <= wall < end), instant


def test_two_weeks_meet_where_both_are_open_also_from_sunday_night_into_monday() -> None:
    def only(day: int, *span: str) -> WeeklyHours:
        return WeeklyHours.parse([[span] if number == day else [] for number in range(7)], "Asia/Tokyo")  # type: ignore[list-item]

    assert only(0, "09:00", "12:00").meets(only(0, "11:00", "13:00"))
    assert not only(0, "09:00", "12:00").meets(only(0, "12:00", "13:00"))
    assert not only(0, "09:00", "12:00").meets(only(1, "09:00", "12:00"))
    assert only(6, "22:00", "26:00").meets(only(0, "01:00", "02:00"))
    assert only(0, "01:00", "02:00").meets(only(6, "22:00", "26:00"))
