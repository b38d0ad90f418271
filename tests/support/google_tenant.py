"""The Google side of a sandbox, and how its people connect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone
from starlette.types import ASGIApp

from chosei import wiring
from chosei.actions.connecting import begin_connection, complete_connection
from chosei.records.models import Connection, Member
from chosei.sandbox.google.access import google_in
from chosei.sandbox.google.clients import CLIENT_ID, CLIENT_SECRET
from chosei.sandbox.google.service import GoogleService
from chosei.sandbox.google.store import Calendar, Document
from tests.conftest import CONTRACTS
from tests.support.person import PASSWORD, Person
from tests.support.sandbox import Sandbox, running_sandbox


@dataclass(frozen=True)
class GoogleTenant:
    """The sandbox's Workspace company."""

    sandbox: Sandbox

    @property
    def google(self) -> GoogleService:
        return google_in(self.sandbox.context)

    def calendar(self, address: str) -> Calendar:
        found = self.google.store.calendar(address)
        assert found is not None
        return found

    def ours(self, address: str) -> list[Document]:
        """The events of the next weeks that carry Chosei's key, by start."""
        begin = timezone.now()
        there = self.google.events.between(self.calendar(address), begin, begin + timedelta(days=60))
        return [one for one in there if "choseiKey" in str(one.get("extendedProperties"))]

    def enters(self, address: str, title: str, start: Any, end: Any) -> Document:
        """Somebody enters an event in Google Calendar."""
        times = {name: {"dateTime": moment.isoformat()} for name, moment in (("start", start), ("end", end))}
        body = {"summary": title, **times}
        return self.google.events.insert(self.calendar(address), body, conference=False, origin="")

    def sign_in(self, url: str, address: str, *, untick: str = "") -> Person:
        """Walk through Google's pages to the end, wherever that is."""
        with Person(self.sandbox.url) as person:
            person.open(url)
            if person.page.find("input", {"name": "identifier"}):
                person.press("次へ", identifier=address)
                person.press("次へ", passwd=PASSWORD)
            if person.page.find("input", {"name": "scope"}):
                person.press("続行", untick=untick)
            return person

    def returned(self, url: str, address: str, *, untick: str = "") -> dict[str, str]:
        """What the browser brings back."""
        person = self.sign_in(url, address, untick=untick)
        query = parse_qs(urlsplit(person.returned_to).query)
        return {name: query.get(name, [""])[0] for name in ("state", "code", "error")}

    def connect(
        self, member: Member, address: str = "", *, untick: str = "", also: str = "", instead: str = ""
    ) -> Connection:
        """Sign in as the member (or with another account), consent, and come back."""
        url = begin_connection(member, "google", also=also, instead=instead)
        brought = self.returned(url, address or member.email, untick=untick)
        return complete_connection(member, "google", **brought)


@contextmanager
def google_tenant_on(
    settings: Any, request: Any, *, inside: Callable[[ASGIApp], ASGIApp] = lambda app: app, **options: Any
) -> Iterator[GoogleTenant]:
    """All that passes between Chosei and the sandbox is held against the contract, where it is at hand.
    ``inside`` puts a layer around the sandbox."""
    check = request.getfixturevalue("checked") if CONTRACTS.is_dir() else None

    def wrap(app: ASGIApp) -> ASGIApp:
        checked: ASGIApp = check(inside(app)) if check else inside(app)
        return checked

    with running_sandbox(wrap=wrap, **options) as running:
        yield google_side(settings, running)
        wiring.forget()


def google_side(settings: Any, running: Sandbox) -> GoogleTenant:
    """Chosei finds Google in ``running`` from now on."""
    for name in ("LOGIN", "TOKEN", "API"):
        setattr(settings, f"CHOSEI_GOOGLE_{name}_URL", f"{running.url}/google")
    settings.CHOSEI_GOOGLE_CLIENT_ID, settings.CHOSEI_GOOGLE_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    wiring.forget()
    return GoogleTenant(running)
