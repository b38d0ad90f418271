"""再調整: the customer asks for another time; the author answers with new candidates, in the same thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from chosei.actions.checks import check_zone
from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.outbox import queue_mail, to_guest, to_member, with_author
from chosei.actions.people import attending, in_charge
from chosei.actions.proposals import (
    DEFAULT_DEADLINE,
    MAX_CANDIDATES,
    add_candidates,
    check_deadline,
    check_times,
    release_candidates,
)
from chosei.actions.reminding import plan_deadline
from chosei.actions.timeline import note
from chosei.core.intervals import Interval
from chosei.core.states import (
    PROPOSAL,
    AppointmentState,
    CandidateState,
    IllegalTransition,
    ProposalEvent,
    ProposalState,
    advance,
)
from chosei.records.guest_rules import may_change
from chosei.records.locks import lock_hosts
from chosei.records.models import Appointment, MailKind, Member, Proposal, Readjustment

MAX_WISHES = 10
MAX_REQUESTS = 20
"""How often one customer may ask about one matter; a page left open in a loop must not fill mailboxes."""


@dataclass(frozen=True, slots=True)
class WishInput:
    """What the customer would like instead: words, times, or both. ``zone`` is the one they read times in."""

    text: str
    times: tuple[Interval, ...] = ()
    zone: str = "Asia/Tokyo"


@dataclass(frozen=True, slots=True)
class AnswerInput:
    """New candidates for a customer who asked. ``keep``: those on offer stay on offer beside them."""

    candidates: tuple[Interval, ...]
    keep: bool = False
    deadline: datetime | None = None


def ask_for_other_times(proposal: Proposal, wish: WishInput, *, now: datetime) -> Readjustment:
    """都合の良い日時がないため、再調整を依頼する. What is on offer stays so until the author answers.

    Raises InvalidInput, Closed.
    """
    _check(wish, now)
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        if locked.deadline is not None and locked.deadline <= now:
            raise Closed("expired")
        _advance(locked, ProposalEvent.REQUEST_READJUSTMENT)
        asked = _ask(Readjustment(proposal=locked), wish, now)
        locked.save(update_fields=["state", "changed_at"])
        _tell(asked, locked, in_charge(locked))
        note("readjustment_requested", proposal=locked, actor="guest", readjustment=asked.pk)
    return asked


def ask_to_move(appointment: Appointment, wish: WishInput, *, now: datetime) -> Readjustment:
    """The customer asks for another time of a confirmed appointment, which stands until a host moves it.

    Raises InvalidInput, Closed (not_allowed where the organisation does not let customers ask any more).
    """
    _check(wish, now)
    with transaction.atomic():
        locked = Appointment.objects.select_for_update().get(pk=appointment.pk)
        if locked.state != AppointmentState.CONFIRMED:
            raise Closed(locked.state)
        if not may_change(locked, now):
            raise Closed("past" if locked.starts_at <= now else "not_allowed")
        asked = _ask(Readjustment(appointment=locked), wish, now)
        promises = locked.promises.filter(standing=True, host__isnull=False).select_related("host")
        _tell(asked, locked, with_author(locked, [promise.host for promise in promises if promise.host]))
        note(
            "readjustment_requested",
            appointment=locked,
            proposal=locked.proposal,
            actor="guest",
            readjustment=asked.pk,
        )
    return asked


def answer_readjustment(member: Member, proposal: Proposal, answer: AnswerInput, *, now: datetime) -> None:
    """Offer new candidates under the same URL; the customer is told in the same thread.

    Raises InvalidInput, Closed.
    """
    check_times(answer.candidates, now)
    check_deadline(answer.deadline, now)
    members = [host.member for host in proposal.hosts.select_related("member")]
    with transaction.atomic():
        lock_hosts(one.pk for one in [proposal.author, *members])
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        _advance(locked, ProposalEvent.OFFER_AGAIN)
        standing = list(locked.candidates.filter(state=CandidateState.OPEN))
        kept = standing if answer.keep else []
        if len(kept) + len(answer.candidates) > MAX_CANDIDATES:
            raise InvalidInput(candidates="too_many")
        times = {Interval(one.starts_at, one.ends_at) for one in kept}
        release_candidates(locked, [one for one in standing if one not in kept])
        add_candidates(locked, [time for time in answer.candidates if time not in times], attending(members))
        locked.deadline = answer.deadline or max(locked.deadline or now, now + DEFAULT_DEADLINE)
        locked.revision += 1
        plan_deadline(locked, now)
        locked.save()
        settle_readjustments(member, proposal=locked, answer="offered", now=now)
        if locked.guest_email:
            queue_mail(MailKind.OFFERED_AGAIN, locked, to_guest(locked), revision=locked.revision)
        note(
            "proposal_offered_again",
            proposal=locked,
            member=member,
            actor="member",
            candidates=len(answer.candidates),
        )


def keep_as_it_is(member: Member, appointment: Appointment, *, now: datetime) -> None:
    """The host has settled the request otherwise, and the appointment stays where it is."""
    with transaction.atomic():
        if settle_readjustments(member, appointment=appointment, answer="kept", now=now):
            note(
                "readjustment_settled",
                appointment=appointment,
                proposal=appointment.proposal,
                member=member,
                actor="member",
            )


def settle_readjustments(
    member: Member | None,
    *,
    now: datetime,
    answer: str,
    proposal: Proposal | None = None,
    appointment: Appointment | None = None,
) -> int:
    """Mark what was asked as answered; how many there were. Inside the caller's transaction."""
    rows = Readjustment.objects.filter(answered_at__isnull=True)
    rows = rows.filter(appointment=appointment) if appointment else rows.filter(proposal=proposal)
    return rows.update(answered_at=now, answered_by=member, answer=answer)


def _check(wish: WishInput, now: datetime) -> None:
    check_zone(wish.zone, "zone")
    if not wish.text.strip() and not wish.times:
        raise InvalidInput(text="required")
    if len(wish.text) > 4000:
        raise InvalidInput(text="too_long")
    if len(wish.times) > MAX_WISHES:
        raise InvalidInput(times="too_many")
    if any(time.start <= now for time in wish.times):
        raise InvalidInput(times="in_the_past")
    if any(time.duration > timedelta(hours=24) for time in wish.times):
        raise InvalidInput(times="too_long")


def _advance(proposal: Proposal, event: ProposalEvent) -> None:
    try:
        proposal.state = advance(PROPOSAL, ProposalState(proposal.state), event)
    except IllegalTransition as refused:
        raise Closed(proposal.state) from refused


def _ask(asked: Readjustment, wish: WishInput, now: datetime) -> Readjustment:
    about = {"appointment": asked.appointment} if asked.appointment else {"proposal": asked.proposal}
    if Readjustment.objects.filter(**about).count() >= MAX_REQUESTS:
        raise Closed("asked_often")
    asked.text = wish.text.strip()
    asked.wishes = [[time.start.isoformat(), time.end.isoformat()] for time in wish.times]
    asked.zone = wish.zone
    asked.asked_at = now
    asked.save()
    return asked


def _tell(asked: Readjustment, about: Proposal | Appointment, readers: list[Member]) -> None:
    for reader in readers:
        queue_mail(
            MailKind.READJUSTMENT,
            about,
            to_member(reader),
            revision=about.revision,
            occasion=f"asked:{asked.pk}",
        )
