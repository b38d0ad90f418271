"""Writing an appointment down, whichever way it was agreed. Inside the caller's transaction, under the host
locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.range import TimestamptzRange

from chosei.actions.answers import keep_answers
from chosei.actions.chat import tell_chat
from chosei.actions.inputs import FormatOption, GuestInput
from chosei.actions.meeting_wishes import want_appointment, want_buffers, want_request
from chosei.actions.outbox import queue_mail, to_member, to_visitors, with_author
from chosei.actions.people import Attending, organizer_of
from chosei.actions.reception_codes import settle_code
from chosei.actions.reminding import plan
from chosei.actions.room_booking import RoomChoice, carrying, take_room
from chosei.actions.rules import own_link
from chosei.actions.timeline import note
from chosei.actions.web_meetings import settle_issuer
from chosei.actions.wishes import converge_soon
from chosei.core.intervals import Interval
from chosei.core.states import AppointmentState
from chosei.core.web_meetings import Link
from chosei.records.models import (
    Appointment,
    BookingPage,
    Candidate,
    ChatKind,
    Companion,
    MailKind,
    MeetingFormat,
    Member,
    Promise,
    Proposal,
)

LINK_PATIENCE = timedelta(seconds=60)
"""How long the confirmation mails wait for the web meeting's link and the room; then they go without."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A guest's word: through which link, who, and by which form. ``chosen``: of several 会議形態 which."""

    source: Proposal | BookingPage
    guest: GuestInput
    submission: UUID
    now: datetime
    chosen: FormatOption | None = None

    @property
    def format(self) -> FormatOption:
        return self.chosen or FormatOption(self.source.format, self.source.location)

    @property
    def web_meeting(self) -> bool:
        """Whether a link is to be issued: as the source says, or because the guest chose it."""
        if self.format.format == self.source.format:
            return self.source.web_meeting
        return self.format.format == MeetingFormat.WEB

    @property
    def waits(self) -> bool:
        """Whether somebody has to approve it before it stands."""
        return isinstance(self.source, BookingPage) and self.source.needs_approval

    def made(self) -> Appointment | None:
        """What this very form, through this very link, has made already."""
        made = Appointment.objects.filter(submission=self.submission)
        if isinstance(self.source, Proposal):
            return made.filter(proposal=self.source).first()
        return made.filter(booking_page=self.source).first()


def appoint(
    agreed: Agreed,
    time: Interval,
    hosts: Sequence[Attending],
    *,
    candidate: Candidate | None = None,
    room: RoomChoice | None = None,
) -> Appointment:
    """Promise the hosts' time and the room's, and ask for everything that follows: events, link, mails.

    ``room``: what came of looking for one; None where none is wanted.
    Raises django.db.IntegrityError when the database finds the time promised already, or the form spent.
    """
    link = Link(agreed.web_meeting, agreed.source.web_service)
    appointment = _appointment(agreed, time, candidate)
    appointment.organizer = carrying(candidate, hosts, link) or organizer_of(hosts, link)
    settle_issuer(appointment, hosts)
    appointment.make_link()
    plan(appointment, agreed.now)
    appointment.save()
    during = TimestamptzRange(time.start, time.end)
    Promise.objects.bulk_create(
        Promise(appointment=appointment, host=host.member, during=during, position=position)
        for position, host in enumerate(hosts)
    )
    if room is not None:
        take_room(appointment, room)
    if appointment.booking_page is not None:
        keep_answers(appointment, appointment.booking_page, agreed.guest.answers)
    Companion.objects.bulk_create(
        Companion(appointment=appointment, name=one.name, email=one.email, position=position)
        for position, one in enumerate(agreed.guest.companions)
    )
    if agreed.waits:
        _ask_for_approval(appointment, hosts)
    else:
        stand(appointment, hosts)
        note("appointment_confirmed", appointment=appointment, proposal=appointment.proposal, actor="guest")
    return appointment


def stand(appointment: Appointment, hosts: Sequence[Attending]) -> None:
    """It is settled: have everything done that follows from that, and tell both sides."""
    settle_code(appointment)
    want_appointment(appointment, appointment.organizer, list(hosts))
    want_buffers(appointment, hosts)
    converge_soon(appointment)
    _tell(appointment, hosts)
    tell_chat(appointment, ChatKind.BOOKED, revision=0)


def _ask_for_approval(appointment: Appointment, hosts: Sequence[Attending]) -> None:
    want_request(appointment, hosts)
    converge_soon(appointment)
    for visitor in to_visitors(appointment):
        queue_mail(MailKind.REQUESTED_GUEST, appointment, visitor, revision=0)
    for member in deciders(appointment, [host.member for host in hosts]):
        queue_mail(MailKind.REQUESTED_HOST, appointment, to_member(member), revision=0)
    note("approval_asked", appointment=appointment, actor="guest")


def deciders(appointment: Appointment, hosts: Sequence[Member]) -> list[Member]:
    """Who may approve: the hosts, the page's owner and its deputies; each once, those who are here."""
    page = appointment.booking_page
    assert page is not None, "only bookings of a page wait for approval"
    deputies = [deputy.member for deputy in page.deputies.select_related("member")]
    return [member for member in dict.fromkeys([*hosts, page.owner, *deputies]) if member.is_active]


def _appointment(agreed: Agreed, time: Interval, candidate: Candidate | None) -> Appointment:
    source, guest = agreed.source, agreed.guest
    return Appointment(
        organization_id=source.organization_id,
        proposal=source if isinstance(source, Proposal) else None,
        booking_page=source if isinstance(source, BookingPage) else None,
        candidate=candidate,
        arranged_by_id=source.author_id if isinstance(source, Proposal) else source.owner_id,
        title=source.title,
        format=agreed.format.format,
        location=agreed.format.location,
        web_meeting=agreed.web_meeting,
        web_service=source.web_service,
        join_url=own_link(agreed.format.format, agreed.format.location, web_meeting=agreed.web_meeting),
        guidance=source.guidance,
        contact=source.contact,
        internal_notes=source.internal_notes,
        reception_code=source.reception_code and agreed.format.format == MeetingFormat.VISIT,
        zone=source.zone,
        guest_company=guest.company,
        guest_name=guest.name,
        guest_email=guest.email,
        guest_language=guest.language,
        guest_zone=guest.zone,
        guest_message=guest.message,
        starts_at=time.start,
        ends_at=time.end,
        state=AppointmentState.PENDING if agreed.waits else AppointmentState.CONFIRMED,
        ics_uid=f"{uuid4()}@chosei",
        submission=agreed.submission,
        confirmed_at=agreed.now,
        **(_of_page(agreed, source, time) if isinstance(source, BookingPage) else {}),
    )


def _of_page(agreed: Agreed, page: BookingPage, time: Interval) -> dict[str, Any]:
    lapses = min(agreed.now + timedelta(hours=page.approval_hours), time.start)
    return {
        "buffer_before_minutes": page.buffer_before_minutes,
        "buffer_after_minutes": page.buffer_after_minutes,
        "approve_until": lapses if page.needs_approval else None,
        "consented_at": agreed.now if page.consent_required else None,
        "consent_text": page.organization.privacy_notice if page.consent_required else "",
    }


def _tell(appointment: Appointment, hosts: Sequence[Attending]) -> None:
    until = appointment.confirmed_at + LINK_PATIENCE if appointment.is_incomplete else None
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
