"""Answers that are broken, late or contradictory, clocks that differ, notifications that are not to be
believed: nothing lost, nothing doubled, the state visible.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from chosei.actions.confirm import confirm_candidate
from chosei.actions.notices import digest
from chosei.actions.proposals import withdraw_proposal
from chosei.adapters import http
from chosei.reconcile.converge import converge
from chosei.reconcile.observe import observe
from chosei.reconcile.sweep import sweep
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    Connection,
    MailboxPause,
    MailMessage,
    MirroredEvent,
    Subscription,
)
from chosei.sandbox.faults import FaultKind
from tests.reconcile.conftest import tenant_on
from tests.reconcile.test_faults import confirm, offer, settle
from tests.support.company import GUEST
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"


def titles(tenant) -> list[str]:
    return sorted(one.event.subject for one in tenant.ours(SATO))


@pytest.mark.parametrize("count", [1, 3])
def test_torn_answers_to_holds_appointment_and_withdrawal(tenant, linked, sato, count):
    tenant.fault(FaultKind.TORN, SATO, count=count)
    proposal = offer(sato)
    run_jobs()
    settle()
    assert len(tenant.ours(SATO)) == 3
    tenant.fault(FaultKind.TORN, SATO, count=count)
    confirm(proposal)
    run_jobs()
    settle()
    assert titles(tenant) == ["導入のご相談"]
    other = offer(sato)
    run_jobs()
    withdraw_proposal(sato, other, now=timezone.now())
    tenant.fault(FaultKind.TORN, SATO, count=count)
    run_jobs()
    settle()
    assert titles(tenant) == ["導入のご相談"]


def test_a_torn_reading_is_no_reading(tenant, linked):
    before = linked.mirror_read_at, linked.mirrored_events.count()
    tenant.store.create_as(tenant.mailbox(SATO), "会議", late(1).start, late(1).end)
    tenant.fault(FaultKind.TORN, SATO, count=1)
    observe(linked.pk)
    linked.refresh_from_db()
    assert (linked.mirror_read_at, linked.mirrored_events.count()) == before
    assert linked.mirror_error == "unreadable_answer"
    observe(linked.pk)
    assert linked.mirrored_events.filter(starts_at=late(1).start).exists()


def test_a_storm_of_refusals_delays_and_loses_nothing(tenant, linked, sato):
    tenant.fault(FaultKind.THROTTLED, SATO, seconds=1, count=25)
    proposals = [offer(sato) for _ in range(2)]
    run_jobs()
    assert not CalendarEntry.objects.filter(state="written").exists()
    for one in proposals * 20:
        CalendarEntry.objects.update(retry_at=None)
        MailboxPause.objects.all().delete()
        converge(f"proposal:{one.pk}")
    assert len(tenant.ours(SATO)) == 6
    assert all(one.candidates.filter(state="open").count() == 3 for one in proposals)


def test_an_answer_that_comes_too_late_was_an_answer_all_the_same(tenant, linked, sato, monkeypatch):
    """The service acts after we have given up: what it made is found, not made again."""
    monkeypatch.setattr(http, "READ_SECONDS", 0.4)
    tenant.fault(FaultKind.SLOW, SATO, seconds=0.8, count=2)
    offer(sato)
    run_jobs()
    settle()
    assert tenant.sandbox.context.faults.active() == []
    assert len(tenant.ours(SATO)) == 3


def test_what_a_person_changed_a_moment_before_us_is_looked_at_again(tenant, linked, sato):
    """412: the event is another than the one we know."""
    proposal = offer(sato)
    run_jobs()
    first = proposal.candidates.earliest("starts_at")
    [hold] = [one for one in tenant.ours(SATO) if one.starts == first.starts_at]
    tenant.store.change_as(tenant.mailbox(SATO), hold.id(immutable=True), subject="(仮) 触った")
    appointment = confirm(proposal)
    run_jobs()
    settle()
    assert titles(tenant) == ["導入のご相談"]
    entry = CalendarEntry.objects.get(appointment=appointment)
    assert (entry.state, entry.problem) == ("written", "")


def test_a_permission_revoked_in_the_middle_of_a_proposal(tenant, linked, sato):
    proposal = offer(sato)
    run_jobs()
    tenant.fault(FaultKind.REVOKED, SATO)
    first = proposal.candidates.earliest("starts_at")
    made = confirm_candidate(proposal, first.pk, GUEST, submission=uuid4(), now=timezone.now())
    assert made.starts_at == first.starts_at  # our own hold stands there
    run_jobs()
    assert Connection.objects.get().state == "needs_reconnect"
    assert MailMessage.objects.filter(kind="reconnect").count() == 1
    assert CalendarEntry.objects.get(appointment=made).state != "written"
    tenant.sandbox.context.faults.clear()
    tenant.connect(sato)
    run_jobs()
    settle()
    made.refresh_from_db()
    assert (made.state, Appointment.objects.count()) == ("confirmed", 1)
    assert titles(tenant) == ["導入のご相談"]


# --- notifications ------------------------------------------------------------------------------------------

SECRET = "s" * 43


@pytest.fixture
def hook(linked):
    asked = {
        "remote_id": "11111111-2222-4333-8444-555555555555",
        "secret_hash": digest(SECRET),
        "expires_at": timezone.now() + timedelta(days=6),
        "due_at": timezone.now() + timedelta(days=1),
    }
    Subscription.objects.update_or_create(connection=linked, defaults=asked)
    client = Client()

    def told(*kinds: str, secret: str = SECRET) -> int:
        notices = [
            {
                "subscriptionId": "11111111-2222-4333-8444-555555555555",
                "clientState": secret,
                "changeType": kind,
                "resource": "Users/x/Events/y",
            }
            for kind in kinds
        ]
        body = json.dumps({"value": notices})
        return client.post("/hooks/microsoft", body, content_type="application/json").status_code

    return told


def entered(tenant, time, subject="会議") -> str:
    event = tenant.store.create_as(tenant.mailbox(SATO), subject, time.start, time.end)
    return event.id(immutable=True)


def test_notices_in_any_number_and_order_lead_to_what_stands(tenant, linked, hook):
    first, second = entered(tenant, late(1)), entered(tenant, late(2))
    tenant.store.delete_as(tenant.mailbox(SATO), second)
    # The deletion is told first, the creations after it, and everything three times.
    for _ in range(3):
        assert hook("deleted", "created", "updated", "created") == 202
    run_jobs()
    assert MirroredEvent.objects.filter(remote_id=first).count() == 1
    assert not MirroredEvent.objects.filter(remote_id=second).exists()


def test_a_notice_of_what_did_not_happen_changes_nothing(tenant, linked, sato, hook):
    proposal = offer(sato)
    run_jobs()
    observe(linked.pk)
    before = sorted(MirroredEvent.objects.values_list("remote_id", flat=True))
    hook("deleted", "deleted", "updated")
    run_jobs()
    assert sorted(MirroredEvent.objects.values_list("remote_id", flat=True)) == before
    assert proposal.candidates.filter(state="open").count() == 3
    assert not CalendarEntry.objects.filter(missing_at__isnull=False).exists()


def test_a_forged_notice_reads_nothing(tenant, linked, hook):
    entered(tenant, late(1))
    assert hook("created", secret="x" * 43) == 202
    run_jobs()
    assert not MirroredEvent.objects.filter(starts_at=late(1).start).exists()


def test_a_lost_notice_is_made_up_for_within_minutes(tenant, linked):
    entered(tenant, late(1))
    sweep()
    run_jobs()
    assert not MirroredEvent.objects.filter(starts_at=late(1).start).exists(), "read a moment ago"
    five = timezone.now() - timedelta(minutes=5, seconds=1)
    Connection.objects.update(mirror_read_at=five, mirror_asked_at=None)
    sweep()
    run_jobs()
    assert MirroredEvent.objects.filter(starts_at=late(1).start).exists()


# --- clocks -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WrongClock:
    """A machine whose clock is off."""

    by: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clocks_that_differ_by_minutes_do_not_matter(settings, request, sato, minutes):
    with tenant_on(settings, request, clock=WrongClock(timedelta(minutes=minutes))) as tenant:
        connection = tenant.connect(sato)
        run_jobs()
        proposal = offer(sato)
        run_jobs()
        assert len(tenant.ours(SATO)) == 3
        observe(connection.pk)
        appointment = confirm(proposal)
        run_jobs()
        settle()
        assert titles(tenant) == ["導入のご相談"]
        assert CalendarEntry.objects.get(appointment=appointment).state == "written"
        remote_id = entered(tenant, late(5))
        observe(connection.pk)
        tenant.store.delete_as(tenant.mailbox(SATO), remote_id)
        observe(connection.pk)
        assert not MirroredEvent.objects.filter(remote_id=remote_id).exists()
        assert Connection.objects.get().mirror_error == ""
