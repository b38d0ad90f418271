"""Opening and withdrawing a proposal (候補提案型)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from chosei.actions.checks import check_email, check_hosts, check_meeting
from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.hold_wishes import want_holds
from chosei.actions.inputs import ProposalInput
from chosei.actions.outbox import queue_mail, to_guest, to_member
from chosei.actions.people import Attending, attending
from chosei.actions.room_booking import first_answer
from chosei.actions.room_reading import ask_rooms
from chosei.actions.room_wishes import Planned, check_hold, plan_rooms, wished_rooms
from chosei.actions.taken import RUNNING
from chosei.actions.timeline import note
from chosei.actions.wishes import converge_soon, drop
from chosei.core.entries import EntryPurpose
from chosei.core.intervals import Interval
from chosei.core.states import (
    CANDIDATE,
    PROPOSAL,
    CandidateEvent,
    CandidateState,
    IllegalTransition,
    ProposalEvent,
    ProposalState,
    advance,
)
from chosei.records.locks import for_change, lock_hosts, lock_people
from chosei.records.models import (
    CalendarEntry,
    Candidate,
    MailKind,
    Member,
    MirroredEvent,
    Proposal,
    ProposalHost,
    Room,
)

MAX_CANDIDATES = 30
MAX_HOSTS = 10
DEFAULT_DEADLINE = timedelta(days=7)
FURTHEST = timedelta(days=2 * 366)
_ONE_LOOK = timedelta(days=60)


def open_proposal(
    author: Member, wanted: ProposalInput, *, now: datetime, draft: Proposal | None = None
) -> Proposal:
    """Offer the candidates: holds are asked for, the guest (if an address is given) is invited. ``draft``
    becomes the proposal. Raises InvalidInput, and Closed when the draft was sent meanwhile.
    """
    check_proposal(wanted, now)
    members = check_hosts(author, wanted.host_ids)
    check_hold(wanted.room_wishes, wanted.deadline or now + DEFAULT_DEADLINE, now)
    wishes = wished_rooms(author, wanted.room_wishes, wanted.room_min_capacity)
    rooms = {room.pk: room for wish in wishes if wish is not None for room in wish.rooms}
    live = read_rooms(list(rooms.values()), wanted.candidates)
    with transaction.atomic():
        lock_hosts([member.pk for member in [author, *members]], room_ids=rooms)
        if wanted.submission is not None:
            made = Proposal.objects.filter(author=author, submission=wanted.submission).first()
            if made is not None:
                return made
        proposal = locked_draft(draft) if draft else new_proposal(author)
        fill_in(proposal, wanted, deadline=wanted.deadline or now + DEFAULT_DEADLINE)
        proposal.submission = wanted.submission
        proposal.state = advance(PROPOSAL, ProposalState(proposal.state), ProposalEvent.OPEN)
        proposal.save()
        set_hosts(proposal, members)
        proposal.candidates.all().delete()
        planned = plan_rooms(wanted.candidates, wishes, now=now, live=live)
        candidates = add_candidates(proposal, wanted.candidates, attending(members), planned)
        if proposal.guest_email and wanted.invite:
            queue_mail(MailKind.INVITATION, proposal, to_guest(proposal), revision=0)
        note("proposal_opened", proposal=proposal, member=author, actor="member", candidates=len(candidates))
    return proposal


def new_proposal(author: Member) -> Proposal:
    """A draft with a link of its own, not saved yet."""
    proposal = Proposal(organization_id=author.organization_id, author=author)
    proposal.make_link()
    return proposal


def locked_draft(draft: Proposal) -> Proposal:
    """The draft under its row lock. Raises Closed when it was sent meanwhile."""
    rows = for_change(Proposal.objects).select_related("organization", "author")
    locked = rows.filter(pk=draft.pk).first()
    if locked is None or locked.state != ProposalState.DRAFT:
        raise Closed(locked.state if locked else "discarded")
    return locked


def add_candidates(
    proposal: Proposal,
    times: Sequence[Interval],
    hosts: Sequence[Attending],
    planned: Sequence[Planned] = (),
) -> list[Candidate]:
    """Offer these times too, and hold them where the proposal holds, with the rooms ``planned`` for them.
    Inside the caller's transaction, under the locks of hosts and rooms.
    """
    candidates = Candidate.objects.bulk_create(
        Candidate(
            proposal=proposal,
            starts_at=time.start,
            ends_at=time.end,
            accepted_conflicts=events_under(hosts, time),
            room=plan.room,
            room_list=plan.source,
            room_wanted=plan.room is not None,
            room_answer=first_answer(plan.room) if plan.room is not None else "",
        )
        for time, plan in zip(times, planned or [Planned()] * len(times), strict=True)
    )
    if proposal.write_holds:
        want_holds(proposal, candidates, hosts)
        converge_soon(proposal)
    return candidates


def read_rooms(rooms: Sequence[Room], times: Sequence[Interval]) -> dict[int, list[Interval]]:
    """Their busy time around ``times``, as far as one look tells; beyond that the mirror does."""
    if not rooms:
        return {}
    window = Interval(min(time.start for time in times), max(time.end for time in times))
    return ask_rooms(rooms, window).busy() if window.duration <= _ONE_LOOK else {}


def withdraw_proposal(member: Member, proposal: Proposal, *, now: datetime) -> None:
    """Take the offer back; its holds go. Raises Closed when it is no longer running."""
    with transaction.atomic():
        lock_people(proposal)
        proposal = for_change(Proposal.objects).get(pk=proposal.pk)
        _end(proposal, ProposalEvent.WITHDRAW)
        note("proposal_withdrawn", proposal=proposal, member=member, actor="member")


def expire_proposal(proposal_id: int, *, now: datetime) -> None:
    """The deadline has passed: nothing can be chosen any more and the holds go. Does nothing before that."""
    with transaction.atomic():
        proposal = _locked_with_people(proposal_id)
        if proposal.state not in RUNNING:
            return
        if proposal.deadline is None or proposal.deadline > now:
            return
        _expire(proposal)


def release_past_candidates(proposal_id: int, *, now: datetime) -> None:
    """Candidates whose start has passed can no longer be chosen; with none left the proposal is over."""
    with transaction.atomic():
        proposal = _locked_with_people(proposal_id)
        if proposal.state not in RUNNING:
            return
        standing = proposal.candidates.filter(state=CandidateState.OPEN)
        if standing.filter(starts_at__gt=now).exists():
            release_candidates(proposal, list(standing.filter(starts_at__lte=now)))
        else:
            _expire(proposal)


def _locked_with_people(proposal_id: int) -> Proposal:
    lock_people(Proposal.objects.get(pk=proposal_id))
    return for_change(Proposal.objects).get(pk=proposal_id)


def release_stray_holds() -> None:
    """Holds that outlived what they were for, whatever went wrong."""
    stray = CalendarEntry.objects.filter(purpose=EntryPurpose.HOLD, desired__isnull=False).exclude(
        candidate__state=CandidateState.OPEN, candidate__proposal__state__in=RUNNING
    )
    for entry in stray.select_related("candidate__proposal")[:500]:
        with transaction.atomic():
            drop([entry])
            if entry.candidate:
                converge_soon(entry.candidate.proposal)


def release_candidates(proposal: Proposal, candidates: Sequence[Candidate]) -> None:
    """Withdraw these candidates and have their holds removed. Inside the caller's transaction."""
    for candidate in candidates:
        candidate.state = advance(CANDIDATE, CandidateState(candidate.state), CandidateEvent.WITHDRAW)
        candidate.save(update_fields=["state"])
    drop(
        CalendarEntry.objects.filter(
            candidate__in=list(candidates), appointment__isnull=True, desired__isnull=False
        )
    )
    converge_soon(proposal)


def give_up_candidate(proposal: Proposal, candidate: Candidate) -> None:
    """Withdraw one candidate of a running proposal; with none left there is nothing to offer any more. Inside
    the caller's transaction, under the proposal's row lock.
    """
    release_candidates(proposal, [candidate])
    if not proposal.candidates.filter(state=CandidateState.OPEN).exists():
        _end(proposal, ProposalEvent.WITHDRAW)
        note("proposal_withdrawn", proposal=proposal, actor="provider")


def _expire(proposal: Proposal) -> None:
    _end(proposal, ProposalEvent.EXPIRE)
    queue_mail(MailKind.EXPIRED_AUTHOR, proposal, to_member(proposal.author), revision=proposal.revision)
    note("proposal_expired", proposal=proposal)


def _end(proposal: Proposal, event: ProposalEvent) -> None:
    try:
        proposal.state = advance(PROPOSAL, ProposalState(proposal.state), event)
    except IllegalTransition as refused:
        raise Closed(proposal.state) from refused
    proposal.save(update_fields=["state", "changed_at"])
    release_candidates(proposal, list(proposal.candidates.filter(state=CandidateState.OPEN)))


def fill_in(proposal: Proposal, wanted: ProposalInput, *, deadline: datetime | None) -> None:
    """Have the proposal say what is wanted. Hosts and candidates are rows of their own; nothing is saved."""
    meeting = wanted.meeting
    proposal.title = meeting.title
    proposal.format = meeting.format
    proposal.web_meeting = meeting.web_meeting
    proposal.web_service = meeting.web_service
    proposal.location = meeting.location
    proposal.guidance = meeting.guidance
    proposal.contact = meeting.contact
    proposal.internal_notes = meeting.internal_notes
    proposal.reception_code = meeting.with_code
    proposal.zone = meeting.zone
    proposal.guest_company = wanted.guest_company
    proposal.guest_name = wanted.guest_name
    proposal.guest_email = wanted.guest_email
    proposal.guest_language = wanted.guest_language
    proposal.deadline = deadline
    proposal.next_reminder_at = timezone.now()  # the sweep finds out when
    proposal.write_holds = wanted.write_holds
    proposal.room_min_capacity = wanted.room_min_capacity


def set_hosts(proposal: Proposal, members: Sequence[Member]) -> None:
    """Exactly these attend, in this order."""
    proposal.hosts.all().delete()
    ProposalHost.objects.bulk_create(
        ProposalHost(proposal=proposal, member=member, position=position)
        for position, member in enumerate(members)
    )


def check_proposal(wanted: ProposalInput, now: datetime, *, standing: Collection[Interval] = ()) -> None:
    """Raises InvalidInput. Candidates that are ``standing`` already may begin whenever they do."""
    check_meeting(wanted.meeting)
    if wanted.guest_email:
        check_email(wanted.guest_email, "guest_email")
    if len(wanted.host_ids) > MAX_HOSTS:
        raise InvalidInput(hosts="too_many_hosts")
    check_times(wanted.candidates, now, standing=standing)
    check_deadline(wanted.deadline, now)


def check_times(times: Sequence[Interval], now: datetime, *, standing: Collection[Interval] = ()) -> None:
    """Raises InvalidInput(candidates)."""
    if not times:
        raise InvalidInput(candidates="required")
    if len(times) > MAX_CANDIDATES:
        raise InvalidInput(candidates="too_many")
    if len(set(times)) != len(times):
        raise InvalidInput(candidates="twice_the_same")
    if any(time.start <= now and time not in standing for time in times):
        raise InvalidInput(candidates="in_the_past")
    if any(time.duration > timedelta(hours=24) for time in times):
        raise InvalidInput(candidates="too_long")
    if any(time.end > now + FURTHEST for time in times):
        raise InvalidInput(candidates="out_of_range")


def check_deadline(deadline: datetime | None, now: datetime) -> None:
    """Raises InvalidInput(deadline)."""
    if deadline is not None and deadline <= now:
        raise InvalidInput(deadline="in_the_past")
    if deadline is not None and deadline > now + FURTHEST:
        raise InvalidInput(deadline="out_of_range")


def events_under(hosts: Sequence[Attending], time: Interval) -> list[str]:
    """The events the author saw under this candidate, and keeps it over."""
    linked = [host.connection for host in hosts if host.connection is not None]
    rows = MirroredEvent.objects.filter(
        connection__in=linked, blocks=True, entry_key="", ends_at__gt=time.start, starts_at__lt=time.end
    )
    return sorted(set(rows.values_list("remote_id", flat=True)))
