"""Time zones and times as Graph writes them.

Graph takes Windows names and a fixed list of IANA names, and answers in the zone asked for; ``dateTime``
carries no offset and seven decimals. A custom zone (``tzone://Microsoft/Custom``, "Customized Time Zone")
cannot be resolved from its name. Source: reference page dateTimeTimeZone; Windows names from CLDR through
tzlocal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import tz_win, win_tz

from chosei.adapters.wire import Unreadable

_UTC_NAMES = frozenset({"utc", "tzone://microsoft/utc", "etc/utc", "etc/gmt"})
_IANA_BY_WINDOWS = {name.lower(): iana for name, iana in win_tz.items()}
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?")


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """The zone of a Windows or IANA name, whatever its case. Raises ``Unreadable`` for custom and unknown
    ones."""
    plain = name.strip()
    if plain.lower() in _UTC_NAMES:
        return ZoneInfo("UTC")
    if "/" in plain and "://" not in plain:
        try:
            return ZoneInfo(plain)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Unreadable("time zone") from None
    iana = _IANA_BY_WINDOWS.get(plain.lower())
    if iana is None:
        raise Unreadable("time zone")
    return ZoneInfo(iana)


@lru_cache(maxsize=256)
def windows_name(iana: str) -> str | None:
    """The Windows name of an IANA zone, None where there is none."""
    return "UTC" if iana.lower() in _UTC_NAMES else tz_win.get(iana)


def moment(instant: datetime, zone: str) -> dict[str, str]:
    """An instant for Graph, as the clock on the wall of ``zone`` (IANA) shows it.

    Written in UTC where the wall time would be ambiguous (the hour a clock is put back), where Windows has no
    such zone, or where it keeps other rules than ``zone`` does: the time must stand right before it stands
    familiar.
    """
    name = windows_name(zone)
    if name and name != "UTC":
        wall = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
        if all(
            wall.replace(tzinfo=rules).astimezone(UTC) == instant
            for rules in (ZoneInfo(zone), zone_named(name))
        ):
            return {"dateTime": wall.isoformat(timespec="seconds"), "timeZone": name}
    return {
        "dateTime": instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds"),
        "timeZone": "UTC",
    }


def wall(value: Any) -> tuple[datetime, ZoneInfo]:
    """The wall time and zone of a dateTimeTimeZone object. Raises ``Unreadable``."""
    if not isinstance(value, Mapping) or not isinstance(value.get("dateTime"), str):
        raise Unreadable("time")
    found = _MOMENT.fullmatch(value["dateTime"])
    named = value.get("timeZone") or "UTC"
    if found is None or not isinstance(named, str):
        raise Unreadable("time")
    day, clock, decimals, offset = found.groups()
    try:
        read = datetime.fromisoformat(f"{day}T{clock}{offset or ''}")
    except ValueError:
        raise Unreadable("time") from None
    read = read.replace(microsecond=int((decimals or "0")[:6].ljust(6, "0")))
    zone = zone_named(named)
    return (read.astimezone(zone).replace(tzinfo=None) if read.tzinfo else read), zone


def instant(value: Any) -> datetime:
    """The UTC instant of a dateTimeTimeZone object. Raises ``Unreadable``."""
    read, zone = wall(value)
    return read.replace(tzinfo=zone).astimezone(UTC)


def span(start: Any, end: Any, *, all_day: bool, owner_zone: str) -> tuple[datetime, datetime]:
    """Start and end of an event as UTC instants; never an end before the start. Raises ``Unreadable``.

    An all-day event is a date: Graph gives it from midnight to midnight in whatever zone is asked for,
    without converting (microsoft-graph-docs-contrib issue 471). It covers the owner's day.
    """
    if all_day:
        first, last = wall(start)[0], wall(end)[0]
        if first.time() == last.time() == time(0):
            days = max(last.date(), first.date() + timedelta(days=1))
            return _midnight(first.date(), owner_zone), _midnight(days, owner_zone)
    begun, done = instant(start), instant(end)
    if done < begun:
        raise Unreadable("end before start")
    return begun, done


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)
