"""Rooms on the sandbox: found free, invited, answering, declining, the next one taken, the host asked."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic, sleep
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from chosei import wiring
from chosei.actions.booking import book_page
from chosei.actions.confirm import confirm_candidate
from chosei.actions.connections import resume
from chosei.actions.errors import InvalidInput, TimeTaken, Unverifiable
from chosei.actions.inputs import Booking, RoomWish
from chosei.actions.members import add_member
from chosei.actions.moving import move_by_guest
from chosei.actions.offers import page_offer
from chosei.actions.proposal_changes import change_proposal
from chosei.actions.requests import approve
from chosei.actions.room_choosing import choose_room
from chosei.core.hours import WeeklyHours
from chosei.core.intervals import Interval
from chosei.jobs.queue import CONVERGE
from chosei.mails.compose import compose
from chosei.reconcile.observe import observe
from chosei.reconcile.sweep import sweep
from chosei.records.locks import lock_hosts
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    Connection,
    MailMessage,
    Room,
    RoomBusy,
    RoomList,
    TimelineEntry,
)
from chosei.records.places import rooms_of
from tests.support import company
from tests.support.company import GUEST
from tests.support.mailbox import running_mailbox
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"
SUZUKI = "suzuki@sample.example"
A, B = "room-yaesu-a@sample.example", "room-yaesu-b@sample.example"


@pytest.fixture
def post(settings):
    """Where the letters go."""
    with running_mailbox() as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.smtp_host, running.smtp_port
        wiring.forget()
        yield running


@pytest.fixture
def rooms(post, tenant, linked, sato) -> list[Room]:
    for address in (A, B):
        tenant.sandbox.context.directory.set_room_policy(address, auto_accept=True, answer_seconds=0.0)
    common = {"organization": sato.organization, "tenant_id": linked.account_tenant, "building": "東京本社"}
    return [
        Room.objects.create(name="八重洲A", address=A, capacity=8, floor="12F", **common),
        Room.objects.create(name="八重洲B", address=B, capacity=4, floor="12F", **common),
    ]


def page_with(sato, rooms, **values):
    around = WeeklyHours.parse([[("00:00", "24:00")]] * 7, "Asia/Tokyo")
    meeting = company.meeting(format="visit", web_meeting=False, location="東京本社 受付")
    wanted = {"hours": around, "meeting": meeting, "duration_minutes": 60, **values}
    return company.publish(sato, room_ids=tuple(room.pk for room in rooms), **wanted)


def test_the_rooms_of_a_page_are_read_before_the_first_customer_comes(tenant, linked, sato, rooms):
    page = page_with(sato, rooms)
    run_jobs()
    assert all(room.mirror_read_at for room in Room.objects.filter(pages__page=page))


def test_rooms_that_nobody_could_read_are_read_when_somebody_connects(tenant, linked, sato, rooms):
    page = page_with(sato, rooms)
    now = timezone.now()
    unread = {"mirror_read_at": None, "mirror_error": "nobody_connected"}
    Room.objects.update(**unread, mirror_tried_at=now, mirror_asked_at=now - timedelta(seconds=5))
    run_jobs()
    assert not Room.objects.exclude(mirror_read_at=None).exists()
    with transaction.atomic():
        lock_hosts([sato.pk])
        resume(linked)
    run_jobs()
    assert all(room.mirror_read_at for room in Room.objects.filter(pages__page=page))


def book(page, day=1) -> Appointment:
    return book_page(page, Booking(late(day).start), GUEST, submission=uuid4(), now=timezone.now())


def answered(tenant) -> None:
    """Everything is written, the rooms have said what they say, and we have read it."""
    run_jobs()
    until = monotonic() + 30
    while any(one.response == "none" for one in invited(tenant)):
        assert monotonic() < until, "the rooms do not answer"
        sleep(0.02)
    run_jobs(hurrying=CONVERGE)


def invited(tenant):
    """The rooms that our events in 佐藤's calendar invite."""
    return [
        person for one in tenant.ours(SATO) for person in one.event.attendees if person.kind == "resource"
    ]


def occupy(tenant, address, time) -> None:
    """Somebody of the company is in the room, as its own calendar says."""
    tenant.store.create_as(tenant.mailbox(address), "社内会議", time.start, time.end)


def busy_in(tenant, address) -> list[Interval]:
    """When the room is booked by meetings of ours, as its own calendar says."""
    ours = {one.event.ical_uid for one in tenant.ours(SATO)}
    found = [one for one in tenant.calendar(address) if one.event.ical_uid in ours]
    return [Interval(one.starts, one.ends) for one in found if not one.event.is_cancelled]


def states(appointment) -> tuple[str, list[str]]:
    appointment.refresh_from_db()
    return appointment.room_state, [room.name for room in rooms_of(appointment)]


def kinds(**about) -> list[str]:
    return [one.kind for one in TimelineEntry.objects.filter(**about) if "room" in one.kind]


def test_a_booking_invites_the_first_free_room_and_the_mails_wait_for_its_answer(tenant, rooms, sato):
    policy = tenant.sandbox.context.directory.set_room_policy
    policy(A, auto_accept=True, answer_seconds=3600)
    appointment = book(page_with(sato, rooms))
    assert states(appointment) == ("asked", ["八重洲A"])
    assert appointment.is_incomplete
    run_jobs()
    assert set(appointment.mails.values_list("state", flat=True)) == {"waiting"}
    event = tenant.ours(SATO)[0].event
    tenant.store.exchange.invitations.answer_for_room(event.mailbox, event.key, A)
    answered(tenant)
    assert states(appointment) == ("settled", ["八重洲A"])
    assert set(appointment.mails.values_list("state", flat=True)) == {"sent"}
    [event] = tenant.ours(SATO)
    assert [place["displayName"] for place in event.event.locations] == ["東京本社 受付 12F 八重洲A"]
    assert [person.address for person in event.event.attendees] == [A]
    guest = compose(appointment.mails.get(kind="confirmed_guest"), now=timezone.now())
    host = compose(appointment.mails.get(kind="confirmed_host"), now=timezone.now())
    assert "東京本社 受付 12F 八重洲A" in guest.text
    assert "八重洲A" in host.text
    assert "確認中" not in host.text


def test_while_it_waits_for_approval_hosts_and_room_are_held_and_the_room_is_never_let_go(
    tenant, rooms, sato
):
    suzuki = add_member(sato.organization, SUZUKI, "鈴木 美咲", password="a-long-password")
    tenant.connect(suzuki)
    run_jobs()
    appointment = book(page_with(sato, rooms, needs_approval=True, hosts=[sato, suzuki]))
    answered(tenant)
    waiting = f"【承認待ち】{appointment.title}: 株式会社テスト 三田花子様"
    [his] = tenant.ours(SATO)
    [hers] = tenant.ours(SUZUKI)
    assert {his.event.subject, hers.event.subject} == {waiting}
    assert [one.address for one in his.event.attendees] == [A], "the organiser's carries the room"
    assert hers.event.attendees == ()
    assert states(appointment) == ("settled", ["八重洲A"])

    approve(sato, appointment, now=timezone.now())
    answered(tenant)

    [event] = tenant.ours(SATO)
    assert event.id(immutable=True) == his.id(immutable=True)
    assert event.event.subject == waiting.removeprefix("【承認待ち】")
    assert {one.address for one in event.event.attendees} == {A, SUZUKI}
    assert tenant.ours(SUZUKI) == [], "hers is the meeting's copy now"
    assert states(appointment) == ("settled", ["八重洲A"])
    [room] = [one for one in tenant.calendar(A) if one.starts == appointment.starts_at]
    assert room.event.ical_uid == event.event.ical_uid


def test_a_room_that_declines_a_request_gives_way_while_it_waits(tenant, rooms, sato):
    appointment = book(page_with(sato, rooms, needs_approval=True))
    occupy(tenant, A, late(1))
    answered(tenant)
    answered(tenant)
    assert states(appointment) == ("settled", ["八重洲B"])
    assert [person.address for person in invited(tenant)] == [B]
    [held] = tenant.ours(SATO)
    assert held.event.subject.startswith("【承認待ち】"), "it still waits"
    assert appointment.state == "pending"


def test_a_room_that_is_taken_is_seen_live_and_passed_over(tenant, rooms, sato):
    page = page_with(sato, rooms)
    run_jobs()
    sweep()
    run_jobs()
    occupy(tenant, A, late(1))  # after the mirror was read
    assert states(book(page)) == ("asked", ["八重洲B"])


def test_a_room_that_declines_gives_way_to_the_next_in_order(tenant, rooms, sato):
    appointment = book(page_with(sato, rooms))
    occupy(tenant, A, late(1))
    answered(tenant)
    answered(tenant)
    assert states(appointment) == ("settled", ["八重洲B"])
    assert kinds(appointment=appointment) == ["room_declined", "room_replaced", "room_accepted"]
    assert [person.address for person in invited(tenant)] == [B]
    assert appointment.mails.filter(kind="confirmed_guest", state="sent").count() == 1
    assert not appointment.mails.filter(kind="changed_guest").exists(), "nobody had read of the first room"


def test_with_no_room_left_the_host_is_told_and_chooses(tenant, rooms, sato):
    appointment = book(page_with(sato, rooms[:1]))
    occupy(tenant, A, late(1))
    answered(tenant)
    run_jobs()
    assert states(appointment) == ("missing", [])
    mail = appointment.mails.get(kind="room_missing")
    assert (mail.recipient, mail.state) == (SATO, "sent")
    assert "八重洲A" in compose(mail, now=timezone.now()).text
    assert invited(tenant) == []
    with pytest.raises(TimeTaken):
        choose_room(sato, appointment, rooms[0].pk, now=timezone.now())
    choose_room(sato, appointment, rooms[1].pk, now=timezone.now())
    answered(tenant)
    assert states(appointment) == ("settled", ["八重洲B"])
    assert appointment.mails.filter(kind="changed_guest").count() == 1, "the guest is told where"
    choose_room(sato, appointment, None, now=timezone.now())
    run_jobs()
    assert states(appointment) == ("", [])
    assert invited(tenant) == []


@pytest.mark.parametrize("told", [True, False])
def test_a_room_that_declines_after_all_is_found_by_observation(tenant, linked, rooms, sato, told):
    """At once where the calendar says that the event has changed, else when the event is read next."""
    appointment = book(page_with(sato, rooms))
    answered(tenant)
    assert states(appointment)[0] == "settled"
    uid = tenant.ours(SATO)[0].event.ical_uid
    [copy] = [one for one in tenant.calendar(A) if one.event.ical_uid == uid]
    tenant.store.respond_as(tenant.mailbox(A), copy.id(immutable=True), "declined")
    CalendarEntry.objects.update(room_seen_at=timezone.now() - timedelta(minutes=0 if told else 6))
    if not told:
        Connection.objects.update(mirror_token="")  # a whole reading says nothing of changes
    observe(linked.pk)
    assert states(appointment) == ("asked", ["八重洲B"])
    run_jobs()
    assert appointment.mails.filter(kind="changed_guest").count() == 1, "the place they read of is another"


def test_an_error_for_one_room_is_unknown_and_not_free(tenant, linked, rooms, sato):
    ghost = Room.objects.create(organization=sato.organization, name="幻", address="ghost@sample.example")
    page = page_with(sato, [ghost, rooms[1]])
    sweep()
    run_jobs()
    ghost.refresh_from_db()
    assert (ghost.mirror_read_at, bool(ghost.mirror_error)) == (None, True)
    assert Room.objects.get(pk=rooms[1].pk).mirror_read_at is not None
    assert states(book(page)) == ("asked", ["八重洲B"])
    alone = page_with(sato, [ghost])
    with pytest.raises(Unverifiable):
        book(alone, day=2)
    assert page_offer(alone, *[timezone.localdate()] * 2, now=timezone.now()).unknown


def test_rooms_of_open_pages_are_kept_in_the_mirror(tenant, rooms, sato):
    sweep()
    run_jobs()
    assert not Room.objects.filter(mirror_read_at__isnull=False).exists(), "nobody uses them"
    occupy(tenant, A, late(1))
    page = page_with(sato, rooms[:1])
    sweep()
    run_jobs()
    assert RoomBusy.objects.filter(room=rooms[0], starts_at=late(1).start).exists()
    day = timezone.localdate(late(1).start)
    starts = [slot.start for slot in page_offer(page, day, day, now=timezone.now()).slots]
    assert late(1).start not in starts
    assert late(1).start + timedelta(hours=1) in starts


def test_a_customer_who_moves_takes_room_and_link_along_or_the_next_room(tenant, rooms, sato):
    meeting = company.meeting(format="visit", web_meeting=True, location="東京本社 受付")
    appointment = book(page_with(sato, rooms, meeting=meeting))
    answered(tenant)
    appointment.refresh_from_db()
    [event], link = tenant.ours(SATO), appointment.join_url
    assert link

    move_by_guest(appointment, late(3).start, revision=appointment.revision, now=timezone.now())
    answered(tenant)
    assert states(appointment) == ("settled", ["八重洲A"])
    [moved] = tenant.ours(SATO)
    assert (moved.event.key, moved.starts, appointment.join_url) == (event.event.key, late(3).start, link)
    assert busy_in(tenant, A) == [late(3)], "the old time is free again"
    assert kinds(appointment=appointment) == ["room_accepted", "room_accepted"]

    occupy(tenant, A, late(5))
    move_by_guest(appointment, late(5).start, revision=appointment.revision, now=timezone.now())
    answered(tenant)
    assert states(appointment) == ("settled", ["八重洲B"])
    assert [person.address for person in invited(tenant)] == [B]
    assert (busy_in(tenant, A), busy_in(tenant, B)) == ([], [late(5)])
    assert appointment.join_url == link
    told = [
        compose(one, now=timezone.now())
        for one in appointment.mails.filter(kind="changed_guest").order_by("pk")
    ]
    assert len(told) == 2
    assert all("変更前" in letter.text for letter in told)
    assert "八重洲B" in told[1].text


# --- proposals ----------------------------------------------------------------------------------------------


def offer(sato, wishes, **values):
    times = [late(day) for day in range(1, len(wishes) + 1)]
    return company.propose(sato, times, now=timezone.now(), guest_email="", rooms=tuple(wishes), **values)


def test_a_candidates_hold_reserves_the_room_and_becomes_the_appointment(tenant, rooms, sato):
    proposal = offer(sato, [RoomWish(room_id=rooms[0].pk), None])
    answered(tenant)
    first, second = proposal.candidates.all()
    assert (first.room_answer, second.room_id) == ("accepted", None)
    assert [person.address for person in invited(tenant)] == [A]
    appointment = confirm_candidate(proposal, first.pk, GUEST, submission=uuid4(), now=timezone.now())
    answered(tenant)
    assert states(appointment) == ("settled", ["八重洲A"])
    [event] = tenant.ours(SATO)
    assert [(one.address, one.response) for one in event.event.attendees] == [(A, "accepted")]


def test_any_free_room_of_a_list_and_the_next_when_it_declines(tenant, rooms, sato):
    group = RoomList.objects.create(organization=sato.organization, name="東京")
    for position, room in enumerate(rooms):
        group.places.create(room=room, position=position)
    proposal = offer(sato, [RoomWish(list_id=group.pk)])
    assert proposal.candidates.get().room == rooms[0]
    occupy(tenant, A, late(1))
    answered(tenant)
    candidate = proposal.candidates.get()
    assert (candidate.room, kinds(proposal=proposal)) == (rooms[1], ["candidate_room_replaced"])


def test_a_candidate_whose_rooms_all_declined_can_still_be_taken(tenant, rooms, sato):
    proposal = offer(sato, [RoomWish(room_id=rooms[1].pk)])
    candidate = proposal.candidates.get()
    occupy(tenant, B, late(1))
    answered(tenant)
    candidate.refresh_from_db()
    assert (candidate.room, candidate.room_wanted) == (None, True)
    assert kinds(proposal=proposal)[-1] == "candidate_room_missing"
    appointment = confirm_candidate(proposal, candidate.pk, GUEST, submission=uuid4(), now=timezone.now())
    assert states(appointment) == ("missing", []), "the customer has the time; the host finds a room"


def test_a_room_that_has_vanished_or_is_too_small_cannot_be_booked(tenant, rooms, sato):
    Room.objects.filter(pk=rooms[0].pk).update(vanished_at=timezone.now())
    page = page_with(sato, rooms[1:], room_min_capacity=4)
    with pytest.raises(InvalidInput) as gone:
        offer(sato, [RoomWish(room_id=rooms[0].pk)])
    assert gone.value.fields == {"rooms": "room_gone"}
    with pytest.raises(InvalidInput) as small:
        offer(sato, [RoomWish(room_id=rooms[1].pk)], room_min_capacity=5)
    assert small.value.fields == {"rooms": "room_too_small"}
    Room.objects.filter(pk=rooms[1].pk).update(vanished_at=timezone.now())
    with pytest.raises(TimeTaken):
        book(page)
    assert not Appointment.objects.exists()
    assert not MailMessage.objects.exists()


def test_another_room_while_the_proposal_runs_is_another_attendee_of_the_same_hold(tenant, rooms, sato):
    proposal = offer(sato, [RoomWish(room_id=rooms[0].pk), None])
    answered(tenant)
    before = {one.event.key for one in tenant.ours(SATO)}
    kept, other = (Interval(one.starts_at, one.ends_at) for one in proposal.candidates.all())
    wanted = company.proposal_input(sato, [kept, other], rooms=(RoomWish(room_id=rooms[1].pk), None))
    change_proposal(sato, proposal, wanted, seen=0, now=timezone.now())
    answered(tenant)
    assert [person.address for person in invited(tenant)] == [B]
    assert {one.event.key for one in tenant.ours(SATO)} == before, "the holds themselves stay"
    assert [one.room_answer for one in proposal.candidates.all()] == ["accepted", ""]
    assert busy_in(tenant, A) == []
    assert busy_in(tenant, B) == [kept]
