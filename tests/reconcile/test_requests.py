"""What waits for approval stands as a tentative event in Outlook; a buffer deleted there is given back."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from chosei.actions.asking import put_back
from chosei.actions.booking import book_page
from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.errors import TimeTaken
from chosei.actions.inputs import Booking
from chosei.actions.members import add_member
from chosei.actions.people import attending
from chosei.actions.requests import approve, decline, lapse
from chosei.actions.switching import settle_with
from chosei.core.hours import WeeklyHours
from chosei.core.intervals import Interval
from chosei.jobs.queue import CONVERGE
from chosei.reconcile.observe import observe
from chosei.records.locks import for_change, lock_hosts
from chosei.records.models import Appointment, CalendarEntry, MailMessage, Promise, TimelineEntry
from tests.support.company import GUEST, publish
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
SATO, SUZUKI = "sato@sample.example", "suzuki@sample.example"
DAY_AND_NIGHT = WeeklyHours.parse([[("00:00", "24:00")]] * 7, "Asia/Tokyo")


def page_of(sato, **values):
    return publish(sato, hours=DAY_AND_NIGHT, step_minutes=5, holiday_rule="usual", **values)


def book(page, time: Interval) -> Appointment:
    form = Booking(time.start)
    appointment = book_page(page, form, GUEST, submission=uuid4(), now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    return appointment


def titles(tenant) -> list[tuple[str, str]]:
    return [(one.event.subject, one.event.show_as) for one in tenant.ours(SATO)]


def read(linked) -> None:
    observe(linked.pk)
    run_jobs(hurrying=CONVERGE)


def delete(tenant, linked, start) -> None:
    """The owner deletes our event that begins at ``start``, and two readings two minutes apart see it."""
    [event] = [one for one in tenant.ours(SATO) if one.starts == start]
    tenant.store.delete_as(tenant.mailbox(SATO), event.id(immutable=True))
    read(linked)
    missing = CalendarEntry.objects.filter(missing_at__isnull=False)
    assert missing.update(missing_at=timezone.now() - timedelta(minutes=2)) == 1
    read(linked)


def kinds(appointment) -> list[str]:
    return list(TimelineEntry.objects.filter(appointment=appointment).values_list("kind", flat=True))


def test_a_request_stands_in_outlook_and_becomes_the_appointment_in_place(tenant, linked, sato):
    appointment = book(page_of(sato, needs_approval=True), late(2, 30))
    [held] = tenant.ours(SATO)
    assert held.event.subject == "【承認待ち】オンライン製品説明: 株式会社テスト 三田花子様"
    assert (held.event.show_as, held.starts, held.ends) == ("tentative", late(2).start, late(2, 30).end)
    assert "request_written" in kinds(appointment)
    read(linked)
    approve(sato, appointment, now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    [event] = tenant.ours(SATO)
    assert event.id(immutable=True) == held.id(immutable=True), "in place: its time was never let go"
    assert titles(tenant) == [("オンライン製品説明: 株式会社テスト 三田花子様", "busy")]
    appointment.refresh_from_db()
    assert appointment.join_url


@pytest.mark.parametrize("end", ["declined", "lapsed", "withdrawn"])
def test_a_request_that_comes_to_nothing_leaves_nothing_behind(tenant, linked, sato, end):
    appointment = book(page_of(sato, needs_approval=True), late(2, 30))
    assert len(tenant.ours(SATO)) == 1
    now = timezone.now()
    if end == "declined":
        decline(sato, appointment, reason="", now=now)
    elif end == "lapsed":
        lapse(appointment.pk, now=now + timedelta(days=3))
    else:
        cancel_by_guest(appointment, reason="", now=now)
    run_jobs(hurrying=CONVERGE)
    assert tenant.ours(SATO) == []
    assert kinds(appointment).count("request_removed") == 1


def test_a_request_deleted_in_outlook_is_declined_and_a_moved_one_goes_back(tenant, linked, sato):
    appointment = book(page_of(sato, needs_approval=True), late(2, 30))
    [event] = tenant.ours(SATO)
    to = late(4, 30)
    tenant.store.move_as(tenant.mailbox(SATO), event.id(immutable=True), to.start, to.end)
    read(linked)
    [event] = tenant.ours(SATO)
    assert event.starts == late(2).start, "the customer asked for that very time"
    assert "request_put_back" in kinds(appointment)
    read(linked)
    assert kinds(appointment).count("request_put_back") == 1
    delete(tenant, linked, late(2).start)
    appointment.refresh_from_db()
    assert (appointment.state, appointment.cancelled_by) == ("declined", "host")
    assert not Promise.objects.filter(standing=True).exists()
    assert "request_deleted" in kinds(appointment)
    assert MailMessage.objects.filter(appointment=appointment, kind="declined_guest").count() == 1


def test_a_buffer_deleted_in_outlook_gives_its_time_back_for_good(tenant, linked, sato):
    page = page_of(sato, buffer_before_minutes=30, buffer_after_minutes=30, buffer_entries=True)
    appointment = book(page, late(2, 30))
    time, half = late(2, 30), timedelta(minutes=30)
    assert [one.starts for one in tenant.ours(SATO)] == [time.start - half, time.start, time.end]
    plain = page_of(sato)
    with pytest.raises(TimeTaken):
        book(plain, Interval(time.end, time.end + half))
    delete(tenant, linked, time.end)
    assert "buffer_after_given_back" in kinds(appointment)
    appointment.refresh_from_db()
    assert (appointment.state, appointment.revision) == ("confirmed", 0), "it means that event alone"
    assert book(plain, Interval(time.end, time.end + half)).state == "confirmed"
    with pytest.raises(TimeTaken):
        book(plain, Interval(time.start - half, time.start))
    [before, _, _] = tenant.ours(SATO)
    assert before.starts == time.start - half


def test_a_colleague_who_deletes_their_copy_of_a_request_is_asked(tenant, linked, sato):
    suzuki = add_member(sato.organization, SUZUKI, "鈴木 美咲", password="a-long-password")
    theirs = tenant.connect(suzuki)
    run_jobs()
    appointment = book(page_of(sato, hosts=[sato, suzuki], needs_approval=True), late(2, 30))
    [event] = tenant.ours(SUZUKI)
    tenant.store.delete_as(tenant.mailbox(SUZUKI), event.id(immutable=True))
    read(theirs)
    CalendarEntry.objects.filter(missing_at__isnull=False).update(
        missing_at=timezone.now() - timedelta(minutes=2)
    )
    read(theirs)
    appointment.refresh_from_db()
    assert appointment.state == "pending"
    entry = CalendarEntry.objects.get(connection=theirs, purpose="request")
    assert entry.question == "removed"
    put_back(suzuki, entry, now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    appointment.refresh_from_db()
    assert (appointment.state, appointment.revision) == ("pending", 0), "no word to the customer"
    assert len(tenant.ours(SUZUKI)) == 1


def move(tenant, linked, found: Interval, to: Interval) -> None:
    """The owner drags our event that stands at ``found``, and a reading sees it."""
    [event] = [one for one in tenant.ours(SATO) if (one.starts, one.ends) == (found.start, found.end)]
    tenant.store.move_as(tenant.mailbox(SATO), event.id(immutable=True), to.start, to.end)
    read(linked)


def spans(tenant) -> list[tuple]:
    return [(one.starts, one.ends) for one in tenant.ours(SATO)]


def test_a_buffer_moved_in_outlook_keeps_free_the_time_where_it_stands(tenant, linked, sato):
    page = page_of(sato, buffer_after_minutes=30, buffer_entries=True)
    appointment = book(page, late(2, 30))
    meeting, half = late(2, 30), timedelta(minutes=30)
    beside = Interval(meeting.end, meeting.end + half)
    later = Interval(meeting.end + 2 * half, meeting.end + 4 * half)
    plain = page_of(sato)
    move(tenant, linked, beside, later)
    read(linked)
    assert spans(tenant) == [(meeting.start, meeting.end), (later.start, later.end)], "it stays there"
    assert kinds(appointment).count("buffer_after_moved") == 1
    for taken_time in (Interval(later.start, later.start + half), Interval(later.start + half, later.end)):
        with pytest.raises(TimeTaken):
            book(plain, taken_time)
    assert book(plain, beside).state == "confirmed", "beside the meeting the time is free"


def test_a_buffer_moved_back_or_whose_meeting_moves_stands_beside_it_again(tenant, linked, sato):
    page = page_of(sato, buffer_after_minutes=30, buffer_entries=True)
    appointment = book(page, late(2, 30))
    meeting, half = late(2, 30), timedelta(minutes=30)
    beside, away = Interval(meeting.end, meeting.end + half), late(4, 30)
    plain = page_of(sato)
    move(tenant, linked, beside, away)
    move(tenant, linked, away, beside)
    assert "buffer_after_moved_back" in kinds(appointment)
    with pytest.raises(TimeTaken):
        book(plain, beside)
    move(tenant, linked, beside, away)
    other = Interval(meeting.start + timedelta(days=1), meeting.end + timedelta(days=1))
    move(tenant, linked, meeting, other)
    assert spans(tenant) == [(other.start, other.end), (other.end, other.end + half)]
    with pytest.raises(TimeTaken):
        book(plain, Interval(other.end, other.end + half))
    read(linked)
    assert spans(tenant) == [(other.start, other.end), (other.end, other.end + half)]
    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    assert tenant.ours(SATO) == []


def settle_again(appointment, sato) -> None:
    with transaction.atomic():
        lock_hosts([sato.pk])
        locked = for_change(Appointment.objects).get(pk=appointment.pk)
        settle_with(locked, attending([sato]), now=timezone.now())
    run_jobs(hurrying=CONVERGE)


def test_a_moved_buffer_stays_there_when_only_words_of_the_meeting_change(tenant, linked, sato):
    page = page_of(sato, buffer_after_minutes=30, buffer_entries=True)
    appointment = book(page, late(2, 30))
    beside = Interval(late(2, 30).end, late(2, 30).end + timedelta(minutes=30))
    away = late(4, 30)
    move(tenant, linked, beside, away)
    settle_again(appointment, sato)
    assert (away.start, away.end) in spans(tenant)
    page.buffer_entries = False
    page.save(update_fields=["buffer_entries"])
    settle_again(appointment, sato)
    assert len(spans(tenant)) == 1
    with pytest.raises(TimeTaken):
        book(page_of(sato), beside)
