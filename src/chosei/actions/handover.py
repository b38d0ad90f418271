"""What rests on a member goes to those who stay (引き継ぎ): the member leaves, or has no calendar.

What a colleague takes over stands in the colleague's calendar first, then leaves the member's. What nobody
takes stays where it is until it has passed, and is named to whoever asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from chosei.actions.changing import promise_hosts
from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.handing_offers import (
    attend_beside,
    end_page,
    end_proposal,
    hand_page,
    hand_proposal,
    pages_with,
    proposals_with,
    tell_successors,
)
from chosei.actions.meeting_wishes import want_request
from chosei.actions.outbox import queue_mail, to_member
from chosei.actions.people import attending, attending_at
from chosei.actions.rules import STANDING
from chosei.actions.switching import can_move, hosts_of, settle_with
from chosei.actions.timeline import note
from chosei.actions.wishes import converge_soon
from chosei.core.intervals import Interval
from chosei.core.states import AppointmentState
from chosei.records.locks import for_change, lock_hosts, lock_organization
from chosei.records.models import Appointment, BookingPage, MailKind, Member, Proposal, Role

Handed = Appointment | Proposal | BookingPage


@dataclass(frozen=True, slots=True)
class HandedOver:
    """``left``: what stays with the member: nobody else attends it, or the successor has no time then.
    ``ended``: what of that was finished instead: proposals taken back, pages paused.
    """

    taken: tuple[Handed, ...] = ()
    left: tuple[Handed, ...] = ()
    ended: tuple[Proposal | BookingPage, ...] = ()


def hand_over(
    by: Member, member: Member, to: Member | None, *, now: datetime, end_rest: bool = False
) -> HandedOver:
    """Whoever else attends goes on alone; what only ``member`` was to attend goes to ``to``, if anybody:
    coming appointments, running proposals, booking pages. ``end_rest``: proposals and pages that nobody
    takes are taken back and paused.

    The customers of appointments are told who attends now, and whoever goes on with proposals and pages that
    were not theirs, what those are. Raises Closed("not_administrator"),
    InvalidInput(to).
    """
    if not Member.objects.filter(pk=by.pk, is_active=True, role=Role.ADMINISTRATOR).exists():
        raise Closed("not_administrator")
    with transaction.atomic():
        lock_organization(by.organization_id)  # whoever is removed in the same breath needs it before any row
        lock_hosts({member.pk, *attend_beside(member), *([to.pk] if to else [])})
        if to is not None:
            _insist_on_colleague(member, to)
        # In the order in which everybody locks rows: pages, proposals, appointments.
        pages = [hand_page(pk, member, to) for pk in pages_with(member)]
        proposals = [hand_proposal(by, pk, member, to) for pk in proposals_with(member)]
        handed_offers = [one for one in (*pages, *proposals) if one is not None]
        tell_successors(handed_offers, member, by=by)
        offers = [(one.offer, one.taken) for one in handed_offers]
        meetings = [(one, _taken(by, one, member, to, now)) for one in _coming(member, now)]
        handed: list[tuple[Handed, bool]] = [*meetings, *offers]
        unattended = [one for one, taken in offers if not taken]
        if end_rest:
            for one in unattended:
                _end(by, one, now)
    left = tuple(one for one, taken in handed if not taken and not (end_rest and one in unattended))
    taken = tuple(one for one, taken in handed if taken)
    return HandedOver(taken, left, tuple(unattended) if end_rest else ())


def _coming(member: Member, now: datetime) -> list[Appointment]:
    """The appointments that the member is to attend, under their row locks."""
    rows = for_change(Appointment.objects).select_related(
        "organization", "organizer", "proposal", "booking_page"
    )
    promised = member.promises.filter(standing=True).values("appointment")
    coming = rows.filter(pk__in=promised, state__in=STANDING, ends_at__gt=now)
    return list(coming.order_by("starts_at", "pk"))


def _end(by: Member, offer: Proposal | BookingPage, now: datetime) -> None:
    if isinstance(offer, Proposal):
        end_proposal(by, offer, now=now)
    else:
        end_page(by, offer)


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
    if appointment.state == AppointmentState.CONFIRMED and member.is_active:
        queue_mail(MailKind.REMOVED_HOST, appointment, to_member(member), revision=appointment.revision)
    note(
        "appointment_handed_over",
        appointment=appointment,
        proposal=appointment.proposal,
        member=by,
        actor="member",
        hosts=[host.pk for host in after],
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
