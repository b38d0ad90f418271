"""The Workspace companies a fresh sandbox starts with: the demo people, by the addresses they have in
Chosei."""

from __future__ import annotations

import hashlib

from chosei.sandbox.google.people import Account, Building, Company, People, Room

PASSWORD = "chosei-demo"  # noqa: S105 - shown on the sign-in page
SAMPLE, TEST = "sample.example", "test.example"


def person(email: str, name: tuple[str, str], **changes: object) -> Account:
    """An account with Calendar and Meet; `name` is (family, given); `changes` replaces any field."""
    sub = str(10**20 + int(hashlib.sha256(email.encode()).hexdigest()[:15], 16))
    fields: dict[str, object] = {
        "sub": sub,
        "domain": email.partition("@")[2],
        "email": email,
        "family_name": name[0],
        "given_name": name[1],
        "administrator": False,
        "calendar": True,
        "meet": True,
        "password": PASSWORD,
    }
    return Account(**{**fields, **changes})  # type: ignore[arg-type]  # the names are Account's own


def room(local: str, name: str, place: tuple[str, str], capacity: int, *features: str) -> Room:
    """A room of the demo company; `place` is (building id, floor)."""
    email = f"c_{local}@resource.calendar.google.com"
    return Room(local, SAMPLE, email, name, place[0], place[1], capacity, features)


def seed(people: People) -> None:
    """Fill an empty directory; leave any other alone."""
    if not people.is_empty():
        return
    people.add(
        Company(SAMPLE, "株式会社サンプル"),
        Company(TEST, "株式会社テスト", apps_blocked=True),
        person(f"sato@{SAMPLE}", ("佐藤", "健一")),
        person(f"suzuki@{SAMPLE}", ("鈴木", "美咲")),
        person(f"tanaka@{SAMPLE}", ("田中", "翔")),
        person(f"takahashi@{SAMPLE}", ("高橋", "由美")),
        person(f"admin@{SAMPLE}", ("管理", "太郎"), administrator=True),
        person(f"kobayashi@{SAMPLE}", ("小林", "誠"), calendar=False),
        person(f"yoshida@{SAMPLE}", ("吉田", "葵"), meet=False),
        person(f"mita@{TEST}", ("三田", "花子")),
        person("hanako@gmail.example", ("個人", "花子"), domain=""),
        Building("nihonbashi", SAMPLE, "日本橋オフィス", ("5F", "6F")),
        Building("kanda", SAMPLE, "神田オフィス", ("2F",)),
        room("nihonbashi-a", "会議室 日本橋A", ("nihonbashi", "5F"), 6, "ディスプレイ", "ホワイトボード"),
        room("nihonbashi-b", "会議室 日本橋B", ("nihonbashi", "6F"), 10, "ディスプレイ"),
        room("kanda-seminar", "セミナールーム 神田", ("kanda", "2F"), 30, "プロジェクター"),
    )
