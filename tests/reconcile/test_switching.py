"""Another calendar instead of the one in use: every meeting exactly once, whatever happens in between."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.db import connection as database
from django.utils import timezone

from chosei.actions.cancellation import cancel_by_host
from chosei.actions.changing import change_by_host
from chosei.actions.confirm import confirm_candidate
from chosei.actions.errors import ConnectRefused
from chosei.actions.inputs import ChangeInput
from chosei.actions.switching import LEAVE, MOVE
from chosei.core.entries import EntryState
from chosei.jobs.queue import CONVERGE
from chosei.reconcile.sweep import sweep
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    Connection,
    MailKind,
    MailMessage,
    Member,
)
from tests.actions.test_races import together as at_once
from tests.support.company import GUEST, connect, member, organization, propose
from tests.support.mortal import Fate, Killed, mortal
from tests.support.moves import ONSITE, confirmed, connected, settled, standing, told_guest
from tests.support.times import late
from tests.support.toy.provider import OtherProvider, ToyProvider, sign_in
from tests.support.worker import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("calendars")]
MOST_CALLS = 20


def swept() -> None:
    sweep()
    run_jobs()


def onsite(**values):
    return {"meeting": ONSITE, **values}


def test_everything_that_is_to_come_moves_and_nothing_stays_behind(sato):
    old = connected(sato, "toy")
    appointment = confirmed(sato, **onsite())
    proposal = propose(sato, [late(5), late(6)], now=timezone.now())
    run_jobs()
    assert len(standing(ToyProvider, sato)) == 3

    new = connected(sato, "other", instead=MOVE)

    assert standing(ToyProvider, sato) == []
    expected = [appointment.starts_at, *(one.starts_at for one in proposal.candidates.all())]
    assert [one.start for one in standing(OtherProvider, sato)] == sorted(expected)
    assert settled()
    old.refresh_from_db()
    appointment.refresh_from_db()
    assert (old.state, new.state, appointment.organizer_id) == ("ending", "active", new.pk)
    assert told_guest(appointment) == []  # nothing of theirs has changed
    swept()
    old.refresh_from_db()
    assert (old.state, old.access_token, old.refresh_token) == ("ended", "", "")
    assert (old.address, old.display_name, old.addresses, old.scopes) == ("", "", [], "")


def test_the_old_account_reads_nothing_any_more(sato):
    old = connected(sato, "toy")
    confirmed(sato, **onsite())
    connected(sato, "other", instead=LEAVE)
    old.refresh_from_db()
    assert (old.state, old.mirror_read_at, old.mirrored_events.count()) == ("ending", None, 0)
    sweep()
    run_jobs()
    old.refresh_from_db()
    assert old.mirror_read_at is None


def test_a_new_link_reaches_the_customer(sato):
    connected(sato, "toy")
    appointment = confirmed(sato)
    appointment.refresh_from_db()
    before = appointment.join_url
    connected(sato, "other", instead=MOVE)
    run_jobs(hurrying=CONVERGE)
    appointment.refresh_from_db()
    assert appointment.join_url not in ("", before)
    assert appointment.previous == {"link": before}
    assert told_guest(appointment) == [MailKind.CHANGED_GUEST]
    [event] = standing(OtherProvider, sato)
    assert event.join_url == appointment.join_url


def test_a_meeting_whose_link_nobody_could_issue_anew_stays_where_it_is(sato):
    connected(sato, "toy")
    appointment = confirmed(sato)
    appointment.refresh_from_db()
    OtherProvider.service.mailbox(sato.email).web_meetings = False
    connected(sato, "other", instead=MOVE)
    [event] = standing(ToyProvider, sato)
    assert event.join_url == appointment.join_url != ""
    assert standing(OtherProvider, sato) == []
    assert told_guest(appointment) == []


def test_what_is_left_is_finished_through_the_account_that_owns_it(sato):
    old = connected(sato, "toy")
    appointment = confirmed(sato, **onsite())
    other = confirmed(sato, 4, **onsite())
    new = connected(sato, "other", instead=LEAVE)
    assert len(standing(ToyProvider, sato)) == 2
    assert standing(OtherProvider, sato) == []

    appointment.refresh_from_db()
    change(sato, appointment, day=7)
    cancel_by_host(sato, other, reason="", now=timezone.now())
    run_jobs()
    [event] = standing(ToyProvider, sato)
    assert event.start == late(7).start
    assert standing(OtherProvider, sato) == []
    appointment.refresh_from_db()
    assert appointment.organizer_id == old.pk

    swept()
    old.refresh_from_db()
    assert old.state == "ending"  # there is one to come
    over = timezone.now() - timedelta(minutes=1)
    Appointment.objects.update(starts_at=over - timedelta(hours=1), ends_at=over)
    swept()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, old.refresh_token, new.state) == ("ended", "", "active")


def change(by: Member, appointment: Appointment, *, day: int) -> None:
    wanted = ChangeInput(
        meeting=ONSITE,
        time=late(day),
        host_ids=(by.pk,),
        revision=appointment.revision,
        over_conflicts=True,
    )
    assert change_by_host(by, appointment, wanted, now=timezone.now())


def test_an_account_that_is_gone_leaves_the_appointment_right_and_a_list_for_a_person(sato):
    old = connected(sato, "toy")
    appointment = confirmed(sato, **onsite())
    connected(sato, "other", instead=LEAVE)
    ToyProvider.accounts.closed.add(sato.email)

    appointment.refresh_from_db()
    change(sato, appointment, day=7)
    run_jobs(hurrying=CONVERGE)

    [event] = standing(OtherProvider, sato)
    assert event.start == late(7).start
    left = CalendarEntry.objects.get(connection=old, state=EntryState.PARKED)
    assert (left.desired, bool(left.remote_id)) == (None, True)
    old.refresh_from_db()
    assert old.problem == "account_closed"


def test_a_switch_from_an_account_that_is_gone_already(sato):
    old = connected(sato, "toy")
    confirmed(sato, **onsite())
    ToyProvider.accounts.closed.add(sato.email)
    Connection.objects.filter(pk=old.pk).update(state="needs_reconnect", problem="account_closed")
    connected(sato, "other", instead=MOVE)
    run_jobs(hurrying=CONVERGE)
    assert len(standing(OtherProvider, sato)) == 1
    left = CalendarEntry.objects.filter(connection=old, state=EntryState.PARKED, desired__isnull=True)
    assert left.count() == 1


def test_there_and_back_again(sato):
    first = connected(sato, "toy")
    appointment = confirmed(sato, **onsite())
    connected(sato, "other", instead=MOVE)
    again = connected(sato, "toy", instead=MOVE)
    assert again.pk == first.pk
    assert [one.start for one in standing(ToyProvider, sato)] == [appointment.starts_at]
    assert standing(OtherProvider, sato) == []
    assert settled()


def test_a_customer_confirms_while_the_holds_are_on_their_way(sato):
    connected(sato, "toy")
    proposal = propose(sato, [late(3), late(4)], now=timezone.now(), **onsite())
    run_jobs()
    sign_in(sato, "other", instead=MOVE)  # nothing has been carried out yet
    confirm_candidate(
        proposal, proposal.candidates.earliest("pk").pk, GUEST, submission=uuid4(), now=timezone.now()
    )
    run_jobs(hurrying=CONVERGE)
    assert standing(ToyProvider, sato) == []
    [event] = standing(OtherProvider, sato)
    assert (event.start, event.title) == (late(3).start, "導入のご相談")
    assert settled()


def test_hosts_of_one_meeting_on_different_providers(sato):
    suzuki = member(sato.organization, "鈴木 美咲", email="suzuki@sample.example")
    connected(sato, "toy")
    other = connected(suzuki, "other")
    appointment = confirmed(sato, hosts=[sato, suzuki])
    appointment.refresh_from_db()
    [own], [theirs] = standing(ToyProvider, sato), standing(OtherProvider, suzuki)
    assert own.join_url == appointment.join_url != ""
    assert theirs.attendees == own.attendees == ()  # each calendar of its own account
    cancel_by_host(suzuki, appointment, reason="", now=timezone.now())
    run_jobs()
    assert standing(ToyProvider, sato) == standing(OtherProvider, suzuki) == []
    assert other.state == "active"


def test_both_calendars_asked_for_at_once_the_database_decides(sato):
    together = [partial(sign_in, sato, provider) for provider in ("toy", "other")]
    outcomes = at_once(*together)
    refused = [one for one in outcomes if isinstance(one, ConnectRefused)]
    assert [one.reason for one in refused] == ["other_provider"]
    assert Connection.objects.filter(member=sato, state="active").count() == 1
    assert Connection.objects.filter(member=sato).count() == 1


def test_the_database_itself_refuses_a_second_calendar_and_lets_meetings_stand_beside(sato):
    connect(sato, provider="toy")
    connect(sato, provider="zoom", kind="meetings")
    with pytest.raises(IntegrityError, match="connection_one_live_of_kind"):
        connect(sato, provider="other")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_at_every_step_of_the_move(after):
    for step in range(MOST_CALLS):
        ToyProvider.reset()
        OtherProvider.reset()
        who = member(organization())
        connected(who, "toy")
        appointment = confirmed(who)
        proposal = propose(who, [late(5)], now=timezone.now())
        run_jobs()
        sign_in(who, "other", instead=MOVE)
        killed = die_then_recover(Fate(step, after))
        assert standing(ToyProvider, who) == [], f"killed at call {step}"
        expected = [appointment.starts_at, proposal.candidates.get().starts_at]
        events = standing(OtherProvider, who)
        assert [one.start for one in events] == expected, f"killed at call {step}"
        appointment.refresh_from_db()
        assert appointment.join_url == events[0].join_url != ""
        assert settled()
        if not killed:
            assert step > 3
            return
    raise AssertionError("more calls than expected")


def die_then_recover(fate: Fate) -> bool:
    killed = False
    with mortal(fate, "toy", "other"):
        try:
            run_jobs(hurrying=CONVERGE)
        except Killed:
            killed = True
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    for _ in range(3):
        CalendarEntry.objects.update(changed_at=timezone.now() - timedelta(minutes=1), retry_at=None)
        MailMessage.objects.update(created_at=timezone.now() - timedelta(minutes=1))
        sweep()
        run_jobs(hurrying=CONVERGE)
    return killed
