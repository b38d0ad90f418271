"""The live re-check at confirmation: what the mirror does not know yet, and what happens when nothing
answers.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections as database
from django.utils import timezone

from chosei.actions.booking import book_page
from chosei.actions.confirm import confirm_candidate
from chosei.actions.errors import TimeTaken, Unverifiable
from chosei.actions.inputs import Booking
from chosei.core.hours import WeeklyHours
from chosei.reconcile.observe import observe
from chosei.records.models import Connection, MailboxPause, MirroredEvent
from chosei.sandbox.faults import FaultKind
from tests.support.company import GUEST, propose, publish
from tests.support.mortal import Fate, mortal
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"


@pytest.fixture
def page(linked, sato):
    always = WeeklyHours.parse([[("00:00", "24:00")]] * 7, "Asia/Tokyo")
    return publish(sato, hours=always, duration_minutes=60, step_minutes=60)


def book(page, time):
    return book_page(page, Booking(time.start), GUEST, submission=uuid4(), now=timezone.now())


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


def at_once(count, act):
    """What ``count`` customers got at the same time, and how many seconds the last of them waited."""
    with ThreadPoolExecutor(count) as crowd:
        begun = time.monotonic()

        def one(number):
            try:
                return act(number)
            finally:
                seconds.append(time.monotonic() - begun)
                database.close_all()

        seconds: list[float] = []
        return list(crowd.map(one, range(count))), max(seconds)


def outcome(page, time_):
    try:
        return book(page, time_)
    except TimeTaken:
        return "taken"


def test_who_comes_while_an_account_hangs_does_not_wait_for_what_others_waited_for(tenant, page, linked):
    tenant.fault(FaultKind.SLOW, SATO, seconds=30)
    first, waited = at_once(14, lambda number: outcome(page, late(1 + number % 7)))
    assert waited < 10  # 2.5 s and what fourteen at once take of a busy machine
    assert len([one for one in first if one != "taken"]) == 7
    with mortal(Fate()) as fate:
        second, _ = at_once(14, lambda number: outcome(page, late(8 + number % 7)))
    assert fate.log == [], "nobody asked again"
    assert len([one for one in second if one != "taken"]) == 7


def test_one_tries_again_after_a_while_and_the_account_that_answers_is_asked_as_before(tenant, page, linked):
    Connection.objects.update(silent_until=timezone.now() + timedelta(seconds=5))
    enters(tenant, late(1))
    assert book(page, late(1)).starts_at == late(1).start, "not asked: the mirror, read a moment ago, decides"
    Connection.objects.update(silent_until=timezone.now())
    enters(tenant, late(2))
    with pytest.raises(TimeTaken):
        book(page, late(2))
    assert Connection.objects.get().silent_until is None


def test_one_that_still_hangs_costs_one_of_those_who_come(tenant, page, linked):
    tenant.fault(FaultKind.SLOW, SATO, seconds=30)
    Connection.objects.update(silent_until=timezone.now())
    with mortal(Fate()) as fate:
        at_once(6, lambda number: outcome(page, late(number + 1)))
    assert fate.log == ["read_busy"]


def test_an_account_that_asked_to_be_left_alone_is_not_asked(tenant, page, linked):
    tenant.fault(FaultKind.THROTTLED, SATO, count=1, seconds=30)
    enters(tenant, late(1))
    book(page, late(2))  # is told to wait, and so is everybody
    assert book(page, late(1)).starts_at == late(1).start
    observe(linked.pk)
    linked.refresh_from_db()
    assert linked.mirror_error == "asked_to_wait"
    MailboxPause.objects.update(until=timezone.now())
    observe(linked.pk)
    assert Connection.objects.get().mirror_error == ""


def test_a_crowd_after_few_times_gets_each_of_them_once(tenant, page, linked):
    with mortal(Fate()) as fate:
        got, _ = at_once(30, lambda number: outcome(page, late(1 + number % 5)))
    assert len([one for one in got if one != "taken"]) == 5
    assert sorted({one.starts_at for one in got if one != "taken"}) == [late(n).start for n in range(1, 6)]
    assert fate.log.count("read_busy") <= 8
