"""Rooms and room lists from Places: whole or not at all, and a missing permission told as such."""

from __future__ import annotations

from typing import Any

import pytest

from chosei.adapters.microsoft.places import MicrosoftDirectory
from chosei.ports.directory import DirectoryRoom, DirectoryRoomList
from chosei.ports.errors import PortError, Rejected, Transient
from tests.adapters.wire import BASE, Reaction, Service, graph_on, refused, reply

A = {
    "emailAddress": "room-a@sample.example",
    "displayName": "会議室 A",
    "building": "本社",
    "floorLabel": "12F",
    "floorNumber": 12,
    "capacity": 8,
    "bookingType": "standard",
    "tags": ["ホワイトボード"],
    "videoDeviceName": "テレビ会議",
}
B = {"emailAddress": "room-b@sample.example", "displayName": "", "floorNumber": 3, "bookingType": "Reserved"}


def directory(*reactions: Reaction) -> tuple[MicrosoftDirectory, Service]:
    service = Service(*reactions)
    graph, _, _ = graph_on(service)
    return MicrosoftDirectory(graph), service


def value(*items: dict[str, Any], **more: Any) -> Reaction:
    return reply(200, {"value": list(items), **more})


def test_rooms_are_read_page_by_page_each_once() -> None:
    following = f"{BASE}/v1.0/places/microsoft.graph.room?$skip=100"
    port, service = directory(value(A, **{"@odata.nextLink": following}), value(A, B))
    assert port.rooms() == [
        DirectoryRoom(
            "room-a@sample.example", "会議室 A", "本社", "12F", 8, ("ホワイトボード", "テレビ会議"), True
        ),
        DirectoryRoom("room-b@sample.example", "room-b@sample.example", "", "3F", None, (), False),
    ]
    assert [request.url.path for request in service.requests] == ["/v1.0/places/microsoft.graph.room"] * 2


def test_a_list_is_named_by_its_address() -> None:
    tokyo = {"id": "an-id", "emailAddress": "tokyo@sample.example", "displayName": "東京本社"}
    port, service = directory(value(tokyo), value(B, A))
    assert port.room_lists() == [
        DirectoryRoomList(
            "tokyo@sample.example", "東京本社", ("room-b@sample.example", "room-a@sample.example")
        )
    ]
    assert "/places/tokyo@sample.example/" in service.requests[1].url.path


def test_a_list_deleted_meanwhile_is_left_out() -> None:
    tokyo = {"emailAddress": "tokyo@sample.example", "displayName": "東京本社"}
    port, _ = directory(value(tokyo), refused(404, "ResourceNotFound"))
    assert port.room_lists() == []


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (refused(403, "ErrorAccessDenied"), Rejected, "consent_missing"),
        (refused(403, "Authorization_RequestDenied"), Rejected, "consent_missing"),
        (refused(400, "BadRequest"), Rejected, "BadRequest"),
        (value({"displayName": "without an address"}), Transient, "unreadable_answer"),
    ],
)
def test_what_cannot_be_read_raises(answer: Reaction, kind: type[PortError], code: str) -> None:
    port, _ = directory(answer)
    with pytest.raises(kind) as error:
        port.rooms()
    assert error.value.code == code
