"""Reads what a client sends for an event, as strictly as Graph: unknown members, wrong kinds and values that
make no sense are refused before anything is stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chosei.sandbox.graph import bodies, recurrence
from chosei.sandbox.graph.model import Attendee, Event
from chosei.sandbox.graph.problems import bad_request, invalid_property, unknown_property, wrong_type
from chosei.sandbox.graph.zones import find_zone, parse_wall, to_instant, windows_name, zone

SHOW_AS = ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown")
SENSITIVITIES = ("normal", "personal", "private", "confidential")
_LOCATION_TYPES = (
    "default", "conferenceRoom", "homeAddress", "businessAddress", "geoCoordinates", "streetAddress", "hotel",
    "restaurant", "localBusiness", "postalAddress",
)  # fmt: skip
_LOCATION_MEMBERS = {
    "displayName", "locationEmailAddress", "locationType", "locationUri", "uniqueId", "uniqueIdType",
    "address", "coordinates", "@odata.type",
}  # fmt: skip
READ_ONLY = {
    "id", "changeKey", "createdDateTime", "lastModifiedDateTime", "bodyPreview", "cancelledOccurrences",
    "hasAttachments", "iCalUId", "isCancelled", "isDraft", "isOrganizer", "onlineMeeting", "onlineMeetingUrl",
    "originalEndTimeZone", "originalStart", "originalStartTimeZone", "responseStatus", "seriesMasterId",
    "type", "webLink", "organizer", "occurrenceId", "uid",
}  # fmt: skip
MAX_ATTENDEES = 500
_ADDRESS = re.compile(r"[^@\s<>,;\"()]+@[^@\s<>,;\"()]+\.[^@\s<>,;\"().]+")
_PROPERTY_KIND = (
    "(Boolean|Integer|Long|Short|Double|Float|Currency|String|SystemTime|ApplicationTime|CLSID|Binary|Object)"
)
_GUID = r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}"
_PROPERTY = rf"(({_GUID} (Name \S.*|Id 0x[0-9A-Fa-f]+))|0x[0-9A-Fa-f]+)"
SINGLE_ID = re.compile(rf"{_PROPERTY_KIND} {_PROPERTY}")
MULTI_ID = re.compile(rf"{_PROPERTY_KIND}Array {_PROPERTY}")


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


def valid_address(text: Any) -> bool:
    """Whether Exchange takes this for an SMTP address."""
    return isinstance(text, str) and bool(_ADDRESS.fullmatch(text.strip())) and len(text) <= 320


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


def _boolean(field: str) -> Callable[[str, Any], dict[str, Any]]:
    def reader(name: str, value: Any) -> dict[str, Any]:
        # the O365 library writes "true", and the service takes it
        if isinstance(value, str) and value.lower() in ("true", "false"):
            value = value.lower() == "true"
        if value is not None and not isinstance(value, bool):
            raise wrong_type(name, "Edm.Boolean")
        return {} if value is None else {field: value}

    return reader


def _text(field: str, limit: int) -> Callable[[str, Any], dict[str, Any]]:
    def reader(name: str, value: Any) -> dict[str, Any]:
        if value is not None and not isinstance(value, str):
            raise wrong_type(name, "Edm.String")
        if value is not None and len(value) > limit:
            raise invalid_property(name, f"At most {limit} characters are possible.")
        return {field: value or ""}

    return reader


def _choice(field: str, choices: tuple[str, ...]) -> Callable[[str, Any], dict[str, Any]]:
    by_lower = {choice.lower(): choice for choice in choices}

    def reader(name: str, value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, str) or value.lower() not in by_lower:
            raise bad_request("RequestBodyRead", f"Requested value '{value}' was not found for '{name}'.")
        return {field: by_lower[value.lower()]}

    return reader


def _moment(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong_type(name, "microsoft.graph.dateTimeTimeZone")
    for member in value:
        if member not in ("dateTime", "timeZone", "@odata.type"):
            raise unknown_property(member, "microsoft.graph.dateTimeTimeZone")
    name_of_zone = value.get("timeZone")
    if name_of_zone is not None and not isinstance(name_of_zone, str):
        raise wrong_type(f"{name}/timeZone", "Edm.String")
    wall = parse_wall(value.get("dateTime"), name_of_zone, name)
    kept = windows_name(name_of_zone or "UTC")
    if zone(kept).key != zone(name_of_zone).key:
        # names that share one Windows zone may differ in their past; the instant must not
        moved = to_instant(wall, name_of_zone or "UTC").astimezone(zone(kept))
        wall = moved.replace(tzinfo=None)
    return {name: wall.isoformat(), f"{name}_zone": kept}


def _body(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {"body": "", "body_type": "html"}
    if not isinstance(value, dict):
        raise wrong_type(name, "microsoft.graph.itemBody")
    for member in value:
        if member not in ("content", "contentType", "@odata.type"):
            raise unknown_property(member, "microsoft.graph.itemBody")
    content, kind = value.get("content") or "", value.get("contentType") or "text"
    if not isinstance(content, str) or not isinstance(kind, str) or kind.lower() not in ("text", "html"):
        raise wrong_type(name, "microsoft.graph.itemBody")
    kept, kept_kind = bodies.stored(content, kind.lower())
    return {"body": kept, "body_type": kept_kind}


def _attendees(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {"attendees": ()}
    if not isinstance(value, list):
        raise wrong_type(name, "Collection(microsoft.graph.attendee)")
    if len(value) > MAX_ATTENDEES:
        raise bad_request("ErrorExceededRecipientLimit", f"At most {MAX_ATTENDEES} attendees are possible.")
    people: dict[str, Attendee] = {}
    for entry in value:
        person = _attendee(entry)
        people.setdefault(person.address.casefold(), person)
    return {"attendees": tuple(people.values())}


def _attendee(entry: Any) -> Attendee:
    if not isinstance(entry, dict):
        raise wrong_type("attendees", "microsoft.graph.attendee")
    for member in entry:
        if member not in ("emailAddress", "type", "status", "proposedNewTime", "@odata.type"):
            raise unknown_property(member, "microsoft.graph.attendee")
    address = entry.get("emailAddress")
    if not isinstance(address, dict) or not valid_address(address.get("address")):
        raise bad_request("ErrorInvalidRecipients", "At least one recipient isn't valid.")
    for member in address:
        if member not in ("address", "name", "@odata.type"):
            raise unknown_property(member, "microsoft.graph.emailAddress")
    kind = _choice("kind", ("required", "optional", "resource"))("type", entry.get("type"))
    smtp = address["address"].strip()
    return Attendee(smtp, address.get("name") or smtp, **kind)


def read_location(name: str, value: Any) -> dict[str, Any] | None:
    """A location as it is kept; None for an empty one. Raises GraphError 400."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise wrong_type(name, "microsoft.graph.location")
    for member in value:
        if member not in _LOCATION_MEMBERS:
            raise unknown_property(member, "microsoft.graph.location")
    for member in ("displayName", "locationEmailAddress", "locationUri", "uniqueId"):
        if value.get(member) is not None and not isinstance(value[member], str):
            raise wrong_type(f"{name}/{member}", "Edm.String")
    kind = _choice("locationType", _LOCATION_TYPES)("locationType", value.get("locationType"))
    kept = {key: entry for key, entry in value.items() if entry not in (None, "", {}) and key[0] != "@"}
    if not kept.get("displayName") and not kept.get("locationEmailAddress"):
        return None
    return {**kept, **kind}


def _location(name: str, value: Any) -> dict[str, Any]:
    found = read_location(name, value)
    return {"locations": (found,) if found else ()}


def _locations(name: str, value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, list):
        raise wrong_type(name, "Collection(microsoft.graph.location)")
    return {"locations": tuple(one for entry in value or [] if (one := read_location(name, entry)))}


def _categories(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {"categories": ()}
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise wrong_type(name, "Collection(Edm.String)")
    return {"categories": tuple(dict.fromkeys(value))}


def _minutes(name: str, value: Any) -> dict[str, Any]:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise wrong_type(name, "Edm.Int32")
    return {} if value is None else {"reminder_minutes": value}


def _single_properties(name: str, value: Any) -> dict[str, Any]:
    return {"single_properties": _properties(name, value, SINGLE_ID, str)}


def _multi_properties(name: str, value: Any) -> dict[str, Any]:
    return {"multi_properties": _properties(name, value, MULTI_ID, list)}


def _properties(name: str, value: Any, pattern: re.Pattern[str], kind: type) -> dict[str, Any]:
    if value is not None and not isinstance(value, list):
        raise wrong_type(name, "Collection")
    found: dict[str, Any] = {}
    for entry in value or []:
        if not isinstance(entry, dict) or not set(entry) <= {"id", "value", "@odata.type"}:
            raise wrong_type(name, "microsoft.graph.singleValueLegacyExtendedProperty")
        key, content = entry.get("id"), entry.get("value")
        if not isinstance(key, str) or not pattern.fullmatch(key):
            raise bad_request(
                "ErrorInvalidPropertyId",
                f"The PropertyId value '{key}' could not be parsed or is not supported.",
            )
        if content is not None and not isinstance(content, kind):
            raise wrong_type(f"{name}/value", "Edm.String")
        found[key] = content
    return found


def _extensions(name: str, value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, list):
        raise wrong_type(name, "Collection(microsoft.graph.extension)")
    for entry in value or []:
        if not isinstance(entry, dict) or not isinstance(entry.get("extensionName"), str):
            raise invalid_property(name, "An open extension needs an extensionName.")
    return {"extensions": tuple(value or ())}


def _recurrence(_name: str, value: Any) -> dict[str, Any]:
    return {"recurrence": value, "exceptions": {}, "cancelled": ()}


_READERS: dict[str, Callable[[str, Any], dict[str, Any]]] = {
    "subject": _text("subject", 255),
    "body": _body,
    "start": _moment,
    "end": _moment,
    "isAllDay": _boolean("all_day"),
    "showAs": _choice("show_as", SHOW_AS),
    "sensitivity": _choice("sensitivity", SENSITIVITIES),
    "importance": _choice("importance", ("low", "normal", "high")),
    "categories": _categories,
    "location": _location,
    "locations": _locations,
    "attendees": _attendees,
    "responseRequested": _boolean("response_requested"),
    "allowNewTimeProposals": _boolean("allow_new_time_proposals"),
    "hideAttendees": _boolean("hide_attendees"),
    "isReminderOn": _boolean("reminder_on"),
    "reminderMinutesBeforeStart": _minutes,
    "recurrence": _recurrence,
    "transactionId": _text("transaction_id", 512),
    "isOnlineMeeting": _boolean("wants_meeting"),
    "onlineMeetingProvider": _choice(
        "provider", ("unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness")
    ),
    "singleValueExtendedProperties": _single_properties,
    "multiValueExtendedProperties": _multi_properties,
    "extensions": _extensions,
}
