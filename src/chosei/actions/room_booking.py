"""The room of an appointment: which one, promised how, and what follows when it is lost.

Inside the caller's transaction, under the locks of the hosts and of the rooms that come into question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.range import TimestamptzRange

from chosei.actions.errors import TimeTaken, Unverifiable
from chosei.actions.outbox import queue_mail, to_member, with_author
from chosei.actions.people import Attending
from chosei.actions.room_agenda import Apart, free_rooms, room_availability
from chosei.actions.room_reach import can_invite
from chosei.actions.timeline import note
from chosei.core.availability import Unknown
from chosei.core.entries import DesiredEntry
from chosei.core.intervals import Interval
from chosei.core.rooms import RoomAnswer, RoomState, Seats
from chosei.core.web_meetings import Link
from chosei.records.models import (
    Appointment,
    BookingPage,
    CalendarEntry,
    Candidate,
    Connection,
    MailKind,
    MailMessage,
    Promise,
    Room,
)
from chosei.records.places import room_promises_of

Live = Mapping[int, Sequence[Interval]]
"""Busy time by room, read just now."""


@dataclass(frozen=True, slots=True)
class RoomChoice:
    """What came of looking for a room: the one to promise, or none although one is wanted."""

    room: Room | None


def choosable(rooms: Sequence[Room], people: int = 0) -> list[Room]:
    """Those of ``rooms`` that may be booked now and hold so many people, in their order."""
    return [
        room
        for room in rooms
        if room.in_use and room.bookable and room.vanished_at is None and Seats(room.capacity).hold(people)
    ]


def rooms_of_page(page: BookingPage) -> list[Room]:
    """The page's rooms in order (会議室候補一覧), as far as they can be booked and are large enough."""
    rows = page.rooms.select_related("room")
    return choosable([row.room for row in rows], page.room_min_capacity)


def rooms_of_candidate(candidate: Candidate) -> list[Room]:
    """The room chosen for the candidate, then those of its list in order."""
    own = candidate.room
    rooms = [own] if own and (candidate.room_answer == RoomAnswer.ACCEPTED or choosable([own])) else []
    if candidate.room_list is not None:
        places = candidate.room_list.places.select_related("room")
        listed = choosable([place.room for place in places], candidate.proposal.room_min_capacity)
        rooms += [room for room in listed if room.pk != candidate.room_id]
    return rooms


def in_question(appointment: Appointment) -> list[Room]:
    """The rooms that could take the place of the appointment's, in order; those that declined are out."""
    rooms: list[Room] = []
    if appointment.candidate is not None:
        rooms = rooms_of_candidate(appointment.candidate)
    elif appointment.booking_page is not None:
        rooms = rooms_of_page(appointment.booking_page)
    refused = set(_refused(appointment))
    return [room for room in rooms if room.pk not in refused]


def _refused(appointment: Appointment) -> list[int]:
    """Rooms that declined this very time."""
    during = TimestamptzRange(appointment.starts_at, appointment.ends_at)
    rows = appointment.promises.filter(room__isnull=False, answer=RoomAnswer.DECLINED, during=during)
    return [pk for pk in rows.values_list("room_id", flat=True) if pk is not None]


def rooms_at_stake(appointment: Appointment) -> set[int]:
    """Whose locks a change of the appointment's time needs."""
    own = {promise.room_id for promise in room_promises_of(appointment) if promise.room_id is not None}
    return own | {room.pk for room in in_question(appointment)}


def first_free(
    rooms: Sequence[Room],
    time: Interval,
    *,
    now: datetime,
    live: Live,
    apart: Apart | None = None,
) -> Room | None:
    known = room_availability(rooms, time, now=now, live=live, apart=apart)
    return next(iter(free_rooms(rooms, known, time)), None)


def room_for_page(
    page: BookingPage, asked: Sequence[Room], time: Interval, *, now: datetime, live: Live
) -> RoomChoice | None:
    """The first free one of the page's rooms; None where the page needs none.

    ``asked``: the rooms that were asked live. Raises TimeTaken where none is free or the page has other rooms
    by now, Unverifiable where none can be told to be free.
    """
    if not page.rooms.exists():
        return None
    rooms = rooms_of_page(page)
    if {room.pk for room in rooms} != {room.pk for room in asked}:
        raise TimeTaken
    known = room_availability(rooms, time, now=now, live=live)
    free = free_rooms(rooms, known, time)
    if not free and known and all(isinstance(one, Unknown) for one in known):
        raise Unverifiable
    if not free:
        raise TimeTaken
    return RoomChoice(free[0])


def room_for_candidate(
    candidate: Candidate, asked: Sequence[Room], *, now: datetime, live: Live
) -> RoomChoice | None:
    """The candidate's own room while it can be had, else the next of its list; None where it needs none.

    A room never refuses a guest the time: with none left the hosts are told.
    """
    if not candidate.room_wanted:
        return None
    time = Interval(candidate.starts_at, candidate.ends_at)
    ids = {room.pk for room in asked}
    rooms = [room for room in rooms_of_candidate(candidate) if room.pk in ids]
    held = candidate.room_id if candidate.proposal.write_holds and candidate.room_id else 0
    apart = Apart(time, candidate=candidate.pk, rooms=frozenset({held} - {0}))
    known = room_availability(rooms, time, now=now, live=live, apart=apart)
    for room, one in zip(rooms, known, strict=True):
        # A hold that stands is our own record: the room was kept for exactly this.
        if free_rooms([room], [one], time) or (isinstance(one, Unknown) and _is_ours(room, held, time)):
            return RoomChoice(room)
    return RoomChoice(None)


def _is_ours(room: Room, held: int, time: Interval) -> bool:
    during = TimestamptzRange(time.start, time.end)
    taken = Promise.objects.filter(standing=True, room=room, during__overlap=during)
    return room.pk == held and not taken.exists()


def first_answer(room: Room) -> RoomAnswer:
    """What a room has said before anybody asked it."""
    return RoomAnswer.NONE if room.address else RoomAnswer.OURS


def take_room(appointment: Appointment, choice: RoomChoice) -> None:
    """Promise the room, or have the hosts told that there is none; saves the appointment's room_state."""
    if choice.room is None:
        lack_room(appointment)
        return
    Promise.objects.create(
        appointment=appointment,
        room=choice.room,
        during=TimestamptzRange(appointment.starts_at, appointment.ends_at),
        answer=first_answer(choice.room),
    )
    _state(appointment, _state_with(appointment, choice.room))


def _state_with(appointment: Appointment, room: Room) -> RoomState:
    if not room.address:
        return RoomState.SETTLED
    organizer = appointment.organizer
    reached = organizer is not None and can_invite(organizer, room)
    return RoomState.ASKED if reached else RoomState.UNBOOKED


def lack_room(appointment: Appointment) -> None:
    """A room is wanted and none can be had: the hosts are told, with the choices on the console's page."""
    _state(appointment, RoomState.MISSING)
    note("room_missing", appointment=appointment, proposal=appointment.proposal)
    hosts = appointment.promises.filter(standing=True, host__isnull=False).select_related("host")
    earlier = MailMessage.objects.filter(appointment=appointment, kind=MailKind.ROOM_MISSING)
    occasion = str(earlier.values("occasion").distinct().count())
    for member in with_author(appointment, [promise.host for promise in hosts if promise.host]):
        queue_mail(
            MailKind.ROOM_MISSING,
            appointment,
            to_member(member),
            revision=appointment.revision,
            occasion=occasion,
        )


def release_rooms(appointment: Appointment) -> None:
    """Its rooms are no longer promised."""
    for promise in room_promises_of(appointment):
        promise.standing, promise.answer = False, RoomAnswer.RELEASED
        promise.save(update_fields=["standing", "answer"])
    _state(appointment, RoomState.NONE)


@dataclass(frozen=True, slots=True)
class RoomsToMove:
    """The rooms that an appointment could have at another time, its own first; ``apart``: what is its own."""

    rooms: tuple[Room, ...]
    apart: Apart


def rooms_to_move(appointment: Appointment) -> RoomsToMove | None:
    """None where the appointment wants no room."""
    promises = room_promises_of(appointment)
    if not promises and appointment.room_state != RoomState.MISSING:
        return None
    own = frozenset(promise.room_id for promise in promises if promise.room_id is not None)
    time = Interval(appointment.starts_at, appointment.ends_at)
    apart = Apart(time, appointment=appointment.pk, candidate=appointment.candidate_id or 0, rooms=own)
    present = [promise.room for promise in promises if promise.room is not None]
    others = [room for room in in_question(appointment) if room.pk not in own]
    return RoomsToMove((*present, *others), apart)


def move_rooms(appointment: Appointment, time: Interval, *, now: datetime, live: Live | None = None) -> None:
    """The appointment goes to ``time``: its room goes along where it can, else the next free one of its
    choice, else the hosts are told. The appointment itself still has the old time.
    """
    promises = room_promises_of(appointment)
    wanted = rooms_to_move(appointment)
    free = None
    if wanted is not None:
        free = first_free(wanted.rooms, time, now=now, live=live or {}, apart=wanted.apart)
    for promise in promises:
        if free is not None and promise.room_id == free.pk:
            promise.during = TimestamptzRange(time.start, time.end)
            promise.answer = first_answer(free)
            promise.save(update_fields=["during", "answer"])
            _state(appointment, _state_with(appointment, free))
            return
        promise.standing, promise.answer = False, RoomAnswer.RELEASED
        promise.save(update_fields=["standing", "answer"])
    appointment.starts_at, appointment.ends_at = time.start, time.end
    if wanted is not None:
        take_room(appointment, RoomChoice(free))


def ask_rooms_again(appointment: Appointment) -> None:
    """Its rooms stand at another time by now, and have not said anything to that."""
    promises = room_promises_of(appointment)
    asked = [promise for promise in promises if promise.room is not None and promise.room.address]
    for promise in asked:
        promise.answer = RoomAnswer.NONE
        promise.save(update_fields=["answer"])
    if asked:
        _state(appointment, RoomState.ASKED)


def take_rooms_over(appointment: Appointment) -> None:
    """Another account organises from now on: it asks for the rooms anew, where its events can book them."""
    for promise in room_promises_of(appointment):
        if promise.room is not None:
            promise.answer = first_answer(promise.room)
            promise.save(update_fields=["answer"])
            _state(appointment, _state_with(appointment, promise.room))


def carrying(candidate: Candidate | None, hosts: Sequence[Attending], link: Link) -> Connection | None:
    """The account whose hold carries the candidate's room: while it can organise, it does, so that the room
    is not let go.
    """
    if candidate is None or candidate.room_id is None:
        return None
    linked = {host.connection.pk: host for host in hosts if host.connection is not None}
    holds = CalendarEntry.objects.filter(
        candidate=candidate, connection__in=list(linked), desired__isnull=False
    )
    for hold in holds:
        host = linked[hold.connection_id]
        able = host.issues(link.service) or not link.wanted
        if able and hold.desired is not None and DesiredEntry.from_json(hold.desired).rooms:
            return host.connection
    return None


def _state(appointment: Appointment, state: RoomState) -> None:
    appointment.room_state = state
    appointment.save(update_fields=["room_state", "changed_at"])
