"""Asking to be told of changes, tried unchanged on each calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from chosei.ports.errors import Missing, NeedsReconnect, Rejected
from tests.contract.google_world import GoogleWorld
from tests.contract.worlds import MicrosoftWorld, World


class _Listener(BaseHTTPRequestHandler):
    """Repeats the token of a handshake and takes every notification."""

    def do_POST(self) -> None:
        token = parse_qs(urlsplit(self.path).query).get("validationToken", [""])[0]
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200 if token else 202)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(token.encode())

    def log_message(self, *_: object) -> None:
        """Silent: a test prints what it found out."""


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Listener) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hooks/microsoft"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _today(request: pytest.FixtureRequest) -> None:
    """The lifetime is told to the service as an instant of our clock: its own must not be another."""
    name = "world" if "world" in request.fixturenames else "microsoft"
    world = request.getfixturevalue(name)
    if isinstance(world, (MicrosoftWorld, GoogleWorld)):
        clock = world.sandbox.context.clock
        clock.advance(datetime.now(UTC) - clock.now())  # type: ignore[attr-defined]


def test_a_watch_lives_for_days_and_is_extended(world: World, url: str) -> None:
    begun = world.calendar.watch(url, "secret")
    assert begun.expires > datetime.now(UTC) + timedelta(days=6)
    extended = world.calendar.extend_watch(begun.remote_id, url, "secret")
    assert extended.expires >= begun.expires
    world.calendar.end_watch(extended.remote_id)
    with pytest.raises(Missing):  # be it the same or another one: nothing of it is left
        world.calendar.extend_watch(begun.remote_id, url, "secret")


def test_ending_twice_is_done_and_nothing_is_left_to_extend(world: World, url: str) -> None:
    watch = world.calendar.watch(url, "secret")
    world.calendar.end_watch(watch.remote_id)
    world.calendar.end_watch(watch.remote_id)
    with pytest.raises(Missing):
        world.calendar.extend_watch(watch.remote_id, url, "secret")


def test_asking_again_ends_what_a_lost_answer_left(world: World, url: str) -> None:
    lost = world.calendar.watch(url, "secret")
    found = world.calendar.watch(url, "another secret")
    assert found.remote_id != lost.remote_id
    with pytest.raises(Missing):
        world.calendar.extend_watch(lost.remote_id, url, "secret")
    world.calendar.extend_watch(found.remote_id, url, "secret")


def test_a_revoked_permission_watches_nothing(world: World, url: str) -> None:
    world.revoke()
    with pytest.raises(NeedsReconnect):
        world.calendar.watch(url, "secret")


@pytest.mark.contract
def test_an_address_that_does_not_answer_is_refused(microsoft: MicrosoftWorld) -> None:
    with pytest.raises(Rejected) as refused:
        microsoft.calendar.watch("http://127.0.0.1:1/hooks/microsoft", "secret")
    assert refused.value.code == "ValidationError"
