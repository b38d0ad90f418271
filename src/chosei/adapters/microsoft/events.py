"""Events in Graph's wire format, both ways.

Two extended properties of our own stay with each event: the key that finds it again, and a digest of our
text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chosei.adapters.microsoft import bodies, zones
from chosei.adapters.microsoft.zones import Unreadable
from chosei.ports.calendar import (
    Attendee,
    AttendeeKind,
    AttendeeResponse,
    AttendeeStatus,
    BusyEvent,
    EventDraft,
    ObservedEvent,
    ShowAs,
)

# Ours for good: events written under them are found by them.
_PROPERTY_SET = "{6f0b1c4a-7d0e-4c57-9a3e-c405e1c0ffee}"
KEY_PROPERTY = f"String {_PROPERTY_SET} Name ChoseiKey"
TEXT_PROPERTY = f"String {_PROPERTY_SET} Name ChoseiText"

# What is expanded must be selected as well: a service may drop what $select does not name.
BUSY_SELECT = (
    "id,subject,start,end,showAs,isAllDay,isCancelled,sensitivity,responseStatus,type,seriesMasterId,"
    "singleValueExtendedProperties"
)
SERIES_SELECT = "id,subject,start,end,showAs,isAllDay,isCancelled,sensitivity,responseStatus,type"
EVENT_SELECT = (
    "id,changeKey,subject,start,end,showAs,isAllDay,isCancelled,isOrganizer,iCalUId,location,locations,"
    "attendees,organizer,isOnlineMeeting,onlineMeeting,singleValueExtendedProperties"
)
WHOLE_SELECT = f"{EVENT_SELECT},body,isReminderOn,reminderMinutesBeforeStart"
EXPAND_KEY = f"singleValueExtendedProperties($filter=id eq '{KEY_PROPERTY}')"
EXPAND_OURS = f"singleValueExtendedProperties($filter=id eq '{KEY_PROPERTY}' or id eq '{TEXT_PROPERTY}')"

_PRIVATE = frozenset({"private", "confidential"})
_RESPONSES = {
    "accepted": AttendeeResponse.ACCEPTED,
    "organizer": AttendeeResponse.ACCEPTED,
    "tentativelyaccepted": AttendeeResponse.TENTATIVE,
    "declined": AttendeeResponse.DECLINED,
}
_SHOW_AS = {value.value.lower(): value for value in ShowAs}
# What Exchange writes into an empty location when it makes an event a Teams meeting.
_TEAMS_LOCATION = "microsoft teams"


def find_filter(key: str) -> str:
    """The filter that finds the events with our key."""
    quoted = key.replace("'", "''")
    return f"singleValueExtendedProperties/Any(ep: ep/id eq '{KEY_PROPERTY}' and ep/value eq '{quoted}')"


# --- reading ------------------------------------------------------------------------------------------------


def busy(raw: Mapping[str, Any], owner_zone: str) -> BusyEvent:
    """An occurrence of a calendarView. Raises ``Unreadable``."""
    all_day = raw.get("isAllDay") is True
    start, end = zones.span(raw.get("start"), raw.get("end"), all_day=all_day, owner_zone=owner_zone)
    return BusyEvent(
        remote_id=_text(raw, "id", needed=True),
        start=start,
        end=end,
        show_as=show_as(raw.get("showAs")),
        title=_text(raw, "subject"),
        key=_property(raw, KEY_PROPERTY),
        all_day=all_day,
        private=str(raw.get("sensitivity", "")).lower() in _PRIVATE,
        cancelled=raw.get("isCancelled") is True,
        declined=str(_member(raw, "responseStatus").get("response", "")).lower() == "declined",
        series=_text(raw, "seriesMasterId"),
        inherits=kind_of(raw) == "occurrence",
    )


def kind_of(raw: Mapping[str, Any]) -> str:
    """singleInstance, occurrence, exception or seriesMaster; "" where it is not told."""
    found = raw.get("type")
    return found if isinstance(found, str) else ""


def observed(raw: Mapping[str, Any], owner_zone: str, key: str = "") -> ObservedEvent:
    """One of our events. ``key``: where the answer does not carry it (to a write). Raises ``Unreadable``."""
    start, end = zones.span(
        raw.get("start"), raw.get("end"), all_day=raw.get("isAllDay") is True, owner_zone=owner_zone
    )
    return ObservedEvent(
        remote_id=_text(raw, "id", needed=True),
        etag=etag(raw),
        key=_property(raw, KEY_PROPERTY) or key,
        title=_text(raw, "subject"),
        start=start,
        end=end,
        show_as=show_as(raw.get("showAs")),
        location=location_name(raw),
        cancelled=raw.get("isCancelled") is True,
        organizes=raw.get("isOrganizer") is not False,
        join_url=_text(_member(raw, "onlineMeeting"), "joinUrl"),
        ical_uid=_text(raw, "iCalUId"),
        attendees=tuple(_attendees(raw)),
    )


def accepted(raw: Mapping[str, Any]) -> bool:
    """Whether the mailbox's owner has accepted, or organises it."""
    response = str(_member(raw, "responseStatus").get("response", "")).lower()
    return _RESPONSES.get(response) is AttendeeResponse.ACCEPTED


def etag(raw: Mapping[str, Any]) -> str:
    """The event's version. Raises ``Unreadable``: without one, somebody's change could be overwritten."""
    if given := _text(raw, "@odata.etag"):
        return given
    return f'W/"{_text(raw, "changeKey", needed=True)}"'


def show_as(value: Any) -> ShowAs:
    """The free/busy status; one that we do not know is ``UNKNOWN``, which is not free."""
    return _SHOW_AS.get(str(value).lower(), ShowAs.UNKNOWN)


def location_name(raw: Mapping[str, Any]) -> str:
    name = _text(_member(raw, "location"), "displayName")
    return "" if _is_online(raw) and name.lower().startswith(_TEAMS_LOCATION) else name


def text_digest(raw: Mapping[str, Any]) -> str:
    return _property(raw, TEXT_PROPERTY)


def _attendees(raw: Mapping[str, Any]) -> list[AttendeeStatus]:
    """Whom the event invites. Exchange may list the organizer as well, who invites nobody."""
    organizer = _address(_member(raw, "organizer")).lower()
    people: list[AttendeeStatus] = []
    for person in raw.get("attendees") or []:
        if not isinstance(person, Mapping) or _address(person).lower() in ("", organizer):
            continue
        kind = AttendeeKind.ROOM if str(person.get("type", "")).lower() == "resource" else AttendeeKind.PERSON
        response = str(_member(person, "status").get("response", "")).lower()
        people.append(AttendeeStatus(_address(person), kind, _RESPONSES.get(response, AttendeeResponse.NONE)))
    return people


def _address(holder: Mapping[str, Any]) -> str:
    return _text(_member(holder, "emailAddress"), "address")


def _is_online(raw: Mapping[str, Any]) -> bool:
    return raw.get("isOnlineMeeting") is True


def _member(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(raw: Mapping[str, Any], name: str, *, needed: bool = False) -> str:
    value = raw.get(name)
    if isinstance(value, str) and (value or not needed):
        return value
    if needed or value is not None:
        raise Unreadable(name)
    return ""


def _property(raw: Mapping[str, Any], wanted: str) -> str:
    """The value of an extended property; Exchange may return the id's GUID in another case."""
    for entry in raw.get("singleValueExtendedProperties") or []:
        if isinstance(entry, Mapping) and str(entry.get("id", "")).lower() == wanted.lower():
            return str(entry.get("value") or "")
    return ""


# --- writing ------------------------------------------------------------------------------------------------


def creation(draft: EventDraft, token: str) -> dict[str, Any]:
    """The body of a POST. ``token`` makes it repeatable."""
    body: dict[str, Any] = {
        "transactionId": token,
        "subject": draft.title,
        "body": _html(bodies.wrapped(draft.body_html)),
        "start": zones.moment(draft.start, draft.zone),
        "end": zones.moment(draft.end, draft.zone),
        "isAllDay": False,
        "showAs": draft.show_as.value,
        "attendees": [_invitation(person) for person in draft.attendees],
        "singleValueExtendedProperties": _ours(draft),
        **_places(draft),
        **_reminder(draft),
    }
    if draft.attendees:
        body["allowNewTimeProposals"] = False  # the time was agreed with a customer, who would not hear of it
    return body | (_teams() if draft.web_meeting else {})


def difference(
    raw: Mapping[str, Any], draft: EventDraft, owner_zone: str, invited: frozenset[str] | None = None
) -> dict[str, Any]:
    """The body of the PATCH that makes the event say what the draft says; empty when it does already.

    Only what differs is sent, because every change is mailed to the attendees. ``raw`` is the whole event,
    read with WHOLE_SELECT and EXPAND_OURS. A person's additions to the text and the Teams block stay, and so
    do people whom we have not ``invited``, where that is known.
    """
    now = observed(raw, owner_zone)
    body: dict[str, Any] = {}
    if now.title != draft.title:
        body["subject"] = draft.title
    if (now.start, now.end) != (draft.start, draft.end) or raw.get("isAllDay") is True:
        body |= {
            "start": zones.moment(draft.start, draft.zone),
            "end": zones.moment(draft.end, draft.zone),
            "isAllDay": False,
        }
    if now.show_as != draft.show_as:
        body["showAs"] = draft.show_as.value
    added = _added_by_people(raw, now, draft, invited)
    there = {(one.address.lower(), one.kind) for one in now.attendees}
    if there != _invited(draft) | {(_address(one).lower(), AttendeeKind.PERSON) for one in added}:
        # A PATCH replaces them all: whoever is left out is uninvited, by mail.
        body["attendees"] = [*(_invitation(person) for person in draft.attendees), *added]
    if _stands_elsewhere(raw, draft):
        body |= _places(draft) or {"location": {"displayName": "", "locationType": "default"}}
    if draft.reminder_minutes not in (None, _reminder_minutes(raw)):
        body |= _reminder(draft)
    if text_digest(raw) != bodies.digest(draft.body_html):
        body["body"] = _html(bodies.renewed(_member(raw, "body"), draft.body_html))
    if draft.web_meeting and not _is_online(raw):
        body |= _teams()
    if body or now.key != draft.key:
        body["singleValueExtendedProperties"] = _ours(draft)
    return body


def _ours(draft: EventDraft) -> list[dict[str, str]]:
    return [
        {"id": KEY_PROPERTY, "value": draft.key},
        {"id": TEXT_PROPERTY, "value": bodies.digest(draft.body_html)},
    ]


def _html(content: str) -> dict[str, str]:
    return {"contentType": "html", "content": content}


def _teams() -> dict[str, Any]:
    return {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}


def _reminder(draft: EventDraft) -> dict[str, Any]:
    if draft.reminder_minutes is None:
        return {}  # as the mailbox's owner has set it
    return {"isReminderOn": True, "reminderMinutesBeforeStart": draft.reminder_minutes}


def _reminder_minutes(raw: Mapping[str, Any]) -> int | None:
    minutes = raw.get("reminderMinutesBeforeStart")
    return minutes if raw.get("isReminderOn") is True and isinstance(minutes, int) else None


def _invitation(person: Attendee) -> dict[str, Any]:
    kind = "resource" if person.kind is AttendeeKind.ROOM else "required"
    return {"type": kind, "emailAddress": {"address": person.address, "name": person.name}}


def _added_by_people(
    raw: Mapping[str, Any], now: ObservedEvent, draft: EventDraft, invited: frozenset[str] | None
) -> list[Mapping[str, Any]]:
    """The people of the event, as it names them, who are there by somebody else's doing."""
    if invited is None:
        return []
    people = {one.address.lower() for one in now.attendees if one.kind is AttendeeKind.PERSON}
    added = people - invited - {person.address.lower() for person in draft.attendees}
    return [
        {name: one[name] for name in ("type", "emailAddress") if name in one}
        for one in raw.get("attendees") or []
        if isinstance(one, Mapping) and _address(one).lower() in added
    ]


def _invited(draft: EventDraft) -> set[tuple[str, AttendeeKind]]:
    return {(person.address.lower(), person.kind) for person in draft.attendees}


def _places(draft: EventDraft) -> dict[str, Any]:
    """Where it is: the rooms by their addresses, so that Outlook shows them as rooms; else the bare text."""
    rooms = [person for person in draft.attendees if person.kind is AttendeeKind.ROOM]
    if not rooms:
        return (
            {"location": {"displayName": draft.location, "locationType": "default"}} if draft.location else {}
        )
    places = [
        {
            "displayName": (draft.location if len(rooms) == 1 else "") or room.name,
            "locationEmailAddress": room.address,
            "locationType": "conferenceRoom",
        }
        for room in rooms
    ]
    return {"location": places[0]} if len(places) == 1 else {"locations": places}


def _stands_elsewhere(raw: Mapping[str, Any], draft: EventDraft) -> bool:
    wanted = _places(draft)
    listed: Sequence[Any] = wanted.get("locations") or ([wanted["location"]] if wanted else [])
    there = [place for place in raw.get("locations") or [] if isinstance(place, Mapping)]
    there = there or [_member(raw, "location")]
    if not listed:
        return bool(location_name(raw)) or any(place.get("locationEmailAddress") for place in there)
    return {_place_key(place) for place in listed} != {_place_key(place) for place in there}


def _place_key(place: Mapping[str, Any]) -> str:
    """A room is its address, anything else its words."""
    return str(place.get("locationEmailAddress") or place.get("displayName") or "").lower()


def carries(event: ObservedEvent, draft: EventDraft) -> bool:
    """Whether a link that was asked for has come."""
    return bool(event.join_url) or not draft.web_meeting


def touches(event: BusyEvent, start: datetime, end: datetime) -> bool:
    """Whether the event shares time with the window; one without length counts where it stands."""
    return event.start < end and (event.end > start or event.start == event.end >= start)
