"""A customer moves what they booked on a page: in place, within the page's rules, and once."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from chosei.actions.booking import book_page
from chosei.actions.booking_pages import pause_page
from chosei.actions.cancellation import cancel_by_host
from chosei.actions.errors import ActionError, Closed, TimeTaken, Unverifiable
from chosei.actions.inputs import Booking, RoomWish
from chosei.actions.moving import move_by_guest, page_to_pick_from, times_to_pick
from chosei.actions.readjusting import WishInput, ask_to_move
from chosei.records.models import Appointment, CalendarEntry, MailMessage, Promise, Room, TimelineEntry
from chosei.records.places import rooms_of
from tests.actions.test_races import together
from tests.support.company import GUEST, NOW, at, busy, connect, member, propose, publish, span

pytestmark = pytest.mark.django_db(transaction=True)  # the live read has threads of its own


@pytest.fixture
def page():
    owner = member()
    connect(owner)
    return publish(owner, step_minutes=15)


def booked(page, start, guest=GUEST) -> Appointment:
    return book_page(page, Booking(start, 30), guest, submission=uuid4(), now=NOW)


def move(appointment, start, revision=0):
    move_by_guest(appointment, start, revision=revision, now=NOW)
    return Appointment.objects.get(pk=appointment.pk)


def test_it_moves_in_place_and_both_sides_are_told(page):
    appointment = booked(page, at(1, 10))
    MailMessage.objects.update(state="sent")
    ask_to_move(appointment, WishInput("午後なら"), now=NOW)
    entries = set(CalendarEntry.objects.values_list("pk", flat=True))
    moved = move(appointment, at(2, 14))
    assert (moved.starts_at, moved.ends_at) == (at(2, 14), at(2, 14, 30))
    assert (moved.ics_uid, moved.link_token) == (appointment.ics_uid, appointment.link_token)
    assert (moved.sequence, moved.revision) == (appointment.sequence + 1, 1)
    assert (moved.previous_starts_at, moved.previous_ends_at) == (at(1, 10), at(1, 10, 30))
    [promise] = Promise.objects.filter(standing=True)
    assert promise.during.lower == at(2, 14)
    assert set(CalendarEntry.objects.values_list("pk", flat=True)) == entries
    assert all("2026-11-26T05:00" in str(entry.desired) for entry in moved.entries.all())
    told = MailMessage.objects.filter(appointment=moved, kind__in=["changed_guest", "changed_host"])
    assert sorted(told.values_list("kind", "recipient")) == [
        ("changed_guest", GUEST.email),
        ("changed_host", page.owner.email),
    ]
    assert TimelineEntry.objects.filter(kind="appointment_moved_by_guest", actor="guest").count() == 1
    assert [one.answer for one in moved.readjustments.all()] == ["moved"]


def test_whoever_has_heard_nothing_yet_gets_the_first_letter_alone(page):
    """It waits for the link, and says what is true when it goes; one that was tried may have arrived."""
    appointment = booked(page, at(1, 10))
    MailMessage.objects.filter(kind="confirmed_host").update(attempts=1)
    moved = move(appointment, at(2, 14))
    kinds = [mail.kind for mail in moved.mails.order_by("kind")]
    assert kinds == ["changed_host", "confirmed_guest", "confirmed_host"]
    move(moved, at(2, 15), revision=1)
    assert not moved.mails.filter(kind="changed_guest").exists()


def test_a_first_letter_that_may_be_on_its_way_is_followed_by_the_news(page):
    appointment = booked(page, at(1, 10))
    MailMessage.objects.update(wait_for_link_until=NOW + timedelta(seconds=5))
    assert move(appointment, at(2, 14)).mails.filter(kind="changed_guest").exists()


def test_its_own_promise_does_not_stand_in_its_way(page):
    appointment = booked(page, at(1, 10))
    starts = {slot.start for slot in times_to_pick(appointment, page, now=NOW).slots}
    assert {at(1, 9, 45), at(1, 10, 15)} <= starts
    assert at(1, 10) not in starts, "where it stands is no change"
    assert move(appointment, at(1, 10, 15)).starts_at == at(1, 10, 15)


def test_its_own_buffers_do_not_stand_in_its_way_wherever_they_were_moved():
    owner = member()
    connection = connect(owner)
    page = publish(
        owner, step_minutes=15, buffer_before_minutes=30, buffer_after_minutes=30, buffer_entries=True
    )
    appointment = booked(page, at(1, 10))
    assert at(1, 9, 30) in {slot.start for slot in times_to_pick(appointment, page, now=NOW).slots}
    # The host has moved the time to prepare to the early morning, as Outlook now says.
    moved = busy(connection, at(1, 9), 30)
    before = appointment.entries.get(purpose="buffer_before")
    CalendarEntry.objects.filter(pk=before.pk).update(remote_id=moved.remote_id)
    foreign = busy(connection, at(1, 13))
    starts = {slot.start for slot in times_to_pick(appointment, page, now=NOW).slots}
    assert at(1, 9, 15) in starts, "it comes along with the meeting"
    assert foreign.starts_at not in starts
    assert move(appointment, at(1, 9, 15)).starts_at == at(1, 9, 15)


def test_only_what_the_page_offers(page):
    appointment = booked(page, at(1, 10))
    booked(page, at(1, 11))
    busy(page.owner.connections.get(), at(2, 10))
    starts = {slot.start for slot in times_to_pick(appointment, page, now=NOW).slots}
    for wrong in (at(1, 11), at(1, 10, 45), at(2, 10, 30), at(1, 20), at(1, 10, 7), at(-1, 10)):
        assert wrong not in starts
        with pytest.raises(TimeTaken):
            move(appointment, wrong)
    assert not MailMessage.objects.filter(kind="changed_guest").exists()


def test_its_own_place_in_a_full_quota_goes_along():
    owner = member()
    connect(owner)
    page = publish(owner, cap_day=1)
    appointment = booked(page, at(1, 10))
    other = booked(page, at(2, 10))
    assert move(appointment, at(1, 14)).starts_at == at(1, 14)
    with pytest.raises(TimeTaken):
        move(other, at(1, 9))


def test_sent_twice_is_one_change(page):
    appointment = booked(page, at(1, 10))
    moved = move(appointment, at(2, 14))
    assert move(appointment, at(2, 14)).revision == moved.revision == 1


def test_a_change_since_it_was_looked_at_is_not_overwritten(page):
    appointment = booked(page, at(1, 10))
    move(appointment, at(2, 14))
    with pytest.raises(Closed) as refused:
        move(appointment, at(3, 14))
    assert refused.value.reason == "changed_meanwhile"


def test_nobody_moves_to_a_calendar_that_cannot_be_read(page):
    appointment = booked(page, at(1, 10))
    connection = page.owner.connections.get()
    connection.state = "needs_reconnect"
    connection.save()
    assert times_to_pick(appointment, page, now=NOW).unknown
    with pytest.raises(Unverifiable):
        move(appointment, at(2, 14))


@pytest.mark.parametrize("why", ["page", "organization", "hours", "paused", "approval"])
def test_only_where_customers_may(page, why):
    appointment = booked(page, at(1, 10))
    if why == "page":
        page.guest_may_change = False
    elif why == "hours":
        page.guest_until_hours = 48
    elif why == "approval":
        page.needs_approval = True
    elif why == "organization":
        page.organization.guest_may_change = False
        page.organization.save()
    page.save()
    if why == "paused":
        pause_page(page.owner, page)
    appointment = Appointment.objects.get(pk=appointment.pk)
    assert page_to_pick_from(appointment, now=NOW) is None
    with pytest.raises(Closed) as refused:
        move(appointment, at(2, 14))
    assert refused.value.reason == "not_allowed"


@pytest.mark.parametrize("_", range(3))
def test_two_changes_at_once(page, _):
    appointment = booked(page, at(1, 10))
    outcomes = together(*[lambda start=start: move(appointment, start) for start in (at(2, 14), at(3, 14))])
    lost = [one for one in outcomes if isinstance(one, Exception)]
    assert [getattr(one, "reason", one) for one in lost] == ["changed_meanwhile"]
    [promise] = Promise.objects.filter(standing=True)
    appointment.refresh_from_db()
    assert promise.during.lower == appointment.starts_at
    assert (appointment.sequence, appointment.revision) == (1, 1)


@pytest.mark.parametrize("_", range(3))
def test_a_change_while_the_host_cancels(page, _):
    appointment = booked(page, at(1, 10))
    moved, cancelled = together(
        lambda: move(appointment, at(2, 14)),
        lambda: cancel_by_host(page.owner, appointment, reason="", now=NOW),
    )
    appointment.refresh_from_db()
    assert cancelled is None
    assert appointment.state == "cancelled"
    assert not Promise.objects.filter(standing=True).exists()
    assert not CalendarEntry.objects.filter(desired__isnull=False).exists()
    assert isinstance(moved, Appointment) or moved.reason == "cancelled"


@pytest.mark.parametrize("_", range(3))
def test_a_change_onto_what_somebody_books(page, _):
    appointment = booked(page, at(1, 10))
    outcomes = together(lambda: move(appointment, at(2, 14)), lambda: booked(page, at(2, 14)))
    assert sum(isinstance(one, TimeTaken) for one in outcomes) == 1
    assert all(isinstance(one, Appointment | ActionError) for one in outcomes)
    at_that_time = Promise.objects.filter(standing=True, during__contains=span(2, 14).start)
    assert at_that_time.count() == 1


def test_on_a_team_page_whoever_was_chosen_stays_and_only_their_time_counts():
    owner = member()
    first, second = connect(owner), connect(member(owner.organization, "鈴木 美咲"))
    page = publish(owner, hosts=[first.member, second.member], participation="any", pick="priority")
    appointment = booked(page, at(1, 10))
    busy(first, at(2, 14), 30)
    busy(second, at(2, 16), 30)
    starts = {slot.start for slot in times_to_pick(appointment, page, now=NOW).slots}
    assert at(2, 16) in starts, "the other host, who does not attend, is in nobody's way"
    with pytest.raises(TimeTaken):
        move(appointment, at(2, 14))
    moved = move(appointment, at(2, 16))
    assert [one.host for one in moved.promises.filter(standing=True)] == [owner]


def test_where_everybody_attends_everybody_has_to_be_free():
    owner = member()
    first, second = connect(owner), connect(member(owner.organization, "鈴木 美咲"))
    page = publish(owner, hosts=[first.member, second.member])
    appointment = booked(page, at(1, 10))
    busy(second, at(2, 14), 30)
    with pytest.raises(TimeTaken):
        move(appointment, at(2, 14))
    moved = move(appointment, at(2, 15))
    standing = moved.promises.filter(standing=True)
    assert {(one.host, one.during.lower) for one in standing} == {
        (first.member, at(2, 15)),
        (second.member, at(2, 15)),
    }


def test_a_room_goes_along_or_gives_way_to_the_next_and_without_any_the_time_is_not_offered():
    owner = member()
    connect(owner)
    rooms = [Room.objects.create(organization=owner.organization, name=name) for name in ("A", "B")]
    page = publish(owner, room_ids=tuple(room.pk for room in rooms))
    appointment = booked(page, at(1, 10))
    assert rooms_of(appointment) == rooms[:1]
    assert rooms_of(move(appointment, at(1, 14))) == rooms[:1]

    wish = RoomWish(room_id=rooms[0].pk)
    propose(owner, [span(3, 10)], hosts=[member(owner.organization, "田中 翔")], rooms=(wish,))
    assert rooms_of(move(appointment, at(3, 10), 1)) == rooms[1:]

    others = [member(owner.organization, f"社員 {n}") for n in range(2)]
    for host, room in zip(others, rooms, strict=True):
        propose(host, [span(4, 10)], rooms=(RoomWish(room_id=room.pk),))
    with pytest.raises(TimeTaken):
        move(appointment, at(4, 10), 2)
    assert rooms_of(Appointment.objects.get()) == rooms[1:]
