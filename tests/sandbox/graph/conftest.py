"""A person's access to Graph in a running sandbox, every call checked against the contract."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from chosei.sandbox.app import create_app
from chosei.sandbox.clock import ManualClock
from chosei.sandbox.context import SandboxContext
from chosei.sandbox.database import Database
from chosei.sandbox.graph.store import GraphStore, store_of
from chosei.sandbox.identity.tokens import Grant
from tests.support.contracts import ValidatingASGI, checked

__all__ = ["checked"]

APP_ID = "5b0c1f4e-9d0e-4a57-8c53-0c405e100001"
START = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)  # Tuesday, 10:00 in Tokyo
EVERYTHING = (
    "User.Read User.ReadBasic.All Calendars.ReadWrite Calendars.ReadWrite.Shared Place.Read.All "
    "OnlineMeetings.ReadWrite MailboxSettings.Read Mail.Send"
)
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}


@dataclass
class Graph:
    """Calls Graph as one person (or as an application)."""

    client: TestClient
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request; underscores in header names stand for hyphens."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        authorization = {"Authorization": f"Bearer {self.token}"}
        url = path if path.startswith("http") else f"/v1.0{path}"
        return self.client.request(method, url, json=body, headers={**authorization, **self.headers, **given})

    def get(self, path: str, **headers: str) -> Any:
        """The JSON of a successful GET."""
        answer = self.call("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """The JSON of a successful POST, None without content."""
        answer = self.call("POST", path, body, **headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def create(self, subject: str = "打合せ", start: str = "2027-03-03T10:00:00", **members: Any) -> Any:
        """A new event of one hour in Tokyo; `members` are added as Graph names them."""
        hour = int(start[11:13]) + 1
        body = {
            "subject": subject,
            "start": {"dateTime": start, "timeZone": "Tokyo Standard Time"},
            "end": {"dateTime": f"{start[:11]}{hour:02d}{start[13:]}", "timeZone": "Tokyo Standard Time"},
        }
        return self.post("/me/events", {**body, **members})

    def event(self, number: str, query: str = "", **headers: str) -> Any:
        """An event by id."""
        return self.get(f"/me/events/{number}{query}", **headers)

    def view(self, start: str, end: str, query: str = "", **headers: str) -> list[Any]:
        """All of a calendar view, page after page."""
        found: list[Any] = []
        link = f"/me/calendarView?startDateTime={start}&endDateTime={end}{query}"
        while link:
            page = self.get(link, **headers)
            found += page["value"]
            link = page.get("@odata.nextLink", "")
        return found


@dataclass
class World:
    """The sandbox with its clock and inside."""

    context: SandboxContext
    client: TestClient
    clock: ManualClock
    layer: ValidatingASGI

    @property
    def store(self) -> GraphStore:
        return store_of(self.context)

    def token(self, address: str = "sato@sample.example", scopes: str = EVERYTHING) -> str:
        """An access token for a person; with address "" for the application itself."""
        user = self.context.directory.user(address) if address else None
        tid = user.tid if user else self.context.directory.tenants()[0].tid
        grant = Grant(APP_ID, tid, user.oid if user else "", frozenset(scopes.split()))
        return self.context.tokens.issue_access(grant, self.clock.now(), 30 * 24 * 3600)

    def graph(self, address: str = "sato@sample.example", scopes: str = EVERYTHING, **headers: str) -> Graph:
        """Graph as somebody."""
        return Graph(self.client, self.token(address, scopes), headers)

    def graph_tid(self) -> str:
        """The demo company's tenant."""
        return self.context.directory.tenants()[0].tid

    def key(self, address: str) -> str:
        """The object id of a mailbox."""
        box = self.store.mailbox(address)
        assert box is not None
        return box.key

    def refused(self, graph: Graph, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The error of a call that is meant to be wrong; the contract's complaints about it are dropped."""
        before = list(self.layer.violations)
        answer = graph.call(method, path, body, **headers)
        self.layer.violations[:] = before
        assert answer.status_code >= 400, answer.text
        return {"status": answer.status_code, **answer.json()["error"]}


def wait_for(condition: Callable[[], Any], seconds: float = 5) -> Any:
    """The first true value of `condition`, which something in the background brings about."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
    return found


@contextmanager
def sandbox_at(folder: Path, clock: ManualClock, wrap: Callable[[ASGIApp], ASGIApp]) -> Iterator[World]:
    """The sandbox over the database in `folder`, its background work running."""
    database = Database(folder)
    app = create_app(database, clock)
    layer = wrap(app)
    assert isinstance(layer, ValidatingASGI)
    with TestClient(layer, base_url="http://127.0.0.1:8100") as client:
        yield World(app.state.sandbox, client, clock, layer)
    database.close()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as a first start at START leaves it, to be copied: seeding is most of a start."""
    folder = tmp_path_factory.mktemp("seeded")
    database = Database(folder)
    create_app(database, ManualClock(START))
    database.close()
    return folder


@pytest.fixture
def world(checked: Callable[[ASGIApp], ASGIApp], seeded: Path, tmp_path: Path) -> Iterator[World]:
    """A sandbox whose clock stands still at START."""
    shutil.copytree(seeded, tmp_path, dirs_exist_ok=True)
    with sandbox_at(tmp_path, ManualClock(START), checked) as running:
        yield running


@pytest.fixture
def sato(world: World) -> Graph:
    """佐藤 with every permission."""
    return world.graph(Prefer='IdType="ImmutableId"')


@pytest.fixture
def suzuki(world: World) -> Graph:
    """鈴木 with every permission."""
    return world.graph("suzuki@sample.example", Prefer='IdType="ImmutableId"')
