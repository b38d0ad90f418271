"""events.list: filters, pages, sync tokens. Source: contracts/google-calendar.discovery.json, events.list."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from chosei.sandbox.google import moments, series
from chosei.sandbox.google.access import Call
from chosei.sandbox.google.problems import GoogleError, invalid
from chosei.sandbox.google.store import Calendar, Document

# Cannot stand beside a sync token; everything else must be as it was.
_NOT_WITH_SYNC = ("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin",
                  "timeMax", "updatedMin")  # fmt: skip
_SERIES_REACH = timedelta(days=730)


async def list_events(call: Call) -> Response:
    """GET /calendars/{id}/events"""
    calendar, query = call.calendar(), call.request.query_params
    page = _opened(query["pageToken"]) if "pageToken" in query else None
    sync = _sync_of(call, calendar) if "syncToken" in query else None
    found = _found(call, calendar, sync)
    size, at = call.number("maxResults", 250, 2500), int(page["at"]) if page else 0
    # What has changed by the first page is told; the rest is for the next sync.
    upto = int(page["upto"]) if page else calendar.changes
    body: dict[str, Any] = {
        "kind": "calendar#events",
        "etag": f'"{calendar.changes}"',
        "summary": calendar.summary,
        "timeZone": calendar.zone,
        "accessRole": "owner",
        "defaultReminders": [{"method": "popup", "minutes": 10}],
        "items": [shown(one, calendar) for one in found[at : at + size]],
    }
    if at + size < len(found):
        body["nextPageToken"] = _sealed({"at": at + size, "upto": upto})
    elif not any(name in query for name in _NOT_WITH_SYNC[:5]):
        stretch = sync or {name: query.get(name, "") for name in ("timeMin", "timeMax")}
        body["nextSyncToken"] = _sealed(
            {
                **{name: stretch[name] for name in ("timeMin", "timeMax")},
                "calendar": calendar.id,
                "change": upto,
                "epoch": calendar.epoch,
                "single": call.flag("singleEvents"),
            }
        )
    return JSONResponse(body)


def shown(event: Document, calendar: Calendar) -> Document:
    """An event as its calendar's owner reads it: who is oneself, who organizes."""
    if event["status"] == "cancelled":
        kept = ("kind", "id", "etag", "status", "recurringEventId", "originalStartTime", "iCalUID")
        return {name: event[name] for name in kept if name in event}
    mine, organizer = calendar.id.casefold(), event["organizer"]["email"]
    people = [
        {
            **one,
            **({"self": True} if one["email"].casefold() == mine else {}),
            **({"organizer": True} if one["email"] == organizer else {}),
        }
        for one in event.get("attendees", [])
    ]
    host = {**event["organizer"], **({"self": True} if organizer.casefold() == mine else {})}
    return {**event, "organizer": host, **({"attendees": people} if people else {})}


def _sync_of(call: Call, calendar: Calendar) -> dict[str, Any]:
    query = call.request.query_params
    for name in _NOT_WITH_SYNC:
        if name in query:
            raise invalid(f"Sync token cannot be used with: {name}")
    try:
        sync = _opened(query["syncToken"])
        good = sync["calendar"] == calendar.id and sync["epoch"] == calendar.epoch
    except (GoogleError, KeyError):
        good = False
    if not good:
        message = "Sync token is no longer valid, a full sync is required."
        raise GoogleError(410, "fullSyncRequired", message, domain="calendar")
    if sync["single"] != call.flag("singleEvents"):
        raise invalid("Sync token cannot be used with other parameters than those of the first request.")
    return sync


def _found(call: Call, calendar: Calendar, sync: dict[str, Any] | None) -> list[Document]:
    query = call.request.query_params
    begin, end = (
        moments.asked(text) if (text := (sync or query).get(name, "")) else None
        for name in ("timeMin", "timeMax")
    )
    if begin and end and end <= begin:
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.")
    rows: Iterable[Document] = call.google.store.since(calendar.id, int(sync["change"]) if sync else 0)
    if call.flag("singleEvents"):
        first = begin or datetime.now(UTC) - _SERIES_REACH
        rows = series.unfolded(rows, calendar.zone, first, end or first + _SERIES_REACH)
    deleted = sync is not None or call.flag("showDeleted")
    wanted = [one for one in rows if (deleted or one["status"] != "cancelled") and _asked_for(call, one)]
    if sync is None:
        wanted = [one for one in wanted if call.google.events.touches(one, calendar, begin, end)]
    if query.get("orderBy") == "startTime":
        if not call.flag("singleEvents"):
            raise invalid("The requested ordering is not available for the particular query.")
        wanted.sort(key=lambda one: call.google.events.span(one, calendar)[0])
    return wanted


def _asked_for(call: Call, event: Document) -> bool:
    query = call.request.query_params
    if "iCalUID" in query and event.get("iCalUID") != query["iCalUID"]:
        return False
    if query.getlist("eventTypes") and event.get("eventType", "default") not in query.getlist("eventTypes"):
        return False
    properties = event.get("extendedProperties") or {}
    for kind in ("private", "shared"):
        for wanted in query.getlist(f"{kind}ExtendedProperty"):
            name, equals, value = wanted.partition("=")
            if not equals:
                raise invalid("Invalid extended property constraint.")
            if (properties.get(kind) or {}).get(name) != value:
                return False
    return True


def _sealed(members: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(members).encode()).decode()


def _opened(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(base64.urlsafe_b64decode(text)))
    except ValueError as error:
        raise invalid("Invalid page token value.") from error
