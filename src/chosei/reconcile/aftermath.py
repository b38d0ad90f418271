"""What follows once the calendars have been written: the link, the next try, the news that no link came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from chosei.actions.appointing import LINK_PATIENCE
from chosei.actions.links import link_issued
from chosei.actions.room_answers import take_answers
from chosei.actions.timeline import note
from chosei.core.entries import EntryPurpose, EntryState
from chosei.jobs import queue
from chosei.reconcile import recording
from chosei.reconcile.facts import invitation_of, waits_for_link, waits_for_room
from chosei.reconcile.succession import succession_of
from chosei.records.models import Appointment, CalendarEntry, TimelineEntry

_SOON, _LATER = timedelta(seconds=3), timedelta(seconds=30)


def follow_up(about: str, entries: Sequence[CalendarEntry]) -> None:
    now = timezone.now()
    wakes = [
        entry.retry_at - now for entry in entries if entry.state == EntryState.RETRYING and entry.retry_at
    ]
    for entry in entries:
        url = (entry.observed or {}).get("join_url", "")
        if entry.state == EntryState.WRITTEN and entry.room_asked_at is not None:
            take_answers(entry, now=now)
            if waits_for_room(entry, now):
                wakes.append(_room_patience(entry.room_asked_at, now))
        if _carries_the_link(entry) and url and entry.appointment_id:
            link_issued(entry.appointment_id, url, through=entry.connection_id)
        elif waits_for_link(entry, now) and entry.appointment and entry.state == EntryState.WRITTEN:
            wakes.append(_patience(entry.appointment, now))
    waiting = [entry for entry in entries if _waits_for_another(entry, entries)]
    for entry in waiting:
        recording.waits(entry)
    if any(_newly_wanted(entry) for entry in entries if entry not in waiting):
        wakes.append(_SOON)  # something newer was decided while we wrote
    if wakes:
        queue.enqueue(
            queue.CONVERGE, about, after=max(min(wakes), timedelta(milliseconds=200)).total_seconds()
        )


def _waits_for_another(entry: CalendarEntry, entries: Sequence[CalendarEntry]) -> bool:
    found = succession_of(entry, entries)
    return found.replaced_soon or found.copies_awaited or found.source_stands


def _newly_wanted(entry: CalendarEntry) -> bool:
    """A colleague's copy waits for its meeting, and is accepted in the same go as that is written."""
    waits_its_turn = entry.purpose == EntryPurpose.ATTENDANCE and not invitation_of(entry)
    return entry.state == EntryState.WAITING and entry.connection.state == "active" and not waits_its_turn


def _carries_the_link(entry: CalendarEntry) -> bool:
    appointment = entry.appointment
    return (
        entry.purpose == EntryPurpose.APPOINTMENT
        and entry.desired is not None
        and appointment is not None
        and appointment.link_with_event
        and appointment.organizer_id == entry.connection_id
        and not appointment.join_url
    )


def _patience(appointment: Appointment, now: datetime) -> timedelta:
    """When to look for the link again. Once the mails have gone without it, the host is told why, once."""
    if now < appointment.link_awaited_from + LINK_PATIENCE:
        return _next(_SOON, appointment, now)
    if not TimelineEntry.objects.filter(appointment=appointment, kind="link_missing").exists():
        note("link_missing", appointment=appointment, proposal=appointment.proposal, actor="provider")
    return _next(_LATER, appointment, now)


def _room_patience(since: datetime, now: datetime) -> timedelta:
    """Rooms mostly answer within seconds; one whose owner has to approve takes its time."""
    step = _SOON if now < since + LINK_PATIENCE else _LATER
    return step - (now - since) % step


def _next(step: timedelta, appointment: Appointment, now: datetime) -> timedelta:
    """Until the next multiple of ``step`` since the link is waited for: all who look meet there."""
    return step - (now - appointment.link_awaited_from) % step
