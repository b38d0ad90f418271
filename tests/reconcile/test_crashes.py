"""The worker is killed around every call it makes; afterwards nothing is lost and nothing stands twice."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.confirm import confirm_candidate
from chosei.jobs.queue import CONVERGE
from chosei.reconcile.converge import converge
from chosei.reconcile.sweep import sweep
from chosei.records.models import Appointment, CalendarEntry, MailMessage
from tests.support.company import GUEST, propose
from tests.support.mortal import Fate, Killed, mortal
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
SATO = "sato@sample.example"
MOST_CALLS = 12


def offer(author):
    return propose(author, [late(1), late(2), late(3)], now=timezone.now(), guest_email="")


def confirm(proposal):
    first = proposal.candidates.earliest("starts_at").pk
    return confirm_candidate(proposal, first, GUEST, submission=uuid4(), now=timezone.now())


def die_then_recover(fate: Fate) -> bool:
    """Run the worker until it is killed, forget its jobs with it, and let the sweep find the rest.

    Returns whether it was killed at all: after the last call there is nothing left to die at.
    """
    killed = False
    with mortal(fate):
        try:
            run_jobs(hurrying=CONVERGE)
        except Killed:
            killed = True
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    for _ in range(3):
        CalendarEntry.objects.update(changed_at=timezone.now() - timedelta(minutes=1), retry_at=None)
        MailMessage.objects.update(created_at=timezone.now() - timedelta(minutes=1))
        sweep()
        run_jobs(hurrying=CONVERGE)
    return killed


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_double_is_not_forgotten_before_it_is_removed(tenant, linked, sato, after):
    appointment = confirm(offer(sato))
    run_jobs(hurrying=CONVERGE)
    about = f"proposal:{appointment.proposal_id}"
    entries = CalendarEntry.objects.filter(appointment=appointment)
    unknown = {"remote_id": "", "written": None, "state": "retrying", "retry_at": None}
    for step in range(MOST_CALLS):
        entries.update(**unknown, create_begun=False, create_token=uuid4().hex)
        converge(about)
        assert len(tenant.ours(SATO)) == 2
        entries.update(**unknown, create_begun=True)
        killed = False
        with mortal(Fate(step, after)):
            try:
                converge(about)
            except Killed:
                killed = True
        for _ in range(3):
            entries.update(retry_at=None)
            converge(about)
        [left] = tenant.ours(SATO)
        assert (entries.get().remote_id, entries.get().state) == (left.id(immutable=True), "written")
        if not killed:
            assert step > 1
            return
    pytest.fail("more calls than expected")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_writing_holds(tenant, linked, sato, after):
    for step in range(MOST_CALLS):
        proposal = offer(sato)
        killed = die_then_recover(Fate(step, after))
        assert len(tenant.ours(SATO)) == 3, f"killed at call {step}"
        assert set(CalendarEntry.objects.filter(candidate__proposal=proposal).values_list("state")) == {
            ("written",)
        }
        remove_everything(tenant)
        if not killed:
            assert step > 0
            return
    raise AssertionError("more calls than expected")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_settling_the_appointment(tenant, linked, sato, after):
    for step in range(MOST_CALLS):
        proposal = offer(sato)
        run_jobs()
        appointment = confirm(proposal)
        killed = die_then_recover(Fate(step, after))
        appointment.refresh_from_db()
        [event] = tenant.ours(SATO)
        assert event.event.subject == "導入のご相談", f"killed at call {step}"
        assert appointment.join_url == event.event.join_url != ""
        cancel_by_guest(appointment, reason="", now=timezone.now())
        run_jobs()
        remove_everything(tenant)
        if not killed:
            assert step > 0
            return
    raise AssertionError("more calls than expected")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_cancelling(tenant, linked, sato, after):
    for step in range(MOST_CALLS):
        appointment = confirm(offer(sato))
        run_jobs()
        cancel_by_guest(appointment, reason="", now=timezone.now())
        killed = die_then_recover(Fate(step, after))
        assert tenant.ours(SATO) == [], f"killed at call {step}"
        assert Appointment.objects.get(pk=appointment.pk).state == "cancelled"
        if not killed:
            assert step > 0
            return
    raise AssertionError("more calls than expected")


def remove_everything(tenant) -> None:
    """A clean table for the next death."""
    for one in tenant.ours(SATO):
        tenant.store.delete_as(tenant.mailbox(SATO), one.id(immutable=True))
    CalendarEntry.objects.all().delete()
