"""Opening, withdrawing and ending a proposal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.proposals import expire_proposal, release_past_candidates, withdraw_proposal
from chosei.core.entries import EntryState
from chosei.records.models import CalendarEntry, MailMessage, Proposal
from tests.support.company import NOW, at, busy, connect, member, propose, span

pytestmark = pytest.mark.django_db


def test_each_linked_host_gets_a_hold_per_candidate_and_the_guest_one_mail():
    author = member()
    colleague = member(author.organization, "鈴木 美咲")
    unlinked = member(author.organization, "田中 翔")
    for host in (author, colleague):
        connect(host)

    proposal = propose(author, hosts=[author, colleague, unlinked])

    assert CalendarEntry.objects.filter(candidate__proposal=proposal).count() == 3 * 2
    entry = CalendarEntry.objects.filter(connection__member=author).earliest("id")
    assert entry.desired["title"] == "【仮】導入のご相談"
    assert entry.desired["show_as"] == "tentative"
    assert entry.desired["attendees"] == []
    assert f"/proposals/{proposal.pk}" in entry.desired["body_html"]
    mail = MailMessage.objects.get(about=f"proposal:{proposal.pk}")
    assert (mail.kind, mail.recipient) == ("invitation", "hanako@test.example")
    jobs = [(job.task_name, job.args["about"]) for job in ProcrastinateJob.objects.order_by("id")]
    assert jobs == [("chosei.converge", f"proposal:{proposal.pk}"), ("chosei.post", str(mail.pk))]


def test_without_an_address_nobody_is_mailed():
    proposal = propose(member(), guest_email="")
    assert not MailMessage.objects.filter(proposal=proposal).exists()


def test_holds_can_be_left_out():
    author = member()
    connect(author)
    propose(author, write_holds=False)
    assert not CalendarEntry.objects.exists()


def test_the_deadline_is_seven_days_from_now_unless_told():
    assert propose(member()).deadline == NOW + timedelta(days=7)
    assert propose(member(), deadline=NOW + timedelta(days=2)).deadline == NOW + timedelta(days=2)


def test_an_event_the_author_saw_and_kept_over_is_recorded():
    author = member()
    event = busy(connect(author), at(1, 10, 30))
    proposal = propose(author, [span(1, 10), span(2, 10)])
    conflicts = [candidate.accepted_conflicts for candidate in proposal.candidates.all()]
    assert conflicts == [[event.remote_id], []]


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"times": [span(-1, 10)]}, "candidates", "in_the_past"),
        ({"times": [span(1, 10)] * 2}, "candidates", "twice_the_same"),
        ({"times": [span(day, 10) for day in range(1, 32)]}, "candidates", "too_many"),
        ({"times": [span(1, 10, 25 * 60)]}, "candidates", "too_long"),
        ({"guest_email": "not an address"}, "guest_email", "not_an_address"),
        ({"deadline": NOW}, "deadline", "in_the_past"),
        ({"host_ids": ()}, "hosts", "no_host"),
        ({"host_ids": (999_999,)}, "hosts", "unknown"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_written(values, field, code):
    with pytest.raises(InvalidInput) as refused:
        propose(member(), **values)
    assert refused.value.fields == {field: code}
    assert not Proposal.objects.exists()


def test_a_host_of_another_company_is_refused():
    stranger = member()
    with pytest.raises(InvalidInput):
        propose(member(), hosts=[stranger])


def test_withdrawing_removes_the_holds_and_closes_the_door():
    author = member()
    connect(author)
    proposal = propose(author)
    withdraw_proposal(author, proposal, now=NOW)
    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"
    assert all(entry.desired is None for entry in CalendarEntry.objects.all())
    assert set(CalendarEntry.objects.values_list("state", flat=True)) == {EntryState.WAITING}
    with pytest.raises(Closed) as closed:
        withdraw_proposal(author, proposal, now=NOW)
    assert closed.value.reason == "withdrawn"


def test_nothing_expires_before_its_deadline():
    author = member()
    connect(author)
    proposal = propose(author)
    expire_proposal(proposal.pk, now=NOW + timedelta(days=6))
    proposal.refresh_from_db()
    assert proposal.state == "open"
    expire_proposal(proposal.pk, now=NOW + timedelta(days=7))
    proposal.refresh_from_db()
    assert proposal.state == "expired"
    assert not CalendarEntry.objects.filter(desired__isnull=False).exists()


def test_a_candidate_goes_when_its_start_passes_and_the_proposal_with_the_last():
    author = member()
    connect(author)
    proposal = propose(author, [span(1, 10), span(2, 10)])
    release_past_candidates(proposal.pk, now=at(1, 10))
    assert [c.state for c in proposal.candidates.all()] == ["withdrawn", "open"]
    assert CalendarEntry.objects.filter(desired__isnull=False).count() == 1
    release_past_candidates(proposal.pk, now=at(2, 10))
    proposal.refresh_from_db()
    assert proposal.state == "expired"
