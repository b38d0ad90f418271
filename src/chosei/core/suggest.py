"""Which of many free times to put before a customer: a few, on different days, at different times of day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from chosei.core.intervals import Interval
from chosei.core.walltime import zone_of

_LUNCH, _AFTERNOON = 12, 13  # hours on the wall


def suggest(free: Iterable[Interval], zone: str, *, most: int = 5, each_day: int = 2) -> list[Interval]:
    """At most ``most`` of the ``free`` times, by start, none overlapping another.

    One a day first, in turn before and after noon on the clocks of ``zone``, so that somebody who is never
    free in the morning finds a time as well; then, while some are missing, a second of each day in the other
    half of it, up to ``each_day``. Lunch, from 12:00 to 13:00, only where a day has nothing else.
    """
    days: dict[date, list[Interval]] = {}
    for time in sorted(free, key=lambda one: one.start):
        days.setdefault(_local(time, zone).date(), []).append(time)
    chosen: list[Interval] = []
    for turn in range(each_day):
        for number, times in enumerate(days.values()):
            if len(chosen) >= most:
                break
            found = _one_of(times, chosen, zone, afternoon=(number + turn) % 2 == 1)
            if found is not None:
                chosen.append(found)
    return sorted(chosen, key=lambda one: one.start)


def _one_of(
    times: Sequence[Interval], chosen: Sequence[Interval], zone: str, *, afternoon: bool
) -> Interval | None:
    """The first time that overlaps none chosen, rather in the half of the day that is asked for."""
    open_ = [time for time in times if not any(time.overlaps(other) for other in chosen)]
    halves = {
        False: [time for time in open_ if _half(time, zone) is False],
        True: [time for time in open_ if _half(time, zone) is True],
    }
    return next(iter(halves[afternoon] or halves[not afternoon] or open_), None)


def _half(time: Interval, zone: str) -> bool | None:
    """Whether it lies in the afternoon; None over lunch."""
    start, end = (one.astimezone(zone_of(zone)) for one in (time.start, time.end))
    lunch = start.replace(hour=_LUNCH, minute=0), start.replace(hour=_AFTERNOON, minute=0)
    if start < lunch[1] and lunch[0] < end:
        return None
    return start >= lunch[1]


def _local(time: Interval, zone: str) -> datetime:
    return time.start.astimezone(zone_of(zone))
