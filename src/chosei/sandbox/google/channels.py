"""Push channels: who hears of which calendar. They end by themselves and cannot be renewed.

A notification has no body; the first one says `sync`. Source: contracts/google-workspace.md, [P].
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2

from chosei.sandbox.clock import Clock
from chosei.sandbox.database import Database
from chosei.sandbox.google.faults import FaultKind, Faults
from chosei.sandbox.google.problems import GoogleError, invalid
from chosei.sandbox.google.store import Document
from chosei.sandbox.graph.work import Work
from chosei.sandbox.outgoing import sender

log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS google_channels (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, calendar TEXT NOT NULL COLLATE NOCASE, resource TEXT NOT NULL,
    address TEXT NOT NULL, token TEXT NOT NULL, expires TEXT NOT NULL, messages INTEGER NOT NULL
);
"""
PUSH = "google-push"
LONGEST = timedelta(days=7)
_ID = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_RETRY_SECONDS = (1, 4, 16)


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel; `resource` is the same for every channel of one calendar."""

    id: str
    account: str
    calendar: str
    resource: str
    address: str
    token: str
    expires: datetime
    messages: int


class Channels:
    """Opens and stops channels and delivers what they are to hear."""

    def __init__(self, database: Database, clock: Clock, work: Work, faults: Faults) -> None:
        self._database, self._clock, self._work, self._faults = database, clock, work, faults
        database.register(SCHEMA)
        work.handle(PUSH, self._deliver)

    def open(self, account: str, calendar: str, body: Document) -> Document:
        """A new channel as Google answers it. Raises GoogleError 400."""
        number, address = body.get("id"), body.get("address")
        if not isinstance(number, str) or not _ID.fullmatch(number):
            raise invalid("Channel id not valid.", "channelIdInvalid")
        if body.get("type") not in ("web_hook", "webhook"):
            raise invalid("Unknown channel type.", "channelUnknownType")
        if not isinstance(address, str) or not _may_be_told(address):
            raise GoogleError(400, "push.webhookUrlNotHttps", f"WebHook callback must be HTTPS: {address}")
        if self.find(number):
            raise GoogleError(400, "channelIdNotUnique", f"Channel id {number} not unique")
        channel = Channel(
            number,
            account,
            calendar,
            hashlib.sha256(calendar.casefold().encode()).hexdigest()[:27],
            address,
            str(body.get("token") or ""),
            self._clock.now() + self._life(body),
            0,
        )
        self._database.execute(
            "INSERT OR REPLACE INTO google_channels VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
            (
                number,
                account,
                calendar,
                channel.resource,
                address,
                channel.token,
                channel.expires.isoformat(),
            ),
        )
        self._work.add(PUSH, {"channel": number, "state": "sync"})
        return {
            "kind": "api#channel",
            "id": number,
            "resourceId": channel.resource,
            "resourceUri": _uri(calendar),
            "expiration": _milliseconds(channel.expires),
            **({"token": channel.token} if channel.token else {}),
        }

    def _life(self, body: Document) -> timedelta:
        wanted = LONGEST
        if str(body.get("expiration") or "").isdecimal():
            wanted = datetime.fromtimestamp(int(body["expiration"]) / 1000, UTC) - self._clock.now()
        ttl = str((body.get("params") or {}).get("ttl") or "")
        if ttl.isdecimal():
            wanted = timedelta(seconds=int(ttl))
        if wanted <= timedelta(0):
            raise invalid("Channel expiration is in the past.")
        return min(wanted, LONGEST)

    def stop(self, account: str, body: Document) -> None:
        """End a channel. Raises GoogleError 404 for one that is not there, or not this account's."""
        found = self.find(str(body.get("id") or ""))
        if found is None or found.resource != body.get("resourceId") or found.account != account:
            raise GoogleError(404, "notFound", f"Channel '{body.get('id')}' not found for project")
        self.drop(found.id)

    def drop(self, number: str) -> None:
        """It is over, without anybody being told."""
        self._database.execute("DELETE FROM google_channels WHERE id = ?", (number,))

    def find(self, number: str) -> Channel | None:
        """The channel, while it lives."""
        return next((one for one in self.all() if one.id == number), None)

    def all(self) -> list[Channel]:
        """Every living channel."""
        rows = self._database.rows("SELECT * FROM google_channels ORDER BY rowid")
        found = [Channel(**{**dict(row), "expires": datetime.fromisoformat(row["expires"])}) for row in rows]
        return [one for one in found if one.expires > self._clock.now()]

    def calendar_changed(self, calendar: str) -> None:
        """Tell everybody who wants to hear of this calendar."""
        for channel in self.all():
            if channel.calendar.casefold() != calendar.casefold():
                continue
            if self._faults.take(FaultKind.CHANNEL_STOPS, channel.account):
                self.drop(channel.id)
                continue
            if not self._waiting(channel.id):
                self._work.add(PUSH, {"channel": channel.id, "state": "exists"})

    def _waiting(self, number: str) -> bool:
        """Whether news of this kind is on its way already: Google bundles what comes together."""
        row = self._database.row(
            "SELECT 1 FROM graph_work WHERE kind = ? AND attempts = 0"
            " AND json_extract(payload, '$.channel') = ? AND json_extract(payload, '$.state') = 'exists'",
            (PUSH, number),
        )
        return row is not None

    async def _deliver(self, payload: dict[str, Any], attempts: int) -> float | None:
        channel = self.find(payload["channel"])
        if channel is None:
            return None
        self._database.execute(
            "UPDATE google_channels SET messages = messages + 1 WHERE id = ?", (channel.id,)
        )
        headers = {
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Message-Number": str(channel.messages + 1),
            "X-Goog-Resource-ID": channel.resource,
            "X-Goog-Resource-State": payload["state"],
            "X-Goog-Resource-URI": _uri(channel.calendar),
            "X-Goog-Channel-Expiration": channel.expires.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            **({"X-Goog-Channel-Token": channel.token} if channel.token else {}),
        }
        try:
            async with sender(5) as client:
                answer = await client.post(channel.address, headers=headers)
            again = answer.status_code >= 500
        except httpx2.HTTPError as error:
            log.info("push not delivered: %s", type(error).__name__)
            again = True
        return _RETRY_SECONDS[attempts] if again and attempts < len(_RETRY_SECONDS) else None


def _may_be_told(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _uri(calendar: str) -> str:
    return f"https://www.googleapis.com/calendar/v3/calendars/{calendar}/events?alt=json"


def _milliseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))
