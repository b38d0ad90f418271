"""A booking page's rooms (会議室候補一覧): any of them will do, the first free one is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from chosei.actions.errors import InvalidInput
from chosei.actions.inputs import BookingPageInput
from chosei.actions.room_agenda import look_again_at_rooms, room_availability
from chosei.actions.room_booking import choosable, rooms_of_page
from chosei.actions.rooms import MOST_SEATS
from chosei.core.attendance import AllOf, AnyOf, Requirement
from chosei.core.attendance import Room as RoomNeed
from chosei.core.availability import Known
from chosei.core.intervals import Interval
from chosei.records.locks import for_change
from chosei.records.models import BookingPage, BookingPageRoom, Member, Room
from chosei.records.prepared import Given, Prepared, is_remembered

MOST_ROOMS = 10
_one_room = Prepared(lambda: BookingPageRoom.objects.filter(page=Given("page")).order_by()[:1])


@dataclass(frozen=True, slots=True)
class PageRooms:
    """What a page needs of rooms: ``need`` is None where it needs none."""

    need: AnyOf | None

    def beside(self, hosts: Requirement) -> Requirement:
        """Both the hosts and a room."""
        return hosts if self.need is None else AllOf((hosts, self.need))


def room_need(page: BookingPage, window: Interval, *, now: datetime) -> PageRooms:
    """From the mirror alone; rooms that were read a while ago are asked for again."""
    if not names_rooms(page):
        return PageRooms(None)
    rooms = rooms_of_page(page)
    look_again_at_rooms(rooms, now=now)
    known = room_availability(rooms, window, now=now)
    if not known:  # every one was put away, has vanished or is too small: nothing is offered
        return PageRooms(AnyOf((RoomNeed(Known([window])),)))
    needs = (RoomNeed(one, room.pk) for room, one in zip(rooms, known, strict=True))
    return PageRooms(AnyOf(tuple(needs)))


def names_rooms(page: BookingPage) -> bool:
    """Whether the page has rooms to choose from at all; the gate for guests has read that already."""
    return bool(page.rooms.all() if is_remembered(page, "rooms") else _one_room(page=page.pk))


def have_rooms_read(page: BookingPage) -> None:
    """Before the first customer comes: they would be told that nobody knows yet."""
    look_again_at_rooms(Room.objects.filter(pages__page=page), now=timezone.now())


def check_rooms(member: Member, wanted: BookingPageInput) -> None:
    """Raises InvalidInput(rooms or room_min_capacity)."""
    if wanted.room_ids is not None:
        _check(member, wanted.room_ids, wanted.room_min_capacity)


def set_rooms(page: BookingPage, wanted: BookingPageInput) -> None:
    """Inside the caller's transaction."""
    if wanted.room_ids is not None:
        _set(page, wanted.room_ids, wanted.room_min_capacity)


def change_rooms(member: Member, page: BookingPage, room_ids: Sequence[int], people: int) -> None:
    """Other rooms for what is booked from now on. Raises InvalidInput."""
    _check(member, room_ids, people)
    with transaction.atomic():
        _set(for_change(BookingPage.objects).get(pk=page.pk), room_ids, people)


def _check(member: Member, room_ids: Sequence[int], people: int) -> None:
    if not 0 <= people <= MOST_SEATS:
        raise InvalidInput(room_min_capacity="out_of_range")
    if len(room_ids) > MOST_ROOMS:
        raise InvalidInput(rooms="too_many_rooms")
    if len(set(room_ids)) != len(room_ids):
        raise InvalidInput(rooms="twice_the_same")
    found = Room.objects.filter(organization=member.organization_id).in_bulk(list(room_ids))
    if len(found) != len(room_ids):
        raise InvalidInput(rooms="unknown")
    rooms = list(found.values())
    if len(choosable(rooms)) != len(rooms):
        raise InvalidInput(rooms="room_gone")
    if rooms and not choosable(rooms, people):
        raise InvalidInput(room_min_capacity="room_too_small")


def _set(page: BookingPage, room_ids: Sequence[int], people: int) -> None:
    page.rooms.all().delete()
    BookingPageRoom.objects.bulk_create(
        BookingPageRoom(page=page, room_id=room_id, position=position)
        for position, room_id in enumerate(room_ids)
    )
    page.room_min_capacity = people
    page.save(update_fields=["room_min_capacity", "changed_at"])
    have_rooms_read(page)
