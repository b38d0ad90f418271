"""Reminders: by setting, once, moved with a change, none after a cancellation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from chosei.actions.booking import book_page
from chosei.actions.booking_pages import change_page
from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.confirm import confirm_candidate
from chosei.actions.inputs import Booking, CompanionInput
from chosei.actions.page_settings import settings_of
from chosei.actions.proposals import expire_proposal, withdraw_proposal
from chosei.actions.readjusting import WishInput, ask_for_other_times
from chosei.actions.reminding import ReminderHours, hours_of, plan_anew, plan_deadline, remind
from chosei.mails.compose import compose
from chosei.reconcile.sweep import sweep
from chosei.records.models import Appointment, MailMessage, Member
from tests.actions.test_changing import agreed, changing
from tests.actions.test_races import together
from tests.support.company import GUEST, NOW, at, connect, member, propose, publish, span

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _still():
    """Only where a test says so does time pass: what is made at ``NOW`` has a first look due at ``NOW``."""
    with time_machine.travel(NOW, tick=False):
        yield


def sweep_at(moment) -> None:
    with time_machine.travel(moment, tick=False):
        sweep()


def reminders(kind="reminder_guest") -> list[str]:
    return list(MailMessage.objects.filter(kind=kind).order_by("id").values_list("occasion", flat=True))


def host(**settings):
    author = member()
    for name, value in settings.items():
        setattr(author.organization, name, value)
    author.organization.save()
    return author


def test_each_reminder_goes_once_at_its_hour():
    appointment = agreed(host(guest_reminder_hours=[24, 1], host_reminder_hours=[1]), span(3, 10))
    sweep_at(at(2, 9, 59))
    assert reminders() == []
    sweep_at(at(2, 10))
    sweep_at(at(2, 10))
    sweep_at(at(2, 11))
    assert reminders() == ["2026-11-27T01:00Z-24h"]
    assert reminders("reminder_host") == []
    sweep_at(at(3, 9))
    sweep_at(at(3, 10))
    assert reminders() == ["2026-11-27T01:00Z-24h", "2026-11-27T01:00Z-1h"]
    assert reminders("reminder_host") == ["2026-11-27T01:00Z-1h"]
    appointment.refresh_from_db()
    assert appointment.next_reminder_at is None


def test_many_sweeps_at_the_same_moment_are_one_reminder():
    appointment = agreed(host(), span(3, 10))
    outcomes = together(*[lambda: remind(appointment.pk, now=at(2, 10))] * 6)
    assert outcomes == [None] * 6
    assert len(reminders()) == 1


def test_a_change_moves_the_reminder():
    author = host()
    appointment = agreed(author, span(3, 10))
    sweep_at(at(2, 10))
    changing(author, appointment, time=span(8, 15))()
    sweep_at(at(3, 9))
    assert reminders() == ["2026-11-27T01:00Z-24h"]
    sweep_at(at(7, 15))
    assert reminders()[1:] == ["2026-12-02T06:00Z-24h"]


def test_none_after_a_cancellation_and_none_that_waited_goes():
    appointment = agreed(host(), span(3, 10))
    sweep_at(at(2, 10))
    cancel_by_guest(appointment, reason="", now=at(2, 10, 1))
    sweep_at(at(2, 11))
    assert len(reminders()) == 1
    waiting = MailMessage.objects.get(kind="reminder_guest")
    assert compose(waiting, now=at(2, 11)) is None


def test_an_appointment_made_at_short_notice_is_not_reminded_of_at_once():
    agreed(host(), span(0, 15))
    sweep_at(at(0, 9, 5))
    assert reminders() == []


def test_companions_are_reminded_too():
    author = host()
    proposal = propose(author, [span(3, 10)])
    guest = replace(GUEST, companions=(CompanionInput("三田 次郎", "jiro@test.example"),))
    confirm_candidate(proposal, proposal.candidates.get().pk, guest, submission=uuid4(), now=NOW)
    sweep_at(at(2, 10))
    mails = MailMessage.objects.filter(kind="reminder_guest")
    assert {mail.recipient for mail in mails} == {GUEST.email, "jiro@test.example"}
    letters = {mail.recipient: compose(mail, now=at(2, 10)) for mail in mails}
    link = Appointment.objects.get().link_token
    assert link in letters[GUEST.email].text
    assert link not in letters["jiro@test.example"].text, "the guest's link is nobody else's"


def test_another_setting_counts_from_then_on():
    author = host()
    agreed(author, span(3, 10))
    author.organization.guest_reminder_hours = [48]
    author.organization.save()
    plan_anew(author.organization, now=at(0, 12))
    sweep_at(at(0, 13))
    sweep_at(at(1, 10))
    sweep_at(at(2, 10))
    assert reminders() == ["2026-11-27T01:00Z-48h"]


def test_the_customer_is_reminded_of_the_deadline_softly():
    proposal = propose(host(), [span(9, 10)])
    sweep_at(proposal.deadline - timedelta(hours=25))
    assert reminders("reminder_deadline") == []
    sweep_at(proposal.deadline - timedelta(hours=24))
    sweep_at(proposal.deadline - timedelta(hours=23))
    [mail] = MailMessage.objects.filter(kind="reminder_deadline")
    letter = compose(mail, now=proposal.deadline - timedelta(hours=23))
    assert letter.subject == "[株式会社サンプル]日程調整のご回答期限が近づいています"
    assert "12月3日(木) 10:00〜11:00" in letter.text


@pytest.mark.parametrize("how", ["withdrawn", "asked", "not_invited"])
def test_nobody_is_reminded_who_need_not_answer(how):
    author = host()
    proposal = propose(author, [span(9, 10)], invite=how != "not_invited")
    sweep_at(NOW)
    if how == "withdrawn":
        withdraw_proposal(author, proposal, now=NOW)
    if how == "asked":
        ask_for_other_times(proposal, WishInput("来週なら"), now=NOW)
    sweep_at(proposal.deadline - timedelta(hours=24))
    assert reminders("reminder_deadline") == []


def test_nobody_is_asked_to_choose_a_time_that_nobody_would_attend():
    author = host()
    proposal, late = propose(author, [span(9, 10)]), propose(author, [span(9, 12)])
    hour = proposal.deadline - timedelta(hours=24)
    sweep_at(NOW)
    sweep_at(hour)
    queued = MailMessage.objects.filter(kind="reminder_deadline").first()
    assert compose(queued, now=hour) is not None
    Member.objects.filter(pk=author.pk).update(is_active=False)
    assert compose(queued, now=hour) is None, "not even one that waits already"
    assert compose(MailMessage.objects.get(kind="invitation", proposal=late), now=hour) is None
    MailMessage.objects.filter(kind="reminder_deadline").delete()
    for one in (proposal, late):
        plan_deadline(one, NOW)
        one.save()
    sweep_at(hour)
    assert reminders("reminder_deadline") == []


def test_a_passed_deadline_is_told_to_the_author_once():
    author = host()
    proposal = propose(author, [span(9, 10)])
    for _ in range(2):
        expire_proposal(proposal.pk, now=proposal.deadline)
    proposal.refresh_from_db()
    assert proposal.state == "expired"
    [mail] = MailMessage.objects.filter(kind="expired_author")
    letter = compose(mail, now=proposal.deadline)
    assert (letter.recipient, letter.subject) == (author.email, "【期限切れ】株式会社テスト:三田花子様")


def test_a_page_has_reminders_of_its_own_and_a_change_of_them_counts_for_what_is_booked():
    author = host(guest_reminder_hours=[24], host_reminder_hours=[2])
    connect(author)
    page = publish(author, guest_reminders=(3, 48))
    booking = Booking(at(3, 10))
    with time_machine.travel(NOW, tick=False):
        appointment = book_page(page, booking, GUEST, submission=uuid4(), now=NOW)
    assert hours_of(appointment) == ReminderHours((48, 3), (2,)), "what it does not say is the organisation's"
    sweep_at(at(1, 10))
    assert reminders() == ["2026-11-27T01:00Z-48h"]
    with time_machine.travel(at(1, 11), tick=False):
        change_page(author, page, replace(settings_of(page), guest_reminders=(5,), host_reminders=()))
    sweep_at(at(3, 7))
    assert reminders() == ["2026-11-27T01:00Z-48h", "2026-11-27T01:00Z-5h"]
    assert reminders("reminder_host") == []
