"""Mails: each once, with the link when it comes in time, and without it when it does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chosei import wiring
from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.confirm import confirm_candidate
from chosei.actions.links import link_issued
from chosei.ports.errors import Throttled
from chosei.reconcile.post import post
from chosei.reconcile.sweep import sweep
from chosei.records.models import Appointment, MailMessage
from tests.support.company import GUEST, connect, member, propose
from tests.support.mailbox import Mailbox, running_mailbox
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
LINK = "https://teams.example/l/meetup-join/1"


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    with running_mailbox() as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.smtp_host, running.smtp_port
        wiring.forget()
        yield running
        wiring.forget()


@pytest.fixture
def appointment(mailbox) -> Appointment:
    """Confirmed a moment ago, its event not written yet."""
    author = member()
    now = timezone.now()
    connect(author, now=now, state="needs_reconnect")
    proposal = propose(author, [late(1)], now=now, guest_email="")
    proposal.candidates.get().entries.update(state="written")
    candidate = proposal.candidates.get().pk
    return confirm_candidate(proposal, candidate, GUEST, submission=uuid4(), now=now)


def waited_a_minute():
    MailMessage.objects.update(
        wait_for_link_until=timezone.now(), created_at=timezone.now() - timedelta(minutes=1)
    )


def issue(appointment):
    link_issued(appointment.pk, LINK, through=appointment.issuer)


def post_all():
    for mail in MailMessage.objects.order_by("id"):
        post(mail.pk)


def test_the_confirmation_waits_for_the_link_and_goes_with_it(appointment, mailbox):
    post_all()
    assert mailbox.messages() == []
    issue(appointment)
    run_jobs()
    recipients = " ".join(m["to"] for m in mailbox.messages())
    assert GUEST.email in recipients
    assert appointment.promises.get().host.email in recipients
    assert len(mailbox.messages()) == 2
    assert all(LINK in m["text"] and LINK in m["html"] for m in mailbox.messages())


def test_after_a_minute_it_goes_without_and_the_link_follows_once(appointment, mailbox):
    waited_a_minute()
    sweep()
    run_jobs()
    first = mailbox.messages()
    assert len(first) == 2
    assert not any(LINK in m["text"] for m in first)
    issue(appointment)
    issue(appointment)
    run_jobs()
    followed = [m for m in mailbox.messages() if LINK in m["text"]]
    assert len(mailbox.messages()) == 4
    assert {m["to"] for m in followed} == {m["to"] for m in first}


def test_posting_twice_sends_once(appointment, mailbox):
    waited_a_minute()
    post_all()
    post_all()
    assert len(mailbox.messages()) == 2
    assert {m["receipts"] for m in mailbox.messages()} == {1}


def test_a_mail_whose_reply_was_lost_goes_again_under_the_same_message_id(appointment, mailbox):
    waited_a_minute()
    post_all()
    ids = {m["message_id"] for m in mailbox.messages()}
    MailMessage.objects.update(state="waiting")  # killed between the server's answer and our record
    post_all()
    assert {m["message_id"] for m in mailbox.messages()} == ids
    assert {m["receipts"] for m in mailbox.messages()} == {2}


def test_while_the_mail_server_is_away_the_mail_waits_and_is_never_lost(appointment, mailbox, settings):
    waited_a_minute()
    there = settings.EMAIL_PORT
    settings.EMAIL_PORT = 1
    post_all()
    assert set(MailMessage.objects.values_list("state", "attempts")) == {("waiting", 1)}
    assert all(MailMessage.objects.values_list("problem", flat=True))
    settings.EMAIL_PORT = there
    MailMessage.objects.update(retry_at=timezone.now())
    sweep()
    run_jobs()
    assert len(mailbox.messages()) == 2


def test_the_wait_a_mail_server_asks_for_is_kept(appointment, monkeypatch):
    class Busy:
        def send(self, letter):
            raise Throttled("busy", retry_after=900.0)

    monkeypatch.setattr(wiring, "mail_port", Busy)
    waited_a_minute()
    post_all()
    early = MailMessage.objects.exclude(retry_at__gt=timezone.now() + timedelta(seconds=800))
    assert (MailMessage.objects.count(), early.count()) == (2, 0)


def test_a_confirmation_overtaken_by_a_cancellation_is_not_sent(appointment, mailbox):
    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs()
    assert {m["calendar"]["method"] for m in mailbox.messages() if m["calendar"]} == {"CANCEL"}
    assert set(MailMessage.objects.filter(kind__startswith="confirmed").values_list("state", flat=True)) == {
        "superseded"
    }


def test_a_mail_that_cannot_be_written_is_tried_for_a_while_and_then_shown(appointment, mailbox):
    waited_a_minute()
    MailMessage.objects.filter(kind="confirmed_host").update(kind="reconnect")  # about no connection
    broken = MailMessage.objects.get(kind="reconnect")
    post(broken.pk)
    broken.refresh_from_db()
    assert (broken.state, broken.problem) == ("waiting", "not_composed")
    MailMessage.objects.filter(pk=broken.pk).update(attempts=11, retry_at=None)
    post(broken.pk)
    broken.refresh_from_db()
    assert broken.state == "refused"
