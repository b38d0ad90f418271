"""A switch whose old account is gone, or becomes so; links and confirmations that cross a switch."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from chosei.actions.confirm import confirm_candidate
from chosei.actions.errors import Unverifiable
from chosei.actions.leftovers import leftovers_of, removed_by_hand
from chosei.actions.links import link_issued
from chosei.actions.live import read_live
from chosei.actions.switching import LEAVE, MOVE
from chosei.jobs.queue import CONVERGE
from chosei.ports.errors import Transient
from chosei.reconcile.converge import converge
from chosei.reconcile.sweep import sweep
from chosei.reconcile.tokens import keep_alive
from chosei.records.models import Appointment, CalendarEntry, Connection, Member
from tests.support.company import GUEST, propose
from tests.support.moves import ONSITE, confirmed, connected, settled, standing, told_guest
from tests.support.times import late
from tests.support.toy.provider import OtherProvider, ToyProvider, sign_in
from tests.support.worker import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("calendars")]


def test_nothing_is_left_with_an_account_that_lets_nobody_in(sato):
    """Whatever was chosen: it could finish nothing."""
    old = connected(sato, "toy")
    confirmed(sato, meeting=ONSITE)
    ToyProvider.accounts.closed.add(sato.email)
    Connection.objects.filter(pk=old.pk).update(state="needs_reconnect", problem="account_closed")
    connected(sato, "other", instead=LEAVE)
    run_jobs(hurrying=CONVERGE)
    assert len(standing(OtherProvider, sato)) == 1
    [left] = leftovers_of(sato, now=timezone.now())
    assert left.connection == old


def test_what_may_have_been_created_there_is_listed_as_that(sato):
    """The answer to the creation was lost, and then the account went: nobody can look any more."""
    connected(sato, "toy")
    proposal = propose(sato, [late(3)], now=timezone.now(), guest_email="")
    ToyProvider.service.lose_replies()
    converge(f"proposal:{proposal.pk}")
    [begun] = CalendarEntry.objects.all()
    assert (begun.create_begun, begun.remote_id) == (True, "")
    ToyProvider.accounts.closed.add(sato.email)
    connected(sato, "other", instead=MOVE)
    CalendarEntry.objects.update(retry_at=None)
    run_jobs(hurrying=CONVERGE)
    sweep()
    run_jobs(hurrying=CONVERGE)
    [left] = leftovers_of(sato, now=timezone.now())
    assert (left.entry.pk, left.certain, left.start) == (begun.pk, False, late(3).start)
    assert left.connection.address == sato.email, "so that its owner knows where to look"
    assert [one.start for one in standing(OtherProvider, sato)] == [late(3).start]
    removed_by_hand(sato, left.entry)
    assert leftovers_of(sato, now=timezone.now()) == []


def test_what_the_account_never_took_is_not_listed(sato):
    connected(sato, "toy")
    proposal = propose(sato, [late(3)], now=timezone.now(), guest_email="")
    ToyProvider.accounts.closed.add(sato.email)
    converge(f"proposal:{proposal.pk}")
    connected(sato, "other", instead=MOVE)
    run_jobs(hurrying=CONVERGE)
    assert leftovers_of(sato, now=timezone.now()) == []


def test_an_account_found_gone_while_it_is_kept_alive_leaves_nothing_to_chance(sato):
    old = connected(sato, "toy")
    appointment = confirmed(sato, meeting=ONSITE)
    connected(sato, "other", instead=LEAVE)
    ToyProvider.accounts.closed.add(sato.email)
    keep_alive(old.pk)
    run_jobs(hurrying=CONVERGE)
    assert [one.start for one in standing(OtherProvider, sato)] == [appointment.starts_at]
    assert len(leftovers_of(sato, now=timezone.now())) == 1
    assert told_guest(appointment) == []


def test_the_name_of_an_erased_account_goes_with_the_last_event_removed_by_hand(sato):
    old = connected(sato, "toy")
    confirmed(sato, meeting=ONSITE)
    ToyProvider.accounts.closed.add(sato.email)
    connected(sato, "other", instead=MOVE)
    run_jobs(hurrying=CONVERGE)
    sweep()
    run_jobs(hurrying=CONVERGE)
    old.refresh_from_db()
    assert (old.state, old.address) == ("ended", sato.email)
    [left] = leftovers_of(sato, now=timezone.now())
    removed_by_hand(sato, left.entry)
    old.refresh_from_db()
    assert (old.address, old.display_name) == ("", "")


def test_back_before_anything_was_carried_out_no_dead_link_is_told(sato):
    connected(sato, "toy")
    appointment = confirmed(sato)
    before = appointment.join_url
    sign_in(sato, "other", instead=MOVE)
    sign_in(sato, "toy", instead=MOVE)
    ToyProvider.service.fail_next(Transient("away"))  # the new event; the old one stands meanwhile
    converge(f"proposal:{appointment.proposal_id}")
    appointment.refresh_from_db()
    assert appointment.join_url == ""
    assert len(standing(ToyProvider, sato)) == 1
    CalendarEntry.objects.update(retry_at=None)
    run_jobs(hurrying=CONVERGE)
    appointment.refresh_from_db()
    [event] = standing(ToyProvider, sato)
    assert event.join_url == appointment.join_url not in ("", before)
    assert standing(OtherProvider, sato) == []
    assert len(told_guest(appointment)) == 1
    assert settled()


def test_a_link_that_the_old_account_still_issues_is_nobodys(sato):
    old = connected(sato, "toy")
    appointment = confirmed(sato)
    sign_in(sato, "other", instead=MOVE)
    assert old.pk != Appointment.objects.get(pk=appointment.pk).organizer_id
    link_issued(appointment.pk, "https://old.example/1", through=old.pk)
    appointment.refresh_from_db()
    assert appointment.join_url == ""
    run_jobs(hurrying=CONVERGE)
    appointment.refresh_from_db()
    assert appointment.join_url == standing(OtherProvider, sato)[0].join_url


def on_offer(sato: Member) -> tuple:
    proposal = propose(sato, [late(3)], now=timezone.now(), guest_email="")
    run_jobs()
    return proposal, proposal.candidates.get().pk


def test_a_customer_who_has_no_link_yet_is_not_told_of_another(sato):
    connected(sato, "toy")
    proposal, candidate = on_offer(sato)
    made = confirm_candidate(proposal, candidate, GUEST, submission=uuid4(), now=timezone.now())
    sign_in(sato, "other", instead=MOVE)
    run_jobs(hurrying=CONVERGE)
    made.refresh_from_db()
    assert made.join_url == standing(OtherProvider, sato)[0].join_url != ""
    assert told_guest(made) == []


def test_a_calendar_that_came_into_use_since_the_live_read_is_read_first(sato, monkeypatch):
    """Unknown is not free: the new calendar was asked by nobody."""
    connected(sato, "toy")
    proposal, candidate = on_offer(sato)

    def switched_meanwhile(*asked):
        found = read_live(*asked)
        sign_in(sato, "other", instead=MOVE)
        return found

    monkeypatch.setattr("chosei.actions.confirm.read_live", switched_meanwhile)
    with pytest.raises(Unverifiable):
        confirm_candidate(proposal, candidate, GUEST, submission=uuid4(), now=timezone.now())
    assert not Appointment.objects.exists()
