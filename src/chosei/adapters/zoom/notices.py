"""Zoom's webhooks: signature, age, the handshake, and what a notice means.

Signed is "v0:{timestamp}:{raw body}" with the app's secret token (HMAC-SHA256). Source: Zoom's published
notes on webhook verification.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chosei.adapters.zoom.answers import instant_of, text_of
from chosei.ports.meeting_notices import (
    Deauthorised,
    Handshake,
    MeetingTouched,
    NotGenuine,
    NothingForUs,
    Notice,
)

OLDEST_SECONDS = 300
_MEETING_EVENTS = ("meeting.updated", "meeting.deleted")


class ZoomNotices:
    """See ``ports.meeting_notices.MeetingNotices``."""

    def __init__(self, client_id: str, secret: str) -> None:
        self._client_id, self._secret = client_id, secret

    def read(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Notice:
        named = {name.lower(): value for name, value in headers.items()}
        stamp = named.get("x-zm-request-timestamp", "")
        if not self._secret:
            raise NotGenuine("no_secret")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 13):
            raise NotGenuine("no_timestamp")
        seconds = int(stamp) / (1000 if len(stamp) > 11 else 1)
        if abs(now.timestamp() - seconds) > OLDEST_SECONDS:
            raise NotGenuine("too_old")
        expected = "v0=" + self._sign(f"v0:{stamp}:".encode() + body)
        if not hmac.compare_digest(expected.encode(), named.get("x-zm-signature", "").encode()):
            raise NotGenuine("signature")
        return self._meaning(body)

    def _meaning(self, body: bytes) -> Notice:
        said = json.loads(body)
        payload = said.get("payload") if isinstance(said, dict) else None
        if not isinstance(payload, dict):
            raise ValueError("a notice without payload")
        event = text_of(said, "event")
        if event == "endpoint.url_validation":
            plain = text_of(payload, "plainToken")
            return Handshake({"plainToken": plain, "encryptedToken": self._sign(plain.encode())})
        if event == "app_deauthorized":
            return self._deauthorised(payload)
        if event in _MEETING_EVENTS:  # our own changes come back as well
            number = _object(payload).get("id")
            return MeetingTouched(str(number)) if isinstance(number, (int, str)) else NothingForUs()
        return NothingForUs()

    def _deauthorised(self, payload: Mapping[str, Any]) -> Notice:
        tenant, who = text_of(payload, "account_id"), text_of(payload, "user_id")
        ours = text_of(payload, "client_id") == self._client_id
        at = instant_of(text_of(payload, "deauthorization_time"))
        return Deauthorised(tenant, who, at) if ours and tenant and who else NothingForUs()

    def _sign(self, message: bytes) -> str:
        return hmac.new(self._secret.encode(), message, hashlib.sha256).hexdigest()


def _object(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    found = payload.get("object")
    return found if isinstance(found, Mapping) else {}
