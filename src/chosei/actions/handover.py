"""A member's coming appointments go to those who stay (引き継ぎ): the member leaves, or has no calendar.

What a colleague takes over stands in the colleague's calendar first, then leaves the member's. What nobody
takes stays where it is until it has passed, and is named to whoever asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from chosei.actions.changing import promise_hosts
from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.meeting_wishes import want_request
from chosei.actions.outbox import queue_mail, to_member
from chosei.actions.people import attending, attending_at
from chosei.actions.rules import STANDING
from chosei.actions.switching import can_move, hosts_of, settle_with
from chosei.actions.timeline import note
from chosei.actions.wishes import converge_soon
from chosei.core.intervals import Interval
from chosei.core.states import AppointmentState
from chosei.records.locks import lock_hosts
from chosei.records.models import Appointment, MailKind, Member, Role


@dataclass(frozen=True, slots=True)
class HandedOver:
    """``left``: what stays with the member: nobody else attends it, or the successor has no time then."""

    taken: tuple[Appointment, ...]
    left: tuple[Appointment, ...]


def hand_over(by: Member, member: Member, to: Member | None, *, now: datetime) -> HandedOver:
    """Whoever else attends goes on alone; what only ``member`` was to attend goes to ``to``, if anybody.

    The customers are told who attends now. Raises Closed("not_administrator"), InvalidInput(to).
    """
    if not Member.objects.filter(pk=by.pk, is_active=True, role=Role.ADMINISTRATOR).exists():
        raise Closed("not_administrator")
    with transaction.atomic():
        lock_hosts([member.pk, *([to.pk] if to else [])])
        if to is not None:
            _insist_on_colleague(member, to)
        rows = Appointment.objects.select_for_update(of=("self",)).select_related(
            "organization", "organizer", "proposal", "booking_page"
        )
        coming = rows.filter(
            pk__in=member.promises.filter(standing=True).values("appointment"),
            state__in=STANDING,
            ends_at__gt=now,
        )
        taken: list[Appointment] = []
        left: list[Appointment] = []
        for appointment in coming.order_by("starts_at", "pk"):
            (taken if _taken(by, appointment, member, to, now) else left).append(appointment)
    return HandedOver(tuple(taken), tuple(left))


def _insist_on_colleague(member: Member, to: Member) -> None:
    same = Member.objects.filter(pk=to.pk, organization_id=member.organization_id, is_active=True)
    if to.pk == member.pk or not same.exists():
        raise InvalidInput(to="unknown")


def _taken(by: Member, appointment: Appointment, member: Member, to: Member | None, now: datetime) -> bool:
    before = hosts_of(appointment)
    after = [host for host in before if host.pk != member.pk and host.is_active]
    after = after or ([to] if to is not None else [])
    if not after:
        return False
    time = Interval(appointment.starts_at, appointment.ends_at)
    try:
        with transaction.atomic():
            promise_hosts(appointment, [host.pk for host in after], time)
    except IntegrityError:
        return False  # the successor has promised that time to another customer
    joined = [host for host in after if host not in before]
    if appointment.state == AppointmentState.CONFIRMED:
        _settle(appointment, after, [host.name for host in before], joined, now)
    else:
        want_request(appointment, attending(after))
        converge_soon(appointment)
        for host in joined:
            queue_mail(MailKind.REQUESTED_HOST, appointment, to_member(host), revision=appointment.revision)
    names = [host.name for host in after]
    note(
        "appointment_handed_over",
        appointment=appointment,
        proposal=appointment.proposal,
        member=by,
        actor="member",
        hosts=names,
    )
    return True


def _settle(
    appointment: Appointment, hosts: list[Member], before: list[str], joined: list[Member], now: datetime
) -> None:
    """A meeting whose link nobody of them could issue stays in the member's calendar, with the others asked
    along."""
    accounts = attending_at(appointment, hosts)
    settle_with(
        appointment,
        accounts,
        now=now,
        was={"hosts": before},
        joined={host.pk for host in joined},
        stays=not can_move(appointment, accounts),
    )
