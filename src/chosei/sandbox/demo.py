"""The companies a fresh sandbox starts with. Ids derive from addresses, so that they are the same in every
database."""

from __future__ import annotations

import uuid

from chosei.sandbox.directory import Directory, Room, RoomList, Tenant, User

PASSWORD = "chosei-demo"  # noqa: S105 - shown on the sign-in page
_NAMESPACE = uuid.UUID("0c405e10-5a4d-4b0c-8e6e-000000000365")


def stable_id(kind: str, name: str) -> str:
    """The same GUID for the same name, on every machine."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}:{name}"))


SAMPLE = Tenant(stable_id("tenant", "sample.example"), "株式会社サンプル", "sample.example")
TEST = Tenant(
    stable_id("tenant", "test.example"), "株式会社テスト", "test.example", user_consent_allowed=False
)


def person(
    tenant: Tenant,
    local: str,
    name: tuple[str, str],
    job_title: str = "",
    **changes: object,
) -> User:
    """An account with mailbox and Teams; `name` is (surname, given name); `changes` replaces any field."""
    address = f"{local}@{tenant.domain}"
    fields: dict[str, object] = {
        "oid": stable_id("user", address),
        "tid": tenant.tid,
        "upn": address,
        "mail": address,
        "proxy_addresses": (f"SMTP:{address}",),
        "display_name": " ".join(name),
        "given_name": name[1],
        "surname": name[0],
        "job_title": job_title,
        "global_admin": False,
        "mailbox": True,
        "teams_licence": True,
        "password": PASSWORD,
    }
    return User(**{**fields, **changes})  # type: ignore[arg-type]  # the names are User's own


def _room(
    local: str, name: str, floor: int, capacity: int, equipment: tuple[str, ...], **changes: object
) -> Room:
    address = f"{local}@{SAMPLE.domain}"
    fields: dict[str, object] = {
        "id": stable_id("room", address),
        "tid": SAMPLE.tid,
        "address": address,
        "name": name,
        "building": "東京本社",
        "floor_label": f"{floor}F",
        "floor_number": floor,
        "capacity": capacity,
        "equipment": equipment,
        "booking_type": "standard",
        "auto_accept": True,
        "answer_seconds": 2.0,
        "list_address": f"tokyo-rooms@{SAMPLE.domain}",
    }
    return Room(**{**fields, **changes})  # type: ignore[arg-type]  # the names are Room's own


def seed(directory: Directory) -> None:
    """Fill an empty directory; leave any other alone."""
    if not directory.is_empty():
        return
    directory.add(SAMPLE, TEST, *_people(), *_trouble(), *_rooms())


def _people() -> list[User]:
    return [
        person(SAMPLE, "sato", ("佐藤", "健一"), "営業部長"),
        person(SAMPLE, "suzuki", ("鈴木", "美咲"), "営業"),
        person(SAMPLE, "tanaka", ("田中", "翔"), "営業"),
        person(SAMPLE, "takahashi", ("高橋", "由美"), "カスタマーサクセス"),
        person(SAMPLE, "admin", ("管理", "太郎"), "情報システム部", global_admin=True),
    ]


def _trouble() -> list[User]:
    """Accounts whose settings go wrong in the ways real ones do."""
    return [
        # The sign-in name is not the mail address, and the address colleagues use is only an alias.
        person(
            SAMPLE,
            "ito",
            ("伊藤", "直樹"),
            "別名アドレス",
            upn="n.ito@sample.example",
            mail="naoki.ito@sample.example",
            proxy_addresses=("SMTP:naoki.ito@sample.example", "smtp:ito@sample.example"),
        ),
        person(
            SAMPLE,
            "watanabe",
            ("渡辺", "健"),
            "メールボックスなし",
            mail=None,
            proxy_addresses=(),
            mailbox=False,
            teams_licence=False,
        ),
        person(SAMPLE, "yamamoto", ("山本", "彩"), "Teamsライセンスなし", teams_licence=False),
        person(TEST, "mita", ("三田", "花子"), "総務部"),
        person(TEST, "admin", ("管理", "次郎"), "情報システム部", global_admin=True),
    ]


def _rooms() -> list[RoomList | Room]:
    address = f"tokyo-rooms@{SAMPLE.domain}"
    return [
        RoomList(stable_id("room-list", address), SAMPLE.tid, address, "東京本社"),
        _room("room-yaesu-a", "会議室 八重洲A", 12, 8, ("ディスプレイ", "ホワイトボード")),
        _room("room-yaesu-b", "会議室 八重洲B", 12, 4, ("ディスプレイ",)),
        _room("room-marunouchi", "会議室 丸の内", 3, 20, ("プロジェクター", "テレビ会議システム")),
    ]
