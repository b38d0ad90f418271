"""Random cases for the oracle: small, and crowded around the days when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from tests.core.oracle import Case, Person, Times

# A zone with instants shortly before its clocks change, and a quiet one.
PLACES = {
    "Asia/Tokyo": (datetime(2026, 12, 1, 3, tzinfo=UTC),),
    "America/New_York": (datetime(2026, 3, 7, 18, tzinfo=UTC), datetime(2026, 10, 31, 18, tzinfo=UTC)),
    "Europe/London": (datetime(2026, 3, 28, 6, tzinfo=UTC), datetime(2026, 10, 24, 6, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 3, 18, tzinfo=UTC), datetime(2026, 10, 2, 18, tzinfo=UTC)),
    "Asia/Kolkata": (datetime(2026, 6, 1, 0, tzinfo=UTC),),
    "Asia/Kathmandu": (datetime(2026, 6, 1, 0, tzinfo=UTC),),
    "Pacific/Apia": (datetime(2011, 12, 29, 0, tzinfo=UTC),),
    "America/Havana": (datetime(2026, 3, 7, 12, tzinfo=UTC), datetime(2026, 10, 31, 12, tzinfo=UTC)),
    "America/Santiago": (datetime(2026, 4, 3, 12, tzinfo=UTC), datetime(2026, 9, 4, 12, tzinfo=UTC)),
}


def random_case(seed: int) -> Case:
    r = Random(seed)
    zone = r.choice(sorted(PLACES))
    now = r.choice(PLACES[zone]) + timedelta(minutes=r.randrange(1440), seconds=r.choice((0, 0, 30)))
    people = [_person(r, now) for _ in range(r.randint(1, 5))]
    split = r.randint(0, len(people))
    dates = _dates(r, now) if r.random() < 0.15 else None
    booked = tuple(now + timedelta(minutes=r.randrange(-1440, 5 * 1440)) for _ in range(r.choice((0, 2, 6))))
    return Case(
        zone=zone,
        weekdays=_week(r),
        overrides={
            now.date() + timedelta(days=r.randint(-1, 3)): r.choice((_day(r), ()))
            for _ in range(r.randint(0, 2))
        },
        duration=r.choice((5, 15, 20, 30, 45, 60, 90, 240)),
        step=r.choice((None, None, 5, 7, 10, 15, 30, 60, 90, 120)),
        before=r.choice((0, 0, 5, 15, 30)),
        after=r.choice((0, 0, 10, 45)),
        notice=r.choice((0, 0, 15, 60, 600)),
        latest=r.choice((None, None, 900, 2000)),
        horizon_days=r.randint(0, 2),
        dates=dates,
        now=now,
        everybody=tuple(people[:split]),
        one_of=_groups(r, people[split:]),
        holidays=frozenset(now.date() + timedelta(days=r.randint(-1, 3)) for _ in range(r.randint(0, 2))),
        on_holidays=r.choice((None, (), _day(r))),
        per_day=r.choice((None, None, 1, 2)),
        per_week=r.choice((None, None, 3, 5)),
        in_all=r.choice((None, None, None, 6, 20)),
        booked=booked,
    )


def _groups(r: Random, people: list[Person]) -> tuple[tuple[Person, ...], ...]:
    """One group, or two."""
    cut = r.randint(0, len(people)) if r.random() < 0.5 else 0
    return tuple(tuple(group) for group in (people[:cut], people[cut:]) if group)


def _dates(r: Random, now: datetime) -> tuple[date, date]:
    first = now.date() + timedelta(days=r.randint(-1, 2))
    return first, first + timedelta(days=r.randint(0, 2))


def _week(r: Random) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Either nights that run past midnight, or days that may begin at midnight: they never overlap."""
    if r.random() < 0.3:
        return tuple(_night(r) for _ in range(7))
    return tuple(_day(r) if r.random() > 0.1 else () for _ in range(7))


def _night(r: Random) -> tuple[tuple[int, int], ...]:
    start = r.randrange(1200, 1440, 15)
    return ((600, 700), (start, 1440 + r.randrange(15, 300, 15)))


def _day(r: Random) -> tuple[tuple[int, int], ...]:
    """Spans between 0:00 and 24:00, touching now and then; the small hours are when clocks change."""
    first = r.choice((0, 0, 25, 60, 540))
    spans = []
    if r.random() < 0.2:
        return ((r.randrange(0, 120), r.choice((1440, 1439, 1000))),)
    for _ in range(r.randint(1, 3)):
        start = first + r.choice((0, 0, 30, 95, 240))
        end = start + r.choice((30, 45, 120, 185, 400))
        if end > 1440:
            break
        spans.append((start, end))
        first = end
    return tuple(spans)


def _person(r: Random, now: datetime) -> Person:
    kind = r.random()
    if kind < 0.04:
        return Person(None)
    base = now.replace(second=0)
    busy = _times(r, base, r.choice((0, 2, 8, 25)), (5, 30, 60, 240))
    hours = _times(r, base, 6, (300, 900, 1500)) if kind > 0.8 else None
    return Person(busy, hours, buffered=kind < 0.9)


def _times(r: Random, base: datetime, count: int, lengths: tuple[int, ...]) -> Times:
    starts = [base + timedelta(minutes=r.randrange(-600, 5 * 1440)) for _ in range(count)]
    return tuple((start, start + timedelta(minutes=r.choice(lengths))) for start in starts)
