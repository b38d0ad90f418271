"""Companies with Google Workspace, their people, their buildings and rooms."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from chosei.sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS google_companies (
    domain TEXT PRIMARY KEY, name TEXT NOT NULL, apps_blocked INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS google_accounts (
    sub TEXT PRIMARY KEY, domain TEXT NOT NULL, email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    family_name TEXT NOT NULL, given_name TEXT NOT NULL, administrator INTEGER NOT NULL,
    calendar INTEGER NOT NULL, meet INTEGER NOT NULL, password TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS google_buildings (
    id TEXT PRIMARY KEY, domain TEXT NOT NULL, name TEXT NOT NULL, floors TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS google_rooms (
    id TEXT PRIMARY KEY, domain TEXT NOT NULL, email TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL,
    building TEXT NOT NULL, floor TEXT NOT NULL, capacity INTEGER NOT NULL, features TEXT NOT NULL,
    answer_seconds REAL NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Company:
    """A Workspace. `apps_blocked`: its administrator lets no application in that is not on the list (API
    controls)."""

    domain: str
    name: str
    apps_blocked: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """A person. `sub` never changes, `email` may. An empty `domain` is a personal account. `calendar` and
    `meet` say whether the services are switched on."""

    sub: str
    domain: str
    email: str
    family_name: str
    given_name: str
    administrator: bool
    calendar: bool
    meet: bool
    password: str

    @property
    def name(self) -> str:
        """As Google shows it in Japanese."""
        return f"{self.family_name} {self.given_name}"


@dataclass(frozen=True, slots=True)
class Building:
    """A building as the directory lists it."""

    id: str
    domain: str
    name: str
    floors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """A calendar resource; it answers invitations after `answer_seconds`."""

    id: str
    domain: str
    email: str
    name: str
    building: str
    floor: str
    capacity: int
    features: tuple[str, ...]
    answer_seconds: float = 2.0


class People:
    """Reads and changes who there is. Addresses compare without case."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.register(SCHEMA)

    def is_empty(self) -> bool:
        """Whether no company exists yet."""
        return self._database.row("SELECT 1 FROM google_companies") is None

    def add(self, *things: Company | Account | Building | Room) -> None:
        """Store what is new. Raises sqlite3.IntegrityError on a double."""
        with self._database.transaction() as connection:
            for thing in things:
                values = {name: _stored(getattr(thing, name)) for name in type(thing).__dataclass_fields__}
                columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
                statement = f"INSERT INTO {_TABLES[type(thing)]} ({columns}) VALUES ({marks})"  # noqa: S608 - own names
                connection.execute(statement, values)

    def companies(self) -> list[Company]:
        """Every company."""
        rows = self._database.rows("SELECT * FROM google_companies ORDER BY rowid")
        return [Company(row["domain"], row["name"], bool(row["apps_blocked"])) for row in rows]

    def company(self, domain: str) -> Company | None:
        """The company with this domain."""
        return next((one for one in self.companies() if one.domain == domain), None)

    def accounts(self, domain: str | None = None) -> list[Account]:
        """Everybody (of one domain)."""
        rows = self._database.rows(
            "SELECT * FROM google_accounts WHERE ?1 IS NULL OR domain = ?1 ORDER BY rowid", (domain,)
        )
        return [_account(row) for row in rows]

    def account(self, key: str) -> Account | None:
        """The account with this `sub` or address."""
        row = self._database.row("SELECT * FROM google_accounts WHERE sub = ?1 OR email = ?1", (key,))
        return _account(row) if row else None

    def buildings(self, domain: str) -> list[Building]:
        """A company's buildings."""
        rows = self._database.rows(
            "SELECT * FROM google_buildings WHERE domain = ? ORDER BY rowid", (domain,)
        )
        return [
            Building(row["id"], row["domain"], row["name"], tuple(json.loads(row["floors"]))) for row in rows
        ]

    def rooms(self, domain: str | None = None) -> list[Room]:
        """Every room (of one domain)."""
        rows = self._database.rows(
            "SELECT * FROM google_rooms WHERE ?1 IS NULL OR domain = ?1 ORDER BY rowid", (domain,)
        )
        return [_room(row) for row in rows]

    def room(self, email: str) -> Room | None:
        """The room with this address."""
        row = self._database.row("SELECT * FROM google_rooms WHERE email = ?", (email,))
        return _room(row) if row else None

    def set_services(self, sub: str, *, calendar: bool, meet: bool) -> None:
        """Switch a person's services on or off, as an administrator does."""
        self._database.execute(
            "UPDATE google_accounts SET calendar = ?, meet = ? WHERE sub = ?", (calendar, meet, sub)
        )

    def set_administrator(self, sub: str, administrator: bool) -> None:
        """Make somebody an administrator, or no longer."""
        self._database.execute(
            "UPDATE google_accounts SET administrator = ? WHERE sub = ?", (administrator, sub)
        )

    def set_apps_blocked(self, domain: str, blocked: bool) -> None:
        """Put up the administrator's wall, or take it down."""
        self._database.execute(
            "UPDATE google_companies SET apps_blocked = ? WHERE domain = ?", (blocked, domain)
        )


_TABLES: dict[type, str] = {
    Company: "google_companies",
    Account: "google_accounts",
    Building: "google_buildings",
    Room: "google_rooms",
}


def _stored(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value


def _account(row: sqlite3.Row) -> Account:
    values = dict(row)
    return Account(
        **{**values, **{name: bool(values[name]) for name in ("administrator", "calendar", "meet")}}
    )


def _room(row: sqlite3.Row) -> Room:
    values = dict(row)
    return Room(**{**values, "features": tuple(json.loads(values["features"]))})
