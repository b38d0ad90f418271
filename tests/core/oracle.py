"""Which times can be offered, minute by minute and from the rules alone. Shares no code with the core.

Slow on purpose: for every minute it asks the zone what its clocks show and then goes through every rule.
A case is plain data, and everything in it but now lies on whole minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
Times = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class Person:
    busy: Times | None  # None: nobody knows
    hours: Times | None = None
    buffered: bool = True


@dataclass(frozen=True)
class Case:
    zone: str
    weekdays: tuple[tuple[tuple[int, int], ...], ...]
    overrides: dict[date, tuple[tuple[int, int], ...]]
    duration: int
    step: int | None
    before: int
    after: int
    notice: int
    horizon_days: int
    now: datetime
    everybody: tuple[Person, ...] = ()
    anybody: tuple[Person, ...] = field(default=())


def offered(case: Case) -> list[tuple[datetime, datetime]]:
    zone = ZoneInfo(case.zone)
    today = case.now.astimezone(zone).date()
    last = today + timedelta(days=case.horizon_days)
    minute = case.now.replace(second=0, microsecond=0)
    beyond = case.now + timedelta(days=case.horizon_days + 3)
    shown: list[tuple[datetime, datetime]] = []
    open_at: dict[datetime, list[int]] = {}
    while minute < beyond:
        open_at[minute] = _spans_at(case, zone, minute)
        minute += MINUTE
    for start in open_at:
        if start < case.now + case.notice * MINUTE:
            continue
        if not today <= start.astimezone(zone).date() <= last:
            continue
        step = case.step or case.duration
        if not any(since % step == 0 for since in open_at[start]):
            continue
        if not all(open_at.get(start + n * MINUTE) for n in range(case.duration)):
            continue
        if not all(_can(case, person, start) for person in case.everybody):
            continue
        if case.anybody and not any(_can(case, person, start) for person in case.anybody):
            continue
        shown.append((start, start + case.duration * MINUTE))
    return shown


def _spans_at(case: Case, zone: ZoneInfo, instant: datetime) -> list[int]:
    """For each span whose wall times the clocks show at ``instant``: the wall minutes since it began."""
    wall = instant.astimezone(zone).replace(tzinfo=None)
    found = []
    for days_ago in (0, 1, 2):
        day = wall.date() - timedelta(days=days_ago)
        since_midnight = (wall - datetime(day.year, day.month, day.day)) // MINUTE
        for start, end in case.overrides.get(day, case.weekdays[day.weekday()]):
            if start <= since_midnight < end:
                found.append(since_midnight - start)
    return found


def _can(case: Case, person: Person, start: datetime) -> bool:
    if person.busy is None:
        return False
    meeting = {start + n * MINUTE for n in range(case.duration)}
    needed = set(meeting)
    if person.buffered:
        needed |= {start - n * MINUTE for n in range(1, case.before + 1)}
        needed |= {start + (case.duration + n) * MINUTE for n in range(case.after)}
    if any(begin <= m < end for begin, end in person.busy for m in needed):
        return False
    return person.hours is None or all(any(begin <= m < end for begin, end in person.hours) for m in meeting)
