"""Google Calendar behind the port: the adapter on the sandbox, over HTTP, with a person who uses it beside
Chosei."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx2

from chosei.adapters.google.calendar import GoogleCalendar
from chosei.adapters.google.client import Api
from chosei.adapters.http import Http
from chosei.ports.calendar import ShowAs
from chosei.ports.errors import NeedsReconnect
from chosei.sandbox.google import clients
from chosei.sandbox.google.access import google_in
from chosei.sandbox.google.demo import room
from chosei.sandbox.google.faults import FaultKind
from chosei.sandbox.google.people import Account, Room
from chosei.sandbox.google.service import GoogleService
from chosei.sandbox.google.store import Calendar
from tests.contract.worlds import OWNER, ROOM, ZONE, PersonsEvent, UnreliableLine, World
from tests.support.sandbox import Sandbox

PERSONAL = "c_personal@group.calendar.google.com"
SCOPES = frozenset({clients.CALENDAR_EVENTS, clients.FREE_BUSY, clients.CALENDAR_LIST})
_KINDS: dict[ShowAs, dict[str, Any]] = {
    ShowAs.FREE: {"transparency": "transparent"},
    ShowAs.TENTATIVE: {"status": "tentative"},
    ShowAs.BUSY: {},
    ShowAs.OUT_OF_OFFICE: {"eventType": "outOfOffice"},
    ShowAs.WORKING_ELSEWHERE: {
        "eventType": "workingLocation",
        "transparency": "transparent",
        "visibility": "public",
        "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}},
    },
}


@dataclass
class SandboxAccount:
    """An account over the sandbox's own store, as the wiring would describe it."""

    google: GoogleService
    owner: Account
    zone: str = ZONE
    within: float | None = None
    refusals: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    scopes: frozenset[str] = SCOPES
    _token: str = ""

    @property
    def tenant_id(self) -> str:
        return self.owner.domain

    @property
    def object_id(self) -> str:
        return self.owner.sub

    @property
    def token(self) -> Callable[[bool, str], str]:
        return self._issue

    def _issue(self, renew: bool, claims: str) -> str:
        if renew or not self._token:
            grants = self.google.grants
            self._token = grants.issue("access", clients.CLIENT_ID, self.owner.sub, self.scopes).token
        return self._token

    @property
    def refused(self) -> Callable[[NeedsReconnect], None]:
        return lambda error: self.refusals.append(error.code)

    @property
    def places(self) -> Callable[[int], AbstractContextManager[None]]:
        return lambda count: nullcontext()

    @property
    def pause(self) -> Callable[[float], None]:
        return self.pauses.append


class GoogleWorld(World):
    """The Google adapter on the sandbox, every call held against the published contract."""

    def __init__(self, sandbox: Sandbox, line: UnreliableLine) -> None:
        self.sandbox, self.line = sandbox, line
        self.google = google_in(sandbox.context)
        plain = room("yaesu-a", "会議室 八重洲A", ("nihonbashi", "5F"), 8)
        # The rooms of the suite go by addresses of the company.
        self.google.people.add(
            Room(plain.id, plain.domain, ROOM, plain.name, plain.building, plain.floor, 8, ())
        )
        self.google.open_calendars()
        self.http = Http("google-api", environment=False)
        self.account = self.account_of(OWNER)
        self.calendar = self.calendar_of(self.account)
        self.person = httpx2.Client(base_url=f"{sandbox.url}/google/calendar/v3", trust_env=False)

    def account_of(self, address: str) -> SandboxAccount:
        owner = self.google.people.account(address)
        assert owner is not None
        return SandboxAccount(self.google, owner)

    def calendar_of(self, account: SandboxAccount) -> GoogleCalendar:
        # Small pages, so that every read of more than a few events needs several.
        return GoogleCalendar(Api(self.http, f"{self.sandbox.url}/google", account), page_size=7)

    def close(self) -> None:
        self.person.close()
        self.http.close()

    def by_hand(self, method: str, path: str, body: Any = None, *, calendar: str = "primary") -> Any:
        """What the owner does in Google Calendar."""
        headers = {"Authorization": f"Bearer {self.account.token(False, '')}"}
        url = f"/calendars/{quote(calendar)}/events{path}"
        answer = self.person.request(method, url, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def person_adds(self, event: PersonsEvent) -> str:
        return str(self.by_hand("POST", "", _document(event))["id"])

    def person_repeats(self, event: PersonsEvent, weeks: int) -> str:
        """The owner makes a weekly series. Returns its id."""
        body = {**_document(event), "recurrence": [f"RRULE:FREQ=WEEKLY;COUNT={weeks}"]}
        return str(self.by_hand("POST", "", body)["id"])

    def person_renames(self, remote_id: str, title: str) -> None:
        self.by_hand("PATCH", f"/{remote_id}", {"summary": title})

    def person_moves(self, remote_id: str, start: datetime, end: datetime) -> None:
        self.by_hand("PATCH", f"/{remote_id}", _span(start, end))

    def person_invites(self, remote_id: str, address: str) -> None:
        there = self.by_hand("GET", f"/{remote_id}").get("attendees", [])
        people = [{name: one[name] for name in one if name not in ("self", "organizer")} for one in there]
        self.by_hand("PATCH", f"/{remote_id}", {"attendees": [*people, {"email": address, "optional": True}]})

    def person_deletes(self, remote_id: str) -> None:
        self.by_hand("DELETE", f"/{remote_id}")

    def person_changes(self, remote_id: str, **members: Any) -> None:
        self.by_hand("PATCH", f"/{remote_id}", members)

    def person_adds_elsewhere(self, event: PersonsEvent) -> str:
        owner = self.account.owner
        self.google.store.add_calendar(
            Calendar(PERSONAL, owner.sub, "secondary", "プライベート", ZONE, owner.domain)
        )
        self.by_hand("POST", "", _document(event), calendar=PERSONAL)
        return PERSONAL

    def forget_tokens(self) -> None:
        self.google.store.forget_sync(OWNER)

    def lose_replies(self, times: int) -> None:
        self.line.answers_to_lose = times

    def throttle(self, seconds: int) -> None:
        self.google.faults.add(FaultKind.QUOTA, seconds=seconds)

    def break_down(self) -> None:
        self.line.down = True

    def heal(self) -> None:
        self.line.down, self.line.answers_to_lose = False, 0
        self.google.faults.clear()

    def revoke(self) -> None:
        self.google.faults.add(FaultKind.REVOKED)

    def take_mailbox(self) -> None:
        self.google.people.set_services(self.account.owner.sub, calendar=False, meet=True)

    def take_web_meetings(self) -> None:
        self.google.people.set_services(self.account.owner.sub, calendar=True, meet=False)

    def let_rooms_answer(self) -> None:
        until = monotonic() + 30
        while any(self._unanswered(event) for event in self.by_hand("GET", "?maxResults=999")["items"]):
            assert monotonic() < until, "the rooms do not answer"
            self.let_time_pass(timedelta(seconds=10))
            sleep(0.02)

    def let_time_pass(self, step: timedelta) -> None:
        clock: Any = self.sandbox.context.clock
        clock.advance(step)

    @staticmethod
    def _unanswered(event: Any) -> bool:
        return any(
            person.get("resource") and person["responseStatus"] == "needsAction"
            for person in event.get("attendees", [])
        )

    def body_of(self, remote_id: str) -> str:
        return str(self.by_hand("GET", f"/{remote_id}").get("description", ""))

    def is_meeting_alive(self, join_url: str) -> bool:
        return self.person.get(join_url).status_code == 200


def _document(event: PersonsEvent) -> dict[str, Any]:
    body: dict[str, Any] = {"summary": event.title, **_span(event.start, event.end, all_day=event.all_day)}
    # Google knows no absence of whole days: people enter an ordinary event.
    kind = {} if event.all_day and event.show_as is ShowAs.OUT_OF_OFFICE else _KINDS[event.show_as]
    return {**body, **kind, **({"visibility": "private"} if event.private else {})}


def _span(start: datetime, end: datetime, *, all_day: bool = False) -> dict[str, Any]:
    walls = {"start": start.astimezone(ZoneInfo(ZONE)), "end": end.astimezone(ZoneInfo(ZONE))}
    if all_day:
        return {name: {"date": wall.date().isoformat()} for name, wall in walls.items()}
    return {name: {"dateTime": wall.isoformat(), "timeZone": ZONE} for name, wall in walls.items()}
