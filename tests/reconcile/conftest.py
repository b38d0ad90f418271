from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from starlette.types import ASGIApp, Receive, Scope, Send

from chosei import wiring
from chosei.actions.connecting import begin_connection, complete_connection
from chosei.actions.members import create_organization
from chosei.records.models import Connection, Member
from chosei.sandbox.faults import EVERYBODY, FaultKind
from chosei.sandbox.graph.mailboxes import Mailbox
from chosei.sandbox.graph.model import Instance
from chosei.sandbox.graph.store import GraphStore, store_of
from tests.conftest import CONTRACTS
from tests.support.contracts import checked
from tests.support.person import Person
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.worker import run_jobs
from tests.support.zoom import ZoomWorld, use_zoom

__all__ = ["checked"]

CLIENT_ID, CLIENT_SECRET = "5b0c1f4e-9d0e-4a57-8c53-0c405e100001", "sandbox-secret"


@dataclass(frozen=True)
class Tenant:
    """The sandbox with the demo company, and how its people connect."""

    sandbox: Sandbox
    traffic: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of every call that came in, in their order."""

    @property
    def store(self) -> GraphStore:
        return store_of(self.sandbox.context)

    def calendar(self, address: str) -> list[Instance]:
        """What stands in somebody's calendar from now on, by start."""
        return self.store.events_between(
            self.mailbox(address).key, timezone.now(), timezone.now() + timedelta(days=60)
        )

    def ours(self, address: str) -> list[Instance]:
        """The events that carry Chosei's key."""
        return [one for one in self.calendar(address) if one.event.single_properties]

    def mailbox(self, address: str) -> Mailbox:
        found = self.store.mailbox(address)
        assert found is not None
        return found

    def fault(self, kind: FaultKind, address: str = EVERYBODY, **how: Any) -> None:
        self.sandbox.context.faults.add(kind, address, **how)

    def connect(self, member: Member, *, instead: str = "") -> Connection:
        """Sign in on the sandbox's pages as the member, consent, and come back."""
        url = begin_connection(member, "microsoft", instead=instead)
        with Person(self.sandbox.url) as person:
            person.open(url)
            for _ in range(4):
                if person.returned:
                    break
                if person.page.find("input", {"name": "loginfmt"}):
                    person.press("次へ", loginfmt=member.email)
                elif person.page.find("input", {"name": "passwd"}):
                    person.press("サインイン", passwd="chosei-demo")
                else:
                    person.press("承諾")
            query = parse_qs(urlsplit(person.returned_to).query)
        return complete_connection(
            member, "microsoft", state=query["state"][0], code=query["code"][0], error=""
        )


@contextmanager
def tenant_on(settings, request, **options: Any) -> Iterator[Tenant]:
    """All that passes between Chosei and the sandbox is held against the contract, where it is at hand."""
    check = request.getfixturevalue("checked") if CONTRACTS.is_dir() else None
    traffic: list[tuple[str, str]] = []

    def wrap(app: ASGIApp) -> ASGIApp:
        inner = check(app) if check else app

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                traffic.append((scope["method"], scope["path"]))
            await inner(scope, receive, send)

        return counted

    with running_sandbox(wrap=wrap, **options) as running:
        settings.CHOSEI_MICROSOFT_LOGIN_URL = running.url
        settings.CHOSEI_MICROSOFT_GRAPH_URL = running.url
        settings.CHOSEI_MICROSOFT_CLIENT_ID = CLIENT_ID
        settings.CHOSEI_MICROSOFT_CLIENT_SECRET = CLIENT_SECRET
        wiring.forget()
        yield Tenant(running, traffic)
        wiring.forget()


@pytest.fixture
def tenant(settings, request) -> Iterator[Tenant]:
    with tenant_on(settings, request) as made:
        yield made


@pytest.fixture
def sato(db) -> Member:
    """佐藤 健一, who has a mailbox in the sandbox."""
    organization = create_organization(
        "株式会社サンプル", "sato@sample.example", "佐藤 健一", "a-long-password"
    )
    return organization.members.get()


@pytest.fixture
def zoom(tenant, settings) -> ZoomWorld:
    """Zoom, in the same sandbox."""
    return use_zoom(settings, tenant.sandbox)


@pytest.fixture
def zoomed(zoom, linked, sato) -> Connection:
    """佐藤 健一's Zoom account beside the calendar."""
    return zoom.connect(sato)


@pytest.fixture
def linked(tenant, sato):
    """佐藤 健一's connection, its calendar already in the mirror."""
    connection = tenant.connect(sato)
    run_jobs()
    connection.refresh_from_db()
    assert connection.mirror_read_at is not None
    return connection
