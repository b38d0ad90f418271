"""Cancelling an appointment: the promise is released, event and link go, both sides are told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chosei.actions.appointing import deciders
from chosei.actions.chat import tell_chat
from chosei.actions.errors import Closed
from chosei.actions.outbox import queue_mail, to_member, to_visitors, with_author
from chosei.actions.page_addresses import give_link_back
from chosei.actions.reception_codes import settle_code
from chosei.actions.timeline import note
from chosei.actions.web_meetings import settle_web_meeting
from chosei.actions.wishes import converge_soon, drop
from chosei.core.states import APPOINTMENT, AppointmentEvent, AppointmentState, IllegalTransition, advance
from chosei.records.guest_rules import may_cancel
from chosei.records.locks import for_change, lock_people
from chosei.records.models import Appointment, CalendarEntry, ChatKind, MailKind, Member


def cancel_by_host(member: Member, appointment: Appointment, *, reason: str, now: datetime) -> None:
    """Raises Closed when it is over or cancelled already."""
    _cancel(appointment, by="host", reason=reason, now=now, member=member)


def cancel_by_guest(appointment: Appointment, *, reason: str, now: datetime) -> None:
    """Raises Closed when it is over or cancelled already, and when the organisation does not let customers
    cancel (any more): not_allowed.
    """
    _cancel(appointment, by="guest", reason=reason, now=now, member=None)


def cancel_by_calendar(appointment: Appointment, *, member: Member | None, now: datetime) -> None:
    """The host deleted the event in their own calendar. ``member``: who said that this is what they want.

    Inside the caller's transaction or its own. Raises Closed when it is over or cancelled already.
    """
    with transaction.atomic():
        _cancel(
            appointment,
            by="host",
            reason="",
            now=now,
            member=member,
            actor="member" if member else "provider",
        )
        note("event_deleted", appointment=appointment, proposal=appointment.proposal, actor="provider")


def _cancel(
    appointment: Appointment,
    *,
    by: str,
    reason: str,
    now: datetime,
    member: Member | None,
    actor: str = "",
) -> None:
    with transaction.atomic():
        lock_people(appointment)
        locked = for_change(Appointment.objects).get(pk=appointment.pk)
        waiting = locked.state == AppointmentState.PENDING
        locked.state = _cancelled_state(locked, by, now)
        locked.cancelled_by = by
        locked.cancel_reason = reason[:2000]
        locked.sequence += 1
        locked.revision += 1
        locked.next_reminder_at = None
        locked.save(
            update_fields=[
                "state",
                "cancelled_by",
                "cancel_reason",
                "sequence",
                "revision",
                "next_reminder_at",
                "changed_at",
            ]
        )
        locked.promises.update(standing=False)
        settle_code(locked)
        drop(CalendarEntry.objects.filter(appointment=locked))
        settle_web_meeting(locked)
        converge_soon(locked)
        _tell(locked, waiting=waiting)
        if waiting:
            give_link_back(locked)
        else:  # the chat is told of bookings that stand: it never heard of this one
            tell_chat(locked, ChatKind.CANCELLED, revision=locked.revision)
        note(
            "appointment_cancelled",
            appointment=locked,
            proposal=locked.proposal,
            member=member,
            actor=actor or ("guest" if by == "guest" else "member"),
        )


def _cancelled_state(locked: Appointment, by: str, now: datetime) -> AppointmentState:
    """Raises Closed where it cannot be cancelled, or not by the guest."""
    if locked.ends_at <= now:
        raise Closed("past")
    open_states = (AppointmentState.CONFIRMED, AppointmentState.PENDING)
    if by == "guest" and locked.state in open_states and not may_cancel(locked, now):
        raise Closed("past" if locked.starts_at <= now else "not_allowed")
    try:
        return advance(APPOINTMENT, AppointmentState(locked.state), AppointmentEvent.CANCEL)
    except IllegalTransition as refused:
        raise Closed("cancelled") from refused


def _tell(appointment: Appointment, *, waiting: bool) -> None:
    """Those who know of it; while it waits for approval, that is whoever was asked to decide."""
    revision = appointment.revision
    for visitor in to_visitors(appointment):
        queue_mail(MailKind.CANCELLED_GUEST, appointment, visitor, revision=revision)
    promises = appointment.promises.filter(host__isnull=False).select_related("host")
    hosts = [promise.host for promise in promises if promise.host]
    for member in deciders(appointment, hosts) if waiting else with_author(appointment, hosts):
        queue_mail(MailKind.CANCELLED_HOST, appointment, to_member(member), revision=revision)
