"""DirectoryPort over Microsoft Graph: rooms and room lists of Places.

A hundred a page; a list is named by its address, never by its id. Rooms with ``bookingType`` reserved take no
bookings. Needs Place.Read.All. Sources: microsoft-graph-docs resources/place, api/place-list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chosei.adapters.microsoft.calls import GraphCall, path
from chosei.adapters.microsoft.graph import Graph
from chosei.adapters.microsoft.problems import UNREADABLE
from chosei.ports.directory import CONSENT_MISSING, DirectoryRoom, DirectoryRoomList
from chosei.ports.errors import Missing, Rejected, Transient

PAGE_SIZE = 100
_ROOMS = "/places/microsoft.graph.room"
_LISTS = "/places/microsoft.graph.roomList"
_ROOMS_OF = "/places/{}/microsoft.graph.roomList/rooms"
_DEVICES = ("audioDeviceName", "videoDeviceName", "displayDeviceName")
_NOT_ALLOWED = frozenset({"erroraccessdenied", "accessdenied", "authorization_requestdenied", "http_403"})


class MicrosoftDirectory:
    """See ``ports.directory.DirectoryPort``."""

    def __init__(self, graph: Graph, *, page_size: int = PAGE_SIZE) -> None:
        self._graph = graph
        self._top = str(page_size)

    def rooms(self) -> list[DirectoryRoom]:
        return _each_once(_room(raw) for raw in self._pages(_ROOMS))

    def room_lists(self) -> list[DirectoryRoomList]:
        found = []
        for raw in self._pages(_LISTS):
            address = _address(raw)
            try:
                rooms = tuple(dict.fromkeys(_address(room) for room in self._pages(_ROOMS_OF, address)))
            except Missing:
                continue  # deleted since the lists were read
            found.append(DirectoryRoomList(address, _text(raw, "displayName") or address, rooms))
        return found

    def _pages(self, route: str, *ids: str) -> list[Mapping[str, Any]]:
        try:
            return self._graph.pages(GraphCall("GET", path(route, *ids, top=self._top), route))
        except Rejected as refused:
            if refused.code.lower() in _NOT_ALLOWED:
                raise Rejected(CONSENT_MISSING, request_id=refused.request_id) from refused
            raise


def _room(raw: Mapping[str, Any]) -> DirectoryRoom:
    address = _address(raw)
    number = raw.get("floorNumber")
    floor = _text(raw, "floorLabel") or (f"{number}F" if isinstance(number, int) else "")
    capacity = raw.get("capacity")
    return DirectoryRoom(
        address=address,
        name=_text(raw, "displayName") or address,
        building=_text(raw, "building"),
        floor=floor,
        capacity=capacity if isinstance(capacity, int) and capacity > 0 else None,
        equipment=_equipment(raw),
        bookable=_text(raw, "bookingType").lower() != "reserved",
    )


def _equipment(raw: Mapping[str, Any]) -> tuple[str, ...]:
    tags = [tag for tag in raw.get("tags") or [] if isinstance(tag, str) and tag]
    devices = [name for key in _DEVICES if (name := _text(raw, key))]
    return tuple(dict.fromkeys([*tags, *devices]))


def _address(raw: Mapping[str, Any]) -> str:
    """Raises ``Transient``: a room that cannot be named would look as if it had vanished."""
    address = _text(raw, "emailAddress")
    if not address:
        raise Transient(UNREADABLE)
    return address


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return value.strip() if isinstance(value, str) else ""


def _each_once(rooms: Iterable[DirectoryRoom]) -> list[DirectoryRoom]:
    """Pages may overlap when rooms are added in between."""
    return list({room.address.lower(): room for room in rooms}.values())
