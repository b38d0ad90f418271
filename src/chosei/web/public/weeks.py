"""A week of slots as the guest's calendar shows it: days in their zone, and the ways to the weeks around."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest

from chosei.actions.offers import PageOffer
from chosei.core import wording
from chosei.core.intervals import Interval
from chosei.core.walltime import as_utc, local_date, midnight, zone_of
from chosei.web.public.showing import reader_language

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_NEAREST = 3
_VALUE = "%Y-%m-%dT%H:%MZ"
# Near the ends of what a datetime can hold, moving to another zone would overflow.
_FAR_PAST, _FAR_FUTURE = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slot:
    value: str
    name: str
    key: str  # the end of the control's id: the same slot keeps it, so that focus survives a refresh
    chosen: bool


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    key: str  # 20261203: the end of its heading's id
    name: str
    weekday: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A time to be taken in one tap, and the Monday of its week."""

    value: str
    name: str
    monday: date


@dataclass(frozen=True, slots=True)
class Week:
    """``previous`` and ``following`` are Mondays one can go to. ``earliest``: the first free time of all;
    ``later``: the first after this week.
    """

    monday: date
    name: str
    days: tuple[Day, ...]
    previous: date | None
    following: date | None
    earliest: FreeTime | None
    later: FreeTime | None
    chosen_gone: bool
    fingerprint: str

    @property
    def is_empty(self) -> bool:
        return not any(day.slots for day in self.days)


def slot_value(start: datetime, length: int | None = None) -> str:
    """How forms and addresses name a slot; ``length`` (minutes) where it is not the page's usual one."""
    return start.astimezone(UTC).strftime(_VALUE) + (f"+{length}" if length else "")


def slot_length(value: str) -> int | None:
    """The length that ``slot_value`` wrote, or None for the page's usual one."""
    length = value.partition("+")[2]
    return int(length) if length.isascii() and length.isdecimal() and len(length) < 5 else None


def slot_start(value: str) -> datetime | None:
    """The instant that ``slot_value`` wrote, or None for anything else."""
    try:
        start = datetime.strptime(value.partition("+")[0], _VALUE).replace(tzinfo=UTC)
    except ValueError:
        return None
    return start if _FAR_PAST < start < _FAR_FUTURE else None


def without_lost(offer: PageOffer, lost: str) -> PageOffer:
    """What a live reading has just refused is gone, although the mirror may not know it yet."""
    start = slot_start(lost)
    return replace(offer, slots=tuple(slot for slot in offer.slots if slot.start != start))


def nearest(offer: PageOffer, lost: str, zone: str, *, length: int | None, now: datetime) -> list[Slot]:
    """The free times nearest to one that was taken meanwhile, in their order."""
    start = slot_start(lost)
    if start is None:
        return []
    near = sorted(offer.slots, key=lambda slot: abs(slot.start - start))[:_NEAREST]
    return [
        Slot(
            slot_value(slot.start, length),
            wording.instant_text(slot.start, zone, reader_language(), now),
            str(int(slot.start.timestamp())),
            False,
        )
        for slot in sorted(near, key=lambda slot: slot.start)
    ]


def wished_week(request: HttpRequest, zone: str) -> date | None:
    """The week asked for by address or button, else the one of the chosen time."""
    sent = request.POST if request.method == "POST" else request.GET
    try:
        return date.fromisoformat(sent.get("week") or sent.get("shown", ""))
    except ValueError:
        start = slot_start(sent.get("start", ""))
    return start.astimezone(zone_of(zone)).date() if start else None


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_of(
    offer: PageOffer, wished: date | None, zone: str, *, chosen: str, length: int | None, now: datetime
) -> Week:
    """The week wished for, kept within what can be booked; by default the first that has a free time.

    ``length``: minutes where they are not the page's usual ones, as for ``slot_value``.
    """
    tz = zone_of(zone)
    starts = [slot.start for slot in offer.slots]
    today = now.astimezone(tz).date()
    reached = [start.astimezone(tz).date() for start in [*starts[:1], *starts[-1:]]]
    first = monday_of(min([today, *reached]))
    last = max(first, monday_of(max([offer.bookable_until, *reached])))
    monday = monday_of(min(max(wished or min(reached, default=today), first), last + _WEEK - _DAY))
    by_day: dict[date, list[Interval]] = defaultdict(list)
    dawn = as_utc(midnight(monday))  # within a day of the zone's own
    for slot in offer.slots[bisect_left(starts, dawn - _DAY) : bisect_left(starts, dawn + _WEEK + _DAY)]:
        by_day[slot.start.astimezone(tz).date()].append(slot)
    days = tuple(
        _day(day, by_day.get(day, []), zone, length, chosen, now) for day in _shown_days(monday, by_day)
    )
    values = [slot.value for day in days for slot in day.slots]
    values += [slot_value(slot.start, length) for slot in offer.slots[:1]]
    after = bisect_left(starts, dawn + _WEEK - _DAY)
    later = next(
        (slot for slot in offer.slots[after:] if local_date(slot.start, zone) >= monday + _WEEK), None
    )
    earliest = offer.slots[0] if offer.slots else None
    return Week(
        monday=monday,
        name=wording.date_range_text(days[0].date, days[-1].date, reader_language()),
        days=days,
        previous=monday - _WEEK if monday > first else None,
        following=monday + _WEEK if monday < last else None,
        earliest=_free_time(earliest, zone, length, now),
        later=_free_time(later, zone, length, now),
        chosen_gone=bool(chosen) and all(slot_value(start, length) != chosen for start in starts),
        fingerprint=hashlib.sha256(" ".join([zone, str(offer.unknown), *values]).encode()).hexdigest()[:16],
    )


def _free_time(slot: Interval | None, zone: str, length: int | None, now: datetime) -> FreeTime | None:
    if slot is None:
        return None
    name = wording.instant_text(slot.start, zone, reader_language(), now)
    return FreeTime(slot_value(slot.start, length), name, monday_of(local_date(slot.start, zone)))


def _shown_days(monday: date, by_day: dict[date, list[Interval]]) -> list[date]:
    """Monday to Friday, and of the weekend what can be booked."""
    week = [monday + n * _DAY for n in range(7)]
    return [day for day in week if day.weekday() < 5 or by_day.get(day)]


def _day(day: date, slots: list[Interval], zone: str, length: int | None, chosen: str, now: datetime) -> Day:
    language, today = reader_language(), now.astimezone(zone_of(zone)).date()
    rows = []
    for slot in slots:
        value = slot_value(slot.start, length)
        name = wording.time_text(slot.start, zone)
        rows.append(Slot(value, name, str(int(slot.start.timestamp())), value == chosen))
    weekday = wording.weekday_text(day.weekday(), language)
    key = day.isoformat().replace("-", "")
    return Day(day, key, wording.date_text(day, language, today), weekday, tuple(rows))
