"""Confirming a time: read live, lock, check our rows, write, enqueue, commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import F

from chosei.actions.agenda import accepted_under, promised, trust_in
from chosei.actions.appointing import Agreed, appoint
from chosei.actions.checks import check_guest
from chosei.actions.errors import Closed, TimeTaken, Unverifiable
from chosei.actions.inputs import GuestInput
from chosei.actions.live import read_live
from chosei.actions.people import Attending, attending, hosts_here
from chosei.actions.promising import committed, once
from chosei.actions.proposals import release_candidates
from chosei.actions.room_booking import room_for_candidate, rooms_of_candidate
from chosei.actions.room_reading import ask_rooms
from chosei.actions.taken import RUNNING
from chosei.actions.timeline import note
from chosei.actions.wishes import drop
from chosei.core.entries import EntryState
from chosei.core.intervals import Interval
from chosei.core.states import (
    CANDIDATE,
    PROPOSAL,
    CandidateEvent,
    CandidateState,
    ProposalEvent,
    ProposalState,
    advance,
)
from chosei.ports.calendar import BusyEvent
from chosei.records.locks import for_change, lock_hosts
from chosei.records.models import Appointment, CalendarEntry, Candidate, Member, MirroredEvent, Proposal

_CUSTOMER = ("guest_company", "guest_name", "guest_email")


def confirm_candidate(
    proposal: Proposal, candidate_id: int, guest: GuestInput, *, submission: UUID, now: datetime
) -> Appointment:
    """The guest takes a candidate. The same ``submission`` again gives the same appointment.

    Raises InvalidInput, Closed, TimeTaken, Unverifiable; then nothing was written.
    """
    check_guest(guest)
    form = Agreed(proposal, guest, submission, now)
    return once(form.made, lambda: _confirm(form, proposal, candidate_id))


def _confirm(form: Agreed, proposal: Proposal, candidate_id: int) -> Appointment:
    now = form.now
    candidate = _candidate_on_offer(proposal, candidate_id, now)
    time = Interval(candidate.starts_at, candidate.ends_at)
    hosts = attending(_hosts(proposal))
    rooms = rooms_of_candidate(candidate)
    asked = ask_rooms(rooms, time)
    live = read_live([host.connection for host in hosts if host.connection], time)
    live_rooms = asked.busy()
    for host in hosts:
        _insist_on_free(host, candidate, time, live, now)

    def write() -> Appointment:
        lock_hosts([host.member.pk for host in hosts], room_ids=[room.pk for room in rooms])
        rows = for_change(Proposal.objects).select_related("organization", "author")
        locked = rows.get(pk=proposal.pk)
        chosen = _candidate_on_offer(locked, candidate_id, now)
        if (chosen.starts_at, chosen.ends_at) != (time.start, time.end):
            raise TimeTaken  # its hold was moved in Outlook while we looked
        if any(promised([host.member.pk for host in hosts], time).values()):
            raise TimeTaken
        linked = attending(_hosts(locked))  # as it is now: an account was let go, a colleague has left
        if not {host.member.pk for host in linked} <= {host.member.pk for host in hosts}:
            raise TimeTaken  # others attend since this very moment, whose time nobody has looked at
        if not {host.connection for host in linked} <= {None, *(host.connection for host in hosts)}:
            raise Unverifiable  # another calendar is in use since this very moment, which nobody has read
        locked.state = advance(PROPOSAL, ProposalState(locked.state), ProposalEvent.CONFIRM)
        _name_customer(locked, form.guest)
        locked.save(update_fields=["state", "changed_at", *_CUSTOMER])
        chosen.state = advance(CANDIDATE, CandidateState(chosen.state), CandidateEvent.CHOOSE)
        chosen.save(update_fields=["state"])
        room = room_for_candidate(chosen, rooms, now=now, live=live_rooms)
        appointment = appoint(replace(form, source=locked), time, linked, candidate=chosen, room=room)
        release_candidates(locked, list(locked.candidates.filter(state=CandidateState.OPEN)))
        drop(CalendarEntry.objects.filter(candidate=chosen, appointment__isnull=True, desired__isnull=False))
        note("proposal_confirmed", proposal=locked, actor="guest")
        return appointment

    return committed(write)


def _name_customer(proposal: Proposal, guest: GuestInput) -> None:
    """Whoever answered a URL that was sent to nobody in particular is its customer from now on."""
    if not any(getattr(proposal, name) for name in _CUSTOMER):
        for name, value in zip(_CUSTOMER, (guest.company, guest.name, guest.email), strict=True):
            setattr(proposal, name, value)


def _hosts(proposal: Proposal) -> list[Member]:
    """Raises Closed("unattended") when everybody who was to attend has left."""
    hosts = hosts_here(proposal)
    if not hosts:
        raise Closed("unattended")
    return hosts


def _candidate_on_offer(proposal: Proposal, candidate_id: int, now: datetime) -> Candidate:
    # The candidate first: whoever ends the proposal changes both at once, and then the proposal says why.
    candidate = proposal.candidates.filter(pk=candidate_id).first()
    proposal.refresh_from_db(fields=["state", "deadline"])
    if proposal.state not in RUNNING:
        raise Closed(proposal.state)
    if proposal.deadline is not None and proposal.deadline <= now:
        raise Closed("expired")
    if candidate is None or candidate.state != CandidateState.OPEN or candidate.starts_at <= now:
        raise TimeTaken
    return candidate


def _insist_on_free(
    host: Attending, candidate: Candidate, time: Interval, live: dict[int, list[BusyEvent]], now: datetime
) -> None:
    """Nothing new stands under the candidate in the host's calendar, as far as it can be known."""
    connection = host.connection
    if connection is None:
        return  # the author decided about colleagues without a connection
    if connection.pk in live:
        under = {
            event.remote_id
            for event in live[connection.pk]
            if event.end > event.start and event.start < time.end and time.start < event.end
        }
    elif trust_in(connection, time, now=now) is None:
        under = _mirrored_ids(connection.pk, time)
    elif _is_held(candidate, connection.pk):
        return  # our own hold stands there: the time was kept for exactly this
    else:
        raise Unverifiable
    if under - accepted_under([candidate])[candidate.pk]:
        raise TimeTaken


def _mirrored_ids(connection_id: int, time: Interval) -> set[str]:
    rows = MirroredEvent.objects.filter(
        connection=connection_id, blocks=True, entry_key="", ends_at__gt=time.start, starts_at__lt=time.end
    ).exclude(ends_at=F("starts_at"))
    return set(rows.values_list("remote_id", flat=True))


def _is_held(candidate: Candidate, connection_id: int) -> bool:
    entries = CalendarEntry.objects.filter(
        candidate=candidate, connection=connection_id, desired__isnull=False
    )
    return entries.filter(state=EntryState.WRITTEN).exists()
