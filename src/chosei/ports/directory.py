"""A company's directory, as far as Chosei needs it: its meeting rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

PLACES = "places"
"""The permission beyond a calendar's that reading rooms takes (``wiring.directory_of``)."""

CONSENT_MISSING = "consent_missing"
"""The code of ``Rejected`` when nobody has allowed this account to read the directory's rooms."""

ADMINISTRATOR_NEEDED = "administrator_needed"
"""The code of ``Rejected`` when the directory answers administrators' accounts alone, and this is none."""


@dataclass(frozen=True, slots=True)
class DirectoryRoom:
    """A room as the directory lists it. ``capacity`` None: not told. ``bookable``: invitations are answered.

    ``equipment``: what people may look for in it, in the directory's words.
    """

    address: str
    name: str
    building: str = ""
    floor: str = ""
    capacity: int | None = None
    equipment: tuple[str, ...] = ()
    bookable: bool = True


@dataclass(frozen=True, slots=True)
class DirectoryRoomList:
    """A list of rooms, mostly a building's; ``rooms`` are addresses in the directory's order."""

    address: str
    name: str
    rooms: tuple[str, ...]


class DirectoryPort(Protocol):
    """One company's directory under one account's permission. Every method may raise any ``PortError``;
    ``Rejected("consent_missing")`` when the permission was never given. A read is whole or it raises.
    """

    def rooms(self) -> list[DirectoryRoom]:
        """Every room, each once."""

    def room_lists(self) -> list[DirectoryRoomList]:
        """Every list with its rooms."""
