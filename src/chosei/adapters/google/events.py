"""Events in Google's wire format, as they are read.

Two private properties of our own stay with each event: the key that finds it again, and a digest of our text.
Source: contracts/google-calendar.discovery.json, the Event resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from chosei.adapters.wire import Unreadable, member, text
from chosei.ports.calendar import (
    AttendeeKind,
    AttendeeResponse,
    AttendeeStatus,
    BusyEvent,
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


def busy(raw: Mapping[str, Any], owner_zone: str) -> BusyEvent:
    """An occurrence that stands there. Raises ``Unreadable``. Google tells every member of each: none
    inherits."""
    start, end = _span(raw, owner_zone)
    return BusyEvent(
        remote_id=text(raw, "id", needed=True),
        start=start,
        end=end,
        show_as=show_as(raw),
        title=text(raw, "summary"),
        key=ours(raw, KEY),
        all_day="date" in member(raw, "start"),
        private=raw.get("visibility") in _PRIVATE,
        cancelled=raw.get("status") == CANCELLED,
        declined=_own_response(raw) == "declined",
        series=text(raw, "recurringEventId"),
    )


def observed(raw: Mapping[str, Any], owner_zone: str) -> ObservedEvent:
    """One of our events. Raises ``Unreadable``."""
    start, end = _span(raw, owner_zone)
    return ObservedEvent(
        remote_id=text(raw, "id", needed=True),
        etag=text(raw, "etag", needed=True),
        key=ours(raw, KEY),
        title=text(raw, "summary"),
        start=start,
        end=end,
        show_as=show_as(raw),
        location=text(raw, "location"),
        cancelled=raw.get("status") == CANCELLED,
        organizes=member(raw, "organizer").get("self") is True,
        join_url=join_url(raw),
        ical_uid=text(raw, "iCalUID"),
        attendees=tuple(_attendees(raw)),
    )


def show_as(raw: Mapping[str, Any]) -> ShowAs:
    """What the event says about its owner's time; what we do not know is ``UNKNOWN``, which is not free."""
    kind = raw.get("eventType", "default")
    if kind == "workingLocation":
        at_office = member(raw, "workingLocationProperties").get("type") == "officeLocation"
        return ShowAs.FREE if at_office else ShowAs.WORKING_ELSEWHERE
    transparency, status = raw.get("transparency", "opaque"), raw.get("status", "confirmed")
    if transparency == "transparent":
        return ShowAs.FREE
    if transparency != "opaque" or status not in ("confirmed", "tentative"):
        return ShowAs.UNKNOWN
    if kind == "outOfOffice":
        return ShowAs.OUT_OF_OFFICE
    asked = not member(raw, "organizer").get("self") and _own_response(raw) in _NOT_ANSWERED
    return ShowAs.TENTATIVE if status == "tentative" or asked else ShowAs.BUSY


def join_url(raw: Mapping[str, Any]) -> str:
    """Where the meeting is joined; empty while it is being made, and when that failed."""
    for entry in member(raw, "conferenceData").get("entryPoints") or []:
        if isinstance(entry, Mapping) and entry.get("entryPointType") == "video":
            return str(entry.get("uri") or "")
    return text(raw, "hangoutLink")


def meeting_asked(raw: Mapping[str, Any]) -> str:
    """pending, success or failure, as the last request for a meeting stands; empty without one."""
    request = member(member(raw, "conferenceData"), "createRequest")
    return str(member(request, "status").get("statusCode") or "")


def accepted(raw: Mapping[str, Any]) -> bool:
    """Whether the calendar's owner has accepted, or organises it."""
    return _own_response(raw) == "accepted" or member(raw, "organizer").get("self") is True


def _span(raw: Mapping[str, Any], owner_zone: str) -> tuple[datetime, datetime]:
    start, end = (_instant(member(raw, name), owner_zone) for name in ("start", "end"))
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
            text(one, "email"),
            AttendeeKind.ROOM if one.get("resource") is True else AttendeeKind.PERSON,
            _RESPONSES.get(str(one.get("responseStatus")), AttendeeResponse.NONE),
        )
        for one in people_of(raw)
        if one.get("organizer") is not True and text(one, "email")
    ]


def _own_response(raw: Mapping[str, Any]) -> str:
    return next((str(one.get("responseStatus")) for one in people_of(raw) if one.get("self") is True), "")


def people_of(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The attendees as the event names them."""
    return [one for one in raw.get("attendees") or [] if isinstance(one, Mapping)]


def ours(raw: Mapping[str, Any], name: str) -> str:
    """One of our own properties."""
    return str(member(member(raw, "extendedProperties"), "private").get(name) or "")
