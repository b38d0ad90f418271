"""How locks are taken is watched in every test; here, that the watch sees what it should."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from chosei.actions.timeline import note
from chosei.records.locks import for_change, lock_hosts, lock_organization, lock_people
from chosei.records.models import Member, Proposal
from tests.support.company import member, propose

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def found(_locks_out_of_order):
    """What the watch has found, taken from it: it is not held against the test."""

    def take() -> list[str]:
        faults, _locks_out_of_order[:] = list(_locks_out_of_order), []
        return [fault.rpartition(" (")[0] for fault in faults]

    return take


def row_of(proposal: Proposal) -> Proposal:
    return for_change(Proposal.objects).get(pk=proposal.pk)


def test_the_organisation_people_and_rows_in_this_order(found):
    proposal = propose(member())
    with transaction.atomic():
        lock_organization(proposal.organization_id)
        lock_people(proposal)
        row_of(proposal)
        proposal.candidates.update(state="open")
    with transaction.atomic():  # whatever was locked before is free again
        lock_people(proposal)
        row_of(proposal)
        lock_people(proposal)  # once more is nothing new
    assert found() == []


def test_people_after_a_row(found):
    proposal = propose(member())
    with transaction.atomic():
        row_of(proposal)
        lock_hosts([proposal.author_id])
    [fault] = found()
    assert fault.startswith("host or room")
    assert fault.endswith("is locked after a row of records_proposal")


def test_people_in_two_goes_the_wrong_way_round(found):
    first, second = member(), member()
    with transaction.atomic():
        lock_hosts([second.pk])
        lock_hosts([first.pk])
    assert len(found()) == 1
    with transaction.atomic():
        lock_hosts([second.pk, first.pk])
    assert found() == []


def test_the_organisation_after_people(found):
    someone = member()
    with transaction.atomic():
        lock_hosts([someone.pk])
        lock_organization(someone.organization_id)
    assert len(found()) == 1


def test_a_proposal_and_its_candidates_without_the_people(found):
    proposal = propose(member())
    with transaction.atomic():
        row_of(proposal)
        proposal.candidates.update(state="open")
    assert found() == ["records_candidate is locked after records_proposal without the people"]


def test_what_is_locked_by_itself_needs_nobody(found):
    someone = member()
    with transaction.atomic():
        for_change(Member.objects).get(pk=someone.pk)
    assert found() == []


def test_a_row_that_nobody_could_refer_to_meanwhile(found):
    someone = member()
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=someone.pk)
    assert found() == ["records_member is locked against references as well"]


def test_what_is_being_changed_can_be_written_about():
    """Otherwise who has one of its entries and notes that would wait for whoever waits for the entry."""
    proposal = propose(member())
    with transaction.atomic(), ThreadPoolExecutor(1) as threads:
        row_of(proposal)
        threads.submit(write_about, proposal).result()
    assert proposal.timeline.filter(kind="hold_written").count() == 1


def write_about(proposal: Proposal) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
        note("hold_written", proposal=proposal)
    finally:
        connections.close_all()
