"""What a room said to our event, and what follows: the next room, or the host is asked.

Level-triggered: the same answer again changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chosei.actions.changes import changed
from chosei.actions.hold_wishes import want_hold_again
from chosei.actions.meeting_wishes import want_appointment, want_request
from chosei.actions.people import attending, attending_at
from chosei.actions.room_agenda import Apart
from chosei.actions.room_booking import (
    RoomChoice,
    first_answer,
    first_free,
    in_question,
    lack_room,
    rooms_of_candidate,
    take_room,
)
from chosei.actions.room_reading import ask_rooms
from chosei.actions.rules import STANDING
from chosei.actions.timeline import note
from chosei.actions.wishes import converge_soon
from chosei.core.entries import DesiredEntry, SeenEntry
from chosei.core.intervals import Interval
from chosei.core.rooms import RoomAnswer, RoomState
from chosei.core.states import AppointmentState, CandidateState
from chosei.jobs import queue
from chosei.records.locks import for_change, lock_people
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    Candidate,
    MailKind,
    MailMessage,
    MailState,
    Promise,
    Room,
)
from chosei.records.places import place_of

_CONFIRMED = (MailKind.CONFIRMED_GUEST, MailKind.CONFIRMED_HOST)


def take_answers(entry: CalendarEntry, *, now: datetime) -> None:
    """Follow what the event's rooms say, where the event stands as it was last decided.

    May ask the provider which other rooms are free: not inside a transaction.
    """
    for address, answer in answers_of(entry).items():
        if entry.appointment is not None:
            _appointment_answered(entry.appointment, address, answer, now)
        elif entry.candidate is not None:
            _candidate_answered(entry, entry.candidate, address, answer, now)


def answers_of(entry: CalendarEntry) -> dict[str, RoomAnswer]:
    """By address, what each room that should be invited has answered; nothing while anything is to be
    written.
    """
    if not entry.desired or entry.desired != entry.written or not entry.observed:
        return {}
    told = dict(SeenEntry.from_json(entry.observed).rooms)
    rooms = DesiredEntry.from_json(entry.desired).rooms
    return {address: RoomAnswer(told.get(address, RoomAnswer.NONE)) for address in rooms}


# --- appointments -------------------------------------------------------------------------------------------


def _appointment_answered(appointment: Appointment, address: str, answer: RoomAnswer, now: datetime) -> None:
    promise = _promise(appointment, address)
    if promise is None or promise.answer == answer or answer is RoomAnswer.NONE:
        return
    others = in_question(appointment) if answer is RoomAnswer.DECLINED else []
    others = [room for room in others if room.pk != promise.room_id]
    time = Interval(appointment.starts_at, appointment.ends_at)
    live = ask_rooms(others, time).busy() if others else {}
    with transaction.atomic():
        lock_people(appointment, room_ids=[room.pk for room in others])
        rows = for_change(Appointment.objects).select_related(
            "organization", "organizer", "proposal", "booking_page", "candidate__proposal"
        )
        locked = rows.get(pk=appointment.pk)
        current = _promise(locked, address)
        same = current is not None and current.pk == promise.pk and current.answer == promise.answer
        if not same or current is None or locked.state not in STANDING:
            return
        if (locked.starts_at, locked.ends_at) != (time.start, time.end):
            return  # it was moved while we looked: the answer was about another time
        if answer is RoomAnswer.DECLINED:
            _next_room(locked, current, first_free(others, time, now=now, live=live), now)
        else:
            _keep_answer(locked, current, answer)
        _wake_mails(locked)


def _promise(appointment: Appointment, address: str) -> Promise | None:
    rows = appointment.promises.filter(standing=True, room__address__iexact=address)
    return rows.select_related("room").first()


def _keep_answer(appointment: Appointment, promise: Promise, answer: RoomAnswer) -> None:
    promise.answer = answer
    promise.save(update_fields=["answer"])
    if answer is RoomAnswer.ACCEPTED:
        appointment.room_state = RoomState.SETTLED
        appointment.save(update_fields=["room_state", "changed_at"])
    _note(f"room_{answer.value}", appointment, promise.room)


def _next_room(appointment: Appointment, promise: Promise, room: Room | None, now: datetime) -> None:
    """The room declined: another takes its place in the same event, or none does."""
    place = place_of(appointment, for_guest=True)
    promise.standing, promise.answer = False, RoomAnswer.DECLINED
    promise.save(update_fields=["standing", "answer"])
    _note("room_declined", appointment, promise.room)
    if room is None:
        lack_room(appointment)
    else:
        take_room(appointment, RoomChoice(room))
        _note("room_replaced", appointment, room)
    rewrite(appointment)
    if room is not None:
        tell_of_room(appointment, place)


def rewrite(appointment: Appointment) -> None:
    """Have the calendars say what is true of the room now."""
    hosts = appointment.promises.filter(standing=True, host__isnull=False).select_related("host")
    members = [promise.host for promise in hosts if promise.host is not None]
    if appointment.state == AppointmentState.PENDING:
        want_request(appointment, attending(members))
    else:
        want_appointment(appointment, appointment.organizer, attending_at(appointment, members))
    converge_soon(appointment)


def tell_of_room(appointment: Appointment, place_before: str) -> None:
    """Whoever has read of another place is told; letters that wait will say what is true when they go."""
    told = MailMessage.objects.filter(appointment=appointment, kind__in=_CONFIRMED, state=MailState.SENT)
    if told.exists() and place_of(appointment, for_guest=True) != place_before:
        changed(appointment, before=None, was={"location": place_before})


def _wake_mails(appointment: Appointment) -> None:
    if not appointment.is_incomplete:
        for mail in appointment.mails.filter(state=MailState.WAITING):
            queue.enqueue(queue.POST, str(mail.pk))


def _note(kind: str, appointment: Appointment, room: Room | None) -> None:
    name = room.name if room is not None else ""
    note(kind, appointment=appointment, proposal=appointment.proposal, actor="provider", room=name)


# --- candidates ---------------------------------------------------------------------------------------------


def _candidate_answered(
    entry: CalendarEntry, candidate: Candidate, address: str, answer: RoomAnswer, now: datetime
) -> None:
    room = candidate.room
    if room is None or room.address.lower() != address or answer in (RoomAnswer.NONE, candidate.room_answer):
        return
    others: list[Room] = []
    if answer is RoomAnswer.DECLINED:
        others = [one for one in rooms_of_candidate(candidate) if one.pk != room.pk]
    time = Interval(candidate.starts_at, candidate.ends_at)
    live = ask_rooms(others, time).busy() if others else {}
    with transaction.atomic():
        lock_people(candidate.proposal, room_ids=[one.pk for one in others])
        rows = for_change(Candidate.objects).select_related("proposal", "room")
        locked = rows.get(pk=candidate.pk)
        moved = (locked.starts_at, locked.ends_at) != (time.start, time.end)
        if locked.room_id != room.pk or locked.state != CandidateState.OPEN or moved:
            return
        if answer is not RoomAnswer.DECLINED:
            locked.room_answer = answer
            locked.save(update_fields=["room_answer"])
            return
        apart = Apart(time, candidate=locked.pk)
        locked.room = first_free(others, time, now=now, live=live, apart=apart)
        locked.room_answer = "" if locked.room is None else first_answer(locked.room)
        locked.save(update_fields=["room", "room_answer"])
        current = for_change(CalendarEntry.objects).get(pk=entry.pk)
        if current.desired is not None:
            want_hold_again(locked, current)
            converge_soon(locked.proposal)
        kind = "candidate_room_missing" if locked.room is None else "candidate_room_replaced"
        note(kind, proposal=locked.proposal, actor="provider", candidate=locked.pk, room=room.name)
