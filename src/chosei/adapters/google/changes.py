"""What changed in the account's calendar since the last reading (sync tokens).

The first round names the stretch; later ones may not (contracts/google-workspace.md, "Sync and push"), so
that what is told is held against it here. 410: the token is not known any more.
"""

from __future__ import annotations

from chosei.adapters.google import events
from chosei.adapters.google.client import Api, Request
from chosei.adapters.google.problems import UNREADABLE
from chosei.adapters.google.writes import EVENTS
from chosei.adapters.wire import Unreadable, touches
from chosei.core.intervals import Interval
from chosei.ports.calendar import CalendarChanges
from chosei.ports.errors import Missing, Transient

_TOKEN = "nextSyncToken"  # noqa: S105 (a name)


def begin(api: Api, stretch: dict[str, str], page_size: int) -> str:
    """Walk through the first round, which tells all there is, to the token that tells what is new."""
    query = {"singleEvents": "true", "maxResults": str(page_size), **stretch}
    return _token(api.pages(Request("GET", EVENTS, query=query))[1])


def follow(api: Api, token: str, window: Interval, *, owner_zone: str, page_size: int) -> CalendarChanges:
    """Raises ``Missing`` when the token is not known any more, and any other ``PortError``."""
    query = {"singleEvents": "true", "maxResults": str(page_size), "syncToken": token}
    raws, last = api.pages(Request("GET", EVENTS, query=query))
    latest = {str(raw.get("id") or ""): raw for raw in raws}  # pages repeat what changes in between
    if "" in latest:
        raise Transient(UNREADABLE)
    try:
        standing = [raw for raw in latest.values() if raw.get("status") != events.CANCELLED]
        if any(raw.get("recurrence") for raw in standing):
            raise Missing("series_told")  # not unfolded, against what we asked: only a whole reading knows
        read = [events.busy(raw, owner_zone) for raw in standing]
    except Unreadable as error:
        raise Transient(UNREADABLE) from error
    inside = [event for event in read if touches(event, window.start, window.end)]
    inside.sort(key=lambda event: (event.start, event.end, event.remote_id))
    gone = frozenset(latest) - {event.remote_id for event in inside}
    return CalendarChanges(token=_token(last), events=tuple(inside), gone=gone)


def _token(last: object) -> str:
    found = last.get(_TOKEN) if isinstance(last, dict) else None
    if not isinstance(found, str) or not found:
        raise Transient(UNREADABLE)
    return found
