"""How a room's calendar attendant answers. Defaults as of Set-CalendarProcessing: accepts when free, no
conflicts, at most 180 days ahead, at most 24 hours; a series that reaches beyond is declined; the organiser's
name replaces the subject, the body is dropped and the private flag cleared."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chosei.sandbox.directory import Room
from chosei.sandbox.graph.model import Event, expand, last_end
from chosei.sandbox.graph.repository import Repository

HORIZON = timedelta(days=180)
LONGEST = timedelta(hours=24)


def verdict(repository: Repository, room: Room, event: Event, now: datetime) -> str:
    """The room's response to a meeting as it stands now: accepted, declined or tentativelyAccepted."""
    if (
        room.booking_type == "reserved"
        or last_end(event) > now + HORIZON
        or event.ends - event.starts > LONGEST
    ):
        return "declined"
    if any(
        _taken(repository, room, event, one.starts, one.ends) for one in expand(event, now, now + HORIZON)
    ):
        return "declined"
    return "accepted" if room.auto_accept else "tentativelyAccepted"


def room_copy(event: Event, copy: Event, response: str) -> Event:
    """The room's own item of a meeting."""
    return replace(
        copy,
        subject=event.organizer_name,
        body="",
        body_type="text",
        sensitivity="normal",
        show_as="busy" if response == "accepted" else "tentative",
        response=response,
    )


def _taken(repository: Repository, room: Room, event: Event, start: datetime, end: datetime) -> bool:
    return any(
        other.event.ical_uid != event.ical_uid
        and not other.event.is_cancelled
        and other.event.show_as not in ("free", "workingElsewhere")
        for other in repository.view(room.id, start, end)
    )
