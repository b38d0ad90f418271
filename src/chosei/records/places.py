"""Where a meeting takes place: the place as typed, and the rooms that are promised for it."""

from __future__ import annotations

from chosei.core.rooms import RoomAnswer, place_text, room_text
from chosei.core.text import one_line
from chosei.records.models import Appointment, Candidate, MeetingFormat, Promise, Room

_GONE = (RoomAnswer.DECLINED, RoomAnswer.RELEASED)
_GUESTS_COME = (MeetingFormat.VISIT, MeetingFormat.OTHER)


def room_promises_of(appointment: Appointment) -> list[Promise]:
    """The rooms' promises for its time, without those that declined; of a cancelled one those it had."""
    rows = appointment.promises.filter(room__isnull=False, during__contains=appointment.starts_at)
    return list(rows.exclude(answer__in=_GONE).select_related("room"))


def rooms_of(appointment: Appointment) -> list[Room]:
    return [promise.room for promise in room_promises_of(appointment) if promise.room is not None]


def place_of(appointment: Appointment, *, for_guest: bool = False) -> str:
    """The place with its rooms. ``for_guest``: a guest who does not come to us needs no room's name."""
    if for_guest and appointment.format not in _GUESTS_COME:
        return one_line(appointment.location)
    return where(appointment.location, rooms_of(appointment))


def place_of_candidate(location: str, candidate: Candidate) -> str:
    return where(location, [candidate.room] if candidate.room is not None else [])


def where(location: str, rooms: list[Room]) -> str:
    """The building is not said twice."""
    return place_text(location, [_text(room, location) for room in rooms])


def _text(room: Room, location: str) -> str:
    building = "" if room.building and room.building in location else room.building
    return room_text(room.name, building, room.floor)
