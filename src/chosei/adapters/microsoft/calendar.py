"""CalendarPort over Microsoft Graph: one account's default calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chosei.adapters.microsoft import delta, events, schedules, standing, watches, zones
from chosei.adapters.microsoft.calls import GraphCall, path
from chosei.adapters.microsoft.graph import Graph
from chosei.adapters.microsoft.problems import NO_MAILBOX, UNREADABLE
from chosei.adapters.microsoft.writes import EVENT, EVENTS, Writer
from chosei.adapters.wire import Unreadable, touches
from chosei.core.intervals import Interval
from chosei.ports.calendar import (
    BusyEvent,
    CalendarChanges,
    CalendarInfo,
    Change,
    MailboxProfile,
    ObservedEvent,
    Outcome,
    ScheduleAnswer,
    Watch,
)
from chosei.ports.errors import Missing, PortError, Rejected, Transient

PAGE_SIZE = 250
_ACCEPT = "/me/events/{}/accept"


class MicrosoftCalendar:
    """See ``ports.calendar.CalendarPort``. ``owner_zone`` (IANA) is where the owner's all-day events are
    days."""

    def __init__(self, graph: Graph, *, owner_zone: str = "UTC", page_size: int = PAGE_SIZE) -> None:
        self._graph = graph
        self._page = page_size
        self._zone = owner_zone
        self._writer = Writer(graph, owner_zone, self.find, page_size)

    def profile(self) -> MailboxProfile:
        wanted = path(standing.CALENDAR, select="id,name,owner,allowedOnlineMeetingProviders")
        call = GraphCall("GET", wanted, standing.CALENDAR)
        try:
            raw = self._graph.send(call).body
        except Missing as error:
            # A calendar that is not there is a mailbox that is not there: on premises, or without a licence.
            raise Rejected(NO_MAILBOX, request_id=error.request_id) from error
        owner, providers = raw.get("owner"), raw.get("allowedOnlineMeetingProviders")
        address = owner.get("address") if isinstance(owner, Mapping) else None
        if not isinstance(raw.get("id"), str) or not isinstance(providers or [], list):
            raise Transient(UNREADABLE)
        return MailboxProfile(
            address=address if isinstance(address, str) else "",
            zone=self._mailbox_zone(address) if isinstance(address, str) and address else "",
            web_meeting="teamsforbusiness" in {str(provider).lower() for provider in providers or []},
            calendar_id=raw["id"],
        )

    def calendars(self) -> list[CalendarInfo]:
        return standing.calendars(self._graph)

    def read_busy(self, window: Interval, *, calendar: str = "") -> list[BusyEvent]:
        query = {"select": events.BUSY_SELECT, "expand": events.EXPAND_KEY, "top": str(self._page)}
        call = standing.view(window, calendar, **query)
        try:
            read = [events.busy(raw, self._zone) for raw in self._graph.pages(call)]
        except Unreadable as error:
            # One event whose time we cannot tell may stand anywhere: the whole calendar is unknown.
            raise Transient(UNREADABLE) from error
        # Pages may overlap when the calendar changes in between: the later reading counts.
        latest = {(event.remote_id, event.start): event for event in read}
        return sorted(
            (event for event in latest.values() if touches(event, window.start, window.end)),
            key=lambda event: (event.start, event.end, event.remote_id),
        )

    def track(self, window: Interval) -> str:
        return delta.begin(self._graph, *standing.widened(window), self._page)

    def changes(self, window: Interval, token: str) -> CalendarChanges:
        return delta.follow(self._graph, token, window, owner_zone=self._zone, page_size=self._page)

    def find(self, key: str) -> list[ObservedEvent]:
        call = GraphCall(
            "GET",
            path(
                EVENTS,
                filter=events.find_filter(key),
                select=events.EVENT_SELECT,
                expand=events.EXPAND_KEY,
                top=str(self._page),
            ),
            EVENTS,
        )
        found = {event.remote_id: event for event in self._observed(self._graph.pages(call))}
        return [event for event in found.values() if event.key == key]

    def get(self, remote_id: str) -> ObservedEvent:
        query = {"select": events.EVENT_SELECT, "expand": events.EXPAND_KEY}
        reply = self._graph.send(GraphCall("GET", path(EVENT, remote_id, **query), EVENT))
        return self._observed([reply.body])[0]

    def stands(self, event: ObservedEvent) -> bool:
        return bool(standing.standing(self._graph, [event], self._page))

    def apply(self, changes: Sequence[Change]) -> list[Outcome]:
        return self._writer.apply(changes)

    def accept(self, ical_uid: str) -> ObservedEvent:
        quoted = ical_uid.replace("'", "''")
        found = self._graph.pages(
            GraphCall(
                "GET",
                path(EVENTS, filter=f"iCalUId eq '{quoted}'", select=f"{events.EVENT_SELECT},responseStatus"),
                EVENTS,
            )
        )
        raw = next((one for one in found if one.get("isCancelled") is not True), None)
        if raw is None:
            raise Missing("not_invited")
        copy = self._observed([raw])[0]
        if events.accepted(raw):
            return copy
        # Without a response the organiser is not mailed; the colleague's own calendar shows it as accepted.
        self._graph.send(GraphCall("POST", path(_ACCEPT, copy.remote_id), _ACCEPT, {"sendResponse": False}))
        return self.get(copy.remote_id)

    def schedules(self, addresses: Sequence[str], window: Interval) -> list[ScheduleAnswer]:
        return schedules.read(self._graph, addresses, window)

    def watch(self, url: str, secret: str) -> Watch:
        return watches.begin(self._graph, url, secret)

    def extend_watch(self, remote_id: str, url: str, secret: str) -> Watch:
        return watches.extend(self._graph, remote_id)

    def end_watch(self, remote_id: str) -> None:
        watches.end(self._graph, remote_id)

    def _observed(self, raws: Iterable[Mapping[str, Any]]) -> list[ObservedEvent]:
        try:
            return [events.observed(raw, self._zone) for raw in raws]
        except Unreadable as error:
            raise Transient(UNREADABLE) from error

    def _mailbox_zone(self, address: str) -> str:
        """The owner's zone, as an IANA name, or "" where it cannot be told.

        From the working hours in getSchedule: mailboxSettings would need one permission more.
        """
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        try:
            name = schedules.working_zone(self._graph, address, Interval(now, now + timedelta(hours=1)))
            return zones.zone_named(name).key if name else ""
        except (PortError, Unreadable):
            return ""  # nice to know, and no reason to refuse a mailbox
