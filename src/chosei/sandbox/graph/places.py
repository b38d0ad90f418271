"""/places: rooms and room lists, 100 a page; a list is named by its address.

Source: resources/place, api/place-list.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from chosei.sandbox.directory import Room, RoomList
from chosei.sandbox.errors import GraphError
from chosei.sandbox.graph import odata
from chosei.sandbox.graph.calls import Call, answer, route

PAGE = 100
_SCOPES = ("Place.Read.All", "Place.ReadWrite.All")
_ROOM_MEMBERS = frozenset(
    {
        "id", "placeId", "displayName", "nickname", "label", "emailAddress", "phone", "capacity", "building",
        "floorLabel", "floorNumber", "isWheelChairAccessible", "tags", "bookingType",
        "audioDeviceName", "videoDeviceName", "displayDeviceName", "address", "geoCoordinates",
        "parentId", "teamsEnabledState",
    }
)  # fmt: skip


def routes() -> list[Route]:
    """Both spellings of the casts."""
    found = []
    for prefix in ("microsoft.graph", "graph"):
        found += [
            route(f"/places/{prefix}.room", "GET", list_rooms),
            route(f"/places/{prefix}.roomList", "GET", list_room_lists),
            route(f"/places/{{place}}/{prefix}.roomList/rooms", "GET", rooms_of_list),
        ]
    return [*found, route("/places/{place}", "GET", get_place)]


async def list_rooms(call: Call) -> Response:
    """All rooms of the tenant."""
    call.caller.require(*_SCOPES)
    return _page(call, [_room(one) for one in call.context.directory.rooms(call.caller.tenant.tid)], "room")


async def list_room_lists(call: Call) -> Response:
    """All room lists of the tenant."""
    call.caller.require(*_SCOPES)
    lists = call.context.directory.room_lists(call.caller.tenant.tid)
    return _page(call, [_room_list(one) for one in lists], "roomList")


async def rooms_of_list(call: Call) -> Response:
    """The rooms of a list named by its SMTP address; its id is not accepted here."""
    call.caller.require(*_SCOPES)
    key = call.request.path_params["place"]
    lists = call.context.directory.room_lists(call.caller.tenant.tid)
    named = next((one for one in lists if one.address.casefold() == key.casefold()), None)
    if named is None:
        raise _not_found(key)
    rooms = call.context.directory.rooms(call.caller.tenant.tid, named.address)
    return _page(call, [_room(one) for one in rooms], "room")


async def get_place(call: Call) -> Response:
    """A room or a list, by id or address."""
    call.caller.require(*_SCOPES)
    chosen = odata.options(call.request, "select")
    key = call.request.path_params["place"]
    tid = call.caller.tenant.tid
    room = call.context.directory.room(key, tid)
    lists = call.context.directory.room_lists(tid)
    found = next((one for one in lists if key.casefold() in (one.id, one.address.casefold())), None)
    if room is None and found is None:
        raise _not_found(key)
    item = _room(room) if room else _room_list(found) if found else {}
    kind = "room" if room else "roomList"
    body = {
        "@odata.type": f"#microsoft.graph.{kind}",
        **odata.narrow(item, chosen.select, _ROOM_MEMBERS, kind),
    }
    return answer({"@odata.context": odata.context_url(call.request, "places/$entity"), **body})


def _page(call: Call, items: list[dict[str, Any]], kind: str) -> Response:
    chosen = odata.options(call.request, "select", "top", "skip", "filter", "count")
    if chosen.filter:
        items = [item for item in items if chosen.filter.matches(item)]
    items = [odata.narrow(item, chosen.select, _ROOM_MEMBERS, kind) for item in items]
    context = odata.context_url(call.request, f"places/microsoft.graph.{kind}")
    return answer({"@odata.context": context, **odata.page(call.request, items, chosen, PAGE)})


def _room(room: Room) -> dict[str, Any]:
    return {
        "id": room.id,
        "placeId": room.id,
        "displayName": room.name,
        "nickname": room.name,
        "label": None,
        "emailAddress": room.address,
        "phone": "",
        "capacity": room.capacity,
        "bookingType": room.booking_type,
        "building": room.building,
        "floorLabel": room.floor_label,
        "floorNumber": room.floor_number,
        "isWheelChairAccessible": None,
        "audioDeviceName": None,
        "videoDeviceName": None,
        "displayDeviceName": None,
        "tags": list(room.equipment),
        "address": {"countryOrRegion": "JP", "city": "東京都"},
        "geoCoordinates": None,
    }


def _room_list(found: RoomList) -> dict[str, Any]:
    return {
        "id": found.id,
        "placeId": found.id,
        "displayName": found.name,
        "emailAddress": found.address,
        "phone": "",
        "address": {"countryOrRegion": "JP", "city": "東京都"},
        "geoCoordinates": None,
    }


def _not_found(key: str) -> GraphError:
    return GraphError(404, "ResourceNotFound", f"The place '{key}' was not found.")
