"""The services that the MeetingPort contract is tried on: Zoom, and Teams and Meet through the event."""

from __future__ import annotations

from abc import ABC, abstractmethod

import httpx2

from chosei.adapters.event_meetings import EventMeetings
from chosei.adapters.http import Deadline, Http
from chosei.adapters.zoom.api import Api, Tokens
from chosei.adapters.zoom.meetings import ZoomMeetings
from chosei.ports.errors import NeedsReconnect
from chosei.ports.meetings import MeetingPort
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.zoom.apps import CALLBACK
from chosei.sandbox.zoom.serving import zoom_of
from tests.contract.worlds import OWNER, World
from tests.support.sandbox import Sandbox


class MeetingWorld(ABC):
    """A service with the owner's meetings behind the port, and what happens there without Chosei."""

    meetings: MeetingPort

    @abstractmethod
    def lose_replies(self, times: int) -> None: ...

    @abstractmethod
    def throttle(self) -> None: ...

    @abstractmethod
    def break_down(self) -> None: ...

    @abstractmethod
    def heal(self) -> None: ...

    @abstractmethod
    def revoke(self) -> None: ...

    @abstractmethod
    def person_deletes(self, remote_id: str) -> None: ...

    @abstractmethod
    def is_alive(self, join_url: str) -> bool: ...


class EventWorld(MeetingWorld):
    """Over any world of calendars."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.meetings = EventMeetings(world.calendar)

    def lose_replies(self, times: int) -> None:
        self._world.lose_replies(times)

    def throttle(self) -> None:
        self._world.throttle(7)

    def break_down(self) -> None:
        self._world.break_down()

    def heal(self) -> None:
        self._world.heal()

    def revoke(self) -> None:
        self._world.revoke()

    def person_deletes(self, remote_id: str) -> None:
        self._world.person_deletes(remote_id)

    def is_alive(self, join_url: str) -> bool:
        return self._world.is_meeting_alive(join_url)


class ZoomMeetingWorld(MeetingWorld):
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self._zoom = sandbox, zoom_of(sandbox.context)
        found = self._zoom.people.by_email(OWNER)
        assert found is not None
        self._person = found
        redirect = f"{sandbox.url}{CALLBACK}"
        code = self._zoom.grants.issue_code(found.id, redirect, "")
        self._pair = self._zoom.grants.spend_code(code, redirect, "")
        self.refusals: list[NeedsReconnect] = []
        self._http = Http("zoom", environment=False)
        tokens = Tokens(lambda renew: self._pair.access, self.refusals.append)
        base = f"{sandbox.url}/zoom/v2"
        self.meetings = ZoomMeetings(Api(self._http, base, tokens, Deadline()))

    def close(self) -> None:
        self._http.close()

    def _fault(self, kind: FaultKind, count: int | None = None) -> None:
        self._sandbox.context.faults.add(kind, f"zoom:{OWNER}", seconds=7, count=count)

    def lose_replies(self, times: int) -> None:
        self._fault(FaultKind.LOST_REPLY, times)

    def throttle(self) -> None:
        self._fault(FaultKind.THROTTLED)

    def break_down(self) -> None:
        self._fault(FaultKind.UNAVAILABLE)

    def heal(self) -> None:
        self._sandbox.context.faults.clear()

    def revoke(self) -> None:
        self._zoom.grants.remove(self._person.id)

    def person_deletes(self, remote_id: str) -> None:
        self._zoom.store.delete(int(remote_id))

    def is_alive(self, join_url: str) -> bool:
        return httpx2.get(join_url, verify=False).status_code == 200
