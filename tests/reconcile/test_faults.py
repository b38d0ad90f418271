"""What the provider does to us, and what stands in Outlook afterwards: everything once, nothing lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chosei.actions.confirm import confirm_candidate
from chosei.actions.proposals import withdraw_proposal
from chosei.jobs.queue import CONVERGE
from chosei.reconcile.converge import converge
from chosei.reconcile.observe import observe
from chosei.reconcile.sweep import sweep
from chosei.records.models import CalendarEntry, Connection, MailMessage
from chosei.sandbox.faults import FaultKind
from tests.support.company import GUEST, propose
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"


def offer(author):
    return propose(author, [late(1), late(2), late(3)], now=timezone.now(), guest_email="")


def confirm(proposal):
    first = proposal.candidates.earliest("starts_at").pk
    return confirm_candidate(proposal, first, GUEST, submission=uuid4(), now=timezone.now())


def settle():
    """Let time pass until nothing is left to retry."""
    for _ in range(6):
        CalendarEntry.objects.update(retry_at=None)
        run_jobs(hurrying=CONVERGE)
        if not CalendarEntry.objects.exclude(state__in=["written", "gone"]).exists():
            return
    raise AssertionError(list(CalendarEntry.objects.values_list("state", "problem", "attempts")))


@pytest.mark.parametrize("kind", [FaultKind.LOST_REPLY, FaultKind.UNAVAILABLE, FaultKind.THROTTLED])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_holds_stand_once_whatever_happened_to_the_replies(tenant, linked, sato, kind, count):
    tenant.fault(kind, SATO, count=count, seconds=1)
    offer(sato)
    run_jobs()
    settle()
    assert len(tenant.ours(SATO)) == 3
    assert len({one.event.key for one in tenant.ours(SATO)}) == 3


@pytest.mark.parametrize("kind", [FaultKind.LOST_REPLY, FaultKind.UNAVAILABLE, FaultKind.THROTTLED])
def test_the_appointment_stands_once_and_its_link_is_found(tenant, linked, sato, kind):
    proposal = offer(sato)
    run_jobs()
    appointment = confirm(proposal)
    tenant.fault(kind, SATO, count=3, seconds=1)
    run_jobs()
    settle()
    appointment.refresh_from_db()
    [event] = tenant.ours(SATO)
    assert (event.event.subject, event.event.join_url) == ("導入のご相談", appointment.join_url)
    assert appointment.join_url


def test_a_hold_that_vanished_before_its_answer_came_is_made_anew(tenant, linked, sato):
    tenant.fault(FaultKind.LOST_REPLY, SATO, count=3, seconds=1)
    proposal = offer(sato)
    run_jobs()
    for standing in tenant.ours(SATO):
        tenant.store.remove(tenant.mailbox(SATO), standing, "")
    for _ in range(6):
        CalendarEntry.objects.update(retry_at=None)
        converge(f"proposal:{proposal.pk}")
    assert len(tenant.ours(SATO)) == 3
    assert set(CalendarEntry.objects.values_list("state", flat=True)) == {"written"}


@pytest.mark.parametrize("kind", [FaultKind.LOST_REPLY, FaultKind.UNAVAILABLE, FaultKind.THROTTLED])
def test_nothing_stays_behind_after_a_withdrawal(tenant, linked, sato, kind):
    proposal = offer(sato)
    run_jobs()
    withdraw_proposal(sato, proposal, now=timezone.now())
    tenant.fault(kind, SATO, count=3, seconds=1)
    run_jobs()
    settle()
    assert tenant.ours(SATO) == []


def test_a_withdrawal_while_the_creation_was_lost_finds_what_stands_there(tenant, linked, sato):
    tenant.fault(FaultKind.LOST_REPLY, SATO, count=1)
    proposal = offer(sato)
    run_jobs()
    withdraw_proposal(sato, proposal, now=timezone.now())
    settle()
    assert tenant.ours(SATO) == []


def test_a_revoked_account_pauses_everything_and_its_owner_is_told_once(tenant, linked, sato):
    proposal = offer(sato)
    run_jobs()
    tenant.fault(FaultKind.REVOKED, SATO)
    withdraw_proposal(sato, proposal, now=timezone.now())
    run_jobs()
    observe(linked.pk)
    linked.refresh_from_db()
    assert linked.state == "needs_reconnect"
    assert MailMessage.objects.filter(kind="reconnect", recipient=SATO).count() == 1
    assert set(CalendarEntry.objects.values_list("state", flat=True)) == {"waiting"}


def test_what_a_mailbox_refuses_while_it_is_being_moved_is_written_when_it_is_back(tenant, linked, sato):
    tenant.fault(FaultKind.NO_MAILBOX, SATO)
    offer(sato)
    run_jobs()
    assert set(CalendarEntry.objects.values_list("state", flat=True)) == {"retrying"}
    tenant.sandbox.context.faults.clear()
    settle()
    assert len(tenant.ours(SATO)) == 3


def test_a_failed_read_leaves_the_old_mirror_to_age(tenant, linked):
    before = linked.mirror_read_at, linked.mirrored_events.count()
    tenant.fault(FaultKind.UNAVAILABLE, SATO)
    observe(linked.pk)
    linked.refresh_from_db()
    assert (linked.mirror_read_at, linked.mirrored_events.count()) == before
    assert linked.mirror_error


def test_the_sweep_finds_what_no_job_remembers(tenant, linked, sato):
    offer(sato)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # as if the worker had died with them
    CalendarEntry.objects.update(changed_at=timezone.now() - timedelta(minutes=1))
    sweep()
    run_jobs()
    assert len(tenant.ours(SATO)) == 3


def test_the_sweep_removes_holds_that_outlived_their_proposal(tenant, linked, sato):
    proposal = offer(sato)
    run_jobs()
    proposal.candidates.update(state="withdrawn")
    sweep()
    run_jobs()
    assert tenant.ours(SATO) == []


def test_the_sweep_ends_what_is_overdue(tenant, linked, sato):
    proposal = offer(sato)
    run_jobs()
    type(proposal).objects.update(deadline=timezone.now())
    sweep()
    run_jobs()
    proposal.refresh_from_db()
    assert proposal.state == "expired"
    assert tenant.ours(SATO) == []


def test_the_sweep_reads_calendars_that_have_grown_old_and_erases_what_is_done(tenant, linked, sato):
    from chosei.actions.connections import disconnect

    Connection.objects.update(mirror_read_at=timezone.now() - timedelta(minutes=6), mirror_asked_at=None)
    before = Connection.objects.get().mirror_read_at
    sweep()
    run_jobs()
    assert Connection.objects.get().mirror_read_at > before
    disconnect(sato, linked, now=timezone.now())
    run_jobs()
    sweep()
    run_jobs()
    linked.refresh_from_db()
    assert (linked.state, linked.access_token, linked.refresh_token) == ("ended", "", "")
