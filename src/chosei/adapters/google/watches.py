"""Push channels on the account's calendar.

A channel cannot be renewed: another one is opened before it ends, and only then is it stopped, so that no
change falls between the two. Nobody lists channels; so their ids are a few fixed ones for each account and
address, and one whose opening was never answered is found by its id being taken. Source:
developers.google.com/workspace/calendar/api/guides/push.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chosei.adapters.google.client import Api, Request
from chosei.adapters.google.problems import UNREADABLE
from chosei.adapters.google.writes import EVENTS
from chosei.ports.calendar import Watch
from chosei.ports.errors import Missing, Rejected, Transient

LONGEST = timedelta(days=7)
SLOTS = "abcd"
_STOP = "/calendar/v3/channels/stop"
_TAKEN = "channelidnotunique"


def begin(api: Api, url: str, secret: str) -> Watch:
    """See ``CalendarPort.watch``. Every other channel of this account for ``url`` is ended afterwards."""
    watch = _open(api, url, secret)
    mine, resource = watch.remote_id.split(" ")
    for other in _names(api, url):
        if other != mine:
            _stop(api, other, resource)
    return watch


def replace(api: Api, remote_id: str, url: str, secret: str) -> Watch:
    """See ``CalendarPort.extend_watch``. Raises ``Missing`` when the old one had ended already: what it did
    not tell has to be read."""
    old, resource = remote_id.split(" ")
    watch = _open(api, url, secret, but=old)
    if not _stop(api, old, resource):
        end(api, watch.remote_id)
        raise Missing("channel_ended")
    return watch


def end(api: Api, remote_id: str) -> None:
    """See ``CalendarPort.end_watch``."""
    _stop(api, *remote_id.split(" "))


def remote_id(channel: str, resource: str) -> str:
    """What names a channel for good: stopping it takes both."""
    return f"{channel} {resource}"


def _open(api: Api, url: str, secret: str, *, but: str = "") -> Watch:
    for name in (*(one for one in _names(api, url) if one != but), secrets.token_hex(24)):
        body = {
            "id": name,
            "type": "web_hook",
            "address": url,
            "token": secret,
            "params": {"ttl": str(int(LONGEST.total_seconds()))},
        }
        try:
            # A repeated one would find its own id taken, and leave two behind.
            return _watch(api.send(Request("POST", f"{EVENTS}/watch", body=body, repeatable=False)))
        except Rejected as refused:
            if refused.code.lower() != _TAKEN:
                raise
    raise Transient("no_channel_id")


def _names(api: Api, url: str) -> list[str]:
    account = f"{api.account.tenant_id} {api.account.object_id} {url}"
    base = hashlib.sha256(account.encode()).hexdigest()[:36]
    return [f"{base}-{slot}" for slot in SLOTS]


def _stop(api: Api, channel: str, resource: str) -> bool:
    """Whether it was still there."""
    try:
        api.send(Request("POST", _STOP, body={"id": channel, "resourceId": resource}))
    except Missing:
        return False
    return True


def _watch(raw: Mapping[str, Any]) -> Watch:
    channel, resource, expires = (raw.get(name) for name in ("id", "resourceId", "expiration"))
    if not isinstance(channel, str) or not isinstance(resource, str) or not str(expires or "").isdecimal():
        raise Transient(UNREADABLE)
    return Watch(remote_id(channel, resource), datetime.fromtimestamp(int(str(expires)) / 1000, UTC))
