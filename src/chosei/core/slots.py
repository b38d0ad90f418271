"""Which times can be offered.

A start is offered when the clocks on the wall show a grid point of an opening span (its beginning, and
every step after it), the whole meeting lies in opening hours, everything it needs is free, and the notice
is long enough. On days when the clocks change this means: grid points that are jumped over are not offered,
those shown twice are offered twice, and a meeting always lasts its full length.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import compress, groupby, islice
from operator import lt

from chosei.core.attendance import AllOf, AnyOf, Host, Requirement, Room
from chosei.core.availability import Availability, Unknown
from chosei.core.caps import Quota
from chosei.core.hours import DAY_MINUTES, DateRange, Opening, windows
from chosei.core.intervals import Interval, merge, utc
from chosei.core.walltime import Stretch, as_utc, local_date, midnight

_DAY = timedelta(days=1)
_LONGEST_NOTICE = 3660 * DAY_MINUTES


def _within(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low} to {high}, got {value}")


@dataclass(frozen=True, slots=True)
class RollingDays:
    """From today to the date ``days`` later, both included, by the calendar of the hours' zone."""

    days: int

    def __post_init__(self) -> None:
        _within("horizon days", self.days, 0, 3660)


@dataclass(frozen=True, slots=True)
class SlotRules:
    """How a page offers time; everything in minutes. Raises ValueError for values out of range.

    ``step_minutes``: None for steps of the meeting's own length. Buffers stay free for hosts around the
    meeting and may lie outside the hours. ``min_notice_minutes``: between now and the earliest start;
    ``max_notice_minutes``: between now and the latest start, None for no such limit. ``horizon``: the dates
    on which a meeting may start.
    """

    duration_minutes: int
    step_minutes: int | None = None
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    min_notice_minutes: int = 0
    max_notice_minutes: int | None = None
    horizon: RollingDays | DateRange = RollingDays(60)

    def __post_init__(self) -> None:
        _within("duration_minutes", self.duration_minutes, 1, DAY_MINUTES)
        _within("step_minutes", self.step, 1, DAY_MINUTES)
        _within("buffer_before_minutes", self.buffer_before_minutes, 0, DAY_MINUTES)
        _within("buffer_after_minutes", self.buffer_after_minutes, 0, DAY_MINUTES)
        _within("min_notice_minutes", self.min_notice_minutes, 0, _LONGEST_NOTICE)
        _within("max_notice_minutes", self.max_notice_minutes or 0, 0, _LONGEST_NOTICE)

    @property
    def step(self) -> int:
        return self.duration_minutes if self.step_minutes is None else self.step_minutes

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.duration_minutes)

    def earliest(self, now: datetime) -> datetime:
        """From when a meeting may start, if it is booked ``now``."""
        return utc(now) + timedelta(minutes=self.min_notice_minutes)

    def latest(self, now: datetime) -> datetime | None:
        """Until when, that instant included."""
        if self.max_notice_minutes is None:
            return None
        return utc(now) + timedelta(minutes=self.max_notice_minutes)


def bookable_dates(rules: SlotRules, zone: str, now: datetime) -> DateRange:
    """The local dates of ``zone`` on which a meeting may start, as the horizon says."""
    if isinstance(rules.horizon, DateRange):
        return rules.horizon
    today = local_date(now, zone)
    return DateRange(today, today + rules.horizon.days * _DAY)


def find_slots(
    rules: SlotRules, opening: Opening, need: Requirement, now: datetime, dates: DateRange | None = None
) -> list[Interval]:
    """The meetings that can be offered now, by start; ``dates`` narrows the horizon to the part that is
    shown.
    """
    within = bookable_dates(rules, opening.weekly.zone, now)
    first = max(within.first, dates.first) if dates else within.first
    last = min(within.last, dates.last) if dates else within.last
    if last < first:
        return []
    asked = DateRange(first, last)
    around = windows(opening, asked.reach)
    starts = grid(around, timedelta(minutes=rules.step), rules.earliest(now), asked)
    return _offer(
        rules, _up_to(rules.latest(now), starts), merge(Interval(w.start, w.end) for w in around), need
    )


def find_slots_within(
    rules: SlotRules, openings: Sequence[Interval], need: Requirement, now: datetime
) -> list[Interval]:
    """Like ``find_slots`` for any stretches of time; each has its own grid, which begins where it begins.

    The horizon is not looked at: ``openings`` are the horizon.
    """
    earliest = rules.earliest(now)
    step = timedelta(minutes=rules.step)
    starts = [t for o in openings for t in _steps(o.start, max(o.start, earliest), o.end, step)]
    return _offer(rules, _up_to(rules.latest(now), _each_once(starts)), merge(openings), need)


def is_offered(rules: SlotRules, opening: Opening, need: Requirement, now: datetime, slot: Interval) -> bool:
    """Whether exactly this meeting can be offered now."""
    day = local_date(slot.start, opening.weekly.zone)
    return slot in find_slots(rules, opening, need, now, DateRange(day, day))


def is_free(rules: SlotRules, need: Requirement, slot: Interval) -> bool:
    """Whether everything needed is free for ``slot``, whatever hours, grid, notice and horizon say."""
    return bool(Starts([slot.start], slot.duration, rules).free(need))


def grid(around: Iterable[Stretch], step: timedelta, earliest: datetime, dates: DateRange) -> list[datetime]:
    """The grid points of all windows from ``earliest`` on that show one of ``dates``; sorted, each once."""
    first, beyond = as_utc(midnight(dates.first)), as_utc(midnight(dates.last + _DAY))
    starts: list[datetime] = []
    for window in around:
        low = max(window.start, earliest, first - window.offset)
        high = min(window.end, beyond - window.offset)
        # The wall time at which the span begins, as an instant by this window's clocks (it may not exist by
        # them).
        anchor = as_utc(window.wall_start) - window.offset
        starts += _steps(anchor, low, high, step)
    return _each_once(starts)


def _each_once(starts: list[datetime]) -> list[datetime]:
    """Sorted. Those of hours that do not overlap are already: told in a quarter of the time."""
    if all(map(lt, starts, islice(starts, 1, None))):
        return starts
    return [start for start, _ in groupby(sorted(starts))]


def _up_to(latest: datetime | None, starts: list[datetime]) -> list[datetime]:
    return starts if latest is None else starts[: bisect_right(starts, latest)]


def _steps(anchor: datetime, low: datetime, high: datetime, step: timedelta) -> list[datetime]:
    """``anchor`` and every ``step`` after it, as far as they lie from ``low`` up to ``high``."""
    point = anchor + max(0, -((anchor - low) // step)) * step
    points: list[datetime] = []
    while point < high:
        points.append(point)
        point += step
    return points


def _offer(
    rules: SlotRules, starts: list[datetime], hours: list[Interval], need: Requirement
) -> list[Interval]:
    field = Starts(starts, rules.length, rules)
    bits = field.inside(hours)
    return field.meetings(bits & field.free(need)) if bits else []


class Starts:
    """Sets of possible starts, each one an integer whose bit n stands for the nth start.

    So "all of" is ``&`` and "any of" is ``|``, and a busy interval costs two searches, in whatever order it
    comes.
    """

    def __init__(self, starts: list[datetime], length: timedelta, rules: SlotRules) -> None:
        before = timedelta(minutes=rules.buffer_before_minutes)
        after = timedelta(minutes=rules.buffer_after_minutes)
        self._starts = starts
        self._ends = [start + length for start in starts]
        self._buffered_starts = [start - before for start in starts] if before else starts
        self._buffered_ends = [end + after for end in self._ends] if after else self._ends
        self._every = (1 << len(starts)) - 1

    def meetings(self, bits: int) -> list[Interval]:
        flags = [*map("1".__eq__, reversed(f"{bits:b}"))]
        return [*map(Interval, compress(self._starts, flags), compress(self._ends, flags))]

    def inside(self, hours: Iterable[Interval]) -> int:
        """The starts whose meeting lies in one of ``hours``."""
        bits = 0
        for stretch in hours:
            low = bisect_left(self._starts, stretch.start)
            high = bisect_right(self._ends, stretch.end)
            if low < high:
                bits |= (1 << high) - (1 << low)
        return bits

    def free(self, need: Requirement) -> int:
        """The starts for whose meeting ``need`` is free."""
        match need:
            case Host(availability, hours):
                bits = self._free(availability, self._buffered_starts, self._buffered_ends)
                return bits if hours is None else bits & self.inside(merge(hours))
            case Room(availability):
                return self._free(availability, self._starts, self._ends)
            case Quota():
                return self._within_quota(need)
            case AllOf(parts):
                bits = self._every
                for part in parts:
                    bits &= self.free(part)
                return bits
            case AnyOf(parts):
                bits = 0
                for part in parts:
                    bits |= self.free(part)
                return bits

    def _within_quota(self, quota: Quota) -> int:
        if quota.is_spent:
            return 0
        if not quota.full_days and not quota.full_weeks:
            return self._every
        return sum(1 << place for place, start in enumerate(self._starts) if quota.leaves(start))

    def _free(self, availability: Availability, starts: list[datetime], ends: list[datetime]) -> int:
        if isinstance(availability, Unknown):
            return 0
        blocked, count = 0, len(starts)
        for busy in availability.busy:
            # From the first start that ends after the busy time begins, up to the first that begins when it
            # is over.
            low = bisect_right(ends, busy.start)
            if low < count and starts[low] < busy.end:
                blocked |= (1 << bisect_left(starts, busy.end, low)) - (1 << low)
        return self._every & ~blocked
