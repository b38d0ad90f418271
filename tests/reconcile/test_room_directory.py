"""Rooms from Microsoft 365 on the sandbox: the permission, new and vanished rooms, lists, and once a day."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from chosei.actions.approvals import ask_approval, consent_link
from chosei.actions.rooms import RoomInput, add_room, ask_directory, put_away_room
from chosei.reconcile.sweep import sweep
from chosei.records import gates
from chosei.records.models import Connection, Room, RoomDirectory, RoomList
from tests.support.person import Person
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
A, B = "room-yaesu-a@sample.example", "room-yaesu-b@sample.example"


def ask(member) -> RoomDirectory:
    ask_directory(member, "microsoft", now=timezone.now())
    run_jobs()
    return RoomDirectory.objects.get()


@pytest.fixture
def allowed(tenant, linked, sato):
    """The IT department has followed the approval link: everything registered is granted, rooms included."""
    link = consent_link(ask_approval(sato, "microsoft", now=timezone.now()))
    with Person(tenant.sandbox.url) as it:
        it.open(link.url).sign_in("admin@sample.example")
        it.press("承諾")
        Client().get(urlsplit(it.returned_to)._replace(scheme="", netloc="").geturl())
    return linked


def test_without_the_permission_the_administrator_is_told_and_nothing_else_suffers(tenant, linked, sato):
    found = ask(sato)
    assert (found.problem, found.fetched_at) == ("consent_missing", None)
    assert not Room.objects.exists()
    assert Connection.objects.get().state == "active", "the calendar's permission is another matter"


def test_an_approved_company_has_its_rooms(allowed, sato):
    found = ask(sato)
    assert (found.problem, found.found, found.reader_id) == ("", 3, allowed.pk)
    room = Room.objects.get(address=A)
    assert (room.name, room.building, room.floor, room.capacity) == ("会議室 八重洲A", "東京本社", "12F", 8)
    assert room.equipment == ["ディスプレイ", "ホワイトボード"]
    assert room.tenant_id == allowed.account_tenant
    tokyo = RoomList.objects.get()
    assert (tokyo.name, tokyo.places.count()) == ("東京本社", 3)
    assert "Place.Read.All" in Connection.objects.get().scopes


def test_a_room_that_vanished_is_marked_offered_no_more_and_comes_back(tenant, allowed, sato):
    by_hand = add_room(sato, RoomInput("応接室"))
    ask(sato)
    known = tenant.sandbox.context.directory.room(A)
    with tenant.sandbox.context.database.transaction() as database:
        database.execute("DELETE FROM rooms WHERE address = ?", [A])
    ask(sato)
    assert Room.objects.get(address=A).vanished_at is not None
    assert {room.name for room in gates.rooms_of(sato)} == {"応接室", "会議室 八重洲B", "会議室 丸の内"}
    assert RoomList.objects.get().places.count() == 2
    tenant.sandbox.context.directory.add(known)
    ask(sato)
    assert Room.objects.get(address=A).vanished_at is None
    assert Room.objects.get(pk=by_hand.pk).vanished_at is None, "the directory does not know it, and need not"


def test_what_was_entered_by_hand_becomes_the_directorys_room(allowed, sato):
    mine = add_room(sato, RoomInput("八重洲", address=A.upper(), capacity=6))
    away = add_room(sato, RoomInput("使わない", address=B))
    put_away_room(sato, away)
    ask(sato)
    mine.refresh_from_db()
    away.refresh_from_db()
    assert (mine.name, mine.capacity, mine.provider) == ("会議室 八重洲A", 8, "microsoft")
    assert (away.name, away.in_use) == ("会議室 八重洲B", False)
    assert Room.objects.count() == 3


def test_rooms_are_read_once_a_day_where_they_are_wanted(allowed, sato):
    sweep()
    run_jobs()
    assert not Room.objects.exists(), "nobody asked for them"
    first = ask(sato)
    sweep()
    run_jobs()
    assert RoomDirectory.objects.get().fetched_at == first.fetched_at
    yesterday = timezone.now() - timedelta(hours=25)
    RoomDirectory.objects.update(fetched_at=yesterday, tried_at=yesterday)
    sweep()
    run_jobs()
    assert RoomDirectory.objects.get().fetched_at > first.fetched_at
