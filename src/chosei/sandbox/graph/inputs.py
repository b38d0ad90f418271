"""Reads what a client sends for an event, as strictly as Graph: unknown members, wrong kinds and values that
make no sense are refused before anything is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chosei.sandbox.graph import members, recurrence
from chosei.sandbox.graph.model import Event
from chosei.sandbox.graph.problems import bad_request, invalid_property, unknown_property
from chosei.sandbox.graph.zones import find_zone, zone

SHOW_AS = ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown")
SENSITIVITIES = ("normal", "personal", "private", "confidential")
READ_ONLY = {
    "id", "changeKey", "createdDateTime", "lastModifiedDateTime", "bodyPreview", "cancelledOccurrences",
    "hasAttachments", "iCalUId", "isCancelled", "isDraft", "isOrganizer", "onlineMeeting", "onlineMeetingUrl",
    "originalEndTimeZone", "originalStart", "originalStartTimeZone", "responseStatus", "seriesMasterId",
    "type", "webLink", "organizer", "occurrenceId", "uid",
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What a body asks for: `fields` of Event, and whether it asks for a Teams meeting."""

    fields: dict[str, Any]
    teams: bool


def read(body: Any, existing: Event | None) -> Wish:
    """The changes a create (existing None) or update body means. Raises GraphError 400."""
    if not isinstance(body, dict):
        raise bad_request("BadRequest", "Unable to read JSON request payload.")
    fields: dict[str, Any] = {}
    for name, value in body.items():
        if name.startswith("@") or "@odata." in name:
            continue
        if name in READ_ONLY or (name == "transactionId" and existing is not None):
            raise bad_request("ErrorInvalidPropertySet", f"Property '{name}' is read-only and cannot be set.")
        reader = _READERS.get(name)
        if reader is None:
            raise unknown_property(name, "microsoft.graph.event")
        fields.update(reader(name, value))
    if existing is None and not {"start", "end"} <= set(fields):
        raise invalid_property("start" if "start" not in fields else "end", "It must be given.")
    teams = fields.pop("wants_meeting", False)
    provider = fields.pop("provider", None)
    _merge_properties(fields, existing)
    wish = Wish(fields, teams and provider in (None, "teamsForBusiness"))
    check_times(_preview(fields, existing))
    return wish


def check_times(event: Event) -> None:
    """Raises GraphError 400 where start, end, all-day and recurrence do not fit together."""
    if event.all_day:
        walls = (datetime.fromisoformat(event.start), datetime.fromisoformat(event.end))
        for name, wall in zip(("Start", "End"), walls, strict=True):
            if wall.time() != datetime.min.time():
                raise bad_request(
                    "ErrorInvalidRequest",
                    f"The Event.{name} property for an all-day event needs to be set to midnight.",
                )
        if zone(event.start_zone).key != zone(event.end_zone).key:
            raise bad_request(
                "ErrorInvalidRequest", "An all-day event needs the same time zone for its start and end."
            )
    if event.starts >= event.ends:
        raise invalid_property("end", "The event has to end after it starts.")
    if event.recurrence is not None:
        check_recurrence(event)


def check_recurrence(event: Event) -> None:
    """Raises GraphError 400 for a rule that does not fit the event's start."""
    span = event.recurrence.get("range") if isinstance(event.recurrence, dict) else None
    name = span.get("recurrenceTimeZone") if isinstance(span, dict) else None
    home = zone(name) if isinstance(name, str) and find_zone(name) else zone(event.start_zone)
    recurrence.parse(event.recurrence, event.starts.astimezone(home).date(), event.start_zone)


def _preview(fields: dict[str, Any], existing: Event | None) -> Event:
    if existing is not None:
        return replace(existing, **fields)
    blank = dict.fromkeys(
        ("key", "mailbox", "ical_uid", "organizer", "organizer_name", "created", "modified"), ""
    )
    return Event(**{**blank, **fields})


def _merge_properties(fields: dict[str, Any], existing: Event | None) -> None:
    """A property that is not mentioned stays; null takes one away."""
    for name in ("single_properties", "multi_properties"):
        if name not in fields:
            continue
        merged = dict(getattr(existing, name)) if existing else {}
        by_lower = {key.lower(): key for key in merged}
        for key, value in fields[name].items():
            merged.pop(by_lower.get(key.lower(), key), None)
            if value is not None:
                merged[key] = value
        fields[name] = merged


_READERS: dict[str, Callable[[str, Any], dict[str, Any]]] = {
    "subject": members.text("subject", 255),
    "body": members.body,
    "start": members.moment,
    "end": members.moment,
    "isAllDay": members.boolean("all_day"),
    "showAs": members.choice("show_as", SHOW_AS),
    "sensitivity": members.choice("sensitivity", SENSITIVITIES),
    "importance": members.choice("importance", ("low", "normal", "high")),
    "categories": members.categories,
    "location": members.location,
    "locations": members.locations,
    "attendees": members.attendees,
    "responseRequested": members.boolean("response_requested"),
    "allowNewTimeProposals": members.boolean("allow_new_time_proposals"),
    "hideAttendees": members.boolean("hide_attendees"),
    "isReminderOn": members.boolean("reminder_on"),
    "reminderMinutesBeforeStart": members.minutes,
    "recurrence": members.recurrence,
    "transactionId": members.text("transaction_id", 512),
    "isOnlineMeeting": members.boolean("wants_meeting"),
    "onlineMeetingProvider": members.choice(
        "provider", ("unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness")
    ),
    "singleValueExtendedProperties": members.single_properties,
    "multiValueExtendedProperties": members.multi_properties,
    "extensions": members.extensions,
}
