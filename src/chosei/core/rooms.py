"""Rooms: what they answer, how far an appointment's room has come, and how a place is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chosei.core.text import one_line


class RoomAnswer(StrEnum):
    """What a room said to an invitation. Stored.

    NONE: not yet. TENTATIVE: a person has to approve. OURS: a room without a mailbox, which only we promise.
    """

    NONE = "none"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    OURS = "ours"
    RELEASED = "released"


SETTLED = frozenset({RoomAnswer.ACCEPTED, RoomAnswer.DECLINED, RoomAnswer.OURS, RoomAnswer.RELEASED})
"""Answers after which nothing more is waited for."""


class RoomState(StrEnum):
    """How far an appointment's room has come. Stored; empty: no room is wanted.

    ASKED: invited, the answer is awaited. SETTLED: accepted, or ours to promise. MISSING: none could be had,
    and the host is asked. UNBOOKED: no connected calendar could invite it, a person has to.
    """

    NONE = ""
    ASKED = "asked"
    SETTLED = "settled"
    MISSING = "missing"
    UNBOOKED = "unbooked"


@dataclass(frozen=True, slots=True)
class Seats:
    """What decides whether a room is large enough. ``capacity`` None: nobody has said."""

    capacity: int | None

    def hold(self, people: int) -> bool:
        """A room of unknown size is not refused unless a size is asked for."""
        return people <= 0 or (self.capacity is not None and self.capacity >= people)


def room_text(name: str, building: str = "", floor: str = "") -> str:
    """東京本社 12F 会議室 八重洲A: as much as is known, nothing twice."""
    clean = one_line(name)
    before = [part for text in (building, floor) if (part := one_line(text)) and part not in clean]
    return " ".join([*before, clean])


def place_text(location: str, rooms: Iterable[str]) -> str:
    """Where people go: the place as typed, then the rooms."""
    parts = [one_line(location), "、".join(rooms)]
    return " ".join(part for part in parts if part)
