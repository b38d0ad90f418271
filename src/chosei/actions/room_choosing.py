"""A host's word about an appointment's room: another one, or none."""

from __future__ import annotations

from datetime import datetime

from chosei.actions.errors import Closed, InvalidInput, TimeTaken
from chosei.actions.promising import committed
from chosei.actions.room_agenda import Apart
from chosei.actions.room_answers import rewrite, tell_of_room
from chosei.actions.room_booking import RoomChoice, choosable, first_free, release_rooms, take_room
from chosei.actions.room_reading import ask_rooms
from chosei.actions.timeline import note
from chosei.core.intervals import Interval
from chosei.core.states import AppointmentState
from chosei.records.locks import for_change, lock_people
from chosei.records.models import Appointment, Member, Room
from chosei.records.places import place_of, rooms_of


def choose_room(member: Member, appointment: Appointment, room_id: int | None, *, now: datetime) -> None:
    """Book this room for the appointment in place of the one it has; None: go ahead without a room.

    Raises InvalidInput(room), TimeTaken where the room is not free then, Closed.
    """
    room = _room(appointment, room_id)
    time = Interval(appointment.starts_at, appointment.ends_at)
    live = ask_rooms([room], time).busy() if room is not None else {}

    def write() -> None:
        own = [one.pk for one in rooms_of(appointment)]
        lock_people(appointment, room_ids=[*own, *([room.pk] if room else [])])
        locked = _locked(appointment, time, now)
        if room is not None and [one.pk for one in rooms_of(locked)] == [room.pk]:
            return
        apart = Apart(time, appointment=locked.pk, candidate=locked.candidate_id or 0)
        if room is not None and first_free([room], time, now=now, live=live, apart=apart) is None:
            raise TimeTaken
        place = place_of(locked, for_guest=True)
        release_rooms(locked)
        if room is not None:
            take_room(locked, RoomChoice(room))
        rewrite(locked)
        tell_of_room(locked, place)
        kind = "room_chosen" if room is not None else "room_given_up"
        name = room.name if room is not None else ""
        note(kind, appointment=locked, proposal=locked.proposal, member=member, actor="member", room=name)

    committed(write)


def _room(appointment: Appointment, room_id: int | None) -> Room | None:
    if room_id is None:
        return None
    rooms = Room.objects.filter(organization=appointment.organization_id, pk=room_id)
    room = rooms.first()
    if room is None:
        raise InvalidInput(room="unknown")
    if not choosable([room]):
        raise InvalidInput(room="room_gone")
    return room


def _locked(appointment: Appointment, time: Interval, now: datetime) -> Appointment:
    rows = for_change(Appointment.objects).select_related(
        "organization", "organizer", "proposal", "booking_page"
    )
    locked = rows.get(pk=appointment.pk)
    if locked.state != AppointmentState.CONFIRMED:
        raise Closed(locked.state)
    if locked.ends_at <= now:
        raise Closed("past")
    if (locked.starts_at, locked.ends_at) != (time.start, time.end):
        raise Closed("changed_meanwhile")
    return locked
