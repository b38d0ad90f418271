"""会議室: for administrators alone; by hand, from Microsoft 365, lists, and what is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from chosei.records.models import Room, RoomDirectory, RoomList
from tests.web.browsing import complaints, picture, scrolls_sideways
from tests.web.console.conftest import Company, signed_in, visit

A = "room-yaesu-a@sample.example"


@pytest.fixture
def admin(people: Company) -> Client:
    return signed_in(people.administrator)


def filled(**changes: str) -> dict[str, str]:
    return {
        "name": "会議室 八重洲A",
        "address": A,
        "building": "本社",
        "floor": "12F",
        "capacity": "8",
        **changes,
    }


def listed(people: Company, **values: Any) -> Room:
    organization = people.administrator.organization
    return Room.objects.create(**{"organization": organization, "name": "会議室 B", **values})


def test_only_administrators_of_the_company_see_its_rooms(people: Company) -> None:
    room = listed(people)
    group = RoomList.objects.create(organization=room.organization, name="本社")
    pages = ["", "/new", f"/{room.pk}", "/state"]
    paths = [*(f"/settings/rooms{path}" for path in pages), f"/settings/room-lists/{group.pk}"]
    posts = [
        "/settings/rooms/directory/microsoft",
        "/settings/rooms/permission/microsoft",
        f"/settings/rooms/{room.pk}/use",
    ]
    posts.append(f"/settings/room-lists/{group.pk}/removal")
    for reader in (people.author, people.colleague):
        client = signed_in(reader)
        assert {client.get(path).status_code for path in paths} == {404}
        assert {client.post(path, filled()).status_code for path in [*paths[1:3], *posts]} == {404}
    stranger = signed_in(people.stranger)
    assert room.name not in stranger.get("/settings/rooms").content.decode()
    assert stranger.get(f"/settings/rooms/{room.pk}").status_code == 404
    assert Room.objects.get().in_use
    assert RoomList.objects.exists()


def test_a_room_by_hand_changed_and_put_away(people: Company, admin: Client) -> None:
    assert admin.post("/settings/rooms/new", filled()).status_code == 302
    room = Room.objects.get()
    assert (room.name, room.address, room.floor, room.capacity) == ("会議室 八重洲A", A, "12F", 8)
    admin.post(f"/settings/rooms/{room.pk}", filled(capacity="", address=""))
    room.refresh_from_db()
    assert (room.address, room.capacity) == ("", None)
    admin.post(f"/settings/rooms/{room.pk}/use", {"use": "no"})
    assert "使わない会議室" in admin.get("/settings/rooms").content.decode()
    admin.post(f"/settings/rooms/{room.pk}/use", {"use": "yes"})
    assert Room.objects.get().in_use


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": " "}, "入力してください。"),
        ({"address": "no-address"}, "メールアドレス"),
        ({"address": A.upper()}, "すでに登録されています"),
        ({"capacity": "0"}, "1"),
    ],
)
def test_what_cannot_be_a_room_is_refused_at_its_field(
    people: Company, admin: Client, changes: dict[str, str], reason: str
) -> None:
    listed(people, address=A)
    answer = admin.post("/settings/rooms/new", filled(**changes))
    assert answer.status_code == 200
    assert reason in answer.content.decode()
    assert Room.objects.count() == 1


def test_the_address_of_a_room_from_the_directory_stays(people: Company, admin: Client) -> None:
    room = listed(people, address=A, provider="microsoft")
    admin.post(f"/settings/rooms/{room.pk}", filled(address="other@sample.example"))
    room.refresh_from_db()
    assert (room.address, room.name) == (A, "会議室 八重洲A")


def test_a_list_by_hand(people: Company, admin: Client) -> None:
    one, two = listed(people, name="会議室 1"), listed(people, name="会議室 2")
    assert (
        "まだ保存されていません" in admin.post("/settings/room-lists/new", {"name": "本社"}).content.decode()
    )
    admin.post("/settings/room-lists/new", {"name": "本社", "rooms": [one.pk, two.pk]})
    group = RoomList.objects.get()
    assert [place.room for place in group.places.all()] == [one, two]
    admin.post(f"/settings/room-lists/{group.pk}", {"name": "本社", "rooms": [two.pk]})
    assert [place.room for place in group.places.all()] == [two]
    theirs = Room.objects.create(organization=people.stranger.organization, name="よその会議室")
    admin.post(f"/settings/room-lists/{group.pk}", {"name": "本社", "rooms": [theirs.pk]})
    assert [place.room for place in group.places.all()] == [two]
    admin.post(f"/settings/room-lists/{group.pk}/removal")
    assert not RoomList.objects.exists()
    assert Room.objects.count() == 3


def test_fetching_is_asked_for_and_its_problems_are_told(people: Company, admin: Client) -> None:
    admin.post("/settings/rooms/directory/microsoft")
    assert "取得中" in admin.get("/settings/rooms").content.decode()
    RoomDirectory.objects.update(problem="consent_missing", tried_at=timezone.now())
    page = admin.get("/settings/rooms/state").content.decode()
    assert "Place.Read.All" in page
    assert "取得中" not in page
    RoomDirectory.objects.update(problem="nobody_connected")
    assert "外部連携" in admin.get("/settings/rooms").content.decode()


def test_the_permission_is_asked_for_only_here(people: Company, admin: Client) -> None:
    def scopes(answer: Any) -> str:
        return parse_qs(urlsplit(answer.url).query)["scope"][0]

    assert "Place.Read.All" not in scopes(admin.post("/connect/microsoft"))
    assert "Place.Read.All" in scopes(admin.post("/settings/rooms/permission/microsoft"))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_of_rooms(live_server: Any, people: Company, browser: Any) -> None:
    room = listed(people, building="東京本社", floor="12F", capacity=8, equipment=["ディスプレイ"], address=A)
    listed(
        people, name="会議室 丸の内", vanished_at=timezone.now(), mirror_error="ErrorMailRecipientNotFound"
    )
    listed(people, name="応接室", in_use=False)
    group = RoomList.objects.create(organization=room.organization, name="東京本社の会議室")
    group.places.create(room=room)
    RoomDirectory.objects.create(
        organization=room.organization,
        provider="microsoft",
        problem="consent_missing",
        tried_at=timezone.now(),
    )
    for phone, language in ((False, "ja"), (True, "ja"), (False, "en")):
        seen = visit(browser, live_server.url, people.administrator, phone=phone, language=language)
        for name, path in {
            "rooms": "/settings/rooms",
            "room": f"/settings/rooms/{room.pk}",
            "room-new": "/settings/rooms/new",
            "room-list": f"/settings/room-lists/{group.pk}",
        }.items():
            seen.open(path)
            picture(seen.page, f"{name}-{'phone' if phone else 'desk'}-{language}")
            assert complaints(seen.page) == []
            assert not scrolls_sideways(seen.page)
        assert seen.complaints == []
