"""Reads the members of an event one by one; each reader answers fields of `model.Event`.

Every one raises GraphError 400 for what Graph does not take.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from chosei.sandbox.graph import bodies
from chosei.sandbox.graph.model import Attendee
from chosei.sandbox.graph.problems import bad_request, invalid_property, unknown_property, wrong_type
from chosei.sandbox.graph.zones import parse_wall, to_instant, windows_name, zone

_LOCATION_TYPES = (
    "default", "conferenceRoom", "homeAddress", "businessAddress", "geoCoordinates", "streetAddress", "hotel",
    "restaurant", "localBusiness", "postalAddress",
)  # fmt: skip
_LOCATION_MEMBERS = {
    "displayName", "locationEmailAddress", "locationType", "locationUri", "uniqueId", "uniqueIdType",
    "address", "coordinates", "@odata.type",
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


def boolean(field: str) -> Callable[[str, Any], dict[str, Any]]:
    """A reader of a true-or-false member."""

    def reader(name: str, value: Any) -> dict[str, Any]:
        # the O365 library writes "true", and the service takes it
        if isinstance(value, str) and value.lower() in ("true", "false"):
            value = value.lower() == "true"
        if value is not None and not isinstance(value, bool):
            raise wrong_type(name, "Edm.Boolean")
        return {} if value is None else {field: value}

    return reader


def text(field: str, limit: int) -> Callable[[str, Any], dict[str, Any]]:
    """A reader of a text of at most `limit` characters; null empties it."""

    def reader(name: str, value: Any) -> dict[str, Any]:
        if value is not None and not isinstance(value, str):
            raise wrong_type(name, "Edm.String")
        if value is not None and len(value) > limit:
            raise invalid_property(name, f"At most {limit} characters are possible.")
        return {field: value or ""}

    return reader


def choice(field: str, choices: tuple[str, ...]) -> Callable[[str, Any], dict[str, Any]]:
    """A reader of an enumeration; names compare without case."""
    by_lower = {choice.lower(): choice for choice in choices}

    def reader(name: str, value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, str) or value.lower() not in by_lower:
            raise bad_request("RequestBodyRead", f"Requested value '{value}' was not found for '{name}'.")
        return {field: by_lower[value.lower()]}

    return reader


def moment(name: str, value: Any) -> dict[str, Any]:
    """`start` or `end`: the wall time, and its zone under the Windows name."""
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


def body(name: str, value: Any) -> dict[str, Any]:
    """The body as Exchange stores it."""
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


def attendees(name: str, value: Any) -> dict[str, Any]:
    """The whole list of attendees, each address once; null empties it."""
    if value is None:
        return {"attendees": ()}
    if not isinstance(value, list):
        raise wrong_type(name, "Collection(microsoft.graph.attendee)")
    if len(value) > MAX_ATTENDEES:
        raise bad_request("ErrorExceededRecipientLimit", f"At most {MAX_ATTENDEES} attendees are possible.")
    people: dict[str, Attendee] = {}
    for entry in value:
        person = attendee(entry)
        people.setdefault(person.address.casefold(), person)
    return {"attendees": tuple(people.values())}


def attendee(entry: Any) -> Attendee:
    """One attendee; answers come from people, so `status` is ignored."""
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
    kind = choice("kind", ("required", "optional", "resource"))("type", entry.get("type"))
    smtp = address["address"].strip()
    return Attendee(smtp, address.get("name") or smtp, **kind)


def valid_address(text: Any) -> bool:
    """Whether Exchange takes this for an SMTP address."""
    return isinstance(text, str) and bool(_ADDRESS.fullmatch(text.strip())) and len(text) <= 320


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
    kind = choice("locationType", _LOCATION_TYPES)("locationType", value.get("locationType"))
    kept = {key: entry for key, entry in value.items() if entry not in (None, "", {}) and key[0] != "@"}
    if not kept.get("displayName") and not kept.get("locationEmailAddress"):
        return None
    return {**kept, **kind}


def location(name: str, value: Any) -> dict[str, Any]:
    """`location`, which replaces all locations."""
    found = read_location(name, value)
    return {"locations": (found,) if found else ()}


def locations(name: str, value: Any) -> dict[str, Any]:
    """`locations`, of which the first is `location`."""
    if value is not None and not isinstance(value, list):
        raise wrong_type(name, "Collection(microsoft.graph.location)")
    return {"locations": tuple(one for entry in value or [] if (one := read_location(name, entry)))}


def categories(name: str, value: Any) -> dict[str, Any]:
    """Category names, each once."""
    if value is None:
        return {"categories": ()}
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise wrong_type(name, "Collection(Edm.String)")
    return {"categories": tuple(dict.fromkeys(value))}


def minutes(name: str, value: Any) -> dict[str, Any]:
    """Minutes before the start at which a reminder comes."""
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise wrong_type(name, "Edm.Int32")
    return {} if value is None else {"reminder_minutes": value}


def single_properties(name: str, value: Any) -> dict[str, Any]:
    """Extended properties of one value; null as value takes one away."""
    return {"single_properties": properties(name, value, SINGLE_ID, str)}


def multi_properties(name: str, value: Any) -> dict[str, Any]:
    """Extended properties of several values."""
    return {"multi_properties": properties(name, value, MULTI_ID, list)}


def properties(name: str, value: Any, pattern: re.Pattern[str], kind: type) -> dict[str, Any]:
    """Extended properties whose ids fit `pattern` and whose values are of `kind`."""
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


def extensions(name: str, value: Any) -> dict[str, Any]:
    """Open extensions, kept as they come."""
    if value is not None and not isinstance(value, list):
        raise wrong_type(name, "Collection(microsoft.graph.extension)")
    for entry in value or []:
        if not isinstance(entry, dict) or not isinstance(entry.get("extensionName"), str):
            raise invalid_property(name, "An open extension needs an extensionName.")
    return {"extensions": tuple(value or ())}


def recurrence(_name: str, value: Any) -> dict[str, Any]:
    """A new rule does away with exceptions; whether it fits the start is checked later."""
    return {"recurrence": value, "exceptions": {}, "cancelled": ()}
