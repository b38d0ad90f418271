"""Drafts, and changing a proposal while it runs: the holds and the customer's page follow."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from chosei.actions.confirm import confirm_candidate
from chosei.actions.errors import Closed, InvalidInput, TimeTaken
from chosei.actions.inputs import ProposalInput
from chosei.actions.offers import proposal_offer
from chosei.actions.proposal_changes import change_proposal, discard_draft, save_draft
from chosei.actions.proposals import open_proposal, withdraw_proposal
from chosei.actions.readjusting import WishInput, ask_for_other_times
from chosei.core.intervals import Interval
from chosei.records import gates
from chosei.records.models import CalendarEntry, MailMessage, Proposal, Readjustment
from tests.support.company import GUEST, NOW, at, busy, connect, meeting, member, propose, span

pytestmark = pytest.mark.django_db


def wanted(author, **values) -> ProposalInput:
    return ProposalInput(
        **{
            "meeting": meeting(),
            "host_ids": (author.pk,),
            "candidates": (span(1, 10), span(2, 14), span(3, 16)),
            "guest_company": GUEST.company,
            "guest_name": GUEST.name,
            "guest_email": GUEST.email,
            "invite": False,
            **values,
        }
    )


def change(author, proposal, *, seen=None, **values):
    revision = Proposal.objects.get(pk=proposal.pk).revision if seen is None else seen
    changed = change_proposal(author, proposal, wanted(author, **values), seen=revision, now=NOW)
    proposal.refresh_from_db()
    return changed


def holds():
    """Who holds what by now: (member, start) of every hold that should stand."""
    rows = CalendarEntry.objects.filter(desired__isnull=False).select_related("connection", "candidate")
    return {(entry.connection.member_id, entry.candidate.starts_at) for entry in rows}


def test_candidates_added_and_withdrawn_leave_the_others_alone():
    author = member()
    connect(author)
    proposal = propose(author)
    kept = CalendarEntry.objects.get(candidate__starts_at=at(2, 14))

    assert change(author, proposal, candidates=(span(2, 14), span(4, 9)))

    assert holds() == {(author.pk, at(2, 14)), (author.pk, at(4, 9))}
    again = CalendarEntry.objects.get(pk=kept.pk)
    assert again.generation == kept.generation, "nothing to write where nothing changed"
    assert [one.candidate.starts_at for one in proposal_offer(proposal, now=NOW)] == [at(2, 14), at(4, 9)]


def test_a_host_who_joins_gets_holds_and_one_who_leaves_loses_them():
    author = member()
    colleague = member(author.organization, "鈴木 美咲")
    for one in (author, colleague):
        connect(one)
    times = [span(1, 10), span(2, 14)]
    proposal = propose(author, times)
    change(author, proposal, candidates=tuple(times), host_ids=(author.pk, colleague.pk))
    assert holds() == {(pk, time.start) for pk in (author.pk, colleague.pk) for time in times}
    change(author, proposal, candidates=tuple(times), host_ids=(colleague.pk,))
    assert holds() == {(colleague.pk, time.start) for time in times}
    assert proposal in gates.proposals_of(author)


def test_holds_say_what_the_proposal_says_by_now():
    author = member()
    connect(author)
    proposal = propose(author)
    change(author, proposal, meeting=meeting(title="契約のご説明", location="八重洲"))
    assert {entry.desired["title"] for entry in CalendarEntry.objects.all()} == {"【仮】契約のご説明"}
    assert {entry.desired["location"] for entry in CalendarEntry.objects.all()} == {"八重洲"}
    change(author, proposal, write_holds=False)
    assert holds() == set()
    change(author, proposal, write_holds=True)
    assert len(holds()) == 3


def test_what_stays_as_it_was_is_no_change():
    author = member()
    proposal = propose(author, deadline=at(5, 18))
    assert not change(author, proposal, deadline=at(5, 18))
    assert proposal.revision == 0
    assert change(author, proposal, deadline=at(6, 18))
    assert proposal.revision == 1


def test_a_new_hosts_events_under_a_kept_candidate_are_kept_knowingly():
    author = member()
    colleague = member(author.organization, "鈴木 美咲")
    connect(author)
    event = busy(connect(colleague), at(1, 10))
    proposal = propose(author, [span(1, 10)])
    change(author, proposal, candidates=(span(1, 10),), host_ids=(author.pk, colleague.pk))
    assert proposal.candidates.get().accepted_conflicts == [event.remote_id]


def test_the_customer_is_told_when_asked_for_and_once():
    author = member()
    proposal = propose(author, invite=False)
    change(author, proposal, candidates=(span(4, 9),), invite=True)
    change(author, proposal, candidates=(span(4, 9), span(4, 11)), invite=True)
    kinds = MailMessage.objects.filter(proposal=proposal).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["invitation", "offered_again"]


def test_two_who_edit_at_once_do_not_overwrite_each_other():
    author = member()
    proposal = propose(author)
    change(author, proposal, candidates=(span(4, 9),), seen=0)
    with pytest.raises(Closed) as refused:
        change(author, proposal, candidates=(span(4, 11),), seen=0)
    assert refused.value.reason == "changed_meanwhile"
    assert [one.candidate.starts_at for one in proposal_offer(proposal, now=NOW)] == [at(4, 9)]


def test_the_customer_who_confirmed_meanwhile_wins():
    author = member()
    proposal = propose(author)
    candidate = proposal.candidates.earliest("starts_at")
    confirm_candidate(proposal, candidate.pk, GUEST, submission=uuid4(), now=NOW)
    with pytest.raises(Closed) as refused:
        change(author, proposal, candidates=(span(4, 9),))
    assert refused.value.reason == "confirmed"


def test_a_candidate_withdrawn_by_the_author_cannot_be_taken():
    author = member()
    proposal = propose(author)
    gone = proposal.candidates.earliest("starts_at")
    change(author, proposal, candidates=(span(2, 14),))
    with pytest.raises(TimeTaken):
        confirm_candidate(proposal, gone.pk, GUEST, submission=uuid4(), now=NOW)


def test_what_is_over_cannot_be_changed():
    author = member()
    proposal = propose(author)
    withdraw_proposal(author, proposal, now=NOW)
    with pytest.raises(Closed):
        change(author, proposal, candidates=(span(4, 9),))


def test_new_candidates_are_checked_and_standing_ones_may_be_about_to_begin():
    author = member()
    proposal = propose(author, [span(1, 10), span(2, 10)], now=NOW)
    later = at(1, 10, 30)
    both = wanted(author, candidates=(span(1, 10), span(2, 10), span(3, 10)))
    assert change_proposal(author, proposal, both, seen=0, now=later)
    past = replace(both, candidates=(span(1, 9),))
    with pytest.raises(InvalidInput):
        change_proposal(author, proposal, past, seen=1, now=later)


# --- drafts -------------------------------------------------------------------------------------------------


def test_a_draft_holds_nothing_mails_nobody_and_is_its_authors_alone():
    author = member()
    colleague = member(author.organization, "鈴木 美咲")
    connect(author)
    draft = save_draft(author, wanted(author, host_ids=(author.pk, colleague.pk)), now=NOW)
    assert (draft.state, draft.deadline) == ("draft", None)
    assert not CalendarEntry.objects.exists()
    assert not MailMessage.objects.exists()
    assert draft in gates.proposals_of(author)
    assert draft not in gates.proposals_of(colleague)
    with pytest.raises(gates.NotThere):
        gates.proposal_for_guest(draft.link_token)


def test_a_draft_may_be_incomplete_and_becomes_the_proposal():
    author = member()
    connect(author)
    draft = save_draft(author, wanted(author, candidates=(), guest_email="", host_ids=()), now=NOW)
    draft = save_draft(author, wanted(author, candidates=(span(1, 10),)), now=NOW, draft=draft)
    proposal = open_proposal(author, wanted(author), now=NOW, draft=draft)
    assert proposal.pk == draft.pk
    assert Proposal.objects.count() == 1
    assert len(holds()) == 3
    with pytest.raises(Closed):
        save_draft(author, wanted(author), now=NOW, draft=draft)
    with pytest.raises(Closed):
        discard_draft(draft)


def test_a_discarded_draft_is_gone():
    author = member()
    draft = save_draft(author, wanted(author), now=NOW)
    discard_draft(draft)
    assert not Proposal.objects.exists()
    with pytest.raises(Closed):
        open_proposal(author, wanted(author), now=NOW, draft=draft)


def test_new_times_that_the_customer_hears_of_answer_their_request():
    author = member()
    proposal = propose(author)
    ask_for_other_times(proposal, WishInput("午後を希望します", (), "Asia/Tokyo"), now=NOW)
    times = tuple(Interval(one.starts_at, one.ends_at) for one in proposal.candidates.all())

    assert change(author, proposal, candidates=times, guest_company="株式会社三田", invite=True)
    assert proposal.state == "readjustment_requested", "the same times are no answer"
    assert change(author, proposal, candidates=(*times, span(4, 9)))
    assert proposal.state == "readjustment_requested", "the customer has not heard of it"
    assert change(author, proposal, candidates=(*times, span(4, 9), span(4, 13)), invite=True)
    assert proposal.state == "open"
    assert not Readjustment.objects.filter(answered_at__isnull=True).exists()
    assert MailMessage.objects.filter(kind="offered_again", revision=proposal.revision).exists()
