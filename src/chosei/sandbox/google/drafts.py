"""What a request makes of an event: checked, completed, merged. Source: the Event resource in
contracts/google-calendar.discovery.json."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chosei.sandbox.google import moments
from chosei.sandbox.google.problems import GoogleError, invalid
from chosei.sandbox.google.store import Document

_ID = re.compile(r"[a-v0-9]{5,1024}")
# What the service writes, whatever a client sends.
_OURS = ("id", "etag", "kind", "created", "updated", "creator", "organizer", "htmlLink", "hangoutLink",
         "iCalUID", "recurringEventId", "originalStartTime")  # fmt: skip
_RESPONSES = {"needsAction", "accepted", "declined", "tentative"}
_CHOICES = {
    "status": {"confirmed", "tentative", "cancelled"},
    "transparency": {"opaque", "transparent"},
    "visibility": {"default", "public", "private", "confidential"},
    "eventType": {"default", "outOfOffice", "focusTime", "workingLocation", "birthday", "fromGmail"},
}

IsRoom = Callable[[str], bool]


def checked_id(wanted: Any) -> str:
    """The id a client chose. Raises GoogleError 400."""
    if not isinstance(wanted, str) or not _ID.fullmatch(wanted):
        raise invalid("Invalid resource id value.")
    return wanted


def merged(before: Document, change: Document) -> Document:
    """The semantics of PATCH: objects member by member, lists as a whole, null takes away."""
    result = dict(before)
    for name, value in change.items():
        if name in _OURS:
            continue
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(before.get(name), dict) and name not in ("start", "end"):
            result[name] = merged(before[name], value)
        elif isinstance(value, dict) and name in ("start", "end"):
            result[name] = {key: one for key, one in {**before.get(name, {}), **value}.items() if one}
            if value.get("date"):
                result[name] = {"date": value["date"]}
            elif value.get("dateTime"):
                result[name].pop("date", None)
        else:
            result[name] = value
    return result


def completed(document: Document, zone: str, is_room: IsRoom) -> Document:
    """An event as it is kept. Raises GoogleError 400."""
    if not isinstance(document.get("start"), dict) or not isinstance(document.get("end"), dict):
        name = "start" if not isinstance(document.get("start"), dict) else "end"
        raise invalid(f"Missing {name} time.", "required")
    start, end = moments.instant(document["start"], zone), moments.instant(document["end"], zone)
    if ("date" in document["start"]) != ("date" in document["end"]):
        raise invalid("Start and end times must either both be date or both be dateTime.")
    if end < start or (end == start and "date" in document["start"]):
        raise invalid("The specified time range is empty.", "timeRangeEmpty")
    for name, choices in _CHOICES.items():
        if document.get(name, next(iter(choices))) not in choices:
            raise invalid(f"Invalid value for: {document[name]} is not a valid value")
    _check_kind(document)
    kept = {**document, **{name: moments.written(document[name], zone) for name in ("start", "end")}}
    kept.setdefault("status", "confirmed")
    kept.setdefault("eventType", "default")
    kept.setdefault("reminders", {"useDefault": True})
    if "attendees" in kept:
        kept["attendees"] = _attendees(kept["attendees"], is_room)
    _check_properties(kept.get("extendedProperties") or {})
    return kept


def _check_kind(document: Document) -> None:
    kind = document.get("eventType", "default")
    if kind in ("outOfOffice", "focusTime") and "date" in document["start"]:
        raise GoogleError(400, "malformedOutOfOfficeEvent", "An all-day event cannot be of this type.")
    if kind == "workingLocation" and document.get("transparency") != "transparent":
        raise GoogleError(400, "malformedWorkingLocationEvent", "A working location must be transparent.")


def _attendees(given: Any, is_room: IsRoom) -> list[Document]:
    people: dict[str, Document] = {}
    for one in given if isinstance(given, list) else []:
        email = str(one.get("email", "")).strip()
        if "@" not in email:
            raise invalid("Invalid attendee email.")
        response = one.get("responseStatus", "needsAction")
        if response not in _RESPONSES:
            raise invalid(f"Invalid value for: {response} is not a valid value")
        person = {key: value for key, value in one.items() if key not in ("self", "organizer")}
        person |= {"email": email, "responseStatus": response}
        if is_room(email):
            person["resource"] = True
        people[email.casefold()] = person
    return list(people.values())


def _check_properties(properties: Document) -> None:
    for kind in ("private", "shared"):
        for name, value in (properties.get(kind) or {}).items():
            if not isinstance(value, str) or len(name) > 44 or len(value) > 1024:
                raise invalid("Invalid extended property.")


def begun(document: Document, number: str, email: str, now: datetime) -> Document:
    """A new event: what the service adds to a draft."""
    return {
        **{name: value for name, value in document.items() if name not in _OURS},
        "kind": "calendar#event",
        "id": number,
        "created": moments.stamp(now),
        "updated": moments.stamp(now),
        "creator": {"email": email},
        "organizer": {"email": email},
        "iCalUID": f"{number}@google.com",
        "sequence": 0,
        "htmlLink": f"https://www.google.com/calendar/event?eid={number}",
    }
