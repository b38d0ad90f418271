"""Half-open stretches of time, and the algebra on them.

Every function takes intervals in any order, overlapping or not, and answers with a *normal* list: sorted,
with overlapping and touching intervals joined. Each is linear after one sort.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter

_BY_START = attrgetter("start")


def utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive datetime: a wall time is not an instant."""
    # One tzinfo object everywhere keeps comparisons in C, without asking two zones for their offsets.
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise ValueError(f"an instant needs a time zone, got the naive {instant.isoformat()}")
    return instant.astimezone(UTC)


@dataclass(frozen=True, slots=True, init=False)
class Interval:
    """The instants from ``start`` up to, not including, ``end``; both are kept in UTC.

    Raises ValueError for naive datetimes and for an end that is not after the start.
    """

    start: datetime
    end: datetime

    # Written by hand because pages make these by the thousand: it halves the cost of the generated one.
    def __init__(self, start: datetime, end: datetime) -> None:
        if start.tzinfo is not UTC:
            start = utc(start)
        if end.tzinfo is not UTC:
            end = utc(end)
        if end <= start:
            raise ValueError(f"an interval must end after it starts: {start} to {end}")
        _set_start(self, start)
        _set_end(self, end)

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: Interval) -> bool:
        """Whether both share an instant; touching is not overlapping."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Interval) -> bool:
        return self.start <= other.start and other.end <= self.end


_set_start = Interval.__dict__["start"].__set__
_set_end = Interval.__dict__["end"].__set__


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants as a normal list."""
    ordered = sorted(intervals, key=_BY_START)
    if not ordered:
        return []
    merged: list[Interval] = []
    current = ordered[0]
    for interval in ordered:
        if interval.start > current.end:
            merged.append(current)
            current = interval
        elif interval.end > current.end:
            current = Interval(current.start, interval.end)
    merged.append(current)
    return merged


def intersect(left: Iterable[Interval], right: Iterable[Interval]) -> list[Interval]:
    """The instants in both."""
    a, b = merge(left), merge(right)
    common: list[Interval] = []
    i = j = 0
    while i < len(a) and j < len(b):
        start, end = max(a[i].start, b[j].start), min(a[i].end, b[j].end)
        if start < end:
            common.append(Interval(start, end))
        if a[i].end < b[j].end:
            i += 1
        else:
            j += 1
    return common


def subtract(minuend: Iterable[Interval], subtrahend: Iterable[Interval]) -> list[Interval]:
    """The instants in ``minuend`` that are not in ``subtrahend``."""
    holes = merge(subtrahend)
    rest: list[Interval] = []
    first = 0
    for interval in merge(minuend):
        while first < len(holes) and holes[first].end <= interval.start:
            first += 1
        start, i = interval.start, first
        while i < len(holes) and holes[i].start < interval.end:
            if start < holes[i].start:
                rest.append(Interval(start, holes[i].start))
            start = holes[i].end
            i += 1
        if start < interval.end:
            rest.append(Interval(start, interval.end))
    return rest


def clip(intervals: Iterable[Interval], bounds: Interval) -> list[Interval]:
    """The instants that lie inside ``bounds``."""
    return intersect(intervals, (bounds,))


def covers(intervals: Iterable[Interval], wanted: Interval) -> bool:
    """Whether every instant of ``wanted`` lies in ``intervals``, be it in several touching ones."""
    return any(interval.contains(wanted) for interval in merge(intervals))


def overlaps(intervals: Sequence[Interval], wanted: Interval) -> bool:
    """Whether any instant of ``wanted`` lies in ``intervals``."""
    return any(interval.overlaps(wanted) for interval in intervals)
