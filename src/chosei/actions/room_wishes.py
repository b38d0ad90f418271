"""Rooms for the candidates of a proposal: chosen by name, or any free one of a list, and held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chosei.actions.errors import InvalidInput, RoomsRefused
from chosei.actions.inputs import RoomWish
from chosei.actions.room_agenda import Apart, free_rooms, room_availability
from chosei.actions.room_booking import Live, choosable
from chosei.core.intervals import Interval, overlaps
from chosei.records.models import Candidate, Member, Room, RoomList

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
    """What the wishes stand for. Raises RoomsRefused: unknown, room_gone, room_too_small."""
    organization = author.organization_id
    rooms = Room.objects.filter(organization=organization).in_bulk(
        [wish.room_id for wish in wishes if wish is not None and wish.room_id]
    )
    lists = RoomList.objects.filter(organization=organization, vanished_at__isnull=True).in_bulk(
        [wish.list_id for wish in wishes if wish is not None and wish.list_id]
    )
    found: list[Wished | None] = []
    refused: dict[int, str] = {}
    for place, wish in enumerate(wishes):
        one = None if wish is None else _wished(wish, rooms, lists, people)
        if isinstance(one, str):
            refused[place] = one
        else:
            found.append(one)
    if refused:
        raise RoomsRefused(refused)
    return found


def check_hold(wishes: Sequence[RoomWish | None], deadline: datetime, now: datetime) -> None:
    """Raises InvalidInput where too many rooms (rooms) would be held, or for too long (deadline)."""
    count = sum(wish is not None for wish in wishes)
    if count > MOST_ROOMS:
        raise InvalidInput(rooms="too_many_rooms")
    if count and deadline > now + LONGEST_HOLD:
        raise InvalidInput(deadline="room_hold_too_long")


def wish_of(candidate: Candidate) -> RoomWish | None:
    """What its author chose for it."""
    if candidate.room_list_id is not None:
        return RoomWish(list_id=candidate.room_list_id)
    return RoomWish(room_id=candidate.room_id) if candidate.room_id is not None else None


def plan_rooms(
    times: Sequence[Interval],
    wished: Sequence[Wished | None],
    *,
    now: datetime,
    live: Live,
    own: Mapping[Interval, Candidate] | None = None,
) -> list[Planned]:
    """A free room for each candidate that wishes for one. Under the rooms' locks.

    ``live`` is busy time over all of ``times``; ``own``: candidates that stand already, whose rooms are ours
    then. Raises RoomsRefused: room_not_free, none_free.
    """
    planned: list[Planned] = []
    refused: dict[int, str] = {}
    taken: dict[int, list[Interval]] = {}
    for place, (time, wish) in enumerate(zip(times, wished, strict=True)):
        if wish is None:
            planned.append(Planned())
            continue
        known = room_availability(wish.rooms, time, now=now, live=live, apart=_apart(time, own or {}))
        free = [
            room for room in free_rooms(wish.rooms, known, time) if not overlaps(taken.get(room.pk, []), time)
        ]
        if not free:
            refused[place] = "none_free" if wish.source else "room_not_free"
            continue
        taken.setdefault(free[0].pk, []).append(time)
        planned.append(Planned(free[0], wish.source))
    if refused:
        raise RoomsRefused(refused)
    return planned


def _apart(time: Interval, own: Mapping[Interval, Candidate]) -> Apart:
    candidate = own.get(time)
    if candidate is None:
        return Apart(time)
    rooms = frozenset({candidate.room_id} if candidate.room_id is not None else ())
    return Apart(time, candidate=candidate.pk, rooms=rooms)


def _wished(wish: RoomWish, rooms: dict[int, Room], lists: dict[int, RoomList], people: int) -> Wished | str:
    """Or the code of why not."""
    if wish.list_id:
        source = lists.get(wish.list_id)
        if source is None:
            return "unknown"
        listed = [place.room for place in source.places.select_related("room")]
        return Wished(tuple(choosable(listed, people)), source)
    room = rooms.get(wish.room_id)
    if room is None:
        return "unknown"
    if not choosable([room]):
        return "room_gone"
    if not choosable([room], people):
        return "room_too_small"
    return Wished((room,))
