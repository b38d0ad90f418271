"""Reconnecting the same account resumes all its entries; another account never adopts them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from chosei.actions.cancellation import cancel_by_host
from chosei.actions.confirm import confirm_candidate
from chosei.actions.connections import disconnect
from chosei.core.entries import EntryState
from chosei.records.models import Appointment, CalendarEntry, Connection, Proposal
from tests.support.company import GUEST, propose
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO, SUZUKI = "sato@sample.example", "suzuki@sample.example"


def offered(author, *days: int) -> Proposal:
    return propose(author, [late(day) for day in days], now=timezone.now())


def confirmed(author) -> Appointment:
    proposal = offered(author, 3)
    candidate = proposal.candidates.get().pk
    made = confirm_candidate(proposal, candidate, GUEST, submission=uuid4(), now=timezone.now())
    run_jobs()
    return made


def starts(tenant, address):
    return sorted(one.starts for one in tenant.ours(address))


def settled() -> bool:
    """Every entry stands as it should, or is gone."""
    rows = CalendarEntry.objects.exclude(state__in=[EntryState.WRITTEN, EntryState.GONE])
    return not rows.exists()


def switch(tenant, sato) -> Connection:
    """佐藤's address belongs to 鈴木's account from now on: another account, another calendar."""
    sato.email = SUZUKI
    sato.save()
    other = tenant.connect(sato)
    run_jobs()
    return other


def test_what_waited_for_the_lost_account_is_written_when_the_same_is_back(tenant, linked, sato):
    Connection.objects.filter(pk=linked.pk).update(state="needs_reconnect")
    proposal = offered(sato, 1, 2)
    run_jobs()
    assert starts(tenant, SATO) == []
    again = tenant.connect(sato)
    run_jobs()
    assert again.pk == linked.pk
    assert starts(tenant, SATO) == [one.starts_at for one in proposal.candidates.all()]
    assert settled()


def test_what_was_parked_is_tried_again_by_the_same_account(tenant, linked, sato):
    proposal = offered(sato, 1)
    CalendarEntry.objects.update(state=EntryState.PARKED, problem="rejected:whatever", attempts=5)
    run_jobs()
    assert starts(tenant, SATO) == []
    tenant.connect(sato)
    run_jobs()
    assert starts(tenant, SATO) == [proposal.candidates.get().starts_at]
    entry = CalendarEntry.objects.get()
    assert (entry.connection_id, entry.state, entry.problem) == (linked.pk, "written", "")


def test_the_same_account_after_a_disconnection_has_its_appointment_and_its_holds_once(tenant, linked, sato):
    appointment = confirmed(sato)
    proposal = offered(sato, 1, 2)
    run_jobs()
    disconnect(sato, linked, now=timezone.now())
    run_jobs()
    assert starts(tenant, SATO) == [appointment.starts_at]
    again = tenant.connect(sato)
    run_jobs()
    assert again.pk == linked.pk
    held = [one.starts_at for one in proposal.candidates.all()]
    assert starts(tenant, SATO) == sorted([*held, appointment.starts_at])
    tenant.connect(sato)  # once more changes nothing
    run_jobs()
    assert starts(tenant, SATO) == sorted([*held, appointment.starts_at])
    assert settled()


def test_another_account_adopts_nothing_and_gets_holds_of_its_own(tenant, linked, sato):
    appointment = confirmed(sato)
    proposal = offered(sato, 1)
    run_jobs()
    old = {entry.pk: entry.remote_id for entry in CalendarEntry.objects.all()}
    disconnect(sato, linked, now=timezone.now())
    run_jobs()

    other = switch(tenant, sato)

    assert other.pk != linked.pk
    kept = CalendarEntry.objects.filter(pk__in=old)
    assert set(kept.values_list("connection", flat=True)) == {linked.pk}
    assert starts(tenant, SATO) == [appointment.starts_at]
    assert starts(tenant, SUZUKI) == [proposal.candidates.get().starts_at]
    assert not set(other.entries.values_list("pk", flat=True)) & set(old)
    assert settled()


def test_what_the_old_account_owns_is_cancelled_through_it_after_a_switch(tenant, linked, sato):
    appointment = confirmed(sato)
    disconnect(sato, linked, now=timezone.now())
    switch(tenant, sato)
    cancel_by_host(sato, appointment, reason="", now=timezone.now())
    run_jobs()
    assert starts(tenant, SATO) == []
    assert settled()
