"""Whether an event stands in a calendar, and not in Deleted Items.

An immutable id goes on naming its event wherever the mailbox keeps it: what a person deleted can be read, and
even changed, under the id we have until the folder is emptied (microsoft-graph-docs
concepts/outlook-immutable-id, api/event-cancel). Only the calendars themselves do not show it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from chosei.adapters.microsoft.calls import GraphCall, Reply, path
from chosei.adapters.microsoft.graph import Graph
from chosei.adapters.microsoft.problems import NO_MAILBOX, UNREADABLE
from chosei.core.intervals import Interval
from chosei.ports.calendar import CalendarInfo, ObservedEvent
from chosei.ports.errors import Missing, PortError, Rejected, Transient

CALENDAR = "/me/calendar"
VIEW = "/me/calendarView"
FURTHER_VIEW = "/me/calendars/{}/calendarView"
_CALENDARS = "/me/calendars"
_SELECT = "id,type,seriesMasterId"
# The service keeps an all-day event at some zone's midnights and shows it as a date: what is the owner's day
# may lie this far from where it is kept.
_WIDEST_ZONE = timedelta(hours=14)


def calendars(graph: Graph) -> list[CalendarInfo]:
    """See ``CalendarPort.calendars``."""
    call = GraphCall("GET", path(_CALENDARS, select="id,name,isDefaultCalendar", top="100"), _CALENDARS)
    found: list[CalendarInfo] = []
    for raw in graph.pages(call):
        number, name = raw.get("id"), raw.get("name")
        if not isinstance(number, str) or not number or not isinstance(name, str):
            raise Transient(UNREADABLE)
        found.append(CalendarInfo("" if raw.get("isDefaultCalendar") is True else number, name))
    return sorted(found, key=lambda one: one.remote_id != "")


def view(window: Interval, calendar: str = "", **query: str) -> GraphCall:
    """The call that reads a calendar's occurrences in ``window``, wide enough for all-day events."""
    start, end = widened(window)
    route, ids = (FURTHER_VIEW, [calendar]) if calendar else (VIEW, [])
    return GraphCall("GET", path(route, *ids, startDateTime=start, endDateTime=end, **query), route)


def present(graph: Graph, readings: Sequence[Reply | PortError]) -> list[Reply | PortError]:
    """What was read of events, where one is ``Missing`` only while the mailbox itself is there: one that is
    being moved, or has lost its licence, may say of every event that it is not found."""
    if not any(isinstance(one, Missing) for one in readings):
        return list(readings)
    try:
        graph.send(GraphCall("GET", path(CALENDAR, select="id"), CALENDAR))
    except Missing as error:
        away: PortError = Rejected(NO_MAILBOX, request_id=error.request_id)
    except PortError as error:
        away = error
    else:
        return list(readings)
    return [away if isinstance(one, Missing) else one for one in readings]


def standing(graph: Graph, events: Collection[ObservedEvent], page_size: int) -> frozenset[str]:
    """The ids of those events that stand in any calendar of the mailbox, at the time they say themselves; one
    that has become a series does by its occurrences. Raises ``PortError``."""
    if not events:
        return frozenset()
    wanted = {event.remote_id for event in events}
    first, last = min(event.start for event in events), max(event.end for event in events)
    around = Interval(first, max(last, first + timedelta(minutes=1)))
    found = _named(graph, around, "", page_size)
    if not wanted <= found:
        for further in calendars(graph):
            if further.remote_id:
                found |= _named(graph, around, further.remote_id, page_size)
    return frozenset(wanted & found)


def _named(graph: Graph, around: Interval, calendar: str, page_size: int) -> set[str]:
    try:
        rows = graph.pages(view(around, calendar, select=_SELECT, top=str(page_size)))
    except Missing:
        if calendar:
            return set()  # deleted since the calendars were listed
        raise
    names = {row.get(name) for row in rows for name in ("id", "seriesMasterId")}
    return {name for name in names if isinstance(name, str)}


def widened(window: Interval) -> tuple[str, str]:
    """Start and end as parameters of a view."""
    return _stamp(window.start - _WIDEST_ZONE), _stamp(window.end + _WIDEST_ZONE)


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
