"""Between wall times in a zone and instants in UTC.

The one rule: an instant belongs to a wall time when the clocks of the zone show it then. So a wall time
that the clocks jump over in spring belongs to no instant, and one that they show twice in autumn belongs to
two.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WALL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (a wall time is naive on purpose)
# Clocks jump by a day at most (Samoa, 2011), and never twice within days.
_PAST_ANY_CHANGE = timedelta(hours=25)


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


def day_begins(day: date, zone: str) -> datetime:
    """The UTC instant at which ``day`` begins in ``zone``: where the clocks skip midnight, at the change;
    where they show it twice, the first time.
    """
    return midnight(day).replace(tzinfo=zone_of(zone), fold=0).astimezone(UTC)


class Stretch(NamedTuple):
    """The UTC instants from ``start`` up to ``end``, during which the zone keeps one ``offset`` from UTC.

    ``wall_start``: the naive wall time asked for, before which or at which the stretch begins.
    """

    start: datetime
    end: datetime
    offset: timedelta
    wall_start: datetime


def stretches(zone: ZoneInfo, wall_start: datetime, wall_end: datetime) -> list[Stretch]:
    """The instants at which the clocks show a time from ``wall_start`` up to ``wall_end`` (naive, at most
    3 days). One stretch on ordinary days; none, one or two around a change of the clocks.
    """
    before = _offset(zone, wall_start)
    after = _offset(zone, wall_end + _PAST_ANY_CHANGE)
    start, end = as_utc(wall_start), as_utc(wall_end)
    if before == after:
        return [Stretch(start - before, end - before, before, wall_start)] if start < end else []
    change = _change(zone, start - max(before, after), end + _PAST_ANY_CHANGE - min(before, after), before)
    parts = (
        Stretch(start - before, min(end - before, change), before, wall_start),
        Stretch(max(start - after, change), end - after, after, wall_start),
    )
    return [part for part in parts if part.start < part.end]


def as_utc(wall: datetime) -> datetime:
    """The instant at which clocks in UTC would show ``wall``."""
    # Twice as fast as replace(tzinfo=UTC), and every opening hour passes through here.
    return _EPOCH + (wall - _WALL_EPOCH)


def _offset(zone: ZoneInfo, wall: datetime) -> timedelta:
    offset = zone.utcoffset(wall)
    assert offset is not None
    return offset


def _change(zone: ZoneInfo, low: datetime, high: datetime, before: timedelta) -> datetime:
    """The first instant after ``low`` with another offset than ``before``; ``high`` has one."""
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
