"""People and rooms: who is found by which name, and that ids never change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chosei.sandbox.database import Database
from chosei.sandbox.demo import SAMPLE, TEST, seed
from chosei.sandbox.directory import Directory


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    database = Database(tmp_path)
    found = Directory(database)
    seed(found)
    yield found
    database.close()


@pytest.mark.parametrize(
    "key",
    ["n.ito@sample.example", "NAOKI.ITO@sample.example", "ito@Sample.Example"],
    ids=["upn", "mail", "alias"],
)
def test_people_are_found_by_any_of_their_addresses(directory: Directory, key: str) -> None:
    user = directory.user(key)
    assert user is not None
    assert user.display_name == "伊藤 直樹"
    assert user.address == "naoki.ito@sample.example"
    assert directory.user(user.oid.upper()) == user


def test_people_are_found_in_their_own_tenant_only(directory: Directory) -> None:
    assert directory.user("sato@sample.example", TEST.tid) is None
    user = directory.user("sato@sample.example", SAMPLE.tid)
    assert user is not None
    assert directory.user(user.oid, TEST.tid) is None
    assert directory.user("nobody@sample.example") is None
    assert directory.user("") is None


def test_tenants_go_by_id_or_domain(directory: Directory) -> None:
    assert directory.tenant("Sample.Example") == SAMPLE
    assert directory.tenant(SAMPLE.tid.upper()) == SAMPLE
    assert directory.tenant("organizations") is None


def test_rooms_stand_in_their_list(directory: Directory) -> None:
    names = ["会議室 八重洲A", "会議室 八重洲B", "会議室 丸の内"]
    assert [room.name for room in directory.rooms(SAMPLE.tid, "TOKYO-rooms@sample.example")] == names
    assert directory.rooms(TEST.tid) == []
    assert [found.address for found in directory.room_lists(SAMPLE.tid)] == ["tokyo-rooms@sample.example"]
    room = directory.room("ROOM-yaesu-a@sample.example")
    assert room is not None
    assert directory.room(room.id, SAMPLE.tid) == room
    assert directory.room(room.id, TEST.tid) is None
    assert (room.capacity, room.floor_label, room.equipment[0]) == (8, "12F", "ディスプレイ")


def test_the_demo_company_is_loaded_once(directory: Directory) -> None:
    count = len(directory.users())
    seed(directory)
    assert len(directory.users()) == count


def test_ids_are_the_same_in_every_database(directory: Directory) -> None:
    user = directory.user("sato@sample.example")
    assert user is not None
    # written down: a change here would cut every connection made before it
    assert (SAMPLE.tid, user.oid) == (
        "2d141ebc-0561-5f48-b828-29cf56872d89",
        "767c8967-1075-5172-b6b4-41e24c1b4ea1",
    )


def test_trouble_is_there_to_be_tried(directory: Directory) -> None:
    watanabe, yamamoto = directory.user("watanabe@sample.example"), directory.user("yamamoto@sample.example")
    assert watanabe is not None
    assert yamamoto is not None
    assert (watanabe.mail, watanabe.mailbox, watanabe.address) == (None, False, "watanabe@sample.example")
    assert (yamamoto.mailbox, yamamoto.teams_licence) == (True, False)
    assert not TEST.user_consent_allowed
