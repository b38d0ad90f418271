"""Bookings that wait for approval (承認待ち): their time is promised meanwhile; both outcomes are mailed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chosei.actions.appointing import deciders, stand
from chosei.actions.errors import Closed
from chosei.actions.outbox import queue_mail, to_member, to_visitors
from chosei.actions.page_addresses import give_link_back
from chosei.actions.people import Attending, attending, organizer_of
from chosei.actions.timeline import note
from chosei.actions.web_meetings import settle_issuer
from chosei.actions.wishes import converge_soon, drop
from chosei.core.states import (
    APPOINTMENT,
    AppointmentEvent,
    AppointmentState,
    IllegalTransition,
    advance,
)
from chosei.records.locks import for_change, lock_people
from chosei.records.models import Appointment, CalendarEntry, MailKind, Member

LAPSED = "chosei"
"""``cancelled_by`` of a request that nobody answered in time."""


def approve(member: Member, appointment: Appointment, *, now: datetime) -> None:
    """The booking stands: events, link and mails follow. Raises Closed when it was answered or has lapsed."""
    with transaction.atomic():
        locked = _under_locks(appointment)
        if _over(locked, now):
            raise Closed("lapsed")
        locked.state = _next(locked, AppointmentEvent.APPROVE)
        hosts = _hosts(locked)
        locked.organizer = organizer_of(hosts, locked.link)
        settle_issuer(locked, hosts)
        locked.confirmed_at = now
        locked.save(
            update_fields=["state", "organizer", "web_apart", "meeting_account", "confirmed_at", "changed_at"]
        )
        stand(locked, hosts)
        note("request_approved", appointment=locked, member=member, actor="member")


def decline(member: Member, appointment: Appointment, *, reason: str, now: datetime) -> None:
    """The time is free again, and the guest is told. Raises Closed when it was answered or has lapsed."""
    with transaction.atomic():
        locked = _under_locks(appointment)
        _refuse(locked, by="host", reason=reason)
        note("request_declined", appointment=locked, member=member, actor="member")


def decline_by_calendar(appointment: Appointment, *, member: Member | None) -> None:
    """The host deleted the waiting event in their own calendar. ``member``: who said that this is what they
    want. Raises Closed when it was answered or has lapsed.
    """
    with transaction.atomic():
        locked = _under_locks(appointment)
        _refuse(locked, by="host", reason="")
        actor = "member" if member else "provider"
        note("request_deleted", appointment=locked, member=member, actor=actor)


def lapse(appointment_id: int, *, now: datetime) -> None:
    """A request nobody answered in time is declined; guest and deciders are told. Safe to repeat."""
    with transaction.atomic():
        locked = _under_locks(Appointment.objects.get(pk=appointment_id))
        if locked.state != AppointmentState.PENDING or not _over(locked, now):
            return
        _refuse(locked, by=LAPSED, reason="")
        for member in deciders(locked, [host.member for host in _hosts(locked, standing=False)]):
            queue_mail(MailKind.LAPSED_HOST, locked, to_member(member), revision=locked.revision)
        note("request_lapsed", appointment=locked, actor="chosei")


def _under_locks(appointment: Appointment) -> Appointment:
    lock_people(appointment)
    rows = for_change(Appointment.objects).select_related("organization", "booking_page__owner")
    return rows.get(pk=appointment.pk)


def _hosts(appointment: Appointment, *, standing: bool = True) -> list[Attending]:
    rows = appointment.promises.filter(host__isnull=False, standing=standing).select_related("host")
    return attending([promise.host for promise in rows if promise.host])


def _over(appointment: Appointment, now: datetime) -> bool:
    return appointment.approve_until is not None and appointment.approve_until <= now


def _refuse(appointment: Appointment, *, by: str, reason: str) -> None:
    appointment.state = _next(appointment, AppointmentEvent.DECLINE)
    appointment.cancelled_by, appointment.cancel_reason = by, reason[:2000]
    appointment.revision += 1
    appointment.save(update_fields=["state", "cancelled_by", "cancel_reason", "revision", "changed_at"])
    appointment.promises.update(standing=False)
    give_link_back(appointment)
    drop(CalendarEntry.objects.filter(appointment=appointment))
    converge_soon(appointment)
    for visitor in to_visitors(appointment):
        queue_mail(MailKind.DECLINED_GUEST, appointment, visitor, revision=appointment.revision)


def _next(appointment: Appointment, event: AppointmentEvent) -> AppointmentState:
    try:
        return advance(APPOINTMENT, AppointmentState(appointment.state), event)
    except IllegalTransition as refused:
        raise Closed("answered") from refused
