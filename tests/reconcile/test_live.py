"""The live re-check at confirmation: what the mirror does not know yet, and what happens when nothing
answers.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chosei.actions.confirm import book_page, confirm_candidate
from chosei.actions.errors import TimeTaken, Unverifiable
from chosei.core.hours import WeeklyHours
from chosei.records.models import Connection, MirroredEvent
from chosei.sandbox.faults import FaultKind
from tests.support.company import GUEST, propose, publish
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"


@pytest.fixture
def page(linked, sato):
    always = WeeklyHours.parse([[("00:00", "24:00")]] * 7, "Asia/Tokyo")
    return publish(sato, hours=always, duration_minutes=60, step_minutes=60)


def book(page, time):
    return book_page(page, time.start, GUEST, submission=uuid4(), now=timezone.now())


def enters(tenant, time):
    """A person puts something into Outlook that the mirror has not seen."""
    return tenant.store.create_as(tenant.mailbox(SATO), "社内会議", time.start, time.end)


def test_what_was_entered_a_second_ago_is_seen(tenant, page):
    enters(tenant, late(1))
    with pytest.raises(TimeTaken):
        book(page, late(1))
    assert book(page, late(2)).starts_at == late(2).start


def test_a_candidate_over_which_something_was_entered_is_taken(tenant, linked, sato):
    proposal = propose(sato, [late(1), late(2)], now=timezone.now(), guest_email="")
    run_jobs()
    enters(tenant, late(1))
    early, later = proposal.candidates.all()
    with pytest.raises(TimeTaken):
        confirm_candidate(proposal, early.pk, GUEST, submission=uuid4(), now=timezone.now())
    done = confirm_candidate(proposal, later.pk, GUEST, submission=uuid4(), now=timezone.now())
    assert done.starts_at == late(2).start


def test_what_a_person_removed_a_second_ago_is_free(tenant, page, linked):
    MirroredEvent.objects.create(
        connection=linked, remote_id="gone", starts_at=late(1).start, ends_at=late(1).end, show_as="busy"
    )
    assert book(page, late(1)).starts_at == late(1).start


@pytest.mark.parametrize("fault", [FaultKind.UNAVAILABLE, FaultKind.THROTTLED, FaultKind.SLOW])
def test_without_an_answer_the_fresh_mirror_decides_within_seconds(tenant, page, linked, fault):
    MirroredEvent.objects.create(
        connection=linked, remote_id="known", starts_at=late(1).start, ends_at=late(1).end, show_as="busy"
    )
    tenant.fault(fault, SATO, seconds=20)
    begun = timezone.now()
    with pytest.raises(TimeTaken):
        book(page, late(1))
    assert book(page, late(2)).starts_at == late(2).start
    assert timezone.now() - begun < timedelta(seconds=10)


def test_without_an_answer_and_with_an_old_mirror_it_is_refused(tenant, page, linked):
    tenant.fault(FaultKind.UNAVAILABLE, SATO)
    Connection.objects.update(mirror_read_at=timezone.now() - timedelta(minutes=21))
    with pytest.raises(Unverifiable):
        book(page, late(1))
