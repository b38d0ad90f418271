"""One room and several who want it: the database decides, and nobody is promised what another has."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chosei.actions.booking import book_page
from chosei.actions.confirm import confirm_candidate
from chosei.actions.errors import InvalidInput, TimeTaken
from chosei.actions.inputs import Booking, RoomWish
from chosei.actions.room_choosing import choose_room
from chosei.core.rooms import RoomState
from chosei.records.models import Appointment, MailMessage, Promise, Proposal, Room, RoomList
from chosei.records.places import rooms_of
from tests.actions.test_races import together
from tests.support.company import GUEST, NOW, at, connect, member, propose, publish, span

pytestmark = pytest.mark.django_db(transaction=True)


def room_of(author, name="応接室", **values) -> Room:
    """Without a mailbox: judged by our promises and holds alone."""
    return Room.objects.create(organization=author.organization, name=name, **values)


def booking(page, day=1, hour=10):
    return lambda: book_page(page, Booking(at(day, hour)), GUEST, submission=uuid4(), now=NOW)


def office(of):
    """A host whose calendar is not asked now: the mirror, read a moment ago, decides."""
    host = member(of)
    connect(host, silent_until=timezone.now() + timedelta(hours=1))
    return host


def pages_with(rooms, guests):
    """As many pages, each with a host of its own, that share the rooms."""
    hosts = [office(rooms[0].organization) for _ in range(guests)]
    return [publish(host, room_ids=tuple(room.pk for room in rooms), duration_minutes=60) for host in hosts]


def refusals(call, **expected):
    with pytest.raises(InvalidInput) as refused:
        call()
    assert refused.value.fields == expected


def test_guests_of_several_pages_after_one_room():
    room = room_of(member())
    outcomes = together(*[booking(page) for page in pages_with([room], 6)])
    won = [one for one in outcomes if isinstance(one, Appointment)]
    assert len(won) == 1
    assert all(isinstance(one, Appointment | TimeTaken) for one in outcomes), outcomes
    assert Promise.objects.get(room=room, standing=True).appointment == won[0]
    assert Promise.objects.filter(standing=True, host__isnull=False).count() == 1, (
        "the losers' hosts are free"
    )


def test_guests_at_the_same_moment_get_different_rooms_of_one_list():
    author = member()
    rooms = [room_of(author, name) for name in ("応接室 1", "応接室 2")]
    outcomes = together(*[booking(page) for page in pages_with(rooms, 4)])
    won = [one for one in outcomes if isinstance(one, Appointment)]
    assert sorted(rooms_of(one)[0].pk for one in won) == [room.pk for room in rooms]


def test_authors_at_the_same_moment_hold_one_room_once():
    authors = [member()]
    authors += [member(authors[0].organization) for _ in range(3)]
    room = room_of(authors[0])
    wish = (RoomWish(room_id=room.pk),)
    calls = [lambda author=author: propose(author, [span(1, 10)], rooms=wish) for author in authors]
    outcomes = together(*calls)
    assert sum(isinstance(one, Proposal) for one in outcomes) == 1
    told = [one.fields for one in outcomes if not isinstance(one, Proposal)]
    assert told == [{"rooms": "room_not_free"}] * 3
    assert Proposal.objects.count() == MailMessage.objects.filter(kind="invitation").count() == 1


def test_hosts_who_choose_the_same_room_at_once():
    author = member()
    spare = room_of(author)
    own = [room_of(author, f"会議室 {number}") for number in range(3)]
    made = [booking(pages_with([room], 1)[0])() for room in own]
    calls = [lambda one=one: choose_room(author, one, spare.pk, now=NOW) for one in made]
    outcomes = together(*calls)
    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "TimeTaken", "TimeTaken"]
    assert [room.pk for one in made for room in rooms_of(one)].count(spare.pk) == 1
    assert all(len(rooms_of(one)) == 1 for one in made), "who came too late keeps their own"


# --- a room without a mailbox -------------------------------------------------------------------------------


def test_a_room_without_a_mailbox_is_settled_by_our_promise_alone():
    author = member()
    room = room_of(author)
    proposal = propose(author, [span(1, 10), span(2, 10)], rooms=(RoomWish(room_id=room.pk), None))
    held, _ = proposal.candidates.all()
    assert (held.room, held.room_answer) == (room, "ours")
    colleague = office(author.organization)
    page = publish(colleague, room_ids=(room.pk,), duration_minutes=60)
    with pytest.raises(TimeTaken):
        booking(page)()  # the hold keeps it
    appointment = confirm_candidate(proposal, held.pk, GUEST, submission=uuid4(), now=NOW)
    assert appointment.room_state == RoomState.SETTLED
    with pytest.raises(TimeTaken):
        booking(page)()  # and then the promise does
    assert rooms_of(booking(page, day=2)()) == [room], "another time is free"


# --- caps ---------------------------------------------------------------------------------------------------


def test_one_proposal_holds_no_more_than_ten_rooms_and_no_longer_than_two_weeks():
    author = member()
    wish = RoomWish(room_id=room_of(author).pk)
    times = [span(1, hour) for hour in range(8, 19)]
    refusals(lambda: propose(author, times, rooms=(wish,) * 11), rooms="too_many_rooms")
    late = NOW + timedelta(days=14, minutes=1)
    refusals(lambda: propose(author, times[:1], rooms=(wish,), deadline=late), deadline="room_hold_too_long")
    assert not Proposal.objects.exists()
    assert (
        propose(author, times, rooms=(*(wish,) * 10, None)).candidates.filter(room__isnull=False).count()
        == 10
    )
    assert propose(author, times[:1], deadline=late).deadline == late, "without a room it may be longer"


def test_a_list_gives_each_overlapping_candidate_a_room_of_its_own():
    author = member()
    group = RoomList.objects.create(organization=author.organization, name="応接室")
    rooms = [room_of(author, f"応接室 {number}") for number in (1, 2)]
    for position, room in enumerate(rooms):
        group.places.create(room=room, position=position)
    wish = RoomWish(list_id=group.pk)
    overlapping = [span(1, 10), span(1, 10, 30), span(1, 10, 45)]
    refusals(lambda: propose(author, overlapping, rooms=(wish,) * 3), rooms="none_free")
    held = propose(author, overlapping[:2], rooms=(wish,) * 2).candidates.all()
    assert {one.room for one in held} == set(rooms)
