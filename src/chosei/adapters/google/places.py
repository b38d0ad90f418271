"""DirectoryPort over Google's directory: rooms are calendar resources, lists of them are buildings.

Only an administrator's account (or a role that may read resources) is answered. Source:
contracts/google-directory.discovery.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chosei.adapters.google.client import Api, Request
from chosei.adapters.google.problems import SCOPE_MISSING, UNREADABLE
from chosei.ports.directory import ADMINISTRATOR_NEEDED, CONSENT_MISSING, DirectoryRoom, DirectoryRoomList
from chosei.ports.errors import NeedsReconnect, Rejected, Transient

PAGE_SIZE = 100
_ROUTE = "/admin/directory/v1/customer/my_customer/resources"
_NOT_AN_ADMINISTRATOR = frozenset({"forbidden", "permission_denied", "http_403"})
_NO_ROOM = "OTHER"


class GoogleDirectory:
    """See ``ports.directory.DirectoryPort``."""

    def __init__(self, api: Api, *, page_size: int = PAGE_SIZE) -> None:
        self._api = api
        self._query = {"maxResults": str(page_size)}

    def rooms(self) -> list[DirectoryRoom]:
        names = dict(self._buildings())
        found = (_room(raw, names) for raw in self._resources())
        return list({room.address.lower(): room for room in found}.values())

    def room_lists(self) -> list[DirectoryRoomList]:
        by_building: dict[str, list[str]] = {}
        for raw in self._resources():
            by_building.setdefault(_text(raw, "buildingId"), []).append(_address(raw))
        return [
            DirectoryRoomList(number, name, tuple(dict.fromkeys(by_building.get(number, ()))))
            for number, name in self._buildings()
        ]

    def _resources(self) -> list[Mapping[str, Any]]:
        """What people meet in: cars and projectors are resources as well."""
        raws = self._pages("/calendars", "items")
        return [raw for raw in raws if _text(raw, "resourceCategory") != _NO_ROOM]

    def _buildings(self) -> list[tuple[str, str]]:
        raws = self._pages("/buildings", "buildings")
        numbered = [(_text(raw, "buildingId"), _text(raw, "buildingName")) for raw in raws]
        return [(number, name or number) for number, name in numbered if number]

    def _pages(self, route: str, name: str) -> list[Mapping[str, Any]]:
        try:
            return self._api.pages(Request("GET", f"{_ROUTE}{route}", query=self._query), name)[0]
        except Rejected as refused:
            if refused.code.lower() in _NOT_AN_ADMINISTRATOR:
                raise Rejected(ADMINISTRATOR_NEEDED) from refused
            raise
        except NeedsReconnect as refused:
            if refused.code == SCOPE_MISSING:
                raise Rejected(CONSENT_MISSING) from refused
            raise


def _room(raw: Mapping[str, Any], buildings: Mapping[str, str]) -> DirectoryRoom:
    address, building, capacity = _address(raw), _text(raw, "buildingId"), raw.get("capacity")
    return DirectoryRoom(
        address=address,
        name=_text(raw, "resourceName") or _text(raw, "generatedResourceName") or address,
        building=buildings.get(building, building),
        floor=_text(raw, "floorName"),
        capacity=capacity if isinstance(capacity, int) and capacity > 0 else None,
        equipment=_equipment(raw),
    )


def _equipment(raw: Mapping[str, Any]) -> tuple[str, ...]:
    listed = raw.get("featureInstances")
    features = (
        [one.get("feature") for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    )
    names = [_text(one, "name") for one in features if isinstance(one, Mapping)]
    return tuple(dict.fromkeys(name for name in names if name))


def _address(raw: Mapping[str, Any]) -> str:
    """Raises ``Transient``: a room that cannot be named would look as if it had vanished."""
    address = _text(raw, "resourceEmail")
    if not address:
        raise Transient(UNREADABLE)
    return address


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return value.strip() if isinstance(value, str) else ""
