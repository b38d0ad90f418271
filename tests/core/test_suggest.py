"""A few of many free times, spread over days and times of day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chosei.core.intervals import Interval
from chosei.core.suggest import suggest

TOKYO = "Asia/Tokyo"


def tokyo(day: int, hour: int, minute: int = 0, minutes: int = 60) -> Interval:
    start = datetime(2026, 12, day, hour, minute, tzinfo=UTC) - timedelta(hours=9)
    return Interval(start, start + timedelta(minutes=minutes))


def whole_day(day: int) -> list[Interval]:
    return [tokyo(day, 9 + half // 2, 30 * (half % 2)) for half in range(17)]


def test_one_a_day_in_turn_before_and_after_noon():
    free = [time for day in (1, 2, 3, 4, 7, 8) for time in whole_day(day)]
    assert suggest(free, TOKYO) == [tokyo(1, 9), tokyo(2, 13), tokyo(3, 9), tokyo(4, 13), tokyo(7, 9)]


def test_a_second_of_a_day_when_days_are_few_in_its_other_half():
    assert suggest([*whole_day(1), *whole_day(2)], TOKYO) == [
        tokyo(1, 9),
        tokyo(1, 13),
        tokyo(2, 9),
        tokyo(2, 13),
    ]


def test_what_is_left_of_a_day_is_taken_whatever_its_half_and_nothing_overlaps():
    free = [tokyo(1, 9), tokyo(1, 9, 30), tokyo(2, 9)]
    assert suggest(free, TOKYO) == [tokyo(1, 9), tokyo(2, 9)]


def test_lunch_only_where_a_day_has_nothing_else():
    assert suggest([tokyo(1, 12), tokyo(1, 11, 30), tokyo(1, 16)], TOKYO, each_day=1) == [tokyo(1, 16)]
    assert suggest([tokyo(1, 12)], TOKYO) == [tokyo(1, 12)]


def test_days_are_those_of_the_zone():
    late, early = tokyo(1, 23, minutes=30), tokyo(2, 0, minutes=30)  # one day in UTC
    assert suggest([late, early], TOKYO, each_day=1) == [late, early]
    assert suggest([late, early], "UTC", each_day=1) == [late]


def test_nothing_free_suggests_nothing_and_never_more_than_asked():
    assert suggest([], TOKYO) == []
    free = [time for day in range(1, 20) for time in whole_day(day)]
    assert len(suggest(free, TOKYO, most=3)) == 3
    assert len(suggest(free, TOKYO, most=30)) == 30
