"""Why a time is not offered. Asks the very rules of the slot search, one by one, about a single start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chosei.core.attendance import AllOf, AnyOf, Host, Requirement, Room
from chosei.core.availability import Availability, Unknown, UnknownReason
from chosei.core.caps import Quota, monday_of
from chosei.core.hours import DateRange, Opening, windows
from chosei.core.intervals import Interval, covers, merge, utc
from chosei.core.slots import SlotRules, Starts, bookable_dates, grid
from chosei.core.walltime import local_date


class Hurdle(StrEnum):
    """What stands in the way. The web has the sentence, and where it is changed."""

    PAST = "past"
    TOO_SOON = "too_soon"  # the notice is too short
    TOO_EARLY = "too_early"  # not bookable yet
    OUTSIDE_WINDOW = "outside_window"
    OUTSIDE_HOURS = "outside_hours"
    OFF_GRID = "off_grid"
    HOST_BUSY = "host_busy"
    HOST_HOURS = "host_hours"
    HOST_UNKNOWN = "host_unknown"
    ROOM_BUSY = "room_busy"
    ROOM_UNKNOWN = "room_unknown"
    DAY_FULL = "day_full"
    WEEK_FULL = "week_full"
    PAGE_FULL = "page_full"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in the way. ``who``: the host or room; ``busy``: what overlaps, buffers included;
    ``one_of``: it only matters because everybody else of the group is prevented, too.
    """

    hurdle: Hurdle
    who: int = 0
    busy: tuple[Interval, ...] = ()
    unknown: UnknownReason | None = None
    one_of: bool = False


def explain(
    rules: SlotRules, opening: Opening, need: Requirement, now: datetime, start: datetime
) -> list[Obstacle]:
    """Everything that forbids a meeting at ``start``; empty exactly when ``find_slots`` offers it."""
    slot = Interval(start, utc(start) + rules.length)
    single = Starts([slot.start], rules.length, rules)
    return [
        *_by_the_clock(rules, now, slot, opening),
        *_by_the_hours(rules, opening, slot),
        *_by_need(need, single, _needed(rules, slot), one_of=False),
    ]


def _by_the_clock(rules: SlotRules, now: datetime, slot: Interval, opening: Opening) -> list[Obstacle]:
    found: list[Obstacle] = []
    latest = rules.latest(now)
    if slot.start < utc(now):
        found.append(Obstacle(Hurdle.PAST))
    elif slot.start < rules.earliest(now):
        found.append(Obstacle(Hurdle.TOO_SOON))
    if latest is not None and slot.start > latest:
        found.append(Obstacle(Hurdle.TOO_EARLY))
    dates = bookable_dates(rules, opening.weekly.zone, now)
    if not dates.first <= local_date(slot.start, opening.weekly.zone) <= dates.last:
        found.append(Obstacle(Hurdle.OUTSIDE_WINDOW))
    return found


def _by_the_hours(rules: SlotRules, opening: Opening, slot: Interval) -> list[Obstacle]:
    day = local_date(slot.start, opening.weekly.zone)
    dates = DateRange(day, day)
    around = windows(opening, dates.reach)
    if not covers([Interval(w.start, w.end) for w in around], slot):
        return [Obstacle(Hurdle.OUTSIDE_HOURS)]
    step = timedelta(minutes=rules.step)
    if slot.start not in grid(around, step, slot.start, dates):
        return [Obstacle(Hurdle.OFF_GRID)]
    return []


def _by_need(need: Requirement, field: Starts, span: Interval, *, one_of: bool) -> list[Obstacle]:
    if field.free(need):
        return []
    match need:
        case AllOf(parts):
            return [one for part in parts for one in _by_need(part, field, span, one_of=one_of)]
        case AnyOf(parts):
            alone = len(parts) == 1
            return [one for part in parts for one in _by_need(part, field, span, one_of=one_of or not alone)]
        case Host(availability, hours, who):
            found = _of_calendar(availability, span, who, Hurdle.HOST_BUSY, Hurdle.HOST_UNKNOWN, one_of)
            if hours is not None and not field.inside(merge(hours)):
                found.append(Obstacle(Hurdle.HOST_HOURS, who, one_of=one_of))
            return found
        case Room(availability, which):
            meeting = field.meetings(1)[0]
            return _of_calendar(availability, meeting, which, Hurdle.ROOM_BUSY, Hurdle.ROOM_UNKNOWN, one_of)
        case Quota():
            return _of_quota(need, field.meetings(1)[0].start)


def _of_calendar(
    availability: Availability, span: Interval, who: int, busy: Hurdle, unknown: Hurdle, one_of: bool
) -> list[Obstacle]:
    if isinstance(availability, Unknown):
        return [Obstacle(unknown, who, unknown=availability.reason, one_of=one_of)]
    overlapping = _overlapping(availability.busy, span)
    return [Obstacle(busy, who, overlapping, one_of=one_of)] if overlapping else []


def _overlapping(busy: Sequence[Interval], span: Interval) -> tuple[Interval, ...]:
    return tuple(sorted((one for one in busy if one.overlaps(span)), key=lambda one: one.start))


def _of_quota(quota: Quota, start: datetime) -> list[Obstacle]:
    day = quota.day_of(start)
    if quota.is_spent:
        return [Obstacle(Hurdle.PAGE_FULL)]
    found = [Obstacle(Hurdle.DAY_FULL)] if day in quota.full_days else []
    return found + ([Obstacle(Hurdle.WEEK_FULL)] if monday_of(day) in quota.full_weeks else [])


def _needed(rules: SlotRules, slot: Interval) -> Interval:
    before = timedelta(minutes=rules.buffer_before_minutes)
    return Interval(slot.start - before, slot.end + timedelta(minutes=rules.buffer_after_minutes))
