"""Asking the host about what was done in Outlook, and about what could not be written there; their word."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from chosei.actions.changes import changed
from chosei.actions.errors import Closed
from chosei.actions.outbox import queue_mail, to_member
from chosei.actions.timeline import note
from chosei.actions.wishes import converge_soon, restore
from chosei.core.entries import EntryPurpose, EntryState, SeenEntry
from chosei.records.locks import for_change, lock_people
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    MailKind,
    MailMessage,
    MailState,
    Member,
    Proposal,
)

_GATHERED = timedelta(minutes=1)
"""Somebody who tidies up their calendar gets one letter."""


class Question(StrEnum):
    """What the host is asked about an entry. Stored. BOTH: it was moved there while Chosei changed it."""

    REMOVED = "removed"
    MOVED = "moved"
    BOTH = "both"


def ask(entry: CalendarEntry, question: Question, seen: SeenEntry | None) -> None:
    """Put the question, unless something else was decided meanwhile; the host is told once. Inside a
    transaction."""
    current = unchanged(entry)
    if current is None:
        return
    told = current.question == question and (seen is None or current.observed == seen.to_json())
    current.question = question
    if seen is not None:
        current.observed = seen.to_json()
    if question is Question.BOTH:
        current.state = EntryState.PARKED  # nothing is written there before the host's word
    current.save(update_fields=["question", "observed", "state", "changed_at"])
    if told:
        return
    kind = "removal_asked" if question is Question.REMOVED else "move_asked"
    appointment, proposal = current.appointment, proposal_of(current)
    note(
        kind,
        appointment=appointment,
        proposal=proposal,
        actor="provider",
        candidate=current.candidate_id,
    )
    _write_to_host(current)


def put_back(member: Member, entry: CalendarEntry, *, now: datetime) -> None:
    """The host's word: Chosei is right, and the event goes back to where it was. Raises Closed."""
    with transaction.atomic():
        lock_people(_thing(entry))
        rows = for_change(CalendarEntry.objects)
        current = rows.select_related("candidate__proposal", "appointment__proposal").get(pk=entry.pk)
        if not current.question:
            raise Closed("decided")
        anew = current.question == Question.REMOVED
        restore(current, anew=anew)
        appointment, proposal = current.appointment, proposal_of(current)
        note("event_restored", appointment=appointment, proposal=proposal, member=member, actor="member")
        is_meeting = current.purpose == EntryPurpose.APPOINTMENT
        if anew and is_meeting and appointment is not None and appointment.web_meeting:
            _expect_new_link(appointment, current, now)
        converge_soon(_thing(current))


def retry(member: Member, entry: CalendarEntry) -> None:
    """Try once more what the calendar refused for good: somebody has mended the reason. Raises Closed."""
    with transaction.atomic():
        rows = for_change(CalendarEntry.objects)
        current = rows.select_related("candidate__proposal", "appointment__proposal").get(pk=entry.pk)
        if current.state != EntryState.PARKED or current.question:
            raise Closed("decided")
        current.state, current.attempts, current.problem = EntryState.WAITING, 0, ""
        current.retry_at = None
        current.save(update_fields=["state", "attempts", "problem", "retry_at", "changed_at"])
        note(
            "entry_retried",
            appointment=current.appointment,
            proposal=proposal_of(current),
            member=member,
            actor="member",
        )
        converge_soon(_thing(current))


def unchanged(entry: CalendarEntry) -> CalendarEntry | None:
    """The entry, locked, unless something else was decided or written since it was looked at."""
    current = for_change(CalendarEntry.objects).select_related(
        "connection__member", "candidate__proposal", "appointment__proposal"
    )
    row = current.get(pk=entry.pk)
    same = (row.generation, row.written_generation, row.remote_id, row.written) == (
        entry.generation,
        entry.written_generation,
        entry.remote_id,
        entry.written,
    )
    return row if same and row.desired is not None else None


def proposal_of(entry: CalendarEntry) -> Proposal | None:
    if entry.candidate is not None:
        return entry.candidate.proposal
    return entry.appointment.proposal if entry.appointment else None


def _thing(entry: CalendarEntry) -> Appointment | Proposal:
    thing = entry.appointment or proposal_of(entry)
    assert thing is not None, "an entry belongs to a candidate or to an appointment"
    return thing


def _write_to_host(entry: CalendarEntry) -> None:
    """One letter that waits tells every question that stands when it goes."""
    host = entry.connection.member
    mails = MailMessage.objects.filter(about=f"member:{host.pk}", kind=MailKind.CALENDAR_QUESTION)
    if not mails.filter(state=MailState.WAITING).exists():
        queue_mail(
            MailKind.CALENDAR_QUESTION,
            host,
            to_member(host),
            revision=mails.count(),
            not_before=timezone.now() + _GATHERED,
        )


def _expect_new_link(appointment: Appointment, entry: CalendarEntry, now: datetime) -> None:
    """The event that was deleted took its meeting with it; the guest is told the new link."""
    if appointment.organizer_id != entry.connection_id:
        return
    locked = for_change(Appointment.objects).get(pk=appointment.pk)
    locked.join_url, locked.link_wanted_at = "", now
    changed(locked, before=None, wait_for_link_until=now + timedelta(seconds=60))
