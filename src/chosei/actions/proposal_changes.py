"""Drafts of a proposal, and changing one while it runs: the holds and the customer's page follow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from chosei.actions.checks import check_email, check_hosts, check_meeting
from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.hold_wishes import settle_holds
from chosei.actions.inputs import ProposalInput
from chosei.actions.outbox import queue_mail, to_guest
from chosei.actions.people import Attending, attending
from chosei.actions.proposals import (
    DEFAULT_DEADLINE,
    MAX_CANDIDATES,
    MAX_HOSTS,
    add_candidates,
    check_proposal,
    events_under,
    fill_in,
    locked_draft,
    new_proposal,
    release_candidates,
    set_hosts,
)
from chosei.actions.readjusting import settle_readjustments
from chosei.actions.room_changes import RoomsFound, RoomsWanted, find_rooms, give_room
from chosei.actions.room_wishes import Planned, Wished, wished_rooms
from chosei.actions.taken import RUNNING
from chosei.actions.timeline import note
from chosei.actions.wishes import converge_soon
from chosei.core.intervals import Interval
from chosei.core.states import PROPOSAL, CandidateState, ProposalEvent, ProposalState, advance
from chosei.records.locks import for_change, lock_hosts, lock_people
from chosei.records.models import Candidate, MailKind, Member, Proposal

_BOOKKEEPING = {"next_reminder_at"}  # when a reminder is looked at next says nothing of the proposal


def save_draft(
    author: Member, wanted: ProposalInput, *, now: datetime, draft: Proposal | None = None
) -> Proposal:
    """Keep what has been entered so far, for the author alone: nothing is held, nobody is mailed.

    Raises InvalidInput, and Closed when ``draft`` was sent meanwhile.
    """
    check_meeting(wanted.meeting)
    if wanted.guest_email:
        check_email(wanted.guest_email, "guest_email")
    if len(wanted.host_ids) > MAX_HOSTS:
        raise InvalidInput(hosts="too_many_hosts")
    if len(wanted.candidates) > MAX_CANDIDATES:
        raise InvalidInput(candidates="too_many")
    members = check_hosts(author, wanted.host_ids) if wanted.host_ids else []
    wishes = wished_rooms(author, wanted.room_wishes, wanted.room_min_capacity)
    with transaction.atomic():
        kept = locked_draft(draft) if draft else new_proposal(author)
        fill_in(kept, wanted, deadline=wanted.deadline)
        kept.save()
        set_hosts(kept, members)
        kept.candidates.all().delete()
        Candidate.objects.bulk_create(
            Candidate(proposal=kept, starts_at=time.start, ends_at=time.end, **_kept_room(wish))
            for time, wish in zip(wanted.candidates, wishes, strict=True)
        )
    return kept


def _kept_room(wish: Wished | None) -> dict[str, Any]:
    """A draft's candidate says what was chosen, and holds nothing."""
    if wish is None:
        return {}
    room = None if wish.source else wish.rooms[0]
    return {"room": room, "room_list": wish.source, "room_wanted": True}


def discard_draft(draft: Proposal) -> None:
    """Raises Closed when it was sent meanwhile."""
    with transaction.atomic():
        lock_people(draft)
        locked_draft(draft).delete()


def change_proposal(
    member: Member, proposal: Proposal, wanted: ProposalInput, *, seen: int, now: datetime
) -> bool:
    """Bring a running proposal to what is wanted now: texts, hosts, candidates, deadline; the holds follow.

    Candidates are known by their times: those still wanted stay as they are; where another room is wished for
    it is found now, and the old one goes. ``seen`` is the revision that
    the form showed. The customer is told when ``wanted.invite``; new times they are told of answer what they
    asked for. Returns whether anything changed. Raises InvalidInput, and Closed: confirmed, withdrawn,
    expired, changed_meanwhile.
    """
    check_proposal(wanted, now, standing=[_time(one) for one in _standing(proposal)])
    members = check_hosts(member, wanted.host_ids)
    until = wanted.deadline or proposal.deadline or now + DEFAULT_DEADLINE
    asked = RoomsWanted(wanted.candidates, wanted.room_wishes, wanted.room_min_capacity, until)
    rooms = find_rooms(member, proposal, asked, _standing(proposal), now=now)
    with transaction.atomic():
        hosts = [proposal.author_id, *_host_ids(proposal), *(one.pk for one in members)]
        lock_hosts(hosts, room_ids=rooms.ids)
        rows = for_change(Proposal.objects).select_related("organization", "author")
        locked = rows.get(pk=proposal.pk)
        _insist_on_running(locked, seen, now)
        was = _texts(locked)
        fill_in(locked, wanted, deadline=wanted.deadline or locked.deadline)
        changed = (
            was != _texts(locked)
            or _host_ids(locked) != [one.pk for one in members]
            or {_time(one) for one in _standing(locked)} != set(wanted.candidates)
            or any(_time(one) in rooms.wished for one in _standing(locked))
        )
        if changed:
            _answer(member, locked, wanted, now)
            _carry_over(locked, wanted, members, rooms)
            note("proposal_changed", proposal=locked, member=member, actor="member")
        if wanted.invite and locked.guest_email:
            _tell(locked)
    return changed


def _carry_over(
    proposal: Proposal, wanted: ProposalInput, members: Sequence[Member], rooms: RoomsFound
) -> None:
    proposal.revision += 1
    proposal.save()
    set_hosts(proposal, members)
    hosts = attending(members)
    standing = {_time(one): one for one in _standing(proposal)}
    gone = [one for time, one in standing.items() if time not in wanted.candidates]
    release_candidates(proposal, gone)
    planned = rooms.plan(wanted.candidates, standing, gone)
    for time in wanted.candidates:
        if time in standing:
            _accept_again(standing[time], hosts)
            if time in planned:
                give_room(standing[time], planned[time])
    new = [time for time in wanted.candidates if time not in standing]
    add_candidates(proposal, new, hosts, [planned.get(time, Planned()) for time in new])
    settle_holds(proposal, hosts)
    converge_soon(proposal)


def _answer(member: Member, proposal: Proposal, wanted: ProposalInput, now: datetime) -> None:
    """New times that the customer hears of are the answer to a request for other times."""
    new = set(wanted.candidates) - {_time(one) for one in _standing(proposal)}
    heard = wanted.invite or not proposal.guest_email
    if proposal.state == ProposalState.READJUSTMENT_REQUESTED and new and heard:
        proposal.state = advance(PROPOSAL, ProposalState(proposal.state), ProposalEvent.OFFER_AGAIN)
        settle_readjustments(member, proposal=proposal, answer="offered", now=now)
        note("proposal_offered_again", proposal=proposal, member=member, actor="member", candidates=len(new))


def _accept_again(candidate: Candidate, hosts: Sequence[Attending]) -> None:
    """The author has seen what stands under it by now, in the calendars of hosts added since as well."""
    seen = sorted({*candidate.accepted_conflicts, *events_under(hosts, _time(candidate))})
    Candidate.objects.filter(pk=candidate.pk).update(accepted_conflicts=seen)


def _tell(proposal: Proposal) -> None:
    """The first mail to this address is the invitation; later ones say that the offer has changed."""
    invited = proposal.mails.filter(kind=MailKind.INVITATION, recipient=proposal.guest_email).exists()
    kind = MailKind.OFFERED_AGAIN if invited else MailKind.INVITATION
    queue_mail(kind, proposal, to_guest(proposal), revision=proposal.revision if invited else 0)


def _insist_on_running(proposal: Proposal, seen: int, now: datetime) -> None:
    if proposal.state not in RUNNING:
        raise Closed(proposal.state)
    if proposal.deadline is not None and proposal.deadline <= now:
        raise Closed("expired")
    if proposal.revision != seen:
        raise Closed("changed_meanwhile")


def _texts(proposal: Proposal) -> dict[str, object]:
    names = {field.attname for field in Proposal._meta.concrete_fields} - _BOOKKEEPING
    return {name: getattr(proposal, name) for name in names}


def _standing(proposal: Proposal) -> list[Candidate]:
    return list(proposal.candidates.filter(state=CandidateState.OPEN))


def _time(candidate: Candidate) -> Interval:
    return Interval(candidate.starts_at, candidate.ends_at)


def _host_ids(proposal: Proposal) -> list[int]:
    return list(proposal.hosts.values_list("member_id", flat=True))
