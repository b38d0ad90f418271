"""Events in Graph's wire format, as they are read.

Two extended properties of our own stay with each event: the key that finds it again, and a digest of our
text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chosei.adapters.microsoft import zones
from chosei.adapters.wire import member, text
from chosei.ports.calendar import (
    AttendeeKind,
    AttendeeResponse,
    AttendeeStatus,
    BusyEvent,
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


def busy(raw: Mapping[str, Any], owner_zone: str) -> BusyEvent:
    """An occurrence of a calendarView. Raises ``Unreadable``."""
    all_day = raw.get("isAllDay") is True
    start, end = zones.span(raw.get("start"), raw.get("end"), all_day=all_day, owner_zone=owner_zone)
    return BusyEvent(
        remote_id=text(raw, "id", needed=True),
        start=start,
        end=end,
        show_as=show_as(raw.get("showAs")),
        title=text(raw, "subject"),
        key=_property(raw, KEY_PROPERTY),
        all_day=all_day,
        private=str(raw.get("sensitivity", "")).lower() in _PRIVATE,
        cancelled=raw.get("isCancelled") is True,
        declined=str(member(raw, "responseStatus").get("response", "")).lower() == "declined",
        series=text(raw, "seriesMasterId"),
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
        remote_id=text(raw, "id", needed=True),
        etag=etag(raw),
        key=_property(raw, KEY_PROPERTY) or key,
        title=text(raw, "subject"),
        start=start,
        end=end,
        show_as=show_as(raw.get("showAs")),
        location=location_name(raw),
        cancelled=raw.get("isCancelled") is True,
        organizes=raw.get("isOrganizer") is not False,
        join_url=text(member(raw, "onlineMeeting"), "joinUrl"),
        ical_uid=text(raw, "iCalUId"),
        attendees=tuple(_attendees(raw)),
    )


def accepted(raw: Mapping[str, Any]) -> bool:
    """Whether the mailbox's owner has accepted, or organises it."""
    response = str(member(raw, "responseStatus").get("response", "")).lower()
    return _RESPONSES.get(response) is AttendeeResponse.ACCEPTED


def etag(raw: Mapping[str, Any]) -> str:
    """The event's version. Raises ``Unreadable``: without one, somebody's change could be overwritten."""
    if given := text(raw, "@odata.etag"):
        return given
    return f'W/"{text(raw, "changeKey", needed=True)}"'


def show_as(value: Any) -> ShowAs:
    """The free/busy status; one that we do not know is ``UNKNOWN``, which is not free."""
    return _SHOW_AS.get(str(value).lower(), ShowAs.UNKNOWN)


def location_name(raw: Mapping[str, Any]) -> str:
    name = text(member(raw, "location"), "displayName")
    return "" if is_online(raw) and name.lower().startswith(_TEAMS_LOCATION) else name


def text_digest(raw: Mapping[str, Any]) -> str:
    return _property(raw, TEXT_PROPERTY)


def _attendees(raw: Mapping[str, Any]) -> list[AttendeeStatus]:
    """Whom the event invites. Exchange may list the organizer as well, who invites nobody."""
    organizer = address_of(member(raw, "organizer")).lower()
    people: list[AttendeeStatus] = []
    for person in raw.get("attendees") or []:
        if not isinstance(person, Mapping) or address_of(person).lower() in ("", organizer):
            continue
        kind = AttendeeKind.ROOM if str(person.get("type", "")).lower() == "resource" else AttendeeKind.PERSON
        response = str(member(person, "status").get("response", "")).lower()
        people.append(
            AttendeeStatus(address_of(person), kind, _RESPONSES.get(response, AttendeeResponse.NONE))
        )
    return people


def address_of(holder: Mapping[str, Any]) -> str:
    """The address of an attendee or organizer."""
    return text(member(holder, "emailAddress"), "address")


def is_online(raw: Mapping[str, Any]) -> bool:
    """Whether it is a Teams meeting."""
    return raw.get("isOnlineMeeting") is True


def _property(raw: Mapping[str, Any], wanted: str) -> str:
    """The value of an extended property; Exchange may return the id's GUID in another case."""
    for entry in raw.get("singleValueExtendedProperties") or []:
        if isinstance(entry, Mapping) and str(entry.get("id", "")).lower() == wanted.lower():
            return str(entry.get("value") or "")
    return ""
