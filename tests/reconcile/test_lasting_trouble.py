"""Nothing waits for ever in silence: lost permissions, kills between two steps, news while we write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection as database
from django.utils import timezone

from chosei import wiring
from chosei.actions.cancellation import cancel_by_host
from chosei.actions.confirm import confirm_candidate
from chosei.actions.connections import disconnect, finish_ending
from chosei.actions.health import connection_lost
from chosei.actions.links import link_issued
from chosei.jobs.queue import CONVERGE
from chosei.ports.errors import NeedsReconnect, Rejected
from chosei.ports.mail import Letter
from chosei.ports.providers import PROVIDERS
from chosei.reconcile import recording
from chosei.reconcile.converge import converge
from chosei.reconcile.post import post
from chosei.reconcile.sweep import sweep
from chosei.records.models import CalendarEntry, Connection, MailKind, MailMessage
from tests.support.company import GUEST, connect, member, propose
from tests.support.memory_provider import PATH, RememberedProvider
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[RememberedProvider]]:
    wiring.forget()
    monkeypatch.setitem(PROVIDERS, "microsoft", PATH)
    yield RememberedProvider.reset()
    wiring.forget()


def offered(author, days=(1, 2, 3)):
    return propose(author, [late(day) for day in days], now=timezone.now(), guest_email="")


def confirmed(proposal):
    first = proposal.candidates.earliest("starts_at").pk
    return confirm_candidate(proposal, first, GUEST, submission=uuid4(), now=timezone.now())


def revoke(provider, connection: Connection) -> None:
    """The owner's permission is gone."""
    provider.service.mailbox(connection.account_object).revoked = True


def test_an_account_let_go_without_permission_is_not_asked_for_ever(provider):
    author = member()
    connection = connect(author, now=timezone.now())
    offered(author)
    run_jobs()
    assert set(CalendarEntry.objects.values_list("state", flat=True)) == {"written"}
    revoke(provider, connection)
    connection_lost(connection.pk, NeedsReconnect("invalid_grant"))
    disconnect(author, connection, now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    assert set(CalendarEntry.objects.values_list("state", "problem")) == {("parked", "revoked")}
    CalendarEntry.objects.update(changed_at=timezone.now() - timedelta(minutes=5))
    sweep()
    assert "chosei.converge" not in run_jobs(hurrying=CONVERGE)
    finish_ending(connection.pk, now=timezone.now())
    connection.refresh_from_db()
    assert (connection.state, connection.refresh_token) == ("ended", "")


def test_a_kill_while_forgetting_a_lost_event_leaves_no_spent_token(provider):
    author = member()
    connect(author, now=timezone.now())
    offered(author, days=(1,))
    run_jobs()
    entry = CalendarEntry.objects.get()
    writes = []

    def counting(execute, sql, params, many, context):
        writes.append(sql)
        return execute(sql, params, many, context)

    with database.execute_wrapper(counting):
        recording.lost(entry)
    before = entry.create_token
    entry.refresh_from_db()
    assert (entry.remote_id, entry.create_token) == ("", before)
    assert len([one for one in writes if one.startswith("UPDATE")]) == 1, "one step, or a kill in between"


def test_a_refusal_of_what_is_no_longer_wanted_does_not_park_what_is(provider):
    author = member()
    connect(author, now=timezone.now())
    proposal = offered(author, days=(1,))
    stale = CalendarEntry.objects.get()
    appointment = confirmed(proposal)
    recording.failed(stale, Rejected("ErrorInvalidRequest"))
    run_jobs(hurrying=CONVERGE)
    entry = CalendarEntry.objects.get()
    assert (entry.state, entry.appointment_id) == ("written", appointment.pk)


class SlowMail:
    """A mail server that takes its time; ``meanwhile`` happens while it does."""

    def __init__(self, meanwhile) -> None:
        self.meanwhile = meanwhile
        self.sent: list[Letter] = []

    def send(self, letter: Letter) -> None:
        self.sent.append(letter)
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()


def test_a_link_that_comes_while_its_mail_is_being_sent_follows(provider, monkeypatch):
    author = member()
    connect(author, now=timezone.now())
    appointment = confirmed(offered(author))
    MailMessage.objects.update(wait_for_link_until=None)
    link = {"join_url": "https://meet.example/1", "through": appointment.issuer}
    server = SlowMail(lambda: link_issued(appointment.pk, **link))
    monkeypatch.setattr(wiring, "mail_port", lambda: server)
    first = MailMessage.objects.get(kind=MailKind.CONFIRMED_GUEST)
    post(first.pk)
    post(first.pk)
    [follows] = MailMessage.objects.filter(kind=MailKind.LINK_FOLLOWS_GUEST)
    post(follows.pk)
    assert "https://meet.example/1" not in server.sent[0].text
    assert ["https://meet.example/1" in letter.text for letter in server.sent] == [False, True]


def looks_planned() -> int:
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args->>'task' = %s", [CONVERGE])
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("minutes", [0, 5])
def test_looking_for_a_link_that_does_not_come_stays_one_chain(provider, minutes):
    author = member()
    connection = connect(author, now=timezone.now())
    provider.service.mailbox(connection.account_object).web_meetings = False
    appointment = confirmed(offered(author))
    run_jobs()
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    begun = appointment.confirmed_at + timedelta(minutes=minutes, seconds=0.5)
    for number in range(5):  # whatever else asked for it: the sweep, a click, news from the mailbox
        with time_machine.travel(begun + timedelta(seconds=number * 0.4), tick=False):
            converge(f"proposal:{appointment.proposal_id}")
    assert looks_planned() == 1, "each look plans the next one, so they must meet"


def test_one_part_of_the_sweep_that_fails_does_not_keep_the_others_from_their_work(provider, monkeypatch):
    author = member()
    connect(author, now=timezone.now())
    proposal = offered(author)
    CalendarEntry.objects.update(changed_at=timezone.now() - timedelta(minutes=5))
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")

    def broken(pk: int, *, now: object) -> None:
        raise ValueError("a row nobody thought of")

    monkeypatch.setattr("chosei.reconcile.sweep.expire_proposal", broken)
    type(proposal).objects.update(deadline=timezone.now() - timedelta(minutes=1))
    with pytest.raises(ExceptionGroup):
        sweep()
    assert "chosei.converge" in run_jobs()


def test_a_cancelled_appointment_leaves_through_an_account_that_was_let_go(provider):
    author = member()
    connection = connect(author, now=timezone.now())
    appointment = confirmed(offered(author))
    run_jobs()
    disconnect(author, connection, now=timezone.now())
    cancel_by_host(author, appointment, reason="", now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    assert provider.service.mailbox(connection.account_object).events == {}
    finish_ending(connection.pk, now=timezone.now())
    connection.refresh_from_db()
    assert connection.state == "ended"
