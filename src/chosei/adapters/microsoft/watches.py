"""Change notifications of one account's events (Graph subscriptions).

A subscription to events lives for less than seven days and is renewed by PATCH (microsoft-graph-docs, include
change-notifications-subscription-lifetime). Notifications carry ids only, so that nothing needs decrypting.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chosei.adapters.microsoft.calls import GraphCall, path
from chosei.adapters.microsoft.graph import Graph
from chosei.adapters.microsoft.problems import UNREADABLE
from chosei.ports.calendar import Watch
from chosei.ports.errors import Missing, Transient

LONGEST = timedelta(minutes=10_080)
_ROUTE, _ONE = "/subscriptions", "/subscriptions/{}"
# The service's clock may be a little behind ours, and it refuses what is a minute too long.
_MARGIN = timedelta(minutes=10)


def begin(graph: Graph, url: str, secret: str) -> Watch:
    """See ``CalendarPort.watch``: changes and lifecycle events go to one address."""
    for stray in _standing(graph, url):
        end(graph, stray)
    body = {
        "changeType": "created,updated,deleted",
        "resource": "/me/events",
        "notificationUrl": url,
        "lifecycleNotificationUrl": url,
        "clientState": secret,
        "expirationDateTime": _longest(),
    }
    # A repeated POST would leave a second one behind.
    return _watch(graph.send(GraphCall("POST", _ROUTE, _ROUTE, body, repeatable=False)).body)


def extend(graph: Graph, remote_id: str) -> Watch:
    """See ``CalendarPort.extend_watch``. Renewing answers a reauthorizationRequired as well."""
    call = GraphCall("PATCH", path(_ONE, remote_id), _ONE, {"expirationDateTime": _longest()})
    return _watch(graph.send(call).body)


def end(graph: Graph, remote_id: str) -> None:
    """See ``CalendarPort.end_watch``."""
    try:
        graph.send(GraphCall("DELETE", path(_ONE, remote_id), _ONE))
    except Missing:
        return


def _standing(graph: Graph, url: str) -> list[str]:
    """What this account has asked for at ``url``: Graph lists those of the calling app and person."""
    found = graph.pages(GraphCall("GET", _ROUTE, _ROUTE))
    return [str(one["id"]) for one in found if one.get("notificationUrl") == url and one.get("id")]


def _longest() -> str:
    return (datetime.now(UTC) + LONGEST - _MARGIN).strftime("%Y-%m-%dT%H:%M:%SZ")


def _watch(raw: Mapping[str, Any]) -> Watch:
    number, expires = raw.get("id"), raw.get("expirationDateTime")
    if not isinstance(number, str) or not number or not isinstance(expires, str):
        raise Transient(UNREADABLE)
    try:
        instant = datetime.fromisoformat(expires)
    except ValueError:
        raise Transient(UNREADABLE) from None
    return Watch(number, instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC))
