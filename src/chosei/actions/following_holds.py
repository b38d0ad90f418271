"""Following what a person did in their own calendar to a hold (仮予約): its candidate moves or is withdrawn.

Inside ``adopting``'s transactions.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from chosei.actions.asking import unchanged
from chosei.actions.proposals import give_up_candidate
from chosei.actions.taken import RUNNING
from chosei.actions.timeline import note
from chosei.actions.wishes import converge_soon, settle_at, want_moved
from chosei.core.entries import SeenEntry
from chosei.core.intervals import Interval
from chosei.core.states import CandidateState
from chosei.records.locks import for_change, lock_people
from chosei.records.models import CalendarEntry, Candidate, Member, MirroredEvent, Proposal

_LONGEST = timedelta(hours=24)


def move_hold(entry: CalendarEntry, seen: SeenEntry, now: datetime) -> None:
    """The candidate moves there with its other holds, or is withdrawn where it cannot be offered."""
    found = _on_offer(entry)
    if found is None:
        return
    proposal, candidate, current = found
    same = Q(starts_at=seen.start, ends_at=seen.end, state=CandidateState.OPEN)
    twice = proposal.candidates.filter(same).exclude(pk=candidate.pk).exists()
    if seen.start <= now or seen.end <= seen.start or seen.end - seen.start > _LONGEST or twice:
        _give_up(proposal, candidate)
        return
    time = Interval(seen.start, seen.end)
    candidate.starts_at, candidate.ends_at = time.start, time.end
    settle_at(current, seen, time)
    # Whoever drags a hold over an event of their own sees it, as when they marked the candidate.
    candidate.accepted_conflicts = _events_under(current, time)
    candidate.save(update_fields=["starts_at", "ends_at", "accepted_conflicts"])
    want_moved(candidate.entries.filter(desired__isnull=False).exclude(pk=current.pk), time)
    converge_soon(proposal)
    note(
        "candidate_moved",
        proposal=proposal,
        actor="provider",
        candidate=candidate.pk,
        start=time.start.isoformat(),
        end=time.end.isoformat(),
    )


def remove_hold(entry: CalendarEntry, member: Member | None) -> None:
    """The candidate is withdrawn. ``member``: who said that this is what they want."""
    found = _on_offer(entry)
    if found is not None:
        _give_up(found[0], found[1], member)


def _on_offer(entry: CalendarEntry) -> tuple[Proposal, Candidate, CalendarEntry] | None:
    """A hold's proposal and candidate under the locks, while the candidate can still be taken."""
    assert entry.candidate is not None
    lock_people(entry.candidate.proposal)
    proposal = for_change(Proposal.objects).get(pk=entry.candidate.proposal_id)
    candidate = proposal.candidates.get(pk=entry.candidate.pk)
    current = unchanged(entry)
    if current is None or proposal.state not in RUNNING or candidate.state != CandidateState.OPEN:
        return None
    return proposal, candidate, current


def _events_under(hold: CalendarEntry, time: Interval) -> list[str]:
    """The foreign events in the hold's calendar at ``time``."""
    rows = MirroredEvent.objects.filter(
        connection=hold.connection_id,
        blocks=True,
        entry_key="",
        ends_at__gt=time.start,
        starts_at__lt=time.end,
    )
    return sorted(set(rows.values_list("remote_id", flat=True)))


def _give_up(proposal: Proposal, candidate: Candidate, member: Member | None = None) -> None:
    note(
        "candidate_withdrawn",
        proposal=proposal,
        member=member,
        actor="member" if member else "provider",
        candidate=candidate.pk,
    )
    give_up_candidate(proposal, candidate)
