"""The services that the CalendarPort contract is tried on, each with a person who uses it beside Chosei."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from time import monotonic, sleep
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chosei.adapters.http import Http
from chosei.adapters.microsoft.calendar import MicrosoftCalendar
from chosei.adapters.microsoft.graph import Graph
from chosei.core.intervals import utc
from chosei.ports.calendar import AttendeeKind, AttendeeResponse, AttendeeStatus, CalendarPort, ShowAs
from chosei.ports.errors import NeedsReconnect, Transient
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.graph.calendars import PERSONAL_CALENDAR, calendar_id
from chosei.sandbox.graph.store import store_of
from chosei.sandbox.identity.tokens import Grant
from tests.support.memory_calendar import MemoryCalendar, MemoryProvider, StoredEvent, throttled
from tests.support.sandbox import Sandbox

OWNER = "sato@sample.example"
COLLEAGUE = "suzuki@sample.example"
ROOM = "room-yaesu-a@sample.example"
ZONE = "Asia/Tokyo"


@dataclass(frozen=True)
class PersonsEvent:
    """What a person puts into the calendar. All-day: ``start`` and ``end`` are midnights of ``ZONE``."""

    title: str
    start: datetime
    end: datetime
    show_as: ShowAs = ShowAs.BUSY
    all_day: bool = False
    private: bool = False


def whole_days(title: str, first: date, days: int) -> PersonsEvent:
    start, end = (
        datetime.combine(day, time(0), ZoneInfo(ZONE)) for day in (first, first + timedelta(days=days))
    )
    return PersonsEvent(title, utc(start), utc(end), ShowAs.OUT_OF_OFFICE, all_day=True)


class World(ABC):
    """A service with the owner's calendar behind the port, and what happens there without Chosei."""

    calendar: CalendarPort

    @abstractmethod
    def person_adds(self, event: PersonsEvent) -> str:
        """The owner makes an event. Returns its id."""

    @abstractmethod
    def person_renames(self, remote_id: str, title: str) -> None: ...

    @abstractmethod
    def person_moves(self, remote_id: str, start: datetime, end: datetime) -> None: ...

    @abstractmethod
    def person_invites(self, remote_id: str, address: str) -> None:
        """The owner adds somebody to an event and leaves the others."""

    @abstractmethod
    def person_deletes(self, remote_id: str) -> None: ...

    @abstractmethod
    def person_adds_elsewhere(self, event: PersonsEvent) -> str:
        """The owner makes an event in a further calendar. Returns that calendar's id."""

    @abstractmethod
    def forget_tokens(self) -> None:
        """The service does not know any more what it told whom."""

    @abstractmethod
    def lose_replies(self, times: int) -> None:
        """Requests arrive and are carried out, their answers do not."""

    @abstractmethod
    def throttle(self, seconds: int) -> None:
        """Every request is refused with the wish to wait so long, until ``heal``."""

    @abstractmethod
    def break_down(self) -> None:
        """Every request fails, until ``heal``."""

    @abstractmethod
    def heal(self) -> None: ...

    @abstractmethod
    def revoke(self) -> None:
        """The account's permission is gone."""

    @abstractmethod
    def take_mailbox(self) -> None: ...

    @abstractmethod
    def take_web_meetings(self) -> None: ...

    @abstractmethod
    def let_rooms_answer(self) -> None: ...

    @abstractmethod
    def body_of(self, remote_id: str) -> str: ...

    @abstractmethod
    def is_meeting_alive(self, join_url: str) -> bool: ...


class MemoryWorld(World):
    def __init__(self) -> None:
        self.service = MemoryProvider()
        self.service.mailbox(ROOM, room=True)
        self.service.mailbox(COLLEAGUE)
        self.box = self.service.mailbox(OWNER)
        self.calendar = MemoryCalendar(self.service, OWNER, zone=ZONE)

    def person_adds(self, event: PersonsEvent) -> str:
        remote_id = f"persons-{self.service.number()}"
        self.box.events[remote_id] = StoredEvent(
            remote_id,
            1,
            event.title,
            event.start,
            event.end,
            event.show_as,
            all_day=event.all_day,
            private=event.private,
        )
        return remote_id

    def person_renames(self, remote_id: str, title: str) -> None:
        event = self.box.events[remote_id]
        self.box.events[remote_id] = replace(event, title=title, version=event.version + 1)

    def person_moves(self, remote_id: str, start: datetime, end: datetime) -> None:
        event = self.box.events[remote_id]
        self.box.events[remote_id] = replace(event, start=start, end=end, version=event.version + 1)

    def person_invites(self, remote_id: str, address: str) -> None:
        event = self.box.events[remote_id]
        people = (*event.attendees, AttendeeStatus(address, AttendeeKind.PERSON, AttendeeResponse.NONE))
        self.box.events[remote_id] = replace(event, attendees=people, version=event.version + 1)

    def person_deletes(self, remote_id: str) -> None:
        del self.box.events[remote_id]

    def person_adds_elsewhere(self, event: PersonsEvent) -> str:
        remote_id = self.person_adds(event)
        self.box.further["personal"] = {remote_id: self.box.events.pop(remote_id)}
        return "personal"

    def forget_tokens(self) -> None:
        self.box.tracked.clear()

    def lose_replies(self, times: int) -> None:
        self.service.lose_replies(times)

    def throttle(self, seconds: int) -> None:
        self.service.fail_next(throttled(seconds), times=1000)

    def break_down(self) -> None:
        self.service.fail_next(Transient("down"), times=1000)

    def heal(self) -> None:
        self.service.heal()

    def revoke(self) -> None:
        self.box.revoked = True

    def take_mailbox(self) -> None:
        self.box.missing = True

    def take_web_meetings(self) -> None:
        self.box.web_meetings = False

    def let_rooms_answer(self) -> None:
        self.service.let_rooms_answer()

    def body_of(self, remote_id: str) -> str:
        return self.box.events[remote_id].body_html

    def is_meeting_alive(self, join_url: str) -> bool:
        return any(event.join_url == join_url for event in self.box.events.values())


@dataclass
class SandboxTokens:
    """A token source over the sandbox's own store."""

    sandbox: Sandbox
    owner: str = OWNER
    refusals: list[str] = field(default_factory=list)
    _token: str = ""

    def get(self, *, renew: bool, claims: str = "") -> str:
        if renew or not self._token:
            context = self.sandbox.context
            user = context.directory.user(self.owner)
            assert user is not None
            grant = Grant(
                "contract-tests", user.tid, user.oid, frozenset({"Calendars.ReadWrite", "User.Read"})
            )
            self._token = context.tokens.issue_access(grant, context.clock.now(), 3600)
        return self._token

    def refused(self, error: NeedsReconnect) -> None:
        self.refusals.append(error.code)


class UnreliableLine:
    """An ASGI layer in front of a service, which loses answers or lets nothing through, as lines do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.answers_to_lose = 0
        self.down = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (self.down or self.answers_to_lose):
            await self.app(scope, receive, send)
            return
        if not self.down:
            self.answers_to_lose -= 1
            await self.app(scope, receive, _nobody)
        server: Any = getattr(send, "__self__", None)
        server.transport.abort()


async def _no_service(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands in where no line is asked for."""


async def _nobody(message: Message) -> None:
    """Takes an answer and tells nobody."""


class MicrosoftWorld(World):
    """The Microsoft adapter on the sandbox, over HTTP, every call held against the published contract."""

    def __init__(self, sandbox: Sandbox, line: UnreliableLine | None) -> None:
        self.sandbox = sandbox
        self.line = line or UnreliableLine(_no_service)
        self.tokens = SandboxTokens(sandbox)
        self.http = Http("microsoft-graph", environment=False)
        graph = Graph(self.http, sandbox.url, self.tokens, lambda count: nullcontext())
        # Small pages, so that every read of more than a few events needs several.
        self.calendar = MicrosoftCalendar(graph, owner_zone=ZONE, page_size=7)
        self.person = httpx2.Client(base_url=f"{sandbox.url}/v1.0", trust_env=False)

    def close(self) -> None:
        self.person.close()
        self.http.close()

    def _outlook(self, method: str, path: str, body: Any = None) -> Any:
        headers = {
            "Authorization": f"Bearer {self.tokens.get(renew=False)}",
            "Prefer": 'IdType="ImmutableId"',
        }
        answer = self.person.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def person_adds(self, event: PersonsEvent) -> str:
        created = self._outlook(
            "POST",
            "/me/events",
            {
                "subject": event.title,
                **_span(event.start, event.end),
                "showAs": event.show_as.value,
                "isAllDay": event.all_day,
                "sensitivity": "private" if event.private else "normal",
            },
        )
        return str(created["id"])

    def person_renames(self, remote_id: str, title: str) -> None:
        self._outlook("PATCH", f"/me/events/{remote_id}", {"subject": title})

    def person_moves(self, remote_id: str, start: datetime, end: datetime) -> None:
        self._outlook("PATCH", f"/me/events/{remote_id}", _span(start, end))

    def person_invites(self, remote_id: str, address: str) -> None:
        there = self._outlook("GET", f"/me/events/{remote_id}?$select=attendees")["attendees"]
        added = {"type": "optional", "emailAddress": {"address": address}}
        self._outlook("PATCH", f"/me/events/{remote_id}", {"attendees": [*there, added]})

    def person_deletes(self, remote_id: str) -> None:
        self._outlook("DELETE", f"/me/events/{remote_id}")

    def person_adds_elsewhere(self, event: PersonsEvent) -> str:
        remote_id = self.person_adds(event)
        owner = store_of(self.sandbox.context).mailbox(OWNER)
        assert owner is not None
        store_of(self.sandbox.context).move_to_calendar_as(owner, remote_id, PERSONAL_CALENDAR)
        return calendar_id(owner, PERSONAL_CALENDAR)

    def person_repeats(self, event: PersonsEvent, weeks: int) -> str:
        """The owner makes a weekly series. Returns its id."""
        day = event.start.astimezone(ZoneInfo(ZONE))
        recurrence = {
            "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [day.strftime("%A").lower()]},
            "range": {
                "type": "numbered",
                "startDate": day.date().isoformat(),
                "numberOfOccurrences": weeks,
            },
        }
        body = {"subject": event.title, "showAs": event.show_as.value, "recurrence": recurrence}
        created = self._outlook("POST", "/me/events", {**body, **_span(event.start, event.end)})
        return str(created["id"])

    def person_changes(self, remote_id: str, **members: Any) -> None:
        self._outlook("PATCH", f"/me/events/{remote_id}", members)

    def forget_tokens(self) -> None:
        owner = store_of(self.sandbox.context).mailbox(OWNER)
        assert owner is not None
        store_of(self.sandbox.context).lose_sync_state(owner.key)

    def person_writes(self, remote_id: str, html: str) -> None:
        """The owner changes the text of an event."""
        self._outlook("PATCH", f"/me/events/{remote_id}", {"body": {"contentType": "html", "content": html}})

    def let_time_pass(self) -> None:
        """Whatever the sandbox still holds back is let go."""
        clock: Any = self.sandbox.context.clock
        clock.advance(timedelta(days=1))

    def lose_replies(self, times: int) -> None:
        self.line.answers_to_lose = times

    def throttle(self, seconds: int) -> None:
        self.sandbox.context.faults.add(FaultKind.THROTTLED, seconds=seconds)

    def break_down(self) -> None:
        self.line.down = True

    def heal(self) -> None:
        self.line.down, self.line.answers_to_lose = False, 0
        self.sandbox.context.faults.clear()

    def revoke(self) -> None:
        self.sandbox.context.faults.add(FaultKind.REVOKED)

    def take_mailbox(self) -> None:
        user = self.sandbox.context.directory.user(OWNER)
        assert user is not None
        self.sandbox.context.directory.set_licences(user.oid, mailbox=False, teams=True)

    def take_web_meetings(self) -> None:
        user = self.sandbox.context.directory.user(OWNER)
        assert user is not None
        self.sandbox.context.directory.set_licences(user.oid, mailbox=True, teams=False)

    def let_rooms_answer(self) -> None:
        clock: Any = self.sandbox.context.clock
        until = monotonic() + 30
        while any(self._unanswered(event) for event in self._outlook("GET", "/me/events?$top=999")["value"]):
            assert monotonic() < until, "the rooms do not answer"
            clock.advance(timedelta(seconds=10))
            sleep(0.02)

    @staticmethod
    def _unanswered(event: Any) -> bool:
        return any(
            person["type"] == "resource" and person["status"]["response"] in ("none", "notResponded")
            for person in event["attendees"]
        )

    def body_of(self, remote_id: str) -> str:
        return str(self._outlook("GET", f"/me/events/{remote_id}?$select=body")["body"]["content"])

    def is_meeting_alive(self, join_url: str) -> bool:
        page = self.person.get(join_url)
        return page.status_code == 200


def _span(start: datetime, end: datetime) -> dict[str, Any]:
    walls = [moment.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None) for moment in (start, end)]
    begun, done = ({"dateTime": wall.isoformat(), "timeZone": "Tokyo Standard Time"} for wall in walls)
    return {"start": begun, "end": done}


__all__ = ["MemoryWorld", "MicrosoftWorld", "PersonsEvent", "World", "whole_days"]
