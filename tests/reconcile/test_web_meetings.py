"""Where no link comes, the host learns why and the customer is not promised one."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chosei import wiring
from chosei.actions.confirm import confirm_candidate
from chosei.mails.compose import compose
from chosei.ports.mail import Letter
from chosei.reconcile.converge import converge
from chosei.reconcile.post import post
from chosei.records.models import MailKind, MailMessage
from chosei.sandbox.faults import FaultKind
from tests.support.company import GUEST, propose
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"


def take_licence(tenant) -> None:
    directory = tenant.sandbox.context.directory
    directory.set_licences(directory.user(SATO).oid, mailbox=True, teams=False)


def confirmed(author):
    now = timezone.now()
    proposal = propose(author, [late(1)], now=now, guest_email=GUEST.email)
    run_jobs()
    candidate = proposal.candidates.get().pk
    appointment = confirm_candidate(proposal, candidate, GUEST, submission=uuid4(), now=timezone.now())
    run_jobs()
    appointment.refresh_from_db()
    assert appointment.web_meeting
    assert appointment.join_url == ""
    return appointment


def says(appointment, kind: MailKind) -> str:
    letter = compose(MailMessage.objects.get(appointment=appointment, kind=kind), now=timezone.now())
    assert letter is not None
    return letter.text.replace("\n", "").replace(" ", "")


def test_an_account_without_a_licence_promises_no_link(tenant, sato):
    take_licence(tenant)
    connection = tenant.connect(sato)
    assert not connection.web_meeting
    appointment = confirmed(sato)
    [event] = tenant.ours(SATO)
    assert not event.event.join_url
    assert "担当より、あらためてご案内いたします" in says(appointment, MailKind.CONFIRMED_GUEST)
    told = says(appointment, MailKind.CONFIRMED_HOST)
    assert "Web会議を作成できないため、発行されません(ライセンスまたは会社の設定)" in told


def test_a_licence_lost_since_then_is_told_once_the_minute_is_over(tenant, linked, sato):
    take_licence(tenant)
    appointment = confirmed(sato)
    told = says(appointment, MailKind.CONFIRMED_HOST)
    assert "会議を作成するライセンスと会社の設定をIT担当者にご確認ください" in told
    waits = set(
        MailMessage.objects.filter(appointment=appointment).values_list("wait_for_link_until", flat=True)
    )
    assert waits <= {None, appointment.confirmed_at + timedelta(seconds=60)}, "nobody waits longer"
    type(appointment).objects.update(confirmed_at=appointment.confirmed_at - timedelta(seconds=61))
    converge(f"proposal:{appointment.proposal_id}")
    assert appointment.timeline.filter(kind="link_missing").count() == 1


class Server:
    """A mail server that takes every letter."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []

    def send(self, letter: Letter) -> None:
        self.sent.append(letter)


def test_a_link_that_is_late_follows_in_a_mail_of_its_own(tenant, linked, sato, monkeypatch):
    server = Server()
    monkeypatch.setattr(wiring, "mail_port", lambda: server)
    tenant.fault(FaultKind.LATE_LINK, SATO, seconds=3600, count=1)
    appointment = confirmed(sato)
    [event] = tenant.ours(SATO)
    assert not event.event.join_url
    type(appointment).objects.update(confirmed_at=appointment.confirmed_at - timedelta(seconds=61))
    MailMessage.objects.update(wait_for_link_until=None)
    for waiting in MailMessage.objects.filter(state="waiting"):
        post(waiting.pk)
    converge(f"proposal:{appointment.proposal_id}")
    assert appointment.timeline.filter(kind="link_missing").count() == 1
    first = len(server.sent)
    row = tenant.sandbox.context.database.row("SELECT payload FROM graph_work WHERE kind = 'link'")
    tenant.store.exchange.give_meeting(json.loads(row["payload"]))
    converge(f"proposal:{appointment.proposal_id}")
    run_jobs()
    appointment.refresh_from_db()
    [event] = tenant.ours(SATO)
    assert appointment.join_url == event.event.join_url != ""
    told = [appointment.join_url in letter.text for letter in server.sent]
    assert told == [False] * first + [True, True]
    assert first >= 2
