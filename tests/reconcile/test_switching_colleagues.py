"""A switch among several hosts: nobody's event goes before what takes its place stands, and nobody else's
choice is touched.
"""

from __future__ import annotations

import pytest
from django.utils import timezone

from chosei.actions.cancellation import cancel_by_host
from chosei.actions.switching import LEAVE, MOVE, account_gone
from chosei.core.entries import EntryPurpose, EntryState
from chosei.jobs.queue import CONVERGE
from chosei.ports.errors import NeedsReconnect, Transient
from chosei.reconcile.converge import converge
from chosei.records.models import CalendarEntry, Connection, MailKind, Member
from tests.support.company import member
from tests.support.moves import ONSITE, confirmed, connected, settled, standing, there, told_guest
from tests.support.toy.provider import OtherProvider, ToyProvider, sign_in
from tests.support.worker import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("calendars")]


@pytest.fixture
def suzuki(sato) -> Member:
    return member(sato.organization, "鈴木 美咲", email="suzuki@sample.example")


@pytest.fixture
def ito(sato) -> Member:
    return member(sato.organization, "伊藤 健", email="ito@sample.example")


def about(appointment) -> str:
    return f"proposal:{appointment.proposal_id}"


def recovers() -> None:
    for provider in (ToyProvider, OtherProvider):
        provider.service.heal()
    CalendarEntry.objects.update(retry_at=None)


def settles(appointment) -> None:
    recovers()
    converge(about(appointment))
    run_jobs(hurrying=CONVERGE)


def test_a_colleagues_copy_stays_until_their_own_entry_stands(sato, suzuki):
    """The organiser goes to another company's calendar; the colleague's cannot be written just then."""
    connected(sato, "toy")
    connected(suzuki, "toy")
    appointment = confirmed(sato, hosts=[sato, suzuki], meeting=ONSITE)
    assert len(there(ToyProvider, suzuki)) == 1

    sign_in(sato, "other", instead=MOVE)
    ToyProvider.service.fail_next(Transient("away"), times=1)  # the colleague's creation
    converge(about(appointment))
    assert len(there(ToyProvider, suzuki)) == 1
    assert len(there(OtherProvider, sato)) == 1
    settles(appointment)

    assert there(ToyProvider, sato) == []
    assert len(there(OtherProvider, sato)) == len(there(ToyProvider, suzuki)) == 1
    assert settled()
    assert told_guest(appointment) == []


def test_a_colleague_who_switches_keeps_the_copy_until_the_new_entry_stands(sato, suzuki):
    connected(sato, "toy")
    connected(suzuki, "toy")
    appointment = confirmed(sato, hosts=[sato, suzuki], meeting=ONSITE)

    sign_in(suzuki, "other", instead=MOVE)
    OtherProvider.service.fail_next(Transient("away"), times=1)
    converge(about(appointment))
    assert (len(there(ToyProvider, suzuki)), there(OtherProvider, suzuki)) == (1, [])
    settles(appointment)

    assert there(ToyProvider, suzuki) == []
    assert len(there(OtherProvider, suzuki)) == len(there(ToyProvider, sato)) == 1
    assert settled()


def test_a_colleagues_own_entry_stays_until_the_copy_is_accepted(sato, suzuki):
    """Both come to use the same company's calendar: the organiser's event brings the colleague a copy."""
    connected(sato, "other")
    connected(suzuki, "toy")
    appointment = confirmed(sato, hosts=[sato, suzuki], meeting=ONSITE)

    sign_in(sato, "toy", instead=MOVE)
    ToyProvider.accounts.closed.add(sato.email)  # the organiser's event cannot be written
    converge(about(appointment))
    assert len(there(ToyProvider, suzuki)) == 1
    ToyProvider.accounts.closed.clear()
    sign_in(sato, "toy")
    settles(appointment)

    assert there(OtherProvider, sato) == []
    assert len(there(ToyProvider, sato)) == 1
    [copy] = there(ToyProvider, suzuki)
    assert copy.key == ""
    assert settled()


def test_a_third_host_accepts_the_invitation_of_whoever_organises_now(sato, suzuki, ito):
    connected(sato, "toy")
    connected(suzuki, "toy")
    connected(ito, "toy")
    appointment = confirmed(sato, hosts=[sato, suzuki, ito])
    [before] = there(ToyProvider, ito)
    OtherProvider.service.mailbox(sato.email).web_meetings = False  # so that a colleague organises

    connected(sato, "other", instead=MOVE)
    run_jobs(hurrying=CONVERGE)

    [organised] = standing(ToyProvider, suzuki)
    [copy] = there(ToyProvider, ito)
    assert copy.remote_id.startswith(organised.remote_id)
    assert copy.remote_id != before.remote_id
    assert len(there(ToyProvider, suzuki)) == 1
    assert settled()
    assert told_guest(appointment) == [MailKind.CHANGED_GUEST]


@pytest.mark.parametrize("cancelled", [False, True], ids=["moved", "cancelled"])
def test_copies_of_a_meeting_that_nobody_can_remove_are_taken_away_one_by_one(sato, suzuki, cancelled):
    old = connected(sato, "toy")
    connected(suzuki, "toy")
    appointment = confirmed(sato, hosts=[sato, suzuki], meeting=ONSITE)
    ToyProvider.accounts.closed.add(sato.email)
    connected(sato, "other", instead=LEAVE)
    if cancelled:
        cancel_by_host(suzuki, appointment, reason="", now=timezone.now())
    else:
        Connection.objects.filter(pk=old.pk).update(problem="")
        account_gone(old.pk, NeedsReconnect("account_closed"), now=timezone.now())
    run_jobs(hurrying=CONVERGE)

    own = 0 if cancelled else 1
    assert len(there(OtherProvider, sato)) == own
    assert [one.key != "" for one in there(ToyProvider, suzuki)] == [True] * own
    [left] = CalendarEntry.objects.filter(state=EntryState.PARKED)
    assert (left.connection, left.desired) == (old, None)


def test_a_kill_between_the_refusal_and_the_copy_leaves_the_copy_to_the_sweep(sato, suzuki):
    """A copy that is given up is not done with while its meeting may take it along."""
    connected(sato, "toy")
    connected(suzuki, "toy")
    appointment = confirmed(sato, hosts=[sato, suzuki], meeting=ONSITE)
    sign_in(sato, "other", instead=MOVE)
    OtherProvider.service.fail_next(Transient("away"), times=1)
    converge(about(appointment))
    copy = CalendarEntry.objects.get(purpose=EntryPurpose.ATTENDANCE)
    assert (copy.desired, copy.state) == (None, EntryState.WAITING)
    settles(appointment)
    copy.refresh_from_db()
    assert copy.state == EntryState.GONE


def test_what_one_host_has_left_stays_when_another_switches(sato, suzuki):
    old = connected(sato, "toy")
    connected(suzuki, "toy")
    appointment = confirmed(sato, hosts=[sato, suzuki])
    appointment.refresh_from_db()
    link = appointment.join_url
    connected(sato, "other", instead=LEAVE)
    connected(suzuki, "other", instead=MOVE)
    run_jobs(hurrying=CONVERGE)

    appointment.refresh_from_db()
    assert (appointment.organizer_id, appointment.join_url) == (old.pk, link)
    assert told_guest(appointment) == []
    assert len(there(ToyProvider, sato)) == len(there(OtherProvider, suzuki)) == 1
    assert there(OtherProvider, sato) == there(ToyProvider, suzuki) == []
    assert settled()


def test_two_companies_of_one_provider(sato, suzuki, monkeypatch):
    """From one tenant to another of the same provider: copies become entries of their own, one at a time."""
    connected(sato, "toy")
    connected(suzuki, "toy")
    appointment = confirmed(sato, hosts=[sato, suzuki], meeting=ONSITE)
    connected(sato, "other", instead=MOVE)
    run_jobs(hurrying=CONVERGE)
    monkeypatch.setattr(ToyProvider.accounts, "_tenant", "another-company")
    sign_in(sato, "toy", instead=MOVE)
    converge(about(appointment))
    run_jobs(hurrying=CONVERGE)
    assert there(OtherProvider, sato) == []
    assert len(standing(ToyProvider, sato)) == len(standing(ToyProvider, suzuki)) == 1
    assert settled()
