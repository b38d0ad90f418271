"""What Zoom posts to the app: signed, tried again on 5xx, and the check that somebody listens there.

Source: Zoom's published notes on webhook verification and subscriptions.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from chosei.sandbox.database import Database
from chosei.sandbox.outgoing import sender
from chosei.sandbox.zoom.apps import CLIENT_ID, WEBHOOK_SECRET
from chosei.sandbox.zoom.serving import Zoom
from chosei.sandbox.zoom.store import Meeting, Person

SCHEMA = """
CREATE TABLE IF NOT EXISTS zoom_endpoint (one INTEGER PRIMARY KEY CHECK (one = 1), url TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS zoom_posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, event TEXT NOT NULL, outcome TEXT NOT NULL
);
"""
_TRIES = 3
_AGAIN_SECONDS = 5.0
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Endpoint:
    """Where notices go, and the latest of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.register(SCHEMA)

    @property
    def url(self) -> str:
        row = self._database.row("SELECT url FROM zoom_endpoint")
        return str(row["url"]) if row else ""

    def set(self, url: str) -> None:
        """Raises ValueError for an address outside this machine: nothing leaves it."""
        if url and urlsplit(url).hostname not in _LOOPBACK:
            raise ValueError("the sandbox notifies this machine only")
        self._database.execute("INSERT OR REPLACE INTO zoom_endpoint VALUES (1, ?)", (url,))

    def learn(self, redirect_uri: str) -> None:
        """The app's own address tells where it listens, as long as nobody has said otherwise."""
        parts = urlsplit(redirect_uri)
        if not self.url and parts.hostname in _LOOPBACK:
            self.set(f"{parts.scheme}://{parts.netloc}/hooks/zoom")

    def keep(self, event: str, outcome: str, at: datetime) -> None:
        self._database.execute(
            "INSERT INTO zoom_posts (at, event, outcome) VALUES (?, ?, ?)", (at.isoformat(), event, outcome)
        )

    def posts(self) -> list[tuple[datetime, str, str]]:
        rows = self._database.rows("SELECT * FROM zoom_posts ORDER BY id DESC LIMIT 20")
        return [(datetime.fromisoformat(row["at"]), row["event"], row["outcome"]) for row in rows]


def signed(body: bytes, now: datetime) -> dict[str, str]:
    """The headers that prove where a notice comes from."""
    stamp = str(int(now.timestamp()))
    return {
        "content-type": "application/json",
        "x-zm-request-timestamp": stamp,
        "x-zm-signature": f"v0={_hmac(f'v0:{stamp}:'.encode() + body)}",
    }


def meeting_event(
    zoom: Zoom, person: Person, event: str, meeting: Meeting, *, old: Meeting | None = None
) -> None:
    """Post in the background that something happened to a meeting, whoever did it."""
    payload: dict[str, Any] = {
        "account_id": person.account_id,
        "operator": person.email,
        "operator_id": person.id,
        "object": _described(meeting),
    }
    if old is not None:
        payload["old_object"] = _described(old)
    _start(zoom, event, payload)


def deauthorised(zoom: Zoom, person: Person) -> None:
    """The person has removed the app."""
    _start(
        zoom,
        "app_deauthorized",
        {
            "account_id": person.account_id,
            "user_id": person.id,
            "client_id": CLIENT_ID,
            "signature": secrets.token_hex(32),
            "deauthorization_time": zoom.context.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )


async def validate(zoom: Zoom) -> bool:
    """Whether the endpoint knows the secret: it hashes a token that Zoom has just made."""
    plain = secrets.token_urlsafe(16)
    answer = await _post(zoom, "endpoint.url_validation", {"plainToken": plain})
    try:
        body = answer.json() if answer is not None and answer.status_code == 200 else {}
    except ValueError:
        body = {}
    fits = body == {"plainToken": plain, "encryptedToken": _hmac(plain.encode())}
    Endpoint(zoom.context.database).keep(
        "endpoint.url_validation", "ok" if fits else "refused", zoom.context.clock.now()
    )
    return fits


def _start(zoom: Zoom, event: str, payload: dict[str, Any]) -> None:
    if Endpoint(zoom.context.database).url:
        zoom.context.background.start(_deliver(zoom, event, payload))


async def _deliver(zoom: Zoom, event: str, payload: dict[str, Any]) -> None:
    for attempt in range(_TRIES):
        answer = await _post(zoom, event, payload)
        outcome = str(answer.status_code) if answer is not None else "no answer"
        Endpoint(zoom.context.database).keep(event, outcome, zoom.context.clock.now())
        if answer is not None and answer.status_code < 500:
            return
        if attempt < _TRIES - 1:
            await zoom.context.clock.sleep(_AGAIN_SECONDS)


async def _post(zoom: Zoom, event: str, payload: dict[str, Any]) -> httpx2.Response | None:
    now = zoom.context.clock.now()
    content = {"event": event, "event_ts": int(now.timestamp() * 1000), "payload": payload}
    body = json.dumps(content).encode()
    url = Endpoint(zoom.context.database).url
    try:
        async with sender(3.0) as client:
            return await client.post(url, content=body, headers=signed(body, now))
    except httpx2.HTTPError:
        return None


def _described(meeting: Meeting) -> dict[str, Any]:
    return {
        "id": meeting.id,
        "uuid": meeting.uuid,
        "host_id": meeting.host,
        "topic": meeting.topic,
        "type": 2,
        "start_time": meeting.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": meeting.duration,
        "timezone": meeting.timezone,
    }


def _hmac(message: bytes) -> str:
    return hmac.new(WEBHOOK_SECRET.encode(), message, hashlib.sha256).hexdigest()
