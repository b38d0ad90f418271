"""Free/busy of other people and of rooms (getSchedule).

At most twenty addresses and less than 62 days a call; an address that failed says so inside a successful
answer, and that is not free. Sources: microsoft-graph-docs api/calendar-getschedule,
concepts/outlook-get-free-busy-schedule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from chosei.adapters.microsoft import events, zones
from chosei.adapters.microsoft.calls import GraphCall
from chosei.adapters.microsoft.graph import Graph
from chosei.adapters.microsoft.problems import UNREADABLE
from chosei.adapters.wire import Unreadable
from chosei.core.blocking import blocks
from chosei.core.intervals import Interval, clip
from chosei.ports.calendar import ScheduleAnswer, ScheduleItem
from chosei.ports.errors import PortError, Transient

ADDRESSES = 20
LONGEST = timedelta(days=60)
SHORTEST = timedelta(minutes=5)
"""The least interval of the view, which may not be longer than the window
(ErrorInvalidMergedFreeBusyInterval); we do not read the view."""
_LONG_INTERVAL = timedelta(minutes=60)
_ROUTE = "/me/calendar/getSchedule"


def read(graph: Graph, addresses: Sequence[str], window: Interval) -> list[ScheduleAnswer]:
    """An answer for each address, in their order. Raises ``PortError`` when a call failed as a whole."""
    wanted = list(dict.fromkeys(address.lower() for address in addresses))
    chunks = [wanted[i : i + ADDRESSES] for i in range(0, len(wanted), ADDRESSES)]
    calls = [_call(chunk, part) for chunk in chunks for part in _parts(window)]
    told: dict[str, list[ScheduleAnswer]] = {address: [] for address in wanted}
    asked = [chunk for chunk in chunks for _ in _parts(window)]
    for chunk, outcome in zip(asked, graph.send_all(calls), strict=True):
        if isinstance(outcome, PortError):
            raise outcome
        by_address = _by_address(outcome.body)
        for address in chunk:
            told[address].append(_answer(address, by_address.get(address)))
    return [_joined(address, told[address.lower()], window) for address in addresses]


def working_zone(graph: Graph, address: str, window: Interval) -> str:
    """The name of the zone of somebody's working hours, "" where it is not told. Raises ``PortError``."""
    raw = _by_address(graph.send(_call([address.lower()], window)).body).get(address.lower()) or {}
    hours = raw.get("workingHours")
    zone = hours.get("timeZone") if isinstance(hours, Mapping) else None
    name = zone.get("name") if isinstance(zone, Mapping) else None
    return name if isinstance(name, str) else ""


def _call(addresses: Sequence[str], window: Interval) -> GraphCall:
    end = max(window.end, window.start + SHORTEST)
    interval = min(_LONG_INTERVAL, end - window.start)
    body = {
        "schedules": list(addresses),
        "startTime": zones.moment(window.start, "UTC"),
        "endTime": zones.moment(end, "UTC"),
        "availabilityViewInterval": interval // timedelta(minutes=1),
    }
    return GraphCall("POST", _ROUTE, _ROUTE, body, repeatable=False)


def _parts(window: Interval) -> Iterator[Interval]:
    start = window.start
    while start < window.end:
        end = min(start + LONGEST, window.end)
        yield Interval(start, end)
        start = end


def _by_address(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    value = body.get("value")
    if not isinstance(value, list):
        raise Transient(UNREADABLE)
    return {str(raw.get("scheduleId", "")).lower(): raw for raw in value if isinstance(raw, Mapping)}


def _answer(address: str, raw: Mapping[str, Any] | None) -> ScheduleAnswer:
    if raw is None:
        return ScheduleAnswer(address, error="answer_missing")
    if error := raw.get("error"):
        code = error.get("responseCode") if isinstance(error, Mapping) else None
        return ScheduleAnswer(address, error=code if isinstance(code, str) and code else "error")
    items = raw.get("scheduleItems")
    if not isinstance(items, list):
        return ScheduleAnswer(address, error=UNREADABLE)
    try:
        return ScheduleAnswer(address, items=tuple(one for item in items for one in _item(item)))
    except Unreadable:
        return ScheduleAnswer(address, error=UNREADABLE)


def _item(raw: Any) -> list[ScheduleItem]:
    if not isinstance(raw, Mapping):
        raise Unreadable("schedule item")
    status, title = events.show_as(raw.get("status")), raw.get("subject")
    try:
        start, end = zones.instant(raw.get("start")), zones.instant(raw.get("end"))
        if end < start:
            raise Unreadable("end before start")
    except Unreadable:
        if blocks(status):
            raise
        return []  # it takes no time, wherever it stands
    return [ScheduleItem(start, end, status, title if isinstance(title, str) else "")]


def _joined(address: str, answers: Sequence[ScheduleAnswer], window: Interval) -> ScheduleAnswer:
    """One answer from those for the parts of the window; one part unknown makes it unknown."""
    error = next((answer.error for answer in answers if answer.error), "")
    if error:
        return ScheduleAnswer(address, error=error)
    items = tuple(dict.fromkeys(item for answer in answers for item in answer.items))
    busy = [
        Interval(item.start, item.end) for item in items if blocks(item.show_as) and item.end > item.start
    ]
    return ScheduleAnswer(address, tuple(clip(busy, window)), items=items)
