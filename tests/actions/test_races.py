"""Customers, hosts and jobs at the same moment. The database decides; nothing is promised twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction
from psycopg.types.range import TimestamptzRange

from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.confirm import confirm_candidate
from chosei.actions.connections import disconnect
from chosei.actions.errors import ActionError, Closed
from chosei.actions.inputs import ProposalInput
from chosei.actions.limits import within_limit
from chosei.actions.proposal_changes import change_proposal, save_draft
from chosei.actions.proposals import open_proposal, withdraw_proposal
from chosei.records.models import Appointment, CalendarEntry, MailMessage, Promise, Proposal, Room
from tests.support.company import GUEST, NOW, at, connect, meeting, member, propose, span

pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls):
    """Run the calls in threads that start at the same moment; what each returned or raised."""
    barrier = Barrier(len(calls))

    def run(call):
        try:
            barrier.wait(timeout=20)
            return call()
        except Exception as error:  # noqa: BLE001 (the outcome is what the test looks at)
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def confirming(proposal, candidate=None, form=None):
    pk = (candidate or proposal.candidates.earliest("starts_at")).pk
    return lambda: confirm_candidate(proposal, pk, GUEST, submission=form or uuid4(), now=NOW)


def test_two_customers_with_one_link():
    proposal = propose(member(), [span(1, 10), span(2, 10)])
    early, late = proposal.candidates.all()
    outcomes = together(*[confirming(proposal, candidate) for candidate in (early, late) * 4])
    assert sum(isinstance(outcome, Appointment) for outcome in outcomes) == 1
    assert all(isinstance(outcome, Appointment | ActionError) for outcome in outcomes)
    assert Promise.objects.filter(standing=True).count() == 1


def test_many_customers_after_the_same_hosts_time():
    hosts = [member()]
    hosts.append(member(hosts[0].organization))
    proposals = [
        propose(hosts[number % 2], [span(1, 10), span(1, 11)], hosts=hosts[:: 1 if number % 3 else -1])
        for number in range(10)
    ]
    calls = [confirming(p, p.candidates.all()[number % 2]) for number, p in enumerate(proposals)]
    outcomes = together(*calls)
    won = [outcome for outcome in outcomes if isinstance(outcome, Appointment)]
    assert Counter(appointment.starts_at for appointment in won) == {at(1, 10): 1, at(1, 11): 1}
    assert all(isinstance(outcome, Appointment | ActionError) for outcome in outcomes)


def test_one_form_sent_eight_times_at_once():
    form, proposal = uuid4(), propose(member())
    outcomes = together(*[confirming(proposal, form=form)] * 8)
    assert len({getattr(outcome, "pk", outcome) for outcome in outcomes}) == 1
    assert MailMessage.objects.filter(kind="confirmed_guest").count() == 1


def test_an_authors_form_sent_four_times_at_once():
    author, form = member(), uuid4()
    outcomes = together(*[lambda: propose(author, submission=form)] * 4)
    assert len({getattr(outcome, "pk", outcome) for outcome in outcomes}) == 1
    assert MailMessage.objects.filter(kind="invitation").count() == 1
    assert propose(author, submission=uuid4()).pk != propose(author).pk != propose(author).pk


@pytest.mark.parametrize("_", range(5))
def test_the_customer_confirms_while_the_author_withdraws(_):
    author = member()
    proposal = propose(author)
    confirmed, withdrawn = together(
        confirming(proposal), lambda: withdraw_proposal(author, proposal, now=NOW)
    )
    proposal.refresh_from_db()
    if isinstance(confirmed, Appointment):
        assert isinstance(withdrawn, Closed)
        assert proposal.state == "confirmed"
    else:
        assert isinstance(confirmed, Closed)
        assert proposal.state == "withdrawn"
        assert not Appointment.objects.exists()


@pytest.mark.parametrize("_", range(5))
def test_the_customer_confirms_while_the_author_edits(_):
    author = member()
    colleague = member(author.organization)
    proposal = propose(author)
    chosen = proposal.candidates.earliest("starts_at")
    wanted = ProposalInput(meeting(), (author.pk, colleague.pk), (span(2, 14), span(4, 9)), invite=False)
    confirmed, changed = together(
        confirming(proposal, chosen),
        lambda: change_proposal(author, proposal, wanted, seen=0, now=NOW),
    )
    proposal.refresh_from_db()
    standing = CalendarEntry.objects.filter(desired__isnull=False)
    if isinstance(confirmed, Appointment):
        assert isinstance(changed, Closed)
        assert changed.reason == "confirmed"
        assert proposal.state == "confirmed"
        assert [host.member for host in proposal.hosts.all()] == [author]
        assert not standing.exists()
    else:
        assert isinstance(confirmed, ActionError)
        assert changed is True
        assert {one.starts_at for one in proposal.candidates.filter(state="open")} == {at(2, 14), at(4, 9)}
        assert not Appointment.objects.exists()


def test_two_authors_edit_at_once_and_one_is_told():
    author = member()
    proposal = propose(author)
    inputs = [
        ProposalInput(meeting(title=f"案 {number}"), (author.pk,), (span(2, 14),), invite=False)
        for number in range(4)
    ]
    calls = [
        lambda wanted=wanted: change_proposal(author, proposal, wanted, seen=0, now=NOW) for wanted in inputs
    ]
    outcomes = together(*calls)
    assert outcomes.count(True) == 1
    assert all(
        one is True or (isinstance(one, Closed) and one.reason == "changed_meanwhile") for one in outcomes
    )
    proposal.refresh_from_db()
    assert proposal.title == f"案 {outcomes.index(True)}"


def test_a_draft_sent_twice_at_once_is_one_proposal():
    author = member()
    wanted = ProposalInput(meeting(), (author.pk,), (span(2, 14),), invite=False)
    draft = save_draft(author, wanted, now=NOW)
    outcomes = together(*[lambda: open_proposal(author, wanted, now=NOW, draft=draft)] * 4)
    assert sum(isinstance(one, Proposal) for one in outcomes) == 1
    assert all(isinstance(one, Proposal | Closed) for one in outcomes)
    assert Proposal.objects.get().candidates.count() == 1


@pytest.mark.parametrize("_", range(5))
def test_a_host_disconnects_while_the_customer_confirms(_):
    author = member()
    colleague = member(author.organization)
    linked = connect(colleague, state="needs_reconnect")
    proposal = propose(author, hosts=[author, colleague])
    CalendarEntry.objects.update(state="written")  # the holds stand, so that the time is kept
    confirmed, _gone = together(confirming(proposal), lambda: disconnect(colleague, linked, now=NOW))
    assert isinstance(confirmed, Appointment), confirmed
    entries = CalendarEntry.objects.filter(connection=linked)
    assert not entries.filter(desired__isnull=False, appointment__isnull=True).exists(), "no hold is left"
    if confirmed.organizer is None:
        assert not entries.filter(desired__isnull=False).exists()
    assert Promise.objects.filter(standing=True, host=colleague).count() == 1


def test_both_sides_cancel_at_once():
    proposal = propose(member())
    appointment = confirming(proposal)()
    outcomes = together(*[lambda: cancel_by_guest(appointment, reason="", now=NOW)] * 4)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert MailMessage.objects.filter(kind="cancelled_guest").count() == 1


def test_the_database_itself_forbids_overlapping_promises():
    one, two = confirming(propose(member()))(), confirming(propose(member()))()
    host = one.promises.get().host
    room = Room.objects.create(organization=host.organization, name="八重洲A")
    inside = TimestamptzRange(at(1, 10, 30), at(1, 10, 45))
    with pytest.raises(IntegrityError, match="promise_host_no_overlap"), transaction.atomic():
        Promise.objects.create(appointment=two, host=host, during=inside)
    Promise.objects.create(appointment=one, room=room, during=inside)
    with pytest.raises(IntegrityError, match="promise_room_no_overlap"), transaction.atomic():
        Promise.objects.create(appointment=two, room=room, during=inside)
    Promise.objects.create(appointment=two, host=host, during=TimestamptzRange(at(1, 11), at(1, 12)))
    Promise.objects.create(appointment=two, host=host, during=inside, standing=False)


def test_limits_count_together():
    outcomes = together(*[lambda: within_limit("try", "somebody", limit=5, seconds=3600)] * 12)
    assert sum(outcome is True for outcome in outcomes) == 5
    assert within_limit("try", "somebody else", limit=5, seconds=3600)


def test_no_entry_is_left_behind_by_a_lost_race():
    proposal = propose(member())
    together(*[confirming(proposal) for _ in range(4)])
    assert CalendarEntry.objects.count() == 0
