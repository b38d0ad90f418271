"""Time zones as Graph names them: every Windows name, and a fixed list of IANA names.

Source: reference page `dateTimeTimeZone` (the list of extra names) and the CLDR table in tzlocal for the
Windows names. A name outside both is refused with 400 TimeZoneNotSupportedException, as Graph does.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import tz_win, win_tz

from chosei.sandbox.graph.problems import bad_request

# fmt: off
IANA_NAMES = (
    "Etc/GMT+12", "Etc/GMT+11", "Pacific/Honolulu", "America/Anchorage", "America/Santa_Isabel",
    "America/Los_Angeles", "America/Phoenix", "America/Chihuahua", "America/Denver",
    "America/Guatemala", "America/Chicago", "America/Mexico_City", "America/Regina", "America/Bogota",
    "America/New_York", "America/Indiana/Indianapolis", "America/Caracas", "America/Asuncion",
    "America/Halifax", "America/Cuiaba", "America/La_Paz", "America/Santiago", "America/St_Johns",
    "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/Cayenne", "America/Godthab",
    "America/Montevideo", "America/Bahia", "Etc/GMT+2", "Atlantic/Azores", "Atlantic/Cape_Verde",
    "Africa/Casablanca", "Etc/GMT", "Europe/London", "Atlantic/Reykjavik", "Europe/Berlin",
    "Europe/Budapest", "Europe/Paris", "Europe/Warsaw", "Africa/Lagos", "Africa/Windhoek",
    "Europe/Bucharest", "Asia/Beirut", "Africa/Cairo", "Asia/Damascus", "Africa/Johannesburg",
    "Europe/Kyiv", "Europe/Istanbul", "Asia/Jerusalem", "Asia/Amman", "Asia/Baghdad",
    "Europe/Kaliningrad", "Asia/Riyadh", "Africa/Nairobi", "Asia/Tehran", "Asia/Dubai", "Asia/Baku",
    "Europe/Moscow", "Indian/Mauritius", "Asia/Tbilisi", "Asia/Yerevan", "Asia/Kabul", "Asia/Karachi",
    "Asia/Tashkent", "Asia/Kolkata", "Asia/Colombo", "Asia/Kathmandu", "Asia/Almaty", "Asia/Dhaka",
    "Asia/Yekaterinburg", "Asia/Rangoon", "Asia/Bangkok", "Asia/Novosibirsk", "Asia/Shanghai",
    "Asia/Krasnoyarsk", "Asia/Singapore", "Australia/Perth", "Asia/Taipei", "Asia/Ulaanbaatar",
    "Asia/Irkutsk", "Asia/Tokyo", "Asia/Seoul", "Australia/Adelaide", "Australia/Darwin",
    "Australia/Brisbane", "Australia/Sydney", "Pacific/Port_Moresby", "Australia/Hobart",
    "Asia/Yakutsk", "Pacific/Guadalcanal", "Asia/Vladivostok", "Pacific/Auckland", "Etc/GMT-12",
    "Pacific/Fiji", "Asia/Magadan", "Pacific/Tongatapu", "Pacific/Apia", "Pacific/Kiritimati",
)
# fmt: on

# zone data no longer carries this alias under every tzdata build
_RENAMED = {"America/Santa_Isabel": "America/Tijuana"}
_WINDOWS_BY_LOWER = {name.lower(): name for name in win_tz}
_IANA_BY_LOWER = {name.lower(): name for name in IANA_NAMES}
_DATE_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?")


@lru_cache(maxsize=512)
def find_zone(name: str) -> ZoneInfo | None:
    """The zone a Windows or listed IANA name stands for, or None when Graph does not know the name."""
    lowered = name.strip().lower()
    if lowered in ("utc", "tzone://microsoft/utc"):
        return ZoneInfo("UTC")
    if lowered in _WINDOWS_BY_LOWER:
        return ZoneInfo(win_tz[_WINDOWS_BY_LOWER[lowered]])
    if lowered in _IANA_BY_LOWER:
        listed = _IANA_BY_LOWER[lowered]
        return ZoneInfo(_RENAMED.get(listed, listed))
    return None


def zone(name: str | None) -> ZoneInfo:
    """As `find_zone`, an absent name meaning UTC. Raises GraphError 400 TimeZoneNotSupportedException."""
    found = find_zone(name) if name else ZoneInfo("UTC")
    if found is None:
        raise bad_request(
            "TimeZoneNotSupportedException",
            "A valid TimeZone value must be specified. The following TimeZone value is not supported: "
            f"'{name}'.",
        )
    return found


def windows_name(name: str) -> str:
    """The Windows name of a known zone, which is what `originalStartTimeZone` answers."""
    if name.strip().lower() in _WINDOWS_BY_LOWER:
        return _WINDOWS_BY_LOWER[name.strip().lower()]
    key = zone(name).key
    return tz_win.get(_IANA_BY_LOWER.get(name.lower(), key), tz_win.get(key, "UTC"))


def parse_wall(value: Any, zone_name: str | None, member: str) -> datetime:
    """The wall time (naive) in the named zone which a `dateTime` text means; an offset in it counts."""
    match = _DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise bad_request("ErrorInvalidRequest", f"The value of '{member}.dateTime' is not a date and time.")
    try:
        wall = datetime.fromisoformat(match[1] + (match[3] or ""))
    except ValueError as error:
        raise bad_request(
            "ErrorInvalidRequest", f"The value of '{member}.dateTime' is not a date and time."
        ) from error
    wall = wall.replace(microsecond=int((match[2] or "0")[:6].ljust(6, "0")))
    named = zone(zone_name)
    return wall.astimezone(named).replace(tzinfo=None) if wall.tzinfo else wall


def to_instant(wall: datetime, zone_name: str) -> datetime:
    """The UTC instant of a wall time; a time skipped by DST moves on, a doubled one is the first."""
    return wall.replace(tzinfo=zone(zone_name)).astimezone(UTC)


def parse_dtz(value: Any, member: str) -> datetime:
    """The UTC instant a dateTimeTimeZone object means. Raises GraphError 400."""
    if not isinstance(value, dict) or not set(value) <= {"dateTime", "timeZone", "@odata.type"}:
        raise bad_request("ErrorInvalidRequest", f"'{member}' is not a dateTimeTimeZone.")
    name = value.get("timeZone") or "UTC"
    return to_instant(parse_wall(value.get("dateTime"), name, member), name)


def parse_instant(value: str, member: str) -> datetime:
    """An ISO 8601 query value as a UTC instant: its own offset counts, naive means UTC.

    A bare date is accepted as midnight. Raises GraphError 400 ErrorInvalidParameter.
    """
    # in a query string an unescaped '+' arrives as a blank
    text = re.sub(r" (\d{2}:\d{2})$", r"+\1", value.strip())
    match = _DATE_TIME.fullmatch(text if "T" in text else f"{text}T00:00")
    try:
        if match is None:
            raise ValueError(text)
        wall = datetime.fromisoformat(match[1] + (match[3] or ""))
    except ValueError as error:
        raise bad_request(
            "ErrorInvalidParameter", f"The value '{value}' of parameter '{member}' is invalid."
        ) from error
    wall = wall.replace(microsecond=int((match[2] or "0")[:6].ljust(6, "0")))
    return (wall if wall.tzinfo else wall.replace(tzinfo=UTC)).astimezone(UTC)


def format_wall(moment: datetime) -> str:
    """A date and time with the seven decimals Graph writes and without any offset."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}0"


def dtz(instant: datetime, zone_name: str) -> dict[str, str]:
    """An instant as dateTimeTimeZone in the named zone, the name given back as it was asked for."""
    return {"dateTime": format_wall(instant.astimezone(zone(zone_name))), "timeZone": zone_name}


def stamp(instant: datetime) -> str:
    """An instant as Graph's DateTimeOffset members are written."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
