"""Zoom's people, meetings and counts. People are those of the directory; each company is one Zoom account."""

from __future__ import annotations

import base64
import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from chosei.sandbox.clock import Clock
from chosei.sandbox.database import Database
from chosei.sandbox.directory import Directory, User

SCHEMA = """
CREATE TABLE IF NOT EXISTS zoom_meetings (
    id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, host TEXT NOT NULL, topic TEXT NOT NULL, agenda TEXT NOT NULL,
    start TEXT NOT NULL, duration INTEGER NOT NULL, timezone TEXT NOT NULL, created TEXT NOT NULL,
    passcode TEXT NOT NULL, live INTEGER NOT NULL DEFAULT 0, alive INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS zoom_counts (
    host TEXT NOT NULL, day TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (host, day)
);
"""
FIRST_NUMBER, LAST_NUMBER = 81_000_000_000, 89_999_999_999
DAILY_LIMIT = 100
"""Creations and changes of one host in a day that begins at 00:00 UTC."""


@dataclass(frozen=True, slots=True)
class Person:
    """A Zoom user; ``walled``: their account lets nobody add an app that it has not approved."""

    id: str
    account_id: str
    email: str
    user: User
    walled: bool


@dataclass(frozen=True, slots=True)
class Meeting:
    """A scheduled meeting; instants in UTC, ``duration`` in minutes. ``live``: people are in it."""

    id: int
    uuid: str
    host: str
    topic: str
    agenda: str
    start: datetime
    duration: int
    timezone: str
    created: datetime
    passcode: str
    live: bool

    def join_url(self, origin: str) -> str:
        """The link for everybody, the passcode embedded."""
        return f"{origin}/zoom/j/{self.id}?pwd={self.passcode}"

    def start_url(self, origin: str) -> str:
        """The link that makes whoever opens it the host: another each time it is asked for."""
        return f"{origin}/zoom/s/{self.id}?zak={secrets.token_urlsafe(24)}"


class People:
    """Zoom's view of the directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def all(self) -> list[Person]:
        return [self._person(user) for user in self._directory.users()]

    def by_id(self, zoom_id: str) -> Person | None:
        return next((one for one in self.all() if one.id == zoom_id), None)

    def by_email(self, email: str) -> Person | None:
        user = self._directory.user(email) if email else None
        return self._person(user) if user else None

    def _person(self, user: User) -> Person:
        tenant = self._directory.tenant(user.tid)
        walled = tenant is not None and not tenant.user_consent_allowed
        return Person(_short("user", user.oid), _short("account", user.tid), user.address, user, walled)


class ZoomStore:
    """Meetings and the counts of the day, over the sandbox's database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        database.register(SCHEMA)

    def create(self, host: str, wanted: dict[str, str | int]) -> Meeting:
        """A new meeting under a number of eleven digits."""
        number = FIRST_NUMBER + secrets.randbelow(LAST_NUMBER - FIRST_NUMBER)
        uuid = base64.b64encode(secrets.token_bytes(16)).decode()
        self._database.execute(
            "INSERT INTO zoom_meetings (id, uuid, host, topic, agenda, start, duration, timezone, created,"
            " passcode) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                uuid,
                host,
                wanted["topic"],
                wanted["agenda"],
                wanted["start"],
                wanted["duration"],
                wanted["timezone"],
                self._clock.now().isoformat(),
                secrets.token_urlsafe(12),
            ),
        )
        made = self.meeting(number)
        assert made is not None
        return made

    def change(self, meeting: Meeting, wanted: dict[str, str | int]) -> Meeting:
        """Only what ``wanted`` names."""
        with self._database.transaction() as connection:
            for name in ("topic", "agenda", "start", "duration", "timezone"):
                if name in wanted:
                    connection.execute(
                        f"UPDATE zoom_meetings SET {name} = ? WHERE id = ?",  # noqa: S608 - own names
                        (wanted[name], meeting.id),
                    )
        changed = self.meeting(meeting.id)
        assert changed is not None
        return changed

    def meeting(self, number: int) -> Meeting | None:
        """A meeting that has not been deleted."""
        row = self._database.row("SELECT * FROM zoom_meetings WHERE id = ? AND alive", (number,))
        return _meeting(row) if row else None

    def was_there(self, number: int) -> bool:
        return self._database.row("SELECT 1 FROM zoom_meetings WHERE id = ?", (number,)) is not None

    def meetings(self, host: str) -> list[Meeting]:
        """A host's meetings that stand, by start."""
        rows = self._database.rows(
            "SELECT * FROM zoom_meetings WHERE host = ? AND alive ORDER BY start, id", (host,)
        )
        return [_meeting(row) for row in rows]

    def delete(self, number: int) -> None:
        self._database.execute("UPDATE zoom_meetings SET alive = 0 WHERE id = ?", (number,))

    def set_live(self, number: int, live: bool) -> None:
        self._database.execute("UPDATE zoom_meetings SET live = ? WHERE id = ?", (int(live), number))

    def count(self, host: str) -> bool:
        """Count one more creation or change today; whether it is still allowed."""
        if self.counted(host) >= DAILY_LIMIT:
            return False
        self.set_counted(host, self.counted(host) + 1)
        return True

    def counted(self, host: str) -> int:
        row = self._database.row(
            "SELECT count FROM zoom_counts WHERE host = ? AND day = ?", (host, self._today())
        )
        return int(row["count"]) if row else 0

    def set_counted(self, host: str, count: int) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO zoom_counts VALUES (?, ?, ?)", (host, self._today(), count)
        )

    def _today(self) -> str:
        return self._clock.now().date().isoformat()


def _short(kind: str, guid: str) -> str:
    """An id of 22 characters, as Zoom's are; always the same for the same account."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"zoom {kind} {guid}".encode()).digest())[:22].decode()


def _meeting(row: sqlite3.Row) -> Meeting:
    return Meeting(
        row["id"],
        row["uuid"],
        row["host"],
        row["topic"],
        row["agenda"],
        datetime.fromisoformat(row["start"]),
        row["duration"],
        row["timezone"],
        datetime.fromisoformat(row["created"]),
        row["passcode"],
        bool(row["live"]),
    )
