"""Following what a person did in their own calendar to an event of ours: moved or deleted it.

What waits for approval cannot be moved there, since the customer asked for that very time; deleted, it is
declined. What becomes of a buffer's event, ``buffers`` knows.

Callers have seen it by a direct read. Everything is checked again under the locks: what we ourselves have
decided meanwhile goes before. Where a change cannot be followed, or should not be without a word, the entry
carries a question to the host and everything promised stays as it is.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from psycopg.types.range import TimestamptzRange

from chosei.actions.asking import Question, ask, unchanged
from chosei.actions.buffers import beside_again, follow_buffer, give_back
from chosei.actions.cancellation import cancel_by_calendar
from chosei.actions.changes import changed
from chosei.actions.errors import Closed, TimeTaken
from chosei.actions.following_holds import move_hold, remove_hold
from chosei.actions.requests import decline_by_calendar
from chosei.actions.room_booking import ask_rooms_again
from chosei.actions.timeline import note
from chosei.actions.web_meetings import settle_web_meeting
from chosei.actions.wishes import converge_soon, restore, settle_at, want_moved
from chosei.core.entries import BUFFERS, EntryPurpose, SeenEntry
from chosei.core.intervals import Interval
from chosei.core.states import AppointmentState
from chosei.records.locks import for_change, lock_hosts, lock_people
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    Member,
    Promise,
)


def adopt_move(entry: CalendarEntry, seen: SeenEntry, *, now: datetime) -> None:
    """The event stands at another time: the appointment or the candidate moves there.

    Not where the time is promised to another customer or has passed, nor for an event that is not the
    organiser's, nor where the host wants to be asked first: then the host is asked.
    """
    with transaction.atomic():
        if entry.purpose == EntryPurpose.HOLD:
            move_hold(entry, seen, now)
            return
        if entry.purpose == EntryPurpose.REQUEST:
            _put_request_back(entry)
            return
        if entry.purpose in BUFFERS:
            follow_buffer(entry, seen)
            return
        if entry.connection.member.ask_before_moving:
            ask(entry, Question.MOVED, seen)
            return
        try:
            _move_appointment(entry, seen, now, asked=False)
        except TimeTaken:
            ask(entry, Question.MOVED, seen)


def moved_meanwhile(entry: CalendarEntry, seen: SeenEntry) -> bool:
    """Chosei was about to change the event when it was found moved there. Both have changed: the host is
    asked, and nothing is written before their word. False for a hold, which is only ours.
    """
    if entry.purpose != EntryPurpose.APPOINTMENT:
        return False
    with transaction.atomic():
        ask(entry, Question.BOTH, seen)
    return True


def adopt_removal(entry: CalendarEntry, *, asking: bool, now: datetime) -> None:
    """The event is proven to be gone: the appointment is cancelled, what waited for approval declined, the
    candidate withdrawn, or the buffer given back.

    ``asking``: the host is asked first, as always about an event that is not the organiser's.
    """
    with transaction.atomic():
        appointment = entry.appointment
        foreign = appointment is not None and appointment.organizer_id != entry.connection_id
        if asking or (foreign and entry.purpose not in BUFFERS):
            ask(entry, Question.REMOVED, None)
        else:
            _remove(entry, now)


def follow(member: Member, entry: CalendarEntry, *, now: datetime) -> None:
    """The host's word: the calendar is right. Raises TimeTaken when the time cannot be promised, Closed."""
    with transaction.atomic():
        if entry.question == Question.REMOVED:
            _remove(entry, now, member)
        elif entry.question in (Question.MOVED, Question.BOTH) and entry.observed:
            _move_appointment(entry, SeenEntry.from_json(entry.observed), now, asked=True, member=member)
        else:
            raise Closed("decided")


# --- moves --------------------------------------------------------------------------------------------------


def _move_appointment(
    entry: CalendarEntry, seen: SeenEntry, now: datetime, *, asked: bool, member: Member | None = None
) -> None:
    """Raises TimeTaken where the appointment cannot go there (or only when asked)."""
    assert entry.appointment_id is not None
    hosts = Promise.objects.filter(appointment=entry.appointment_id, standing=True, host__isnull=False)
    rooms = Promise.objects.filter(appointment=entry.appointment_id, standing=True, room__isnull=False)
    lock_hosts(
        [pk for pk in hosts.values_list("host_id", flat=True) if pk],
        room_ids=[pk for pk in rooms.values_list("room_id", flat=True) if pk],
    )
    appointment = for_change(Appointment.objects).get(pk=entry.appointment_id)
    current = unchanged(entry)
    if current is None or appointment.state != AppointmentState.CONFIRMED or appointment.ends_at <= now:
        return
    if seen.start >= seen.end or seen.start <= now or (not asked and _is_foreign(appointment, entry)):
        raise TimeTaken
    time = Interval(seen.start, seen.end)
    if _promised_elsewhere(appointment, time):
        raise TimeTaken
    before = Interval(appointment.starts_at, appointment.ends_at)
    appointment.promises.filter(standing=True).update(during=TimestamptzRange(time.start, time.end))
    appointment.starts_at, appointment.ends_at = time.start, time.end
    ask_rooms_again(appointment)
    settle_at(current, seen, time)
    others = appointment.entries.filter(desired__isnull=False).exclude(pk=current.pk)
    want_moved(others, time)
    beside_again(others.filter(purpose__in=BUFFERS).select_related("connection"))
    settle_web_meeting(appointment)
    converge_soon(appointment)
    changed(appointment, before=before, now=now)
    note(
        "appointment_moved",
        appointment=appointment,
        proposal=appointment.proposal,
        member=member,
        actor="member" if member else "provider",
        start=time.start.isoformat(),
        end=time.end.isoformat(),
    )


def _put_request_back(entry: CalendarEntry) -> None:
    current = unchanged(entry)
    if current is None or current.appointment is None:
        return
    restore(current, anew=False)
    converge_soon(current.appointment)
    note("request_put_back", appointment=current.appointment, actor="provider")


def _is_foreign(appointment: Appointment, entry: CalendarEntry) -> bool:
    return appointment.organizer_id != entry.connection_id


def _promised_elsewhere(appointment: Appointment, time: Interval) -> bool:
    ours = appointment.promises.filter(standing=True)
    hosts = [promise.host_id for promise in ours if promise.host_id]
    rooms = [promise.room_id for promise in ours if promise.room_id]
    return (
        Promise.objects.filter(
            Q(host__in=hosts) | Q(room__in=rooms),
            standing=True,
            during__overlap=TimestamptzRange(time.start, time.end),
        )
        .exclude(appointment=appointment)
        .exists()
    )


# --- removals -----------------------------------------------------------------------------------------------


def _remove(entry: CalendarEntry, now: datetime, member: Member | None = None) -> None:
    if entry.appointment is None:
        remove_hold(entry, member)
        return
    if entry.purpose in BUFFERS:
        give_back(entry, member)
        return
    lock_people(entry.appointment)
    if unchanged(entry) is None:
        return
    try:
        if entry.purpose == EntryPurpose.REQUEST:
            decline_by_calendar(entry.appointment, member=member)
        else:
            cancel_by_calendar(entry.appointment, member=member, now=now)
    except Closed:
        return  # it is over, or somebody cancelled it a moment ago
