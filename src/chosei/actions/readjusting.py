"""再調整: the customer asks for another time; the author answers with new candidates, in the same thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from chosei.actions.checks import check_zone
from chosei.actions.errors import Closed, InvalidInput, RoomsRefused
from chosei.actions.hold_wishes import settle_holds
from chosei.actions.inputs import RoomWish
from chosei.actions.outbox import queue_mail, to_guest, to_member, with_author
from chosei.actions.people import Attending, attending, in_charge
from chosei.actions.proposals import (
    DEFAULT_DEADLINE,
    MAX_CANDIDATES,
    add_candidates,
    check_deadline,
    check_times,
    release_candidates,
)
from chosei.actions.reminding import plan_deadline
from chosei.actions.room_changes import RoomsFound, RoomsWanted, find_rooms, give_room
from chosei.actions.room_wishes import Planned, wish_of
from chosei.actions.timeline import note
from chosei.actions.wishes import converge_soon
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
from chosei.records.locks import for_change, lock_hosts
from chosei.records.models import Appointment, Candidate, MailKind, Member, Proposal, Readjustment

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
    """New candidates for a customer who asked. ``keep``: those on offer stay on offer beside them.

    ``rooms``: for each candidate the room it wishes for, or None; empty for none at all.
    """

    candidates: tuple[Interval, ...]
    keep: bool = False
    deadline: datetime | None = None
    rooms: tuple[RoomWish | None, ...] = ()


def ask_for_other_times(proposal: Proposal, wish: WishInput, *, now: datetime) -> Readjustment:
    """都合の良い日時がないため、再調整を依頼する. What is on offer stays so until the author answers.

    Raises InvalidInput, Closed.
    """
    _check(wish, now)
    with transaction.atomic():
        locked = for_change(Proposal.objects).get(pk=proposal.pk)
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
        locked = for_change(Appointment.objects).get(pk=appointment.pk)
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

    A time that stays on offer keeps its room unless another is wished for. Raises InvalidInput, Closed.
    """
    check_times(answer.candidates, now)
    check_deadline(answer.deadline, now)
    members = [host.member for host in proposal.hosts.select_related("member")]
    rooms = _find_rooms(member, proposal, answer, now)
    with transaction.atomic():
        lock_hosts([one.pk for one in [proposal.author, *members]], room_ids=rooms.ids)
        locked = for_change(Proposal.objects).get(pk=proposal.pk)
        _advance(locked, ProposalEvent.OFFER_AGAIN)
        standing = list(locked.candidates.filter(state=CandidateState.OPEN))
        kept = standing if answer.keep else []
        if len(kept) + len(answer.candidates) > MAX_CANDIDATES:
            raise InvalidInput(candidates="too_many")
        gone = [one for one in standing if one not in kept]
        release_candidates(locked, gone)
        _offer(locked, answer, {_time(one): one for one in kept}, gone, rooms, attending(members))
        locked.deadline = _deadline(locked, answer, now)
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


def _deadline(proposal: Proposal, answer: AnswerInput, now: datetime) -> datetime:
    return answer.deadline or max(proposal.deadline or now, now + DEFAULT_DEADLINE)


def _find_rooms(member: Member, proposal: Proposal, answer: AnswerInput, now: datetime) -> RoomsFound:
    """Read the rooms wished for. What stays on offer counts among the rooms that are held."""
    standing = proposal.candidates.filter(state=CandidateState.OPEN).select_related("room", "room_list")
    kept = list(standing) if answer.keep else []
    wishes = {_time(one): wish_of(one) for one in kept}
    for time, wish in zip(answer.candidates, answer.rooms or (None,) * len(answer.candidates), strict=True):
        wishes[time] = wish or wishes.get(time)
    asked = RoomsWanted(
        tuple(wishes), tuple(wishes.values()), proposal.room_min_capacity, _deadline(proposal, answer, now)
    )
    try:
        return find_rooms(member, proposal, asked, kept, now=now)
    except RoomsRefused as refused:
        raise _as_answered(refused, list(wishes), answer) from refused


def _as_answered(refused: RoomsRefused, times: list[Interval], answer: AnswerInput) -> RoomsRefused:
    """The same by the places of the answer's own candidates."""
    return RoomsRefused(
        {answer.candidates.index(times[place]): code for place, code in refused.candidates.items()}
    )


def _offer(
    proposal: Proposal,
    answer: AnswerInput,
    kept: dict[Interval, Candidate],
    gone: Sequence[Candidate],
    rooms: RoomsFound,
    hosts: Sequence[Attending],
) -> None:
    planned = rooms.plan(answer.candidates, kept, gone)
    for time, plan in planned.items():
        if time in kept:
            give_room(kept[time], plan)
    new = [time for time in answer.candidates if time not in kept]
    add_candidates(proposal, new, hosts, [planned.get(time, Planned()) for time in new])
    if kept.keys() & planned.keys():
        settle_holds(proposal, hosts)
        converge_soon(proposal)


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


def _time(candidate: Candidate) -> Interval:
    return Interval(candidate.starts_at, candidate.ends_at)


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
