"""From an offered time to Outlook and back, against the sandbox, without a browser."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.confirm import confirm_candidate
from chosei.actions.connections import disconnect
from chosei.actions.health import connection_lost
from chosei.actions.proposals import withdraw_proposal
from chosei.jobs.queue import CONVERGE
from chosei.ports.errors import NeedsReconnect
from chosei.records.models import CalendarEntry, Connection, TimelineEntry
from tests.support.company import GUEST, propose
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"


def offer(author, days=(1, 2, 3)):
    return propose(author, [late(day) for day in days], now=timezone.now(), guest_email="")


def confirm(proposal):
    first = proposal.candidates.earliest("starts_at").pk
    return confirm_candidate(proposal, first, GUEST, submission=uuid4(), now=timezone.now())


def test_hold_appointment_cancellation(tenant, linked, sato):
    proposal = offer(sato)
    run_jobs()
    holds = tenant.ours(SATO)
    assert [(one.event.subject, one.event.show_as) for one in holds] == [
        ("【仮】導入のご相談", "tentative")
    ] * 3
    assert set(CalendarEntry.objects.values_list("state", flat=True)) == {"written"}

    appointment = confirm(proposal)
    run_jobs()
    appointment.refresh_from_db()
    [event] = tenant.ours(SATO)
    assert event.event.key == holds[0].event.key, "the hold became the appointment in place"
    assert (event.event.subject, event.event.show_as) == ("導入のご相談", "busy")
    assert appointment.join_url.startswith("http")
    assert appointment.join_url == event.event.join_url
    assert not event.event.attendees, "guests are never attendees"

    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs()
    assert tenant.ours(SATO) == []
    assert set(CalendarEntry.objects.values_list("state", flat=True)) == {"gone"}
    assert tenant.store.mails() == [], "Exchange mailed nobody"
    kinds = list(TimelineEntry.objects.values_list("kind", flat=True))
    assert kinds.count("hold_written") == 3
    assert kinds.count("hold_removed") == 2
    assert {"link_issued", "event_written", "appointment_cancelled"} <= set(kinds)


def test_converging_again_changes_nothing(tenant, linked, sato):
    proposal = offer(sato)
    run_jobs()
    before = [(one.event.key, one.event.version) for one in tenant.ours(SATO)]
    from chosei.reconcile.converge import converge

    converge(f"proposal:{proposal.pk}")
    assert [(one.event.key, one.event.version) for one in tenant.ours(SATO)] == before


def test_withdrawing_leaves_nothing_behind(tenant, linked, sato):
    proposal = offer(sato)
    run_jobs()
    withdraw_proposal(sato, proposal, now=timezone.now())
    run_jobs()
    assert tenant.ours(SATO) == []


def test_a_withdrawal_before_anything_was_written_writes_nothing(tenant, linked, sato):
    proposal = offer(sato)
    withdraw_proposal(sato, proposal, now=timezone.now())
    run_jobs()
    assert tenant.ours(SATO) == []
    assert set(CalendarEntry.objects.values_list("state", flat=True)) == {"gone"}


def test_a_hold_that_a_person_deleted_is_made_anew_when_the_customer_takes_it(tenant, linked, sato):
    proposal = offer(sato)
    run_jobs()
    box = tenant.mailbox(SATO)
    tenant.store.delete_as(box, tenant.ours(SATO)[0].id(immutable=True))
    appointment = confirm(proposal)
    run_jobs(hurrying=CONVERGE)
    appointment.refresh_from_db()
    [event] = tenant.ours(SATO)
    assert event.event.subject == "導入のご相談"
    assert appointment.join_url == event.event.join_url != ""


def test_a_hold_that_a_person_changed_still_becomes_the_appointment(tenant, linked, sato):
    proposal = offer(sato)
    run_jobs()
    box = tenant.mailbox(SATO)
    tenant.store.change_as(box, tenant.ours(SATO)[0].id(immutable=True), subject="メモ")
    confirm(proposal)
    run_jobs(hurrying=CONVERGE)
    [event] = tenant.ours(SATO)
    assert event.event.subject == "導入のご相談"


def test_disconnecting_removes_the_holds_keeps_the_appointment_and_can_still_cancel_it(tenant, linked, sato):
    appointment = confirm(offer(sato))
    running = offer(sato, days=(5, 6))
    run_jobs()
    assert len(tenant.ours(SATO)) == 3
    disconnect(sato, linked, now=timezone.now())
    run_jobs()
    assert [one.event.subject for one in tenant.ours(SATO)] == ["導入のご相談"]
    assert running.candidates.filter(state="open").count() == 2
    assert Connection.objects.get(pk=linked.pk).state == "ending"
    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs()
    assert tenant.ours(SATO) == []


def test_reconnecting_the_same_account_resumes(tenant, linked, sato):
    proposal = offer(sato)
    run_jobs()
    connection_lost(linked.pk, NeedsReconnect("invalid_grant"))
    appointment = confirm(proposal)
    run_jobs()
    assert {one.event.subject for one in tenant.ours(SATO)} == {"【仮】導入のご相談"}
    again = tenant.connect(sato)
    assert again.pk == linked.pk
    run_jobs()
    appointment.refresh_from_db()
    assert [one.event.join_url for one in tenant.ours(SATO)] == [appointment.join_url]
