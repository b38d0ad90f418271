"""Notices to the company's chat, from the booking to the channel: once, retried, never in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from chosei import wiring
from chosei.actions.booking import book_page
from chosei.actions.cancellation import cancel_by_guest, cancel_by_host
from chosei.actions.changing import change_by_host
from chosei.actions.chat import (
    DestinationInput,
    add_destination,
    choose_for_page,
    pause_destination,
    remove_destination,
    set_chat_ids,
    try_destination,
)
from chosei.actions.confirm import confirm_candidate
from chosei.actions.errors import InvalidInput
from chosei.actions.front_desk import add_desk, pair
from chosei.actions.inputs import Booking
from chosei.actions.moving import move_by_guest
from chosei.actions.visits import receive, see_off
from chosei.ports.errors import Rejected, Transient
from chosei.reconcile.chat import tell
from chosei.reconcile.sweep import sweep
from chosei.records.models import ChatMessage, MailMessage, Member
from tests.actions.test_changing import as_it_is
from tests.actions.test_reception_codes import VISIT
from tests.support.company import GUEST, NOW, at, connect, member, propose, publish, span
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)

HOOK = "https://hooks.slack.com/services/T0/B0/x"
ALL = ("booked", "changed", "cancelled", "arrived")


class Room:
    """A chat in memory; refuses with ``error`` while one is set."""

    def __init__(self):
        self.notices = []
        self.error = None

    def post(self, address, notice):
        if self.error is not None:
            raise self.error
        self.notices.append((address, notice))


@pytest.fixture
def room(monkeypatch):
    room = Room()
    monkeypatch.setattr(wiring, "chat_port", lambda: room)
    return room


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def host():
    return member(name="佐藤 健一")


def destination(host, service="slack", secret=HOOK, **values):
    administrator = host.organization.members.get(role="administrator")
    wanted = {"name": "営業部", "secret": secret, "room": "", "everything": True, "kinds": ALL, **values}
    return add_destination(administrator, service, DestinationInput(**wanted))


def booked(host, time=None, **values):
    proposal = propose(host, [time or span(1, 10)], now=timezone.now(), **values)
    candidate = proposal.candidates.get()
    return confirm_candidate(proposal, candidate.pk, GUEST, submission=uuid4(), now=timezone.now())


def post_all():
    for pk in ChatMessage.objects.filter(state="waiting").values_list("pk", flat=True):
        tell(pk)


def told(room):
    return [notice.headline for _, notice in room.notices]


def test_from_booking_to_leaving(room, clock, host):
    destination(host)
    administrator = host.organization.members.get(role="administrator")
    set_chat_ids(administrator, host, {"slack": "U012AB3CD"})
    appointment = booked(host, meeting=VISIT)
    run_jobs()
    (address, notice) = room.notices[0]
    assert (address.secret, notice.mentions[0].person) == (HOOK, "U012AB3CD")
    facts = dict(notice.facts)
    assert facts["お客様"] == "株式会社テスト 三田花子様"
    assert facts["日時"] == "11月25日(水) 10:00〜11:00"
    assert facts["担当者"] == "佐藤 健一"
    assert notice.link.endswith(f"/appointments/{appointment.pk}")
    clock.move_to(at(1, 9, 55))
    desk, _ = pair(add_desk(administrator, "1F受付", now=at(1, 9)).pairing_code, now=at(1, 9))
    receive(desk, appointment.code.number, now=at(1, 9, 55))
    post_all()
    cancel_by_host(host, appointment, reason="", now=at(1, 10))
    post_all()
    assert told(room) == [
        "アポイントメントが確定しました",
        "お客様が受付にいらっしゃいました",
        "アポイントメントがキャンセルされました",
    ]
    post_all()
    assert len(room.notices) == 3
    assert appointment.timeline.filter(kind="chat_sent").count() == 3


def test_changes_by_both_sides_and_a_cancellation_of_what_was_booked_on_the_page(room, clock, host):
    connect(host, silent_until=NOW + timedelta(hours=1))
    found = destination(host, everything=False)
    page = publish(host)
    choose_for_page(host, page, [found.pk])
    appointment = book_page(page, Booking(at(1, 10)), GUEST, submission=uuid4(), now=NOW)
    post_all()
    wanted = replace(as_it_is(appointment), time=span(1, 14, 30))
    assert change_by_host(host, appointment, wanted, now=NOW)
    post_all()
    MailMessage.objects.update(state="sent")  # so that the next change is told against this one
    appointment.refresh_from_db()
    move_by_guest(appointment, at(2, 11), revision=appointment.revision, now=NOW)
    post_all()
    appointment.refresh_from_db()
    cancel_by_guest(appointment, reason="", now=NOW)
    post_all()
    assert told(room) == [
        "アポイントメントが確定しました",
        "アポイントメントが変更されました",
        "アポイントメントが変更されました",
        "アポイントメントがキャンセルされました",
    ]
    times = [(dict(one.facts).get("変更前の日時"), dict(one.facts)["日時"]) for _, one in room.notices]
    assert times == [
        (None, "11月25日(水) 10:00〜10:30"),
        ("11月25日(水) 10:00〜10:30", "11月25日(水) 14:00〜14:30"),
        ("11月25日(水) 14:00〜14:30", "11月26日(木) 11:00〜11:30"),
        (None, "11月26日(木) 11:00〜11:30"),
    ]
    assert len({one.thread for _, one in room.notices}) == 1, "one conversation"


def test_only_who_asked_is_told(room, clock, host):
    connect(host)
    for_page, elsewhere = (destination(host, name=name, everything=False) for name in "AB")
    arrivals = destination(host, name="C", kinds=("arrived",))
    paused, gone = destination(host, name="D"), destination(host, name="E")
    administrator = host.organization.members.get(role="administrator")
    pause_destination(administrator, paused, paused=True)
    remove_destination(administrator, gone)
    page = publish(host)
    choose_for_page(host, page, [for_page.pk])
    with pytest.raises(InvalidInput):
        choose_for_page(host, page, [destination(member()).pk])
    book_page(page, Booking(at(1, 10)), GUEST, submission=uuid4(), now=NOW)
    assert list(ChatMessage.objects.values_list("destination", flat=True)) == [for_page.pk]
    gone.refresh_from_db()
    assert (gone.secret, elsewhere.pk != arrivals.pk) == ("", True)


def test_a_chat_that_is_away_is_tried_again_and_nothing_else_waits_for_it(room, clock, host):
    found = destination(host)
    room.error = Transient("http_503")
    appointment = booked(host)
    post_all()
    message = ChatMessage.objects.get()
    found.refresh_from_db()
    assert (message.state, message.attempts, found.problem) == ("waiting", 1, "http_503")
    assert appointment.mails.filter(kind="confirmed_guest").exists()
    room.error = None
    tell(message.pk)
    assert not room.notices  # not before its time
    clock.shift(timedelta(minutes=5))
    sweep()
    run_jobs()
    found.refresh_from_db()
    assert (len(room.notices), found.problem, found.problem_at) == (1, "", None)


def test_a_chat_that_refuses_is_shown_and_not_asked_again(room, clock, host):
    found = destination(host)
    room.error = Rejected("channel_is_archived")
    appointment = booked(host)
    post_all()
    found.refresh_from_db()
    assert ChatMessage.objects.get().state == "refused"
    assert found.problem == "channel_is_archived"
    assert appointment.timeline.filter(kind="chat_refused").exists()
    try_destination(host.organization.members.get(role="administrator"), found)
    room.error = None
    post_all()
    found.refresh_from_db()
    assert found.problem == ""
    assert told(room) == ["Choseiからのテスト通知です"]


def test_what_is_no_news_any_more_is_not_told(room, clock, host):
    destination(host)
    room.error = Transient("away")
    appointment = booked(host, meeting=VISIT)
    administrator = host.organization.members.get(role="administrator")
    desk, _ = pair(add_desk(administrator, "1F受付", now=at(1, 9)).pairing_code, now=at(1, 9))
    receive(desk, appointment.code.number, now=at(1, 10))
    see_off(desk, appointment.code.number, now=at(1, 11))
    room.error = None
    post_all()
    assert told(room) == ["アポイントメントが確定しました"]
    room.error = Transient("away")
    receive(desk, appointment.code.number, now=at(1, 12))
    clock.shift(timedelta(hours=2))
    post_all()
    assert ChatMessage.objects.get(kind="arrived", state="refused").problem == "away"


def test_addresses_are_sealed_and_ids_are_judged(clock, host):
    found = destination(host)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM records_chatdestination WHERE id = %s", [found.pk])
        assert HOOK not in cursor.fetchone()[0]
    administrator = host.organization.members.get(role="administrator")
    with pytest.raises(InvalidInput) as refused:
        set_chat_ids(administrator, host, {"slack": "<!channel>", "chatwork": "123"})
    assert set(refused.value.fields) == {"slack"}
    assert Member.objects.get(pk=host.pk).chat_ids == {}
    with pytest.raises(InvalidInput) as refused:
        destination(host, secret="https://evil.example/services/x")
    assert set(refused.value.fields) == {"secret"}
