"""Events as Graph answers them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from chosei.sandbox.graph import bodies, filters, recurrence
from chosei.sandbox.graph.model import Event, Instance
from chosei.sandbox.graph.odata import Prefer
from chosei.sandbox.graph.problems import bad_query
from chosei.sandbox.graph.zones import dtz, format_wall, stamp

EVENT_MEMBERS = frozenset(
    """
    id createdDateTime lastModifiedDateTime changeKey categories transactionId originalStartTimeZone
    originalEndTimeZone iCalUId uid reminderMinutesBeforeStart isReminderOn hasAttachments subject bodyPreview
    importance sensitivity isAllDay isCancelled isOrganizer responseRequested seriesMasterId showAs type
    webLink onlineMeetingUrl isOnlineMeeting onlineMeetingProvider allowNewTimeProposals occurrenceId isDraft
    hideAttendees responseStatus body start end location locations recurrence attendees organizer
    onlineMeeting originalStart cancelledOccurrences extensions singleValueExtendedProperties
    multiValueExtendedProperties
    """.split()  # noqa: SIM905 - a list of names is read best as one
)
NEVER = "0001-01-01T00:00:00Z"
PRIVATE_SUBJECT = "プライベートな予定"
_EXPANDABLE = ("singleValueExtendedProperties", "multiValueExtendedProperties", "extensions")
_EXPAND = re.compile(r"\s*(\w+)\s*(?:\(\s*\$filter\s*=\s*(.*?)\s*\))?\s*$", re.IGNORECASE | re.DOTALL)


def parse_expand(text: str) -> dict[str, filters.Node | None]:
    """Which of an event's extra collections are wanted, each with its filter. Raises GraphError 400."""
    wanted: dict[str, filters.Node | None] = {}
    for part in _split_outside_brackets(text):
        match = _EXPAND.fullmatch(part)
        name = next((n for n in _EXPANDABLE if match and n.lower() == match[1].lower()), None)
        if match is None or name is None:
            raise bad_query(f"Could not find a property to expand in '{part.strip()}'.")
        if match[2] is None and name != "extensions":
            raise bad_query(f"'$expand={name}' needs a $filter by id.")
        wanted[name] = filters.parse(match[2]) if match[2] else None
    return wanted


def event(
    one: Instance, wish: Prefer, expand: dict[str, filters.Node | None] | None = None
) -> dict[str, Any]:
    """The whole event; extra collections only where expanded, and then only when something is in them."""
    item = one.event
    body = {
        "@odata.etag": item.etag,
        "id": one.id(immutable=wish.immutable_ids),
        **_times(one, wish),
        **_simple(item),
        **_series(one, wish),
        "body": _body(item, wish),
        **_places(item),
        "attendees": [_attendee(person) for person in item.attendees],
        "organizer": {"emailAddress": {"name": item.organizer_name, "address": item.organizer}},
        "responseStatus": _response(item),
        **_online(item),
    }
    for name, chosen in (expand or {}).items():
        entries = [entry for entry in _extras(item, name) if chosen is None or chosen.matches(entry)]
        if entries:
            body[name] = entries
    return body


def everything(one: Instance) -> dict[str, Any]:
    """For filters: times in UTC, all extra collections included."""
    return event(one, Prefer(), dict.fromkeys(_EXPANDABLE))


def sketch(one: Instance, wish: Prefer) -> dict[str, Any]:
    """The little that delta tells of an occurrence: the rest is the series master's."""
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": one.event.etag,
        "id": one.id(immutable=wish.immutable_ids),
        "seriesMasterId": one.event.id(immutable=wish.immutable_ids),
        "type": "occurrence",
        "start": _moment(one.event, one.starts, one.event.start, wish),
        "end": _moment(one.event, one.ends, one.event.end, wish),
    }


def _split_outside_brackets(text: str) -> list[str]:
    parts, depth, current = [], 0, ""
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += letter
    return [*parts, current]


def _moment(item: Event, instant: datetime, wall: str, wish: Prefer) -> dict[str, str]:
    if item.all_day:
        # dates belong to no zone: they are midnight in whichever is asked for
        return {"dateTime": format_wall(datetime.fromisoformat(wall)), "timeZone": wish.time_zone}
    return dtz(instant, wish.time_zone)


def _times(one: Instance, wish: Prefer) -> dict[str, Any]:
    item = one.event
    return {
        "createdDateTime": item.created,
        "lastModifiedDateTime": item.modified,
        "start": _moment(item, one.starts, item.start, wish),
        "end": _moment(item, one.ends, item.end, wish),
        "originalStartTimeZone": item.start_zone,
        "originalEndTimeZone": item.end_zone,
    }


def _simple(item: Event) -> dict[str, Any]:
    return {
        "changeKey": item.change_key,
        "categories": list(item.categories),
        "transactionId": item.transaction_id,
        "iCalUId": item.ical_uid,
        "reminderMinutesBeforeStart": item.reminder_minutes,
        "isReminderOn": item.reminder_on,
        "hasAttachments": False,
        "subject": item.subject,
        "bodyPreview": bodies.preview(item.body, item.body_type),
        "importance": item.importance,
        "sensitivity": item.sensitivity,
        "isAllDay": item.all_day,
        "isCancelled": item.is_cancelled,
        "isOrganizer": item.is_organizer,
        "responseRequested": item.response_requested,
        "showAs": item.show_as,
        "allowNewTimeProposals": item.allow_new_time_proposals,
        "isDraft": False,
        "hideAttendees": item.hide_attendees,
        "webLink": f"https://outlook.office365.com/owa/?itemid={item.key}&exvsurl=1&path=/calendar/item",
    }


def _series(one: Instance, wish: Prefer) -> dict[str, Any]:
    members: dict[str, Any] = {"type": one.kind, "seriesMasterId": None, "recurrence": None}
    if one.original is not None:
        members["seriesMasterId"] = one.event.id(immutable=wish.immutable_ids)
        members["occurrenceId"] = f"OID.{one.event.key}.{one.original.isoformat()}"
    if one.kind == "exception" and one.original is not None:
        members["originalStart"] = stamp(one.first) if one.first else None
    rule = one.event.rule()
    if rule is not None:
        members["recurrence"] = recurrence.render(rule)
    return members


def _body(item: Event, wish: Prefer) -> dict[str, str]:
    if wish.text_body:
        return {"contentType": "text", "content": bodies.as_text(item.body, item.body_type)}
    return {"contentType": "html", "content": bodies.as_html(item.body, item.body_type)}


def _places(item: Event) -> dict[str, Any]:
    kept = [_place(entry) for entry in item.locations]
    empty = {
        "displayName": "",
        "locationType": "default",
        "uniqueIdType": "unknown",
        "address": {},
        "coordinates": {},
    }
    return {"location": kept[0] if kept else empty, "locations": kept}


def _place(entry: dict[str, Any]) -> dict[str, Any]:
    name = entry.get("displayName", "")
    unique = {"uniqueId": entry.get("locationEmailAddress", name), "uniqueIdType": "private"}
    if "locationEmailAddress" in entry:
        unique["uniqueIdType"] = "directory"
    return {"displayName": name, "locationType": "default", **unique, **entry}


def _attendee(person: Any) -> dict[str, Any]:
    return {
        "type": person.kind,
        "status": {"response": person.response, "time": person.responded or NEVER},
        "emailAddress": {"name": person.name, "address": person.address},
    }


def _response(item: Event) -> dict[str, str]:
    response = item.response if not item.is_organizer else "organizer"
    return {"response": response, "time": item.responded or NEVER}


def _online(item: Event) -> dict[str, Any]:
    if not item.join_url:
        return {
            "isOnlineMeeting": False,
            "onlineMeetingProvider": "unknown",
            "onlineMeeting": None,
            "onlineMeetingUrl": None,
        }
    return {
        "isOnlineMeeting": True,
        "onlineMeetingProvider": "teamsForBusiness",
        "onlineMeeting": {"joinUrl": item.join_url},
        # Graph leaves this one empty for Teams; clients have to take joinUrl
        "onlineMeetingUrl": None,
    }


def _extras(item: Event, name: str) -> list[dict[str, Any]]:
    if name == "extensions":
        return [{"@odata.type": "#microsoft.graph.openTypeExtension", **entry} for entry in item.extensions]
    held = item.single_properties if name.startswith("single") else item.multi_properties
    return [{"id": key, "value": value} for key, value in held.items()]
