"""Times as Google writes them: `dateTime` with an offset, or `date` for whole days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chosei.sandbox.google.problems import invalid


def instant(moment: dict[str, Any], zone: str) -> datetime:
    """An EventDateTime as an instant; a date is the midnight of `zone`. Raises GoogleError 400."""
    try:
        if moment.get("date"):
            return datetime.combine(date.fromisoformat(moment["date"]), time(0), ZoneInfo(zone))
        found = datetime.fromisoformat(str(moment["dateTime"]))
        if found.tzinfo is None:
            found = found.replace(tzinfo=ZoneInfo(str(moment["timeZone"])))
        return found.astimezone(UTC)
    except KeyError as error:
        raise invalid("Missing time zone definition or time.", "required") from error
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise invalid("Invalid value for: Invalid format.") from error


def asked(text: str) -> datetime:
    """A query's timeMin or timeMax, which needs an offset. Raises GoogleError 400."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid("Bad Request", "badRequest") from error
    if found.tzinfo is None:
        raise invalid("Bad Request", "badRequest")
    return found.astimezone(UTC)


def written(moment: dict[str, Any], zone: str) -> dict[str, Any]:
    """An EventDateTime as Google answers it. Raises GoogleError 400."""
    if moment.get("date"):
        instant(moment, zone)
        return {"date": moment["date"]}
    named = str(moment.get("timeZone") or zone)
    local = instant(moment, zone).astimezone(ZoneInfo(named))
    return {"dateTime": local.isoformat(timespec="seconds").replace("+00:00", "Z"), "timeZone": named}


def stamp(moment: datetime) -> str:
    """An instant in UTC, to the millisecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
