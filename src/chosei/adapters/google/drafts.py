"""Events in Google's wire format, as they are written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from chosei.adapters.google import events, texts
from chosei.adapters.wire import member, text
from chosei.ports.calendar import AttendeeKind, EventDraft, ShowAs


def id_of(token: str) -> str:
    """The event's id, the same for every repetition of a creation: a–v and digits, of UUID strength."""
    return f"chosei{hashlib.sha256(token.encode()).hexdigest()[:40]}"


def creation(draft: EventDraft, token: str) -> dict[str, Any]:
    """The body of an insert."""
    body: dict[str, Any] = {
        "id": id_of(token),
        "summary": draft.title,
        "description": texts.wrapped(draft.body_html),
        **_times(draft),
        **_shown(draft.show_as),
        "extendedProperties": _properties(draft),
        "attendees": [_invitation(person) for person in _wanted(draft)],
        # The time was agreed with a customer, who knows nothing of further guests.
        "guestsCanInviteOthers": False,
        **_reminder(draft),
    }
    if place := _place(draft):
        body["location"] = place
    return body | (_meeting(token) if draft.web_meeting else {})


def difference(
    raw: Mapping[str, Any], draft: EventDraft, owner_zone: str, invited: frozenset[str] | None = None
) -> dict[str, Any]:
    """The body of the PATCH that makes the event say what the draft says; empty when it does already.

    ``raw`` is the whole event. A person's additions to the text stay, and so do answers of those invited, and
    people whom we have not ``invited``, where that is known.
    """
    now = events.observed(raw, owner_zone)
    body: dict[str, Any] = {}
    if now.title != draft.title:
        body["summary"] = draft.title
    if (now.start, now.end) != (draft.start, draft.end) or "date" in member(raw, "start"):
        taken = {"date": None} if "date" in member(raw, "start") else {}
        body |= {name: {**moment, **taken} for name, moment in _times(draft).items()}
    if now.show_as != draft.show_as:
        body |= _shown(draft.show_as)
    people = _invited(raw, draft, invited)
    if {one.address.lower() for one in now.attendees} != {str(one["email"]).lower() for one in people}:
        body["attendees"] = people
    if now.location != _place(draft):
        body["location"] = _place(draft)
    if draft.reminder_minutes not in (None, _reminder_minutes(raw)):
        body |= _reminder(draft)
    if events.ours(raw, events.TEXT) != texts.digest(draft.body_html):
        body["description"] = texts.renewed(text(raw, "description"), draft.body_html)
    if draft.web_meeting and not now.join_url and events.meeting_asked(raw) != "pending":
        # A request that failed is made anew under another name: the same one would be ignored.
        body |= _meeting(f"{draft.key} {now.etag}")
    if body or now.key != draft.key:
        body["extendedProperties"] = _properties(draft)
    return body


def without_meeting(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same request, asking for no meeting."""
    return {name: value for name, value in body.items() if name != "conferenceData"}


def with_answer(raw: Mapping[str, Any], response: str) -> list[dict[str, Any]]:
    """The attendees with the owner's answer; lists are written whole."""
    return [
        {**one, "responseStatus": response} if one.get("self") is True else dict(one)
        for one in events.people_of(raw)
    ]


def _properties(draft: EventDraft) -> dict[str, Any]:
    return {"private": {events.KEY: draft.key, events.TEXT: texts.digest(draft.body_html)}}


def _times(draft: EventDraft) -> dict[str, dict[str, Any]]:
    zone = ZoneInfo(draft.zone)
    moments = {"start": draft.start, "end": draft.end}
    return {
        # With its offset, so that the hour that comes twice in autumn is told apart.
        name: {"dateTime": moment.astimezone(zone).isoformat(), "timeZone": draft.zone}
        for name, moment in moments.items()
    }


def _shown(show_as: ShowAs) -> dict[str, str]:
    """Google knows no more of an event's time than this; a tentative one still blocks."""
    free = show_as in (ShowAs.FREE, ShowAs.WORKING_ELSEWHERE)
    return {
        "status": "tentative" if show_as is ShowAs.TENTATIVE else "confirmed",
        "transparency": "transparent" if free else "opaque",
    }


def _meeting(name: str) -> dict[str, Any]:
    request = hashlib.sha256(name.encode()).hexdigest()[:32]
    key = {"type": "hangoutsMeet"}
    return {"conferenceData": {"createRequest": {"requestId": request, "conferenceSolutionKey": key}}}


def _reminder(draft: EventDraft) -> dict[str, Any]:
    if draft.reminder_minutes is None:
        return {}  # as the calendar's owner has set it
    overrides = [{"method": "popup", "minutes": draft.reminder_minutes}]
    return {"reminders": {"useDefault": False, "overrides": overrides}}


def _reminder_minutes(raw: Mapping[str, Any]) -> int | None:
    for one in member(raw, "reminders").get("overrides") or []:
        if isinstance(one, Mapping) and one.get("method") == "popup":
            return int(one.get("minutes", 0))
    return None


def _wanted(draft: EventDraft) -> list[tuple[str, str, bool]]:
    """Address, name, whether it is a room: each address once."""
    people = {
        one.address.lower(): (one.address, one.name, one.kind is AttendeeKind.ROOM) for one in draft.attendees
    }
    return list(people.values())


def _invitation(person: tuple[str, str, bool]) -> dict[str, Any]:
    address, name, room = person
    invitation: dict[str, Any] = {"email": address}
    if name:
        invitation["displayName"] = name
    return invitation | ({"resource": True} if room else {})


def _invited(
    raw: Mapping[str, Any], draft: EventDraft, invited: frozenset[str] | None
) -> list[dict[str, Any]]:
    """Those wanted, and people whom somebody else added. Who was there before keeps the answer given."""
    there = {
        text(one, "email").lower(): dict(one) for one in events.people_of(raw) if not one.get("organizer")
    }
    wanted = {person[0].lower(): person for person in _wanted(draft)}
    added = [
        one
        for address, one in there.items()
        if invited is not None and address not in invited | set(wanted) and not one.get("resource")
    ]
    return [*(there.get(address) or _invitation(person) for address, person in wanted.items()), *added]


def _place(draft: EventDraft) -> str:
    rooms = [person.name for person in draft.attendees if person.kind is AttendeeKind.ROOM and person.name]
    return draft.location or ", ".join(rooms)
