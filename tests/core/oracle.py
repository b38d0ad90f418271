"""Which times can be offered, minute by minute and from the rules alone. Shares no code with the core.

Slow on purpose: for every minute it asks the zone what its clocks show and then goes through every rule.
A case is plain data, and everything in it but now lies on whole minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    one_of: tuple[tuple[Person, ...], ...] = ()  # from each group one
    latest: int | None = None  # minutes from now
    dates: tuple[date, date] | None = None  # in place of the horizon
    holidays: frozenset[date] = frozenset()
    on_holidays: tuple[tuple[int, int], ...] | None = None  # None: as usual
    per_day: int | None = None
    per_week: int | None = None
    in_all: int | None = None
    booked: tuple[datetime, ...] = ()


def offered(case: Case) -> list[tuple[datetime, datetime]]:
    zone = ZoneInfo(case.zone)
    minute = case.now.replace(second=0, microsecond=0)
    days = (case.dates[1] - case.now.date()).days if case.dates else case.horizon_days
    beyond = case.now + timedelta(days=days + 3)
    shown: list[tuple[datetime, datetime]] = []
    open_at: dict[datetime, list[int]] = {}
    while minute < beyond:
        open_at[minute] = _spans_at(case, zone, minute)
        minute += MINUTE
    for start in open_at:
        if not _in_time(case, zone, start):
            continue
        step = case.step or case.duration
        if not any(since % step == 0 for since in open_at[start]):
            continue
        if not all(open_at.get(start + n * MINUTE) for n in range(case.duration)):
            continue
        if not _takes_one_more(case, zone, start):
            continue
        if not all(_can(case, person, start) for person in case.everybody):
            continue
        if not all(any(_can(case, person, start) for person in group) for group in case.one_of):
            continue
        shown.append((start, start + case.duration * MINUTE))
    return shown


def _in_time(case: Case, zone: ZoneInfo, start: datetime) -> bool:
    if start < case.now + case.notice * MINUTE:
        return False
    if case.latest is not None and start > case.now + case.latest * MINUTE:
        return False
    today = case.now.astimezone(zone).date()
    first, last = case.dates or (today, today + timedelta(days=case.horizon_days))
    return first <= start.astimezone(zone).date() <= last


def _takes_one_more(case: Case, zone: ZoneInfo, start: datetime) -> bool:
    def calendar(instant: datetime) -> tuple[date, tuple[int, int]]:
        day = instant.astimezone(zone).date()
        return day, day.isocalendar()[:2]

    day, week = calendar(start)
    booked = [calendar(other) for other in case.booked]
    if case.per_day is not None and sum(other == day for other, _ in booked) >= case.per_day:
        return False
    if case.per_week is not None and sum(other == week for _, other in booked) >= case.per_week:
        return False
    return case.in_all is None or len(booked) < case.in_all


def _spans_at(case: Case, zone: ZoneInfo, instant: datetime) -> list[int]:
    """For each span whose wall times the clocks show at ``instant``: the wall minutes since it began."""
    wall = instant.astimezone(zone).replace(tzinfo=None)
    found = []
    for days_ago in (0, 1, 2):
        day = wall.date() - timedelta(days=days_ago)
        since_midnight = (wall - datetime(day.year, day.month, day.day)) // MINUTE
        for start, end in _spans_of(case, day):
            if start <= since_midnight < end:
                found.append(since_midnight - start)
    return found


def _spans_of(case: Case, day: date) -> tuple[tuple[int, int], ...]:
    if day in case.overrides:
        return case.overrides[day]
    if day in case.holidays and case.on_holidays is not None:
        return case.on_holidays
    return case.weekdays[day.weekday()]


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
