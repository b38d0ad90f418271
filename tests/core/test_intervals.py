"""Interval algebra: literal cases, and properties checked against sets of minutes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chosei.core.intervals import Interval, clip, covers, intersect, merge, overlaps, subtract, utc

ZERO = datetime(2026, 12, 3, tzinfo=UTC)


def of(start: int, end: int) -> Interval:
    return Interval(ZERO + timedelta(minutes=start), ZERO + timedelta(minutes=end))


def minutes(intervals: list[Interval]) -> set[int]:
    one = timedelta(minutes=1)
    return {n for i in intervals for n in range((i.start - ZERO) // one, (i.end - ZERO) // one)}


def is_normal(intervals: list[Interval]) -> bool:
    return all(a.end < b.start for a, b in pairwise(intervals))


interval = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: of(p[0], p[0] + p[1]))
several = st.lists(interval, max_size=12)


def test_an_interval_is_kept_in_utc() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    there = Interval(datetime(2026, 12, 3, 10, tzinfo=tokyo), datetime(2026, 12, 3, 11, tzinfo=tokyo))
    assert there.start == datetime(2026, 12, 3, 1, tzinfo=UTC)
    assert there.start.tzinfo is UTC
    assert there.end.tzinfo is UTC
    assert there == Interval(datetime(2026, 12, 3, 1, tzinfo=UTC), datetime(2026, 12, 3, 2, tzinfo=UTC))
    assert there.duration == timedelta(hours=1)


def test_an_hour_across_the_autumn_change_lasts_an_hour() -> None:
    new_york = ZoneInfo("America/New_York")
    start = datetime(2026, 11, 1, 1, 30, tzinfo=new_york)
    assert Interval(start, start.replace(fold=1)).duration == timedelta(hours=1)


@pytest.mark.parametrize(("start", "end"), [(10, 10), (11, 10)])
def test_an_end_must_come_after_the_start(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="must end after"):
        of(start, end)


def test_naive_times_are_refused() -> None:
    naive = datetime(2026, 12, 3)
    with pytest.raises(ValueError, match="naive"):
        Interval(naive, ZERO + timedelta(days=1))
    with pytest.raises(ValueError, match="naive"):
        Interval(ZERO, naive + timedelta(days=1))
    with pytest.raises(ValueError, match="naive"):
        utc(naive)


def test_an_interval_is_frozen_slotted_and_hashable() -> None:
    with pytest.raises(FrozenInstanceError):
        of(0, 1).start = ZERO  # type: ignore[misc]
    assert not hasattr(of(0, 1), "__dict__")
    assert len({of(0, 1), of(0, 1), of(0, 2)}) == 2


def test_touching_is_not_overlapping() -> None:
    assert not of(0, 10).overlaps(of(10, 20))
    assert not overlaps([of(0, 10), of(20, 30)], of(10, 20))
    assert of(0, 11).overlaps(of(10, 20))
    assert overlaps([of(0, 10), of(19, 30)], of(10, 20))


def test_literal_algebra() -> None:
    assert merge([of(20, 30), of(0, 10), of(10, 12), of(25, 26)]) == [of(0, 12), of(20, 30)]
    assert intersect([of(0, 10), of(20, 30)], [of(5, 25)]) == [of(5, 10), of(20, 25)]
    assert subtract([of(0, 30)], [of(25, 40), of(10, 20)]) == [of(0, 10), of(20, 25)]
    assert clip([of(0, 10), of(20, 30)], of(9, 21)) == [of(9, 10), of(20, 21)]
    assert covers([of(10, 20), of(0, 10)], of(5, 15))
    assert not covers([of(11, 20), of(0, 10)], of(5, 15))


@given(several)
def test_merge_keeps_the_minutes_and_is_normal(intervals: list[Interval]) -> None:
    merged = merge(intervals)
    assert minutes(merged) == minutes(intervals)
    assert is_normal(merged)
    assert merge(merged) == merged


@given(several, several)
def test_intersect_and_subtract_split_the_minutes(left: list[Interval], right: list[Interval]) -> None:
    both, rest = intersect(left, right), subtract(left, right)
    assert minutes(both) == minutes(left) & minutes(right)
    assert minutes(rest) == minutes(left) - minutes(right)
    assert is_normal(both)
    assert is_normal(rest)
    assert both == intersect(right, left)
    assert merge(both + rest) == merge(left)


@given(several, interval)
def test_covers_overlaps_and_clip_agree_with_the_minutes(intervals: list[Interval], wanted: Interval) -> None:
    here, there = minutes(intervals), minutes([wanted])
    assert covers(intervals, wanted) == (there <= here)
    assert overlaps(intervals, wanted) == bool(there & here)
    assert minutes(clip(intervals, wanted)) == there & here
