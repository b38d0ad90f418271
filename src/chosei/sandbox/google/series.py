"""Recurring events unfolded. An instance's id is its series' with the original start; a changed or deleted
one is a row of its own with `recurringEventId`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

from chosei.sandbox.google import moments
from chosei.sandbox.google.problems import invalid
from chosei.sandbox.google.store import Document

_MOST = 1000
_AHEAD = timedelta(days=730)


def unfolded(documents: Iterable[Document], zone: str, begin: datetime, end: datetime) -> Iterator[Document]:
    """Single events as they are, series as their instances that begin between the two instants; one that was
    deleted as itself."""
    rows = list(documents)
    own = {row["id"] for row in rows if row.get("recurringEventId")}
    over = {row["id"] for row in rows if row.get("recurrence") and row["status"] == "cancelled"}
    for row in rows:
        if not row.get("recurrence"):
            if row.get("recurringEventId") not in over:
                yield row
        elif row["status"] == "cancelled":
            yield row
        else:
            yield from (one for one in instances(row, zone, begin, end) if one["id"] not in own)


def instances(series: Document, zone: str, begin: datetime, end: datetime) -> list[Document]:
    """What a series stands for, as it was planned. `begin` is reached by instances that last into it."""
    whole_days = "date" in series["start"]
    home = ZoneInfo(series["start"].get("timeZone") or zone)
    first = moments.instant(series["start"], zone)
    length = moments.instant(series["end"], zone) - first
    wall = first.astimezone(home).replace(tzinfo=None)
    try:
        rule = rrulestr("\n".join(series["recurrence"]), dtstart=wall, ignoretz=True)
    except ValueError as error:
        raise invalid("Invalid recurrence rule.") from error
    until = min(end, begin + _AHEAD).astimezone(home).replace(tzinfo=None)
    found: list[Document] = []
    for start in rule.between((begin - length).astimezone(home).replace(tzinfo=None), until, inc=True):
        if len(found) >= _MOST:
            break
        found.append(_instance(series, start.replace(tzinfo=home), length, whole_days=whole_days))
    return found


def _instance(series: Document, start: datetime, length: timedelta, *, whole_days: bool) -> Document:
    name = start.strftime("%Y%m%d") if whole_days else start.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    begun, done = (_moment(one, series, whole_days=whole_days) for one in (start, start + length))
    plain = {name: value for name, value in series.items() if name != "recurrence"}
    return {
        **plain,
        "id": f"{series['id']}_{name}",
        "recurringEventId": series["id"],
        "originalStartTime": begun,
        "start": begun,
        "end": done,
    }


def _moment(at: datetime, series: Document, *, whole_days: bool) -> dict[str, str]:
    if whole_days:
        return {"date": date(at.year, at.month, at.day).isoformat()}
    return moments.written({"dateTime": at.isoformat(), "timeZone": str(at.tzinfo)}, str(at.tzinfo))


def instance(series: Document, name: str, zone: str) -> Document | None:
    """The instance of this id, None for one that the series does not have."""
    stamp = name.removeprefix(f"{series['id']}_")
    try:
        at = datetime.strptime(stamp[:8], "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    near = instances(series, zone, at - timedelta(days=2), at + timedelta(days=2))
    return next((one for one in near if one["id"] == name), None)
