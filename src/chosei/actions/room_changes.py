"""Other rooms for the candidates of a proposal that runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chosei.actions.errors import RoomsRefused
from chosei.actions.inputs import RoomWish
from chosei.actions.proposals import read_rooms
from chosei.actions.room_booking import Live, first_answer
from chosei.actions.room_wishes import Planned, Wished, check_hold, plan_rooms, wish_of, wished_rooms
from chosei.core.intervals import Interval
from chosei.records.models import Candidate, Member, Proposal


@dataclass(frozen=True, slots=True)
class RoomsWanted:
    """A wish or None for each of ``times``; every room for ``people``, and held until ``deadline``."""

    times: tuple[Interval, ...]
    wishes: tuple[RoomWish | None, ...]
    people: int
    deadline: datetime


@dataclass(frozen=True, slots=True)
class RoomsFound:
    """Candidates, by their times, whose room is chosen anew; the others keep what they have."""

    wished: dict[Interval, Wished | None]
    live: Live
    now: datetime

    @property
    def ids(self) -> set[int]:
        """Of the rooms in question, for the locks."""
        return {room.pk for wish in self.wished.values() if wish is not None for room in wish.rooms}

    def plan(
        self,
        order: Sequence[Interval],
        standing: Mapping[Interval, Candidate],
        gone: Sequence[Candidate],
    ) -> dict[Interval, Planned]:
        """A room for each, under the locks; what ``gone`` candidates held is free again. Raises RoomsRefused,
        by the places of ``order``.
        """
        freed = {(one.room_id, Interval(one.starts_at, one.ends_at)) for one in gone}
        live = {pk: [time for time in busy if (pk, time) not in freed] for pk, busy in self.live.items()}
        times = list(self.wished)
        try:
            planned = plan_rooms(times, list(self.wished.values()), now=self.now, live=live, own=standing)
        except RoomsRefused as refused:
            places = {order.index(times[place]): code for place, code in refused.candidates.items()}
            raise RoomsRefused(places) from refused
        return dict(zip(times, planned, strict=True))


def find_rooms(
    member: Member,
    proposal: Proposal,
    wanted: RoomsWanted,
    standing: Sequence[Candidate],
    *,
    now: datetime,
) -> RoomsFound:
    """Read the rooms that are wished for now and were not before. Not inside a transaction.

    Raises InvalidInput(deadline or rooms), RoomsRefused.
    """
    check_hold(wanted.wishes, wanted.deadline, now)
    were = {Interval(one.starts_at, one.ends_at): wish_of(one) for one in standing}
    larger = wanted.people > proposal.room_min_capacity
    anew = [
        time not in were or were[time] != wish or (larger and wish is not None)
        for time, wish in zip(wanted.times, wanted.wishes, strict=True)
    ]
    wishes = [wish if new else None for new, wish in zip(anew, wanted.wishes, strict=True)]
    found = wished_rooms(member, wishes, wanted.people)
    wished = {
        time: wish
        for time, wish, new in zip(wanted.times, found, anew, strict=True)
        if new and (wish is not None or time in were)
    }
    rooms = {room.pk: room for wish in wished.values() if wish is not None for room in wish.rooms}
    return RoomsFound(wished, read_rooms(list(rooms.values()), wanted.times), now)


def give_room(candidate: Candidate, plan: Planned) -> None:
    """The candidate has this room from now on, or none; its hold follows with the others."""
    if plan.room is None or plan.room.pk != candidate.room_id:
        candidate.room_answer = first_answer(plan.room) if plan.room is not None else ""
    candidate.room, candidate.room_list = plan.room, plan.source
    candidate.room_wanted = plan.room is not None
    candidate.save(update_fields=["room", "room_list", "room_wanted", "room_answer"])
