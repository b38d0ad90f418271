"""Change notifications: handshake, delivery, retries, lifecycle."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.graph.conftest import Graph, World, wait_for
from tests.support.contracts import graph_contract

pytestmark = pytest.mark.contract

EXPIRES = "2026-12-05T00:00:00Z"


@dataclass
class Receiver:
    """Somebody who is notified: repeats tokens, keeps bodies, and can be told to misbehave."""

    url: str = ""
    bodies: list[Any] = field(default_factory=list)
    handshakes: list[str] = field(default_factory=list)
    status: int = 202
    content_type: str = "text/plain"
    repeats: bool = True

    def told(self) -> list[tuple[str, str]]:
        return [
            (one["changeType"], one["resourceData"]["id"]) for body in self.bodies for one in body["value"]
        ]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            token = parse_qs(urlsplit(self.path).query).get("validationToken")
            answer = b""
            if token:
                receiver.handshakes.append(token[0])
                answer = token[0].encode() if receiver.repeats else b"something else"
                self.send_response(200)
                self.send_header("content-type", receiver.content_type)
            else:
                assert graph_contract().webhook(raw) == []
                if receiver.status < 300:
                    receiver.bodies.append(json.loads(raw))
                self.send_response(receiver.status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(found))
    found.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/microsoft"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def wanted(receiver: Receiver, **changes: Any) -> dict[str, Any]:
    body = {
        "changeType": "created,updated,deleted",
        "resource": "/me/events",
        "notificationUrl": receiver.url,
        "lifecycleNotificationUrl": receiver.url,
        "clientState": "geheim",
        "expirationDateTime": EXPIRES,
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


def test_changes_are_told_with_the_ids_asked_for(sato: Graph, receiver: Receiver) -> None:
    made = sato.post("/subscriptions", wanted(receiver))
    assert made["expirationDateTime"].startswith("2026-12-05T00:00:00")
    assert len(receiver.handshakes) == 1
    event = sato.create()
    wait_for(lambda: len(receiver.told()) == 2)
    assert sorted(receiver.told()) == [("created", event["id"]), ("updated", event["id"])]
    told = receiver.bodies[0]["value"][0]
    assert (told["subscriptionId"], told["clientState"]) == (made["id"], "geheim")
    assert told["resource"].endswith(event["id"])
    sato.call("DELETE", f"/me/events/{event['id']}")
    wait_for(lambda: ("deleted", event["id"]) in receiver.told())


def test_without_the_preference_default_ids_are_told(world: World, sato: Graph, receiver: Receiver) -> None:
    world.graph().post("/subscriptions", wanted(receiver, changeType="created"))
    event = sato.create()
    wait_for(lambda: receiver.told())
    assert receiver.told()[0][1] != event["id"]


def test_only_what_was_subscribed_is_told(sato: Graph, suzuki: Graph, receiver: Receiver) -> None:
    sato.post("/subscriptions", wanted(receiver, changeType="deleted"))
    suzuki.create()
    event = sato.create()
    sato.call("DELETE", f"/me/events/{event['id']}")
    wait_for(lambda: receiver.told())
    assert receiver.told() == [("deleted", event["id"])]


def test_a_failed_delivery_is_tried_again(world: World, sato: Graph, receiver: Receiver) -> None:
    sato.post("/subscriptions", wanted(receiver, changeType="created"))
    receiver.status = 500
    event = sato.create()
    wait_for(lambda: _attempts(world) == 1)
    receiver.status = 202
    world.clock.advance(timedelta(seconds=2))
    wait_for(lambda: receiver.told() == [("created", event["id"])])
    wait_for(lambda: world.store.work.pending("notify") == 0)


def _attempts(world: World) -> int:
    row = world.context.database.row("SELECT max(attempts) AS n FROM graph_work WHERE kind = 'notify'")
    return int(row["n"] or 0) if row else 0


@pytest.mark.parametrize(
    "change",
    [
        {"notificationUrl": "http://example.com/hook"},
        {"notificationUrl": "nonsense"},
        {"lifecycleNotificationUrl": "http://example.com/hook"},
        {"expirationDateTime": "2026-12-09T00:00:00Z"},
        {"expirationDateTime": "2026-11-09T00:00:00Z"},
        {"expirationDateTime": "2026-12-05T00:00:00"},
        {"changeType": "created,renamed"},
        {"resource": "/me/messages"},
        {"clientState": "x" * 129},
        {"notificationUrl": None},
        {"colour": "blue"},
    ],
)
def test_wrong_subscriptions_are_refused(
    world: World, sato: Graph, receiver: Receiver, change: dict[str, Any]
) -> None:
    body = wanted(receiver, **change)
    assert world.refused(sato, "POST", "/subscriptions", body)["status"] == 400
    assert sato.get("/subscriptions")["value"] == []
    assert receiver.handshakes == []


@pytest.mark.parametrize("change", [{"repeats": False}, {"content_type": "application/json"}])
def test_the_handshake_must_succeed(
    world: World, sato: Graph, receiver: Receiver, change: dict[str, Any]
) -> None:
    for name, value in change.items():
        setattr(receiver, name, value)
    error = world.refused(sato, "POST", "/subscriptions", wanted(receiver))
    assert (error["status"], error["code"]) == (400, "ValidationError")


def test_renewing_reading_and_deleting(world: World, sato: Graph, suzuki: Graph, receiver: Receiver) -> None:
    made = sato.post("/subscriptions", wanted(receiver))
    path = f"/subscriptions/{made['id']}"
    renewed = sato.call("PATCH", path, {"expirationDateTime": "2026-12-07T00:00:00Z"}).json()
    assert renewed["expirationDateTime"].startswith("2026-12-07")
    short = sato.call("PATCH", path, {"expirationDateTime": "2026-12-01T01:10:00Z"}).json()
    assert short["expirationDateTime"].startswith("2026-12-01T01:45:00")  # raised to 45 minutes
    assert sato.call("POST", f"{path}/reauthorize").is_success
    assert world.refused(suzuki, "GET", path)["code"] == "ResourceNotFound"
    assert sato.call("DELETE", path).status_code == 204
    assert world.refused(sato, "GET", path)["status"] == 404


def test_a_lapsed_subscription_is_gone(world: World, sato: Graph, receiver: Receiver) -> None:
    made = sato.post("/subscriptions", wanted(receiver))
    world.clock.advance(timedelta(days=5))
    sato.create(start="2027-03-04T10:00:00")
    assert world.refused(sato, "GET", f"/subscriptions/{made['id']}")["status"] == 404
    assert receiver.bodies == []


def test_lifecycle_events(world: World, sato: Graph, receiver: Receiver) -> None:
    made = sato.post("/subscriptions", wanted(receiver))
    found = world.store.subscriptions.get(made["id"])
    assert found is not None
    for event in ("reauthorizationRequired", "missed", "subscriptionRemoved"):
        world.store.subscriptions.lifecycle(found, event)
    wait_for(lambda: len(receiver.bodies) == 3)
    assert {body["value"][0]["lifecycleEvent"] for body in receiver.bodies} == {
        "reauthorizationRequired",
        "missed",
        "subscriptionRemoved",
    }
    assert world.refused(sato, "GET", f"/subscriptions/{made['id']}")["status"] == 404
