"""Events in Graph's wire format, as they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chosei.adapters.microsoft import bodies, events, zones
from chosei.adapters.wire import member
from chosei.ports.calendar import Attendee, AttendeeKind, EventDraft, ObservedEvent


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
    now = events.observed(raw, owner_zone)
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
    if there != _invited(draft) | {(events.address_of(one).lower(), AttendeeKind.PERSON) for one in added}:
        # A PATCH replaces them all: whoever is left out is uninvited, by mail.
        body["attendees"] = [*(_invitation(person) for person in draft.attendees), *added]
    if _stands_elsewhere(raw, draft):
        body |= _places(draft) or {"location": {"displayName": "", "locationType": "default"}}
    if draft.reminder_minutes not in (None, _reminder_minutes(raw)):
        body |= _reminder(draft)
    if events.text_digest(raw) != bodies.digest(draft.body_html):
        body["body"] = _html(bodies.renewed(member(raw, "body"), draft.body_html))
    if draft.web_meeting and not events.is_online(raw):
        body |= _teams()
    if body or now.key != draft.key:
        body["singleValueExtendedProperties"] = _ours(draft)
    return body


def _ours(draft: EventDraft) -> list[dict[str, str]]:
    return [
        {"id": events.KEY_PROPERTY, "value": draft.key},
        {"id": events.TEXT_PROPERTY, "value": bodies.digest(draft.body_html)},
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
        if isinstance(one, Mapping) and events.address_of(one).lower() in added
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
    there = there or [member(raw, "location")]
    if not listed:
        return bool(events.location_name(raw)) or any(place.get("locationEmailAddress") for place in there)
    return {_place_key(place) for place in listed} != {_place_key(place) for place in there}


def _place_key(place: Mapping[str, Any]) -> str:
    """A room is its address, anything else its words."""
    return str(place.get("locationEmailAddress") or place.get("displayName") or "").lower()
