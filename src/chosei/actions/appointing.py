"""Writing an appointment down, whichever way it was agreed. Inside the caller's transaction, under the host
locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from psycopg.types.range import TimestamptzRange

from chosei.actions.answers import keep_answers
from chosei.actions.inputs import GuestInput
from chosei.actions.outbox import queue_mail, to_member, to_visitors, with_author
from chosei.actions.people import Attending, organizer_of
from chosei.actions.reception_codes import settle_code
from chosei.actions.timeline import note
from chosei.actions.wishes import converge_soon, want_appointment
from chosei.core.intervals import Interval
from chosei.core.states import AppointmentState
from chosei.records.models import Appointment, BookingPage, Candidate, Companion, MailKind, Promise, Proposal

LINK_PATIENCE = timedelta(seconds=60)
"""How long the confirmation mails wait for the web meeting's link; then they go without."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A guest's word: through which link, who, and by which form."""

    source: Proposal | BookingPage
    guest: GuestInput
    submission: UUID
    now: datetime


def appoint(
    agreed: Agreed, time: Interval, hosts: Sequence[Attending], *, candidate: Candidate | None = None
) -> Appointment:
    """Promise the hosts' time and ask for everything that follows: events, link, mails.

    Raises django.db.IntegrityError when the database finds the time promised already, or the form spent.
    """
    organizer = organizer_of(hosts, web_meeting=agreed.source.web_meeting)
    appointment = _appointment(agreed, time, candidate)
    appointment.organizer = organizer
    appointment.make_link()
    appointment.save()
    during = TimestamptzRange(time.start, time.end)
    Promise.objects.bulk_create(
        Promise(appointment=appointment, host=host.member, during=during, position=position)
        for position, host in enumerate(hosts)
    )
    if appointment.booking_page is not None:
        keep_answers(appointment, appointment.booking_page, agreed.guest.answers)
    settle_code(appointment)
    Companion.objects.bulk_create(
        Companion(appointment=appointment, name=one.name, email=one.email, position=position)
        for position, one in enumerate(agreed.guest.companions)
    )
    want_appointment(appointment, organizer, list(hosts))
    converge_soon(appointment)
    _tell(appointment, hosts)
    note("appointment_confirmed", appointment=appointment, proposal=appointment.proposal, actor="guest")
    return appointment


def _appointment(agreed: Agreed, time: Interval, candidate: Candidate | None) -> Appointment:
    source, guest = agreed.source, agreed.guest
    return Appointment(
        organization_id=source.organization_id,
        proposal=source if isinstance(source, Proposal) else None,
        booking_page=source if isinstance(source, BookingPage) else None,
        candidate=candidate,
        title=source.title,
        format=source.format,
        location=source.location,
        web_meeting=source.web_meeting,
        guidance=source.guidance,
        contact=source.contact,
        internal_notes=source.internal_notes,
        reception_code=source.reception_code,
        zone=source.zone,
        guest_company=guest.company,
        guest_name=guest.name,
        guest_email=guest.email,
        guest_language=guest.language,
        guest_zone=guest.zone,
        guest_message=guest.message,
        starts_at=time.start,
        ends_at=time.end,
        state=AppointmentState.CONFIRMED,
        ics_uid=f"{uuid4()}@chosei",
        submission=agreed.submission,
        confirmed_at=agreed.now,
    )


def _tell(appointment: Appointment, hosts: Sequence[Attending]) -> None:
    waits = appointment.web_meeting and appointment.organizer is not None
    until = appointment.confirmed_at + LINK_PATIENCE if waits else None
    for visitor in to_visitors(appointment):
        queue_mail(MailKind.CONFIRMED_GUEST, appointment, visitor, revision=0, wait_for_link_until=until)
    for member in with_author(appointment, [host.member for host in hosts]):
        queue_mail(
            MailKind.CONFIRMED_HOST,
            appointment,
            to_member(member),
            revision=0,
            wait_for_link_until=until,
        )
