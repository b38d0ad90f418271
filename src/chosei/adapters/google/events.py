"""Events in Google's wire format, both ways.

Two private properties of our own stay with each event: the key that finds it again, and a digest of our text.
Source: contracts/google-calendar.discovery.json, the Event resource.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from chosei.adapters.google import texts
from chosei.ports.calendar import (
    AttendeeKind,
    AttendeeResponse,
    AttendeeStatus,
    BusyEvent,
    EventDraft,
    ObservedEvent,
    ShowAs,
)

KEY, TEXT = "choseiKey", "choseiText"
CANCELLED = "cancelled"
_PRIVATE = frozenset({"private", "confidential"})
_RESPONSES = {
    "accepted": AttendeeResponse.ACCEPTED,
    "tentative": AttendeeResponse.TENTATIVE,
    "declined": AttendeeResponse.DECLINED,
}
_NOT_ANSWERED = frozenset({"needsAction", "tentative"})


class Unreadable(Exception):
    """A member that we cannot do without is missing or not what it should be."""


# --- reading ----------------------------------------------------------------------------------------------


def busy(raw: Mapping[str, Any], owner_zone: str) -> BusyEvent:
    """An occurrence that stands there. Raises ``Unreadable``. Google tells every member of each: none
    inherits."""
    start, end = _span(raw, owner_zone)
    return BusyEvent(
        remote_id=_text(raw, "id", needed=True),
        start=start,
        end=end,
        show_as=show_as(raw),
        title=_text(raw, "summary"),
        key=_ours(raw, KEY),
        all_day="date" in _member(raw, "start"),
        private=raw.get("visibility") in _PRIVATE,
        cancelled=raw.get("status") == CANCELLED,
        declined=_own_response(raw) == "declined",
        series=_text(raw, "recurringEventId"),
    )


def observed(raw: Mapping[str, Any], owner_zone: str) -> ObservedEvent:
    """One of our events. Raises ``Unreadable``."""
    start, end = _span(raw, owner_zone)
    return ObservedEvent(
        remote_id=_text(raw, "id", needed=True),
        etag=_text(raw, "etag", needed=True),
        key=_ours(raw, KEY),
        title=_text(raw, "summary"),
        start=start,
        end=end,
        show_as=show_as(raw),
        location=_text(raw, "location"),
        cancelled=raw.get("status") == CANCELLED,
        organizes=_member(raw, "organizer").get("self") is True,
        join_url=join_url(raw),
        ical_uid=_text(raw, "iCalUID"),
        attendees=tuple(_attendees(raw)),
    )


def show_as(raw: Mapping[str, Any]) -> ShowAs:
    """What the event says about its owner's time; what we do not know is ``UNKNOWN``, which is not free."""
    kind = raw.get("eventType", "default")
    if kind == "workingLocation":
        at_office = _member(raw, "workingLocationProperties").get("type") == "officeLocation"
        return ShowAs.FREE if at_office else ShowAs.WORKING_ELSEWHERE
    transparency, status = raw.get("transparency", "opaque"), raw.get("status", "confirmed")
    if transparency == "transparent":
        return ShowAs.FREE
    if transparency != "opaque" or status not in ("confirmed", "tentative"):
        return ShowAs.UNKNOWN
    if kind == "outOfOffice":
        return ShowAs.OUT_OF_OFFICE
    asked = not _member(raw, "organizer").get("self") and _own_response(raw) in _NOT_ANSWERED
    return ShowAs.TENTATIVE if status == "tentative" or asked else ShowAs.BUSY


def join_url(raw: Mapping[str, Any]) -> str:
    """Where the meeting is joined; empty while it is being made, and when that failed."""
    for entry in _member(raw, "conferenceData").get("entryPoints") or []:
        if isinstance(entry, Mapping) and entry.get("entryPointType") == "video":
            return str(entry.get("uri") or "")
    return _text(raw, "hangoutLink")


def meeting_asked(raw: Mapping[str, Any]) -> str:
    """pending, success or failure, as the last request for a meeting stands; empty without one."""
    request = _member(_member(raw, "conferenceData"), "createRequest")
    return str(_member(request, "status").get("statusCode") or "")


def accepted(raw: Mapping[str, Any]) -> bool:
    """Whether the calendar's owner has accepted, or organises it."""
    return _own_response(raw) == "accepted" or _member(raw, "organizer").get("self") is True


def touches(event: BusyEvent, start: datetime, end: datetime) -> bool:
    """Whether the event shares time with the window; one without length counts where it stands."""
    return event.start < end and (event.end > start or event.start == event.end >= start)


def _span(raw: Mapping[str, Any], owner_zone: str) -> tuple[datetime, datetime]:
    start, end = (_instant(_member(raw, name), owner_zone) for name in ("start", "end"))
    if end < start:
        raise Unreadable("end before start")
    return start, end


def _instant(moment: Mapping[str, Any], owner_zone: str) -> datetime:
    """A date is the owner's midnight."""
    try:
        if "date" in moment:
            day = date.fromisoformat(str(moment["date"]))
            return datetime.combine(day, time(0), ZoneInfo(owner_zone)).astimezone(UTC)
        found = datetime.fromisoformat(str(moment["dateTime"]))
    except (KeyError, ValueError, OverflowError) as error:
        raise Unreadable("time") from error
    if found.tzinfo is None:
        raise Unreadable("time without offset")
    return found.astimezone(UTC)


def _attendees(raw: Mapping[str, Any]) -> list[AttendeeStatus]:
    """Whom the event invites; the organizer, who may be listed, invites nobody."""
    return [
        AttendeeStatus(
            _text(one, "email"),
            AttendeeKind.ROOM if one.get("resource") is True else AttendeeKind.PERSON,
            _RESPONSES.get(str(one.get("responseStatus")), AttendeeResponse.NONE),
        )
        for one in _people(raw)
        if one.get("organizer") is not True and _text(one, "email")
    ]


def _own_response(raw: Mapping[str, Any]) -> str:
    return next((str(one.get("responseStatus")) for one in _people(raw) if one.get("self") is True), "")


def _people(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in raw.get("attendees") or [] if isinstance(one, Mapping)]


def _ours(raw: Mapping[str, Any], name: str) -> str:
    return str(_member(_member(raw, "extendedProperties"), "private").get(name) or "")


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


# --- writing ----------------------------------------------------------------------------------------------


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
    now = observed(raw, owner_zone)
    body: dict[str, Any] = {}
    if now.title != draft.title:
        body["summary"] = draft.title
    if (now.start, now.end) != (draft.start, draft.end) or "date" in _member(raw, "start"):
        taken = {"date": None} if "date" in _member(raw, "start") else {}
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
    if _ours(raw, TEXT) != texts.digest(draft.body_html):
        body["description"] = texts.renewed(_text(raw, "description"), draft.body_html)
    if draft.web_meeting and not now.join_url and meeting_asked(raw) != "pending":
        # A request that failed is made anew under another name: the same one would be ignored.
        body |= _meeting(f"{draft.key} {now.etag}")
    if body or now.key != draft.key:
        body["extendedProperties"] = _properties(draft)
    return body


def without_meeting(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same request, asking for no meeting."""
    return {name: value for name, value in body.items() if name != "conferenceData"}


def carries(event: ObservedEvent, draft: EventDraft) -> bool:
    """Whether a link that was asked for has come."""
    return bool(event.join_url) or not draft.web_meeting


def with_answer(raw: Mapping[str, Any], response: str) -> list[dict[str, Any]]:
    """The attendees with the owner's answer; lists are written whole."""
    return [
        {**one, "responseStatus": response} if one.get("self") is True else dict(one) for one in _people(raw)
    ]


def _properties(draft: EventDraft) -> dict[str, Any]:
    return {"private": {KEY: draft.key, TEXT: texts.digest(draft.body_html)}}


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
    for one in _member(raw, "reminders").get("overrides") or []:
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
    there = {_text(one, "email").lower(): dict(one) for one in _people(raw) if not one.get("organizer")}
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
