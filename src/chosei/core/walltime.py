"""Between wall times in a zone and instants in UTC.

The one rule: an instant belongs to a wall time when the clocks of the zone show it then. So a wall time
that the clocks jump over in spring belongs to no instant, and one that they show twice in autumn belongs to
two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SECOND = timedelta(seconds=1)


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone called ``name``. Raises ValueError when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # OSError: a folder of the zone data, such as "Asia".
        raise ValueError(f"no such time zone: {name!r}") from None


def local_date(instant: datetime, zone: str) -> date:
    """The date that the calendars on the wall show in ``zone`` at ``instant``."""
    if instant.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(zone_of(zone)).date()


def midnight(day: date) -> datetime:
    """Midnight at the beginning of ``day`` as a naive wall time."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 (a wall time is naive on purpose)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The UTC instants from ``start`` up to ``end``, during which the zone keeps one ``offset`` from UTC."""

    start: datetime
    end: datetime
    offset: timedelta


def stretches(zone: ZoneInfo, wall_start: datetime, wall_end: datetime) -> list[Stretch]:
    """The instants at which the clocks show a time from ``wall_start`` up to ``wall_end`` (naive, at most 3
    days).

    One stretch on ordinary days; none, one or two around a change of the clocks, of which no zone has two
    within three days.
    """
    # fold=0 answers with the offset before a change of the clocks, fold=1 with the one after it.
    before = _offset(wall_start.replace(tzinfo=zone, fold=0))
    after = _offset(wall_end.replace(tzinfo=zone, fold=1))
    start, end = wall_start.replace(tzinfo=UTC), wall_end.replace(tzinfo=UTC)
    if before == after:
        return [Stretch(start - before, end - before, before)] if start < end else []
    change = _change(zone, start - max(before, after), end - min(before, after), before)
    parts = (
        Stretch(start - before, min(end - before, change), before),
        Stretch(max(start - after, change), end - after, after),
    )
    return [part for part in parts if part.start < part.end]


def _offset(local: datetime) -> timedelta:
    offset = local.utcoffset()
    assert offset is not None
    return offset


def _change(zone: ZoneInfo, low: datetime, high: datetime, before: timedelta) -> datetime:
    """The first instant after ``low`` with another offset than ``before``; ``high`` has one."""
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if _offset(middle.astimezone(zone)) == before:
            low = middle
        else:
            high = middle
    return high
