"""Saying what should stand in which calendar. Nothing here speaks to a provider: converge carries it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.utils import timezone

from chosei.actions.room_reach import can_invite
from chosei.core.entries import DesiredEntry, EntryPurpose, EntryState, SeenEntry, WantedAttendee
from chosei.core.intervals import Interval
from chosei.jobs import queue
from chosei.records.models import Appointment, CalendarEntry, Connection, MirroredEvent, Proposal, Room
from chosei.records.models.calendar_entry import new_key


def about_of(thing: Proposal | Appointment) -> str:
    """The key that converge works by. An appointment from a proposal shares the proposal's, since a hold
    becomes the appointment in place: one key, one writer at a time."""
    if isinstance(thing, Appointment):
        return f"proposal:{thing.proposal_id}" if thing.proposal_id else f"appointment:{thing.pk}"
    return f"proposal:{thing.pk}"


def converge_soon(thing: Proposal | Appointment) -> None:
    queue.enqueue(queue.CONVERGE, about_of(thing))


def want(entry: CalendarEntry, desired: DesiredEntry | None) -> None:
    """From now on ``desired`` should stand there, or nothing. What troubled the last wish is forgotten."""
    if _asked_anew(entry, desired):
        entry.room_asked_at = timezone.now()
    entry.desired = desired.to_json() if desired else None
    entry.generation += 1
    entry.state = EntryState.WAITING
    entry.attempts = 0
    entry.retry_at = None
    entry.problem = ""
    entry.question = ""
    entry.changed_at = timezone.now()
    if entry._state.adding:
        entry.save()
        return
    # Only what we decide: what converge records about the remote side is not ours to overwrite.
    entry.save(
        update_fields=[
            "purpose",
            "appointment",
            "desired",
            "generation",
            "state",
            "attempts",
            "retry_at",
            "problem",
            "question",
            "room_asked_at",
            "changed_at",
        ]
    )


def drop(entries: Iterable[CalendarEntry]) -> None:
    """Nothing should stand there any more."""
    for entry in entries:
        if entry.desired is not None:
            want(entry, None)


def want_moved(entries: Iterable[CalendarEntry], time: Interval) -> None:
    """The same events at another time; buffers stay before and after it."""
    for entry in entries:
        if entry.desired is not None:
            wanted = DesiredEntry.from_json(entry.desired)
            length = wanted.end - wanted.start
            start, end = time.start, time.end
            if entry.purpose == EntryPurpose.BUFFER_BEFORE:
                start, end = time.start - length, time.start
            elif entry.purpose == EntryPurpose.BUFFER_AFTER:
                start, end = time.end, time.end + length
            want(entry, replace(wanted, start=start, end=end))


def settle_at(entry: CalendarEntry, seen: SeenEntry, time: Interval) -> None:
    """What stands there is what we want from now on: of the time there is nothing to write."""
    assert entry.desired is not None
    # The mirror took an event at another time than ours for somebody else's.
    mirror = MirroredEvent.objects.filter(connection=entry.connection_id, remote_id=entry.remote_id)
    mirror.update(entry_key=entry.key)
    written_too = entry.desired == entry.written
    entry.desired = replace(DesiredEntry.from_json(entry.desired), start=time.start, end=time.end).to_json()
    entry.observed = seen.to_json()
    entry.room_asked_at = timezone.now()
    entry.generation += 1
    if written_too:
        entry.written, entry.written_generation = entry.desired, entry.generation
    else:
        # What else we were about to say there is still to be written, on top of what stands there.
        entry.state, entry.etag, entry.retry_at = EntryState.WAITING, "", None
    entry.question, entry.missing_at = "", None
    entry.save(
        update_fields=[
            "desired",
            "written",
            "observed",
            "generation",
            "written_generation",
            "question",
            "missing_at",
            "state",
            "etag",
            "retry_at",
            "room_asked_at",
            "changed_at",
        ]
    )


def restore(entry: CalendarEntry, *, anew: bool) -> None:
    """Have the event stand as desired again, whatever a person did to it. ``anew``: it is gone."""
    if entry.desired is None:
        return
    entry.written, entry.missing_at = None, None
    if anew:
        # The old creation's token is spent.
        entry.remote_id, entry.etag, entry.observed, entry.create_begun = "", "", None, False
        entry.create_token = new_key()
    entry.etag = ""
    fields = ["written", "missing_at", "remote_id", "etag", "observed", "create_begun", "create_token"]
    entry.save(update_fields=fields)
    want(entry, DesiredEntry.from_json(entry.desired))


def invited(organizer: Connection, rooms: Iterable[Room]) -> tuple[WantedAttendee, ...]:
    """The rooms that the organiser's event can book, as it invites them."""
    return tuple(
        WantedAttendee(room.address, room.name, "room")
        for room in rooms
        if room.address and can_invite(organizer, room)
    )


def _asked_anew(entry: CalendarEntry, desired: DesiredEntry | None) -> bool:
    """Whether its rooms have to answer (again): others than before, or for another time."""
    if desired is None or not desired.rooms:
        return False
    before = DesiredEntry.from_json(entry.desired) if entry.desired else None
    return before is None or (before.rooms, before.start, before.end) != (
        desired.rooms,
        desired.start,
        desired.end,
    )
