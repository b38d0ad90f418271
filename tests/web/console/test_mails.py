"""The mails of an appointment: why one was refused, and the way to send it again."""

from __future__ import annotations

import pytest

from chosei.records.models import MailMessage
from tests.web.console.conftest import confirmed, signed_in


@pytest.fixture
def mail(people):
    found = MailMessage.objects.get(appointment=confirmed(people), kind="confirmed_guest")
    found.state, found.problem = "refused", "smtp_550_5.1.1"
    found.save()
    return found


def test_a_refused_mail_says_why_and_goes_again(people, mail):
    browser, page = signed_in(people.author), f"/appointments/{mail.appointment_id}"
    shown = browser.get(page).content.decode()
    assert "この宛先は見つからないと、メールサーバーが回答しました。" in shown
    assert "宛先を直して再送" in shown
    answer = browser.post(f"/mails/{mail.pk}/again", {"address": " mita@test.example "}, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert MailMessage.objects.filter(recipient="mita@test.example", state="waiting").count() == 1
    assert "宛先を直して再送" not in answer.content.decode()
    again = browser.post(f"/mails/{mail.pk}/again", {"address": "other@test.example"}, follow=True)
    assert "すでに送り直されています" in again.content.decode()


def test_a_wrong_address_is_said(people, mail):
    answer = signed_in(people.author).post(f"/mails/{mail.pk}/again", {"address": "x"}, follow=True)
    assert "メールアドレスの形式で" in answer.content.decode()


def test_nobody_elses_mail(people, mail):
    assert (
        signed_in(people.stranger).post(f"/mails/{mail.pk}/again", {"address": "a@b.example"}).status_code
        == 404
    )
