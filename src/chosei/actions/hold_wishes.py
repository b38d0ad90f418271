"""The holds (仮予約) that a running proposal wants in its hosts' calendars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils import timezone

from chosei.actions import event_text
from chosei.actions.people import Attending, organizer_of
from chosei.actions.room_reach import can_invite
from chosei.actions.wishes import drop, invited, want
from chosei.core.entries import DesiredEntry, EntryPurpose
from chosei.core.states import CandidateState
from chosei.records.models import CalendarEntry, Candidate, Connection, Proposal
from chosei.records.places import place_of_candidate


def settle_holds(proposal: Proposal, hosts: Sequence[Attending]) -> None:
    """Have exactly the holds stand that the running proposal wants by now: for each candidate on offer one in
    every linked host's calendar, saying what the proposal says. Those that stand so already are left alone.
    """
    linked = [host.connection for host in hosts if host.connection] if proposal.write_holds else []
    candidates = list(proposal.candidates.filter(state=CandidateState.OPEN))
    standing = {
        (entry.candidate_id, entry.connection_id): entry
        for entry in CalendarEntry.objects.filter(
            candidate__proposal=proposal, appointment__isnull=True, desired__isnull=False
        )
    }
    missing: dict[int, list[Candidate]] = defaultdict(list)
    carriers = _carriers(proposal, hosts, standing.values())
    for candidate in candidates:
        for connection in linked:
            wanted = _hold(proposal, candidate, connection, carriers)
            entry = standing.pop((candidate.pk, connection.pk), None)
            if entry is None:
                missing[connection.pk].append(candidate)
            elif entry.desired and DesiredEntry.from_json(entry.desired) != wanted:
                want(entry, wanted)
    drop(standing.values())
    for host in hosts:
        if host.connection is not None:
            _hold_in([host.connection], missing[host.connection.pk], proposal, carriers)


def want_holds(proposal: Proposal, candidates: Iterable[Candidate], hosts: Iterable[Attending]) -> None:
    """A tentative hold per candidate in every linked host's calendar; the organiser's carries the room."""
    hosts = list(hosts)
    linked = [host.connection for host in hosts if host.connection is not None]
    _hold_in(linked, candidates, proposal, _carriers(proposal, hosts, ()))


def want_hold_again(candidate: Candidate, entry: CalendarEntry) -> None:
    """The candidate has another room, or none: the hold that carried the room follows."""
    want(entry, _hold(candidate.proposal, candidate, entry.connection, [entry.connection]))


def _carriers(
    proposal: Proposal, hosts: Sequence[Attending], standing: Iterable[CalendarEntry]
) -> list[Connection]:
    """Whose holds are to carry the rooms, first of all theirs whose do already, so that none is let go; then
    the organiser's; then anybody's whose calendar can book the room at all.
    """
    linked = {host.connection.pk: host.connection for host in hosts if host.connection is not None}
    carrying = {
        entry.connection_id
        for entry in standing
        if entry.desired is not None and DesiredEntry.from_json(entry.desired).rooms
    }
    organizer = organizer_of(hosts, proposal.link)
    return sorted(linked.values(), key=lambda one: (one.pk not in carrying, one != organizer))


def _hold_in(
    linked: Sequence[Connection],
    candidates: Iterable[Candidate],
    proposal: Proposal,
    carriers: Sequence[Connection],
) -> None:
    now = timezone.now()
    CalendarEntry.objects.bulk_create(
        CalendarEntry(
            connection=connection,
            purpose=EntryPurpose.HOLD,
            candidate=candidate,
            desired=(hold := _hold(proposal, candidate, connection, carriers)).to_json(),
            room_asked_at=now if hold.rooms else None,
        )
        for candidate in candidates
        for connection in linked
    )


def _hold(
    proposal: Proposal, candidate: Candidate, connection: Connection, carriers: Sequence[Connection]
) -> DesiredEntry:
    """Only one hold carries the room, that of the first of ``carriers`` who can book it: of two invitations
    it would decline one.
    """
    room = candidate.room
    able = [one for one in carriers if room is not None and can_invite(one, room)]
    return DesiredEntry(
        event_text.hold_title(proposal),
        event_text.hold_body(proposal),
        candidate.starts_at,
        candidate.ends_at,
        proposal.zone,
        location=place_of_candidate(proposal.location, candidate),
        attendees=invited(connection, [room]) if room is not None and able[:1] == [connection] else (),
    )
