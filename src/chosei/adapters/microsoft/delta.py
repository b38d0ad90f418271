"""What changed in the default calendar since the last reading (calendarView/delta).

The stretch of time is frozen in the link that Graph hands out. Occurrences of a series come with little more
than id, type, series and times (microsoft-graph-docs issue 7632, docs-contrib issue 34): the rest is their
series', which is in the same answer or asked for, twenty at once. ``@removed`` may only mean that something
left the stretch. Sources: api/event-delta, concepts/delta-query-overview.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chosei.adapters.microsoft import events
from chosei.adapters.microsoft.calls import GraphCall, Reply, path
from chosei.adapters.microsoft.graph import Graph
from chosei.adapters.microsoft.problems import UNREADABLE
from chosei.adapters.microsoft.writes import EVENT
from chosei.adapters.wire import Unreadable, touches
from chosei.core.intervals import Interval
from chosei.ports.calendar import BusyEvent, CalendarChanges
from chosei.ports.errors import Missing, Rejected, Transient

ROUTE = "/me/calendarView/delta"
_DELTA = "@odata.deltaLink"
# 410 is one of several ways to say it; a token may also be found malformed or from another time.
_FORGOTTEN = frozenset(
    {"syncstatenotfound", "syncstateinvalid", "resyncrequired", "errorinvalidsyncstatedata"}
)
# What an occurrence takes from its series; what it does say counts.
_INHERITED = ("subject", "showAs", "isAllDay", "isCancelled", "sensitivity", "responseStatus")


def begin(graph: Graph, start: str, end: str, page_size: int) -> str:
    """Walk through the first round, which tells all there is, to the token that tells what is new."""
    first = path(ROUTE, startDateTime=start, endDateTime=end)
    return _round(graph, first, page_size)[1]


def follow(graph: Graph, token: str, window: Interval, *, owner_zone: str, page_size: int) -> CalendarChanges:
    """Raises ``Missing`` when the token is not known any more, and any other ``PortError``."""
    try:
        raws, following = _round(graph, token, page_size)
    except Rejected as error:
        if error.code.lower() in _FORGOTTEN:
            raise Missing(error.code, request_id=error.request_id) from error
        raise
    # Pages repeat what changes in between: the last word counts.
    latest = {_id(raw): raw for raw in raws}
    present = {number: raw for number, raw in latest.items() if "@removed" not in raw}
    told = {number: raw for number, raw in present.items() if events.kind_of(raw) == "seriesMaster"}
    single = [raw for number, raw in present.items() if number not in told]
    masters = told | _fetched(graph, {_series(raw) for raw in single if _sketched(raw)} - set(told))
    try:
        read = [events.busy(_completed(raw, masters), owner_zone) for raw in single]
        series = tuple(events.busy(raw, owner_zone) for raw in told.values())
    except Unreadable as error:
        raise Transient(UNREADABLE) from error
    inside = {event.remote_id for event in read if touches(event, window.start, window.end)}
    return CalendarChanges(
        token=following,
        events=_ordered(event for event in read if event.remote_id in inside),
        series=series,
        gone=frozenset(latest) - inside - set(told),
    )


def _round(graph: Graph, first: str, page_size: int) -> tuple[list[Mapping[str, Any]], str]:
    call = GraphCall("GET", first, ROUTE, prefer=f"odata.maxpagesize={page_size}")
    items, last = graph.walk(call)
    if _DELTA not in last:
        raise Transient(UNREADABLE)
    return items, graph.relative(last[_DELTA])


def _fetched(graph: Graph, ids: set[str]) -> dict[str, Mapping[str, Any]]:
    """The series by their ids; without those that are not there (any more). Raises what else goes wrong."""
    wanted = sorted(ids)
    calls = [GraphCall("GET", path(EVENT, one, select=events.SERIES_SELECT), EVENT) for one in wanted]
    found: dict[str, Mapping[str, Any]] = {}
    for one, outcome in zip(wanted, graph.send_all(calls), strict=True):
        if isinstance(outcome, Reply):
            found[one] = outcome.body
        elif not isinstance(outcome, Missing):
            raise outcome
    return found


def _completed(raw: Mapping[str, Any], masters: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    if not _sketched(raw):
        return raw
    master = masters.get(_series(raw), {})
    inherited = {name: master[name] for name in _INHERITED if name in master}
    return {**inherited, **raw}  # without a series: no status, and so busy until it is known


def _sketched(raw: Mapping[str, Any]) -> bool:
    return events.kind_of(raw) == "occurrence" and not {"showAs", "isAllDay"} <= raw.keys()


def _series(raw: Mapping[str, Any]) -> str:
    found = raw.get("seriesMasterId")
    return found if isinstance(found, str) else ""


def _id(raw: Mapping[str, Any]) -> str:
    found = raw.get("id")
    if not isinstance(found, str) or not found:
        raise Transient(UNREADABLE)
    return found


def _ordered(found: Iterable[BusyEvent]) -> tuple[BusyEvent, ...]:
    return tuple(sorted(found, key=lambda event: (event.start, event.end, event.remote_id)))
