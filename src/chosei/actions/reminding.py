"""Reminders before a meeting and before a proposal's deadline.

Each record knows when to be looked at next; the sweep looks. Whether something is due is decided then, from
what stands: so a change moves a reminder, a cancellation ends it, and being late or twice harms nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from chosei.actions.outbox import queue_mail, to_guest, to_member, to_visitors
from chosei.actions.people import hosts_here
from chosei.core.reminders import due, next_at, occasion
from chosei.core.states import AppointmentState, ProposalState
from chosei.records.locks import for_change
from chosei.records.models import Appointment, BookingPage, MailKind, MailMessage, Organization, Proposal


@dataclass(frozen=True, slots=True)
class ReminderHours:
    """How many hours before the meeting guests and hosts are reminded."""

    guest: tuple[int, ...]
    hosts: tuple[int, ...]


def hours_of(appointment: Appointment) -> ReminderHours:
    """The one place for this rule; what a booking page says goes before the organisation's setting."""
    organization, page = appointment.organization, appointment.booking_page
    guest, hosts = organization.guest_reminder_hours, organization.host_reminder_hours
    if page is not None:
        guest = guest if page.guest_reminder_hours is None else page.guest_reminder_hours
        hosts = hosts if page.host_reminder_hours is None else page.host_reminder_hours
    return ReminderHours(tuple(guest), tuple(hosts))


def plan(appointment: Appointment, now: datetime) -> None:
    """Set (unsaved) when the appointment is to be looked at; what would have been due before is no more."""
    appointment.reminded_until = now
    _plan_next(appointment, now)


def plan_deadline(proposal: Proposal, now: datetime) -> None:
    """The same for a proposal's deadline."""
    proposal.reminded_until = now
    _plan_deadline_next(proposal, now)


def remind(appointment_id: int, *, now: datetime) -> None:
    """Send what is due, once, and plan the next look."""
    with transaction.atomic():
        rows = for_change(Appointment.objects).select_related("organization", "booking_page")
        appointment = rows.get(pk=appointment_id)
        since = appointment.reminded_until or now
        if appointment.state == AppointmentState.CONFIRMED:
            hours = hours_of(appointment)
            _remind_guests(appointment, due(appointment.starts_at, hours.guest, since, now))
            _remind_hosts(appointment, due(appointment.starts_at, hours.hosts, since, now))
        appointment.reminded_until = now
        _plan_next(appointment, now)
        appointment.save(update_fields=["reminded_until", "next_reminder_at"])


def remind_of_deadline(proposal_id: int, *, now: datetime) -> None:
    """Remind a customer who was invited by mail and has not answered yet, while somebody would attend."""
    with transaction.atomic():
        rows = for_change(Proposal.objects).select_related("organization")
        proposal = rows.get(pk=proposal_id)
        since = proposal.reminded_until or now
        waited_for = _was_invited(proposal) and hosts_here(proposal)
        if proposal.state == ProposalState.OPEN and proposal.deadline and waited_for:
            hours = due(proposal.deadline, proposal.organization.deadline_reminder_hours, since, now)
            if hours is not None:
                queue_mail(
                    MailKind.REMINDER_DEADLINE,
                    proposal,
                    to_guest(proposal),
                    revision=0,
                    occasion=occasion(proposal.deadline, hours),
                )
        proposal.reminded_until = now
        _plan_deadline_next(proposal, now)
        proposal.save(update_fields=["reminded_until", "next_reminder_at"])


def plan_anew(organization: Organization, *, now: datetime) -> None:
    """Have every appointment to come looked at again: the organisation's reminders are others now."""
    _look_again(Appointment.objects.filter(organization=organization), now)


def plan_deadlines_anew(organization: Organization, *, now: datetime) -> None:
    """The same for the proposals that run."""
    running = Proposal.objects.filter(organization=organization, state=ProposalState.OPEN, deadline__gt=now)
    running.update(next_reminder_at=now, reminded_until=now)


def plan_page_anew(page: BookingPage, *, now: datetime) -> None:
    """The same for what was booked on the page."""
    _look_again(Appointment.objects.filter(booking_page=page), now)


def _look_again(appointments: QuerySet[Appointment], now: datetime) -> None:
    coming = appointments.filter(state=AppointmentState.CONFIRMED, starts_at__gt=now)
    coming.update(next_reminder_at=now, reminded_until=now)


def _plan_next(appointment: Appointment, now: datetime) -> None:
    appointment.next_reminder_at = None
    if appointment.state in (AppointmentState.CONFIRMED, AppointmentState.PENDING):
        hours = hours_of(appointment)
        appointment.next_reminder_at = next_at(appointment.starts_at, (*hours.guest, *hours.hosts), now)


def _plan_deadline_next(proposal: Proposal, now: datetime) -> None:
    proposal.next_reminder_at = None
    if proposal.deadline is not None and proposal.state in (
        ProposalState.OPEN,
        ProposalState.READJUSTMENT_REQUESTED,
    ):
        hours = proposal.organization.deadline_reminder_hours
        proposal.next_reminder_at = next_at(proposal.deadline, hours, now)


def _remind_guests(appointment: Appointment, hours: int | None) -> None:
    if hours is None:
        return
    for visitor in to_visitors(appointment):
        queue_mail(
            MailKind.REMINDER_GUEST,
            appointment,
            visitor,
            revision=0,
            occasion=occasion(appointment.starts_at, hours),
        )


def _remind_hosts(appointment: Appointment, hours: int | None) -> None:
    if hours is None:
        return
    promises = appointment.promises.filter(standing=True, host__isnull=False).select_related("host")
    for promise in promises:
        assert promise.host is not None
        queue_mail(
            MailKind.REMINDER_HOST,
            appointment,
            to_member(promise.host),
            revision=0,
            occasion=occasion(appointment.starts_at, hours),
        )


def _was_invited(proposal: Proposal) -> bool:
    kinds = [MailKind.INVITATION, MailKind.OFFERED_AGAIN]
    return (
        bool(proposal.guest_email) and MailMessage.objects.filter(proposal=proposal, kind__in=kinds).exists()
    )
