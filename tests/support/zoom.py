"""Zoom's side of the sandbox, for tests: signing in there, and what stands in somebody's account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chosei import wiring
from chosei.actions.connecting import begin_connection, complete_connection
from chosei.records.models import Connection, Member
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.zoom import apps
from chosei.sandbox.zoom.serving import Zoom, zoom_of
from chosei.sandbox.zoom.store import Meeting, Person
from tests.support.person import PASSWORD
from tests.support.person import Person as Browsing
from tests.support.sandbox import Sandbox


@dataclass(frozen=True)
class ZoomWorld:
    """The sandbox's Zoom and its people."""

    sandbox: Sandbox

    @property
    def zoom(self) -> Zoom:
        return zoom_of(self.sandbox.context)

    def person(self, address: str) -> Person:
        found = self.zoom.people.by_email(address)
        assert found is not None
        return found

    def meetings(self, address: str) -> list[Meeting]:
        return self.zoom.store.meetings(self.person(address).id)

    def counted(self, address: str) -> int:
        return self.zoom.store.counted(self.person(address).id)

    def fault(self, kind: FaultKind, address: str, **how: Any) -> None:
        self.sandbox.context.faults.add(kind, f"zoom:{address}", **how)

    def sign_in(self, url: str, address: str, press: str = "許可") -> dict[str, str]:
        """Walk the pages as a person; the members that came back with the browser."""
        with Browsing(self.sandbox.url) as person:
            person.open(url).press("サインイン", email=address, password=PASSWORD)
            return person.press(press).returned

    def connect(self, member: Member, address: str = "") -> Connection:
        """Sign in on Zoom's pages as the member, allow Chosei, and come back."""
        back = self.sign_in(begin_connection(member, "zoom"), address or member.email)
        return complete_connection(member, "zoom", state=back["state"], code=back["code"], error="")


def use_zoom(settings: Any, sandbox: Sandbox) -> ZoomWorld:
    """Have Chosei's settings lead to the sandbox's Zoom."""
    settings.CHOSEI_ZOOM_CLIENT_ID = apps.CLIENT_ID
    settings.CHOSEI_ZOOM_CLIENT_SECRET = apps.CLIENT_SECRET
    settings.CHOSEI_ZOOM_WEBHOOK_SECRET = apps.WEBHOOK_SECRET
    settings.CHOSEI_ZOOM_LOGIN_URL = f"{sandbox.url}/zoom"
    settings.CHOSEI_ZOOM_API_URL = f"{sandbox.url}/zoom/v2"
    wiring.forget()
    return ZoomWorld(sandbox)
