"""From a stored entry to the facts that the pure core decides on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import F

from chosei.core.diff import EntryFacts, Step, next_step, rooms_answered
from chosei.core.entries import BUFFERS, DesiredEntry, EntryPurpose, SeenEntry
from chosei.core.states import AppointmentState
from chosei.ports.calendar import Attendee, AttendeeKind, EventDraft, ObservedEvent, ShowAs
from chosei.reconcile.succession import succession_of
from chosei.records.models import CalendarEntry

LINK_HOPE = timedelta(minutes=15)
"""How long a link that is wanted and has not come is still looked for."""


ROOM_HOPE = timedelta(minutes=15)
"""How long a room's answer is asked for every few seconds."""


def step_of(entry: CalendarEntry, now: datetime, others: Sequence[CalendarEntry] = ()) -> Step:
    """``others``: the entries of the same thing, of which one may take the place of another."""
    succession = succession_of(entry, others)
    return next_step(
        EntryFacts(
            desired=DesiredEntry.from_json(entry.desired) if entry.desired else None,
            written=DesiredEntry.from_json(entry.written) if entry.written else None,
            observed=SeenEntry.from_json(entry.observed) if entry.observed else None,
            remote_id=entry.remote_id,
            create_begun=entry.create_begun,
            copy=entry.purpose == EntryPurpose.ATTENDANCE,
            invited=bool(invitation_of(entry)),
            replaced_soon=succession.replaced_soon,
            rooms_wanted=succession.rooms_wanted,
            rooms_taken=succession.rooms_taken,
            copies_awaited=succession.copies_awaited,
            source_stands=succession.source_stands,
            source_stranded=succession.source_stranded,
        ),
        still_waiting_for_link=waits_for_link(entry, now),
        still_waiting_for_room=hopes_for_room(entry, now),
    )


def invitation_of(entry: CalendarEntry) -> str:
    """The iCalUID of the meeting that ``entry`` is a copy of, once that stands as wanted; else empty."""
    appointment = entry.appointment
    if entry.purpose != EntryPurpose.ATTENDANCE or appointment is None:
        return ""
    meetings = CalendarEntry.objects.filter(
        appointment=appointment,
        connection=appointment.organizer_id,
        purpose=EntryPurpose.APPOINTMENT,
        desired__isnull=False,
        generation=F("written_generation"),
    )
    seen_last = meetings.values_list("observed", flat=True).first()
    return str((seen_last or {}).get("ical_uid", ""))


def waits_for_link(entry: CalendarEntry, now: datetime) -> bool:
    appointment = entry.appointment
    return (
        appointment is not None
        and entry.purpose == EntryPurpose.APPOINTMENT
        and entry.desired is not None
        and appointment.link_with_event
        and not appointment.join_url
        and appointment.state == AppointmentState.CONFIRMED
        and appointment.organizer_id == entry.connection_id
        and now < appointment.link_awaited_from + LINK_HOPE
    )


def hopes_for_room(entry: CalendarEntry, now: datetime) -> bool:
    """Whether an answer of its rooms is asked for again and again; later it is found by observation."""
    return entry.room_asked_at is not None and now < entry.room_asked_at + ROOM_HOPE


def waits_for_room(entry: CalendarEntry, now: datetime) -> bool:
    if entry.desired is None or not hopes_for_room(entry, now):
        return False
    observed = SeenEntry.from_json(entry.observed) if entry.observed else None
    return not rooms_answered(DesiredEntry.from_json(entry.desired), observed)


def draft_of(entry: CalendarEntry) -> EventDraft:
    """What the adapter is to write. The entry must be desired."""
    assert entry.desired is not None
    wanted = DesiredEntry.from_json(entry.desired)
    made_there = entry.purpose in BUFFERS and (not entry.remote_id or entry.written is None)
    if made_there and entry.observed:
        # Its owner had moved it, and uses this calendar since: it comes where it stood.
        stood = SeenEntry.from_json(entry.observed)
        wanted = replace(wanted, start=stood.start, end=stood.end)
    return _draft(entry, wanted)


def draft_without_rooms(entry: CalendarEntry) -> EventDraft:
    """The event as it was last written, its rooms let go."""
    assert entry.written is not None
    return _draft(entry, DesiredEntry.from_json(entry.written).without_rooms())


def _draft(entry: CalendarEntry, wanted: DesiredEntry) -> EventDraft:
    return EventDraft(
        key=entry.key,
        title=wanted.title,
        body_html=wanted.body_html,
        start=wanted.start,
        end=wanted.end,
        zone=wanted.zone,
        show_as=ShowAs(wanted.show_as),
        location=wanted.location,
        web_meeting=wanted.web_meeting,
        attendees=tuple(
            Attendee(person.address, person.name, AttendeeKind(person.kind)) for person in wanted.attendees
        ),
    )


def seen(event: ObservedEvent) -> SeenEntry:
    return SeenEntry(
        title=event.title,
        start=event.start,
        end=event.end,
        show_as=event.show_as,
        cancelled=event.cancelled,
        join_url=event.join_url,
        ical_uid=event.ical_uid,
        rooms=tuple(
            (one.address.lower(), one.response.value)
            for one in event.attendees
            if one.kind is AttendeeKind.ROOM
        ),
    )
