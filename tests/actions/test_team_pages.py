"""Pages of several hosts: who attends, again under the locks, and what a page refuses."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from chosei.actions.booking import book_page
from chosei.actions.booking_pages import change_page, copy_page
from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.chat import NOTICES, DestinationInput, add_destination
from chosei.actions.errors import ActionError, Closed, InvalidInput, TimeTaken
from chosei.actions.inputs import Booking, FormatOption
from chosei.actions.offers import page_offer
from chosei.actions.page_addresses import make_one_time_link
from chosei.actions.page_settings import settings_of
from chosei.actions.requests import approve, decline, lapse
from chosei.actions.why_not import why_not
from chosei.core.explain import Hurdle
from chosei.core.hours import DateOverrides, DateRange, Span, WeeklyHours
from chosei.core.walltime import zone_of
from chosei.records.gates import NotThere, booking_page_for_guest, booking_pages_of
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    ChatMessage,
    MailMessage,
    Member,
    Promise,
    Room,
    TimelineEntry,
)
from tests.support.company import GUEST, NOW, at, busy, member, organization, publish
from tests.support.company import connect as connected

pytestmark = pytest.mark.django_db(transaction=True)


def connect(host):
    """An account that is not asked now: the mirror, read a moment ago, decides."""
    return connected(host, silent_until=timezone.now() + timedelta(hours=1))


def book(page, start, *, now=NOW, guest=GUEST, submission=None, **choice):
    return book_page(page, Booking(start, **choice), guest, submission=submission or uuid4(), now=now)


def team(size, **values):
    company = organization()
    hosts = [member(company, f"社員 {number}") for number in range(size)]
    for host in hosts:
        connect(host)
    rule = {"participation": "any", "pick": "priority", **values}
    return hosts, publish(hosts[0], hosts=rule.pop("hosts", hosts), **rule)


def attends(appointment):
    return [promise.host for promise in appointment.promises.all()]


def starts(page, **values):
    return [slot.start for slot in page_offer(page, date.min, date.max, now=NOW, **values).slots]


def test_the_first_in_order_who_is_free_attends():
    hosts, page = team(3)
    assert attends(book(page, at(1, 10))) == [hosts[0]]
    busy(hosts[1].connections.get(), at(1, 10), 60)
    assert attends(book(page, at(1, 10))) == [hosts[2]]
    with pytest.raises(TimeTaken):
        book(page, at(1, 10))
    assert at(1, 10) not in starts(page)


def test_bookings_are_spread_evenly_and_the_timeline_says_why():
    hosts, page = team(3, pick="even")
    booked = [book(page, at(1 + number // 4, 10 + number % 4)) for number in range(9)]
    assert Counter(host for one in booked for host in attends(one)) == dict.fromkeys(hosts, 3)
    chosen = TimelineEntry.objects.filter(kind="host_chosen").last()
    assert chosen is not None
    assert chosen.detail == {"rule": "even", "had": 2, "free": 3}
    hosts[0].connections.update(state="needs_reconnect")  # who cannot be read is not said to have been free
    book(page, at(3, 15))
    chosen = TimelineEntry.objects.filter(kind="host_chosen").latest("pk")
    assert chosen.detail["free"] == 2


def test_one_from_each_of_two_groups():
    company = organization()
    hosts = [member(company) for _ in range(4)]
    for host in hosts:
        connect(host)
    page = publish(
        hosts[0],
        host_ids=(hosts[0].pk, hosts[1].pk),
        second_ids=(hosts[2].pk, hosts[3].pk),
        participation="one_of_each",
        pick="priority",
    )
    busy(hosts[2].connections.get(), at(1, 10), 60)
    assert attends(book(page, at(1, 10))) == [hosts[0], hosts[3]]
    with pytest.raises(TimeTaken):
        book(page, at(1, 10))


def test_no_customer_is_lost_while_another_host_is_free_and_nobody_is_promised_twice():
    hosts, page = team(4, pick="even")
    barrier = Barrier(8)

    def customer(_):
        try:
            barrier.wait(timeout=20)
            return book(page, at(1, 10))
        except ActionError as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(customer, range(8)))
    won = [one for one in outcomes if isinstance(one, Appointment)]
    assert len(won) == 4
    assert {host for one in won for host in attends(one)} == set(hosts)
    assert all(isinstance(one, TimeTaken) for one in outcomes if one not in won)


def test_a_page_is_full_by_day_week_and_in_all_however_many_ask_at_once():
    _, page = team(3, cap_day=2, cap_week=3)
    barrier = Barrier(4)

    def customer(number):
        try:
            barrier.wait(timeout=20)
            return book(page, at(1, 10 + number))
        except TimeTaken:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert len([one for one in threads.map(customer, range(4)) if one]) == 2
    book(page, at(2, 10))
    with pytest.raises(TimeTaken):
        book(page, at(3, 10))
    assert book(page, at(6, 10)).state == "confirmed"
    assert {start.date() for start in starts(page)} & {at(1, 10).date(), at(3, 10).date()} == set()


def test_one_customer_books_so_often_and_no_more():
    _, page = team(1, cap_guest=1)
    book(page, at(1, 10))
    with pytest.raises(InvalidInput) as refused:
        book(page, at(1, 11))
    assert refused.value.fields == {"email": "too_many_bookings"}
    cancel_by_guest(Appointment.objects.get(), reason="", now=NOW)
    assert book(page, at(1, 12)).state == "confirmed"


def test_lengths_and_formats_to_choose_from():
    _, page = team(
        1, other_durations=(60,), other_formats=(FormatOption("visit", "東京本社 12階"),), step_minutes=None
    )
    assert at(1, 9, 30) in starts(page)
    assert at(1, 9, 30) not in starts(page, minutes=60)
    long = book(page, at(1, 9), minutes=60, format="visit")
    assert (long.ends_at, long.format, long.location, long.web_meeting) == (
        at(1, 10),
        "visit",
        "東京本社 12階",
        False,
    )
    for choice in ({"minutes": 45}, {"format": "phone"}):
        with pytest.raises(InvalidInput):
            book(page, at(1, 11), **choice)


def test_holidays_overrides_fixed_dates_and_own_hours():
    hosts, page = team(
        1,
        window=DateRange(date(2027, 1, 8), date(2027, 1, 12)),
        overrides=DateOverrides({date(2027, 1, 9): (Span.parse("10:00", "11:00"),)}),
    )
    days = {start.date() for start in starts(page)}
    assert days == {date(2027, 1, 8), date(2027, 1, 9), date(2027, 1, 12)}, "11 January is 成人の日"
    afternoons = WeeklyHours.parse([[("13:00", "26:00")]] * 7, "Asia/Tokyo")
    Member.objects.filter(pk=hosts[0].pk).update(working_hours=afternoons.to_json())
    assert {start.hour for start in starts(type(page).objects.get(pk=page.pk))} == {4, 5, 6, 7, 8}


def test_a_host_has_hours_of_their_own_on_one_page_in_place_of_their_working_hours():
    hosts, page = team(2)
    Member.objects.filter(pk=hosts[0].pk).update(
        working_hours=WeeklyHours.parse([[("13:00", "18:00")]] * 7, "Asia/Tokyo").to_json()
    )
    other = publish(hosts[0], hosts=[hosts[0]])
    mornings = WeeklyHours.parse([[("10:00", "11:00")]] * 7, "Asia/Tokyo")
    afternoons = WeeklyHours.parse([[("15:00", "20:00")]] * 7, "Asia/Tokyo")
    own = {hosts[0].pk: mornings, hosts[1].pk: afternoons}
    page = change_page(hosts[0], page, _with(page, host_hours=own))
    hours = {start.astimezone(zone_of("Asia/Tokyo")).hour for start in starts(page)}
    assert hours == {10, 15, 16, 17}, "within the page's, each their own"
    assert attends(book(page, at(1, 10))) == [hosts[0]]
    assert attends(book(page, at(1, 15))) == [hosts[1]]
    with pytest.raises(TimeTaken):
        book(page, at(1, 13))
    assert at(1, 13) in starts(other), "elsewhere their working hours count"
    assert settings_of(copy_page(hosts[0], page, title="コピー")).host_hours == own
    never = WeeklyHours.parse([[("19:00", "20:00")]] * 7, "Asia/Tokyo")
    with pytest.raises(InvalidInput) as refused:
        change_page(hosts[0], page, _with(page, host_hours={hosts[0].pk: never}))
    assert refused.value.fields == {"host_hours": "outside_page_hours"}


def test_buffers_stand_as_events_and_keep_other_pages_away():
    hosts, page = team(1, buffer_before_minutes=15, buffer_after_minutes=30, buffer_entries=True)
    appointment = book(page, at(1, 10))
    spans = {
        entry.purpose: (entry.desired["start"][11:16], entry.desired["end"][11:16])
        for entry in CalendarEntry.objects.filter(purpose__startswith="buffer")
    }
    assert spans == {"buffer_before": ("00:45", "01:00"), "buffer_after": ("01:30", "02:00")}
    plain = publish(hosts[0])
    with pytest.raises(TimeTaken):
        book(plain, at(1, 10, 30))
    assert book(plain, at(1, 11)).starts_at == at(1, 11)
    assert appointment.state == "confirmed"


def test_a_keyword_frees_an_event_only_while_the_page_names_it():
    hosts, page = team(1, participation="all")
    busy(hosts[0].connections.get(), at(1, 10), 60, subject="【調整可】部内定例")
    assert at(1, 10) not in starts(page)
    freed = change_page(hosts[0], page, _with(page, free_words=("調整可",)))
    assert at(1, 10) in starts(freed)
    assert at(1, 10) not in starts(change_page(hosts[0], page, _with(page, free_words=("空き",))))


def test_what_a_status_counts_as_may_differ_by_page():
    hosts, page = team(1)
    connection = hosts[0].connections.get()
    busy(connection, at(1, 10), 30, show_as="tentative")
    busy(connection, at(1, 11), 30, show_as="workingElsewhere", blocks=False)
    assert at(1, 10) not in starts(page)
    assert at(1, 11) in starts(page)
    other = change_page(hosts[0], page, _with(page, tentative_counts="free", elsewhere_counts="busy"))
    assert at(1, 10) in starts(other)
    assert at(1, 11) not in starts(other)


def test_approval_holds_the_time_and_mails_both_outcomes():
    hosts, page = team(1, needs_approval=True, approval_hours=24)
    asked, refused, late = (book(page, at(1, hour)) for hour in (10, 11, 12))
    assert {one.state for one in (asked, refused, late)} == {"pending"}
    held = [entry.desired for entry in CalendarEntry.objects.all()]
    title = "【承認待ち】オンライン製品説明: 株式会社テスト 三田花子様"
    assert [(one["title"], one["show_as"]) for one in held] == [(title, "tentative")] * 3
    with pytest.raises(TimeTaken):
        book(page, at(1, 10))
    approve(hosts[0], asked, now=NOW)
    decline(hosts[0], refused, reason="都合により", now=NOW)
    lapse(late.pk, now=NOW)
    late.refresh_from_db()
    assert late.state == "pending", "not yet"
    lapse(late.pk, now=NOW + timedelta(hours=25))
    with pytest.raises(Closed):
        approve(hosts[0], late, now=NOW + timedelta(hours=25))
    states = [Appointment.objects.get(pk=one.pk).state for one in (asked, refused, late)]
    assert states == ["confirmed", "declined", "declined"]
    assert Promise.objects.filter(standing=True).count() == 1
    [entry] = CalendarEntry.objects.filter(desired__isnull=False)
    assert (entry.purpose, entry.appointment, entry.desired["show_as"]) == ("appointment", asked, "busy")
    kinds = Counter(MailMessage.objects.values_list("kind", flat=True))
    assert kinds == {
        "requested_guest": 3,
        "requested_host": 3,
        "confirmed_guest": 1,
        "confirmed_host": 1,
        "declined_guest": 2,
        "lapsed_host": 1,
    }


def test_a_request_that_is_cancelled_is_told_to_those_who_knew_of_it_alone():
    hosts, page = team(1, needs_approval=True)
    administrator = page.organization.members.get(role="administrator")
    webhook = "https://hooks.slack.com/services/T0DEMO/B0DEMO/secret"
    kinds = tuple(kind.value for kind in NOTICES)
    add_destination(administrator, "slack", DestinationInput("予約", webhook, "", True, kinds))
    asked, agreed = book(page, at(1, 10)), book(page, at(1, 12))
    deputy = member(page.organization, "代理 次郎")
    change_page(hosts[0], page, _with(page, deputy_ids=(deputy.pk,)))
    cancel_by_guest(asked, reason="", now=NOW)
    assert ChatMessage.objects.count() == 0
    told = MailMessage.objects.filter(kind="cancelled_host").values_list("member", flat=True)
    assert set(told) == {hosts[0].pk, deputy.pk}
    approve(hosts[0], agreed, now=NOW)
    cancel_by_guest(agreed, reason="", now=NOW)
    assert set(ChatMessage.objects.values_list("kind", flat=True)) == {"booked", "cancelled"}


def test_the_reason_names_the_room():
    hosts, page = team(1)
    rooms = [Room.objects.create(organization=page.organization, name=f"会議室 {name}") for name in "AB"]
    page = change_page(hosts[0], page, _with(page, room_ids=tuple(room.pk for room in rooms)))
    assert why_not(page, at(1, 10), now=NOW).offered
    other = publish(hosts[0], hosts=[_other_host(page)], room_ids=(rooms[0].pk,))
    book(other, at(1, 10))
    assert why_not(page, at(1, 10), now=NOW).offered, "the second room is free"
    Room.objects.filter(pk=rooms[1].pk).update(in_use=False)
    found = why_not(page, at(1, 10), now=NOW).reasons
    assert [(one.obstacle.hurdle, one.room) for one in found] == [(Hurdle.ROOM_BUSY, rooms[0])]
    Room.objects.update(in_use=False)
    found = why_not(page, at(1, 11), now=NOW).reasons
    assert [(one.obstacle.hurdle, one.room) for one in found] == [(Hurdle.ROOM_BUSY, None)]


def _other_host(page):
    host = member(page.organization, "別の 社員")
    connect(host)
    return host


def test_a_one_time_link_is_spent_by_the_booking_alone():
    hosts, page = team(2, visibility="one_time")
    link = make_one_time_link(hosts[0], page, now=NOW)
    with pytest.raises(NotThere):
        booking_page_for_guest(page.link_token)
    opened = [booking_page_for_guest(link.link_token) for _ in range(2)]
    form = uuid4()
    first = book(opened[0], at(1, 10), submission=form)
    assert book(opened[1], at(1, 10), submission=form) == first, "the same form again"
    with pytest.raises(Closed):
        book(opened[1], at(1, 11))
    link.refresh_from_db()
    assert link.appointment == first


@pytest.mark.parametrize("end", ["declined", "lapsed", "withdrawn", "approved and cancelled"])
def test_a_request_in_vain_gives_its_one_time_link_back(end):
    hosts, page = team(1, visibility="one_time", needs_approval=True)
    link = make_one_time_link(hosts[0], page, now=NOW)
    asked = book(booking_page_for_guest(link.link_token), at(3, 10))
    with pytest.raises(Closed):
        book(booking_page_for_guest(link.link_token), at(3, 11))
    if end == "declined":
        decline(hosts[0], asked, reason="", now=NOW)
    elif end == "lapsed":
        lapse(asked.pk, now=NOW + timedelta(hours=49))
    else:
        if end == "approved and cancelled":
            approve(hosts[0], asked, now=NOW)
        cancel_by_guest(asked, reason="", now=NOW)
    again = booking_page_for_guest(link.link_token)
    if end == "approved and cancelled":
        with pytest.raises(Closed):
            book(again, at(3, 11))
    else:
        assert book(again, at(3, 11)).state == "pending"


def test_deputies_manage_without_attending():
    hosts, page = team(2)
    deputy = member(hosts[0].organization)
    change_page(hosts[0], page, _with(page, deputy_ids=(deputy.pk,)))
    assert list(booking_pages_of(deputy)) == [page]
    assert deputy not in attends(book(page, at(1, 10)))
    copy = copy_page(hosts[0], page, title="写し")
    kept = _with(copy, meeting=settings_of(page).meeting)
    assert (copy.state, kept) == ("draft", settings_of(page))


def _with(page, **values):
    return replace(settings_of(type(page).objects.get(pk=page.pk)), **values)
