"""Tenants, people and rooms: what Entra ID and Exchange know before any calendar does."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chosei.sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS tenants (
    tid TEXT PRIMARY KEY, name TEXT NOT NULL, domain TEXT NOT NULL UNIQUE,
    user_consent_allowed INTEGER NOT NULL, time_zone TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS users (
    oid TEXT PRIMARY KEY, tid TEXT NOT NULL REFERENCES tenants(tid),
    upn TEXT NOT NULL UNIQUE COLLATE NOCASE, mail TEXT COLLATE NOCASE, proxy_addresses TEXT NOT NULL,
    display_name TEXT NOT NULL, given_name TEXT NOT NULL, surname TEXT NOT NULL, job_title TEXT NOT NULL,
    global_admin INTEGER NOT NULL, mailbox INTEGER NOT NULL, teams_licence INTEGER NOT NULL,
    password TEXT NOT NULL, mfa_required INTEGER NOT NULL DEFAULT 0, revoked_before TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS rooms (
    id TEXT PRIMARY KEY, tid TEXT NOT NULL REFERENCES tenants(tid),
    address TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL, building TEXT NOT NULL, floor_label TEXT NOT NULL, floor_number INTEGER,
    capacity INTEGER NOT NULL, equipment TEXT NOT NULL, booking_type TEXT NOT NULL,
    auto_accept INTEGER NOT NULL, answer_seconds REAL NOT NULL, list_address TEXT COLLATE NOCASE
);
CREATE TABLE IF NOT EXISTS room_lists (
    id TEXT PRIMARY KEY, tid TEXT NOT NULL REFERENCES tenants(tid),
    address TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A company. `user_consent_allowed` False is Microsoft's managed policy: calendar scopes need an
    administrator."""

    tid: str
    name: str
    domain: str
    user_consent_allowed: bool = True
    time_zone: str = "Tokyo Standard Time"


@dataclass(frozen=True, slots=True)
class User:
    """An account. `mailbox` says whether it has a licensed cloud mailbox; `mail` may be None without one.

    `proxy_addresses` are as Exchange writes them: the primary begins with `SMTP:`, aliases with `smtp:`.
    `revoked_before` (ISO instant or "") kills every token issued earlier. Passwords are plain: nothing
    here is secret.
    """

    oid: str
    tid: str
    upn: str
    mail: str | None
    proxy_addresses: tuple[str, ...]
    display_name: str
    given_name: str
    surname: str
    job_title: str
    global_admin: bool
    mailbox: bool
    teams_licence: bool
    password: str
    mfa_required: bool = False
    revoked_before: str = ""

    @property
    def address(self) -> str:
        """Where mail for this account goes, and the name of its mailbox: `mail`, else the user principal
        name."""
        return self.mail or self.upn

    def answers_to(self, address: str) -> bool:
        """Whether `address` is this account's mail, one of its aliases or its sign-in name, ignoring case."""
        wanted = address.casefold()
        own = [self.upn, self.mail or "", *(a.split(":", 1)[-1] for a in self.proxy_addresses)]
        return wanted in {a.casefold() for a in own if a}


@dataclass(frozen=True, slots=True)
class Room:
    """A resource mailbox. It answers invitations after `answer_seconds`; without `auto_accept` a delegate
    would,
    so that it stays tentative. `booking_type` as in Graph: standard or reserved (cannot be booked)."""

    id: str
    tid: str
    address: str
    name: str
    building: str
    floor_label: str
    floor_number: int | None
    capacity: int
    equipment: tuple[str, ...]
    booking_type: str
    auto_accept: bool
    answer_seconds: float
    list_address: str | None


@dataclass(frozen=True, slots=True)
class RoomList:
    """A named group of rooms, a building usually."""

    id: str
    tid: str
    address: str
    name: str


class Directory:
    """Reads and changes accounts and rooms. Addresses are compared without case."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.register(SCHEMA)

    def is_empty(self) -> bool:
        """Whether no tenant exists yet."""
        return self._database.row("SELECT 1 FROM tenants") is None

    def add(self, *things: Tenant | User | Room | RoomList) -> None:
        """Store new tenants, users, rooms, room lists, in the order given. Raises sqlite3.IntegrityError
        on a double."""
        with self._database.transaction() as connection:
            for thing in things:
                table = _TABLES[type(thing)]
                values = {f: _stored(getattr(thing, f)) for f in type(thing).__dataclass_fields__}
                columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
                connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)  # noqa: S608 - own names

    def tenants(self) -> list[Tenant]:
        """Every tenant, by name."""
        return [_tenant(row) for row in self._database.rows("SELECT * FROM tenants ORDER BY rowid")]

    def tenant(self, key: str) -> Tenant | None:
        """The tenant with this id or domain."""
        row = self._database.row("SELECT * FROM tenants WHERE tid = lower(?1) OR domain = lower(?1)", (key,))
        return _tenant(row) if row else None

    def users(self, tid: str | None = None) -> list[User]:
        """Every account (of one tenant), in the order they were made."""
        rows = self._database.rows("SELECT * FROM users WHERE ?1 IS NULL OR tid = ?1 ORDER BY rowid", (tid,))
        return [_user(row) for row in rows]

    def user(self, key: str, tid: str | None = None) -> User | None:
        """The account with this object id, user principal name, mail or alias (of one tenant)."""
        row = self._database.row("SELECT * FROM users WHERE oid = lower(?)", (key,))
        if row and tid in (None, row["tid"]):
            return _user(row)
        return next((user for user in self.users(tid) if user.answers_to(key)), None)

    def rooms(self, tid: str | None = None, list_address: str | None = None) -> list[Room]:
        """Rooms, of one tenant or of one list."""
        rows = self._database.rows(
            "SELECT * FROM rooms WHERE (?1 IS NULL OR tid = ?1) AND (?2 IS NULL OR list_address = ?2)"
            " ORDER BY rowid",
            (tid, list_address),
        )
        return [_room(row) for row in rows]

    def room(self, key: str, tid: str | None = None) -> Room | None:
        """The room with this id or address."""
        row = self._database.row(
            "SELECT * FROM rooms WHERE (id = ?1 OR address = ?1) AND (?2 IS NULL OR tid = ?2)", (key, tid)
        )
        return _room(row) if row else None

    def room_lists(self, tid: str | None = None) -> list[RoomList]:
        """Room lists (of one tenant)."""
        rows = self._database.rows(
            "SELECT * FROM room_lists WHERE ?1 IS NULL OR tid = ?1 ORDER BY rowid", (tid,)
        )
        return [RoomList(**dict(row)) for row in rows]

    def set_user_consent(self, tid: str, allowed: bool) -> None:
        """Let people of a tenant consent to calendar scopes themselves, or put up the wall."""
        self._database.execute(
            "UPDATE tenants SET user_consent_allowed = ? WHERE tid = ?", (int(allowed), tid)
        )

    def set_password(self, oid: str, password: str) -> None:
        """Give an account another password."""
        self._database.execute("UPDATE users SET password = ? WHERE oid = ?", (password, oid))

    def set_mfa_required(self, oid: str, required: bool) -> None:
        """Whether refreshing without a person present is refused with AADSTS50076."""
        self._database.execute("UPDATE users SET mfa_required = ? WHERE oid = ?", (int(required), oid))

    def set_licences(self, oid: str, *, mailbox: bool, teams: bool) -> None:
        """Give or take the mailbox and the Teams licence."""
        self._database.execute(
            "UPDATE users SET mailbox = ?, teams_licence = ? WHERE oid = ?", (int(mailbox), int(teams), oid)
        )

    def set_room_policy(self, address: str, *, auto_accept: bool, answer_seconds: float) -> None:
        """How a room answers, and after how many seconds."""
        self._database.execute(
            "UPDATE rooms SET auto_accept = ?, answer_seconds = ? WHERE address = ?",
            (int(auto_accept), answer_seconds, address),
        )

    def revoke_sessions(self, oid: str, now: datetime) -> None:
        """Refuse every token of this account issued up to `now`; signing in again gives good ones."""
        self._database.execute("UPDATE users SET revoked_before = ? WHERE oid = ?", (now.isoformat(), oid))


_TABLES: dict[type, str] = {Tenant: "tenants", User: "users", Room: "rooms", RoomList: "room_lists"}


def _stored(value: object) -> object:
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    return int(value) if isinstance(value, bool) else value


def _with_flags(row: sqlite3.Row, flags: Iterable[str], lists: Iterable[str] = ()) -> dict[str, object]:
    values: dict[str, object] = dict(row)
    values.update({name: bool(row[name]) for name in flags})
    values.update({name: tuple(json.loads(row[name])) for name in lists})
    return values


def _tenant(row: sqlite3.Row) -> Tenant:
    return Tenant(**_with_flags(row, ["user_consent_allowed"]))  # type: ignore[arg-type]  # columns are the fields


def _user(row: sqlite3.Row) -> User:
    flags = ["global_admin", "mailbox", "teams_licence", "mfa_required"]
    return User(**_with_flags(row, flags, ["proxy_addresses"]))  # type: ignore[arg-type]


def _room(row: sqlite3.Row) -> Room:
    return Room(**_with_flags(row, ["auto_accept"], ["equipment"]))  # type: ignore[arg-type]
