"""Rooms for the candidates of a proposal: chosen by name, or any free one of a list, and held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chosei.actions.errors import InvalidInput
from chosei.actions.inputs import RoomWish
from chosei.actions.room_agenda import Apart, free_rooms, room_availability
from chosei.actions.room_booking import Live, choosable
from chosei.core.intervals import Interval, overlaps
from chosei.records.models import Member, Room, RoomList

MOST_ROOMS = 10
"""Candidates of one proposal that may hold a room at once: rooms are everybody's."""
LONGEST_HOLD = timedelta(days=14)
"""How long one proposal may hold rooms, at most."""


@dataclass(frozen=True, slots=True)
class Wished:
    """Which rooms would do for one candidate, in order; ``source`` where any of a list will do."""

    rooms: tuple[Room, ...]
    source: RoomList | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """The room that a candidate is to hold; None where it needs none."""

    room: Room | None = None
    source: RoomList | None = None


def wished_rooms(author: Member, wishes: Sequence[RoomWish | None], people: int) -> list[Wished | None]:
    """What the wishes stand for. Raises InvalidInput(rooms): unknown, room_gone, room_too_small,
    too_many_rooms.
    """
    if sum(wish is not None for wish in wishes) > MOST_ROOMS:
        raise InvalidInput(rooms="too_many_rooms")
    organization = author.organization_id
    rooms = Room.objects.filter(organization=organization).in_bulk(
        [wish.room_id for wish in wishes if wish is not None and wish.room_id]
    )
    lists = RoomList.objects.filter(organization=organization, vanished_at__isnull=True).in_bulk(
        [wish.list_id for wish in wishes if wish is not None and wish.list_id]
    )
    return [None if wish is None else _wished(wish, rooms, lists, people) for wish in wishes]


def check_hold(wishes: Sequence[RoomWish | None], deadline: datetime, now: datetime) -> None:
    """Raises InvalidInput(deadline) where rooms would be held for too long."""
    if any(wish is not None for wish in wishes) and deadline > now + LONGEST_HOLD:
        raise InvalidInput(deadline="room_hold_too_long")


def plan_rooms(
    times: Sequence[Interval], wished: Sequence[Wished | None], *, now: datetime, live: Live
) -> list[Planned]:
    """A free room for each candidate that wishes for one. Under the rooms' locks.

    Raises InvalidInput(rooms): room_not_free, none_free. ``live`` is busy time over all of ``times``.
    """
    planned: list[Planned] = []
    taken: dict[int, list[Interval]] = {}
    for time, wish in zip(times, wished, strict=True):
        if wish is None:
            planned.append(Planned())
            continue
        known = room_availability(wish.rooms, time, now=now, live=live, apart=Apart(time))
        free = [
            room for room in free_rooms(wish.rooms, known, time) if not overlaps(taken.get(room.pk, []), time)
        ]
        if not free:
            raise InvalidInput(rooms="none_free" if wish.source else "room_not_free")
        taken.setdefault(free[0].pk, []).append(time)
        planned.append(Planned(free[0], wish.source))
    return planned


def _wished(wish: RoomWish, rooms: dict[int, Room], lists: dict[int, RoomList], people: int) -> Wished:
    if wish.list_id:
        source = lists.get(wish.list_id)
        if source is None:
            raise InvalidInput(rooms="unknown")
        listed = [place.room for place in source.places.select_related("room")]
        return Wished(tuple(choosable(listed, people)), source)
    room = rooms.get(wish.room_id)
    if room is None:
        raise InvalidInput(rooms="unknown")
    if not choosable([room]):
        raise InvalidInput(rooms="room_gone")
    if not choosable([room], people):
        raise InvalidInput(rooms="room_too_small")
    return Wished((room,))
