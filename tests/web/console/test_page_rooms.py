"""会議室候補一覧 of a booking page: the order, how many people, and whose rooms."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chosei.records.models import BookingPage, Room
from tests.support import company
from tests.web.console.conftest import Company, signed_in


@pytest.fixture
def rooms(people: Company) -> list[Room]:
    organization = people.author.organization
    return [
        Room.objects.create(organization=organization, name=f"会議室 {size}名", capacity=size)
        for size in (4, 8, 12)
    ]


@pytest.fixture
def page(people: Company) -> BookingPage:
    return company.publish(people.author)


def posted(client: Client, page: BookingPage, *places: tuple[Room, int], people: str = "0") -> Any:
    chosen = {f"room-{room.pk}": str(place) for room, place in places}
    return client.post(f"/pages/{page.pk}/rooms", {"room_min_capacity": people, **chosen})


def order(page: BookingPage) -> list[Room]:
    return [row.room for row in page.rooms.select_related("room")]


def test_rooms_are_taken_in_the_order_given(client: Client, page: BookingPage, rooms: list[Room]) -> None:
    four, eight, twelve = rooms
    assert posted(client, page, (twelve, 1), (four, 2), people="3").status_code == 302
    assert order(page) == [twelve, four]
    page.refresh_from_db()
    assert page.room_min_capacity == 3
    seen = client.get(f"/pages/{page.pk}/rooms").content.decode()
    assert seen.count('value="1" selected') == seen.count('value="2" selected') == 1
    posted(client, page, (four, 1), (eight, 2), (twelve, 3))
    assert order(page) == [four, eight, twelve]
    posted(client, page)
    assert order(page) == []


def test_a_page_asks_for_rooms_that_are_large_enough(
    client: Client, page: BookingPage, rooms: list[Room]
) -> None:
    told = posted(client, page, (rooms[0], 1), (rooms[1], 2), people="9")
    assert "この人数が入れる会議室がありません" in told.content.decode()
    assert order(page) == []
    assert posted(client, page, (rooms[1], 1), (rooms[2], 2), people="9").status_code == 302
    assert "必要な人数" in posted(client, page, (rooms[2], 1), people="-1").content.decode()
    page.refresh_from_db()
    assert page.room_min_capacity == 9


def test_only_those_who_manage_the_page_choose_its_rooms(
    people: Company, page: BookingPage, rooms: list[Room]
) -> None:
    for other in (people.stranger, people.colleague):
        client = signed_in(other)
        assert client.get(f"/pages/{page.pk}/rooms").status_code == 404
        assert posted(client, page, (rooms[0], 1)).status_code == 404
    assert order(page) == []


def test_rooms_of_another_organisation_and_rooms_gone_are_not_taken(
    client: Client, people: Company, page: BookingPage, rooms: list[Room]
) -> None:
    theirs = Room.objects.create(organization=people.stranger.organization, name="よその会議室")
    posted(client, page, (theirs, 1), (rooms[0], 2))
    assert order(page) == [rooms[0]], "a room nobody here knows is no field of the page"
    assert "よその会議室" not in client.get(f"/pages/{page.pk}/rooms").content.decode()
    Room.objects.filter(pk=rooms[0].pk).update(vanished_at=timezone.now())
    assert "Microsoft 365にありません" in client.get(f"/pages/{page.pk}/rooms").content.decode()
    assert posted(client, page, (rooms[0], 1)).status_code == 200, "it can no longer be given a place"
    assert posted(client, page, (rooms[1], 1)).status_code == 302
    assert order(page) == [rooms[1]]
