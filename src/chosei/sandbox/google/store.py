"""Calendars and their events, as rows: each calendar has its own copy of an event, under the same id.

Every change gets the next number of its calendar; a sync token is such a number.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from chosei.sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS google_calendars (
    id TEXT PRIMARY KEY COLLATE NOCASE, owner TEXT NOT NULL, kind TEXT NOT NULL, summary TEXT NOT NULL,
    zone TEXT NOT NULL, domain TEXT NOT NULL, changes INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS google_events (
    calendar TEXT NOT NULL COLLATE NOCASE, id TEXT NOT NULL, document TEXT NOT NULL, change INTEGER NOT NULL,
    PRIMARY KEY (calendar, id)
);
CREATE TABLE IF NOT EXISTS google_meets (
    code TEXT PRIMARY KEY, calendar TEXT NOT NULL, event TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS google_mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, recipient TEXT NOT NULL, kind TEXT NOT NULL
);
"""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Calendar:
    """`owner` is an account's `sub` (primary, secondary) or a room's id (resource). `changes` is the number
    of the last change; sync tokens of another `epoch` are forgotten."""

    id: str
    owner: str
    kind: str
    summary: str
    zone: str
    domain: str
    changes: int = 0
    epoch: int = 0


class Store:
    """Reads and writes rows; knows no rule."""

    def __init__(self, database: Database) -> None:
        self.database = database
        database.register(SCHEMA)

    def add_calendar(self, calendar: Calendar) -> None:
        """A new calendar; one that is there already stays."""
        self.database.execute(
            "INSERT OR IGNORE INTO google_calendars (id, owner, kind, summary, zone, domain)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (calendar.id, calendar.owner, calendar.kind, calendar.summary, calendar.zone, calendar.domain),
        )

    def calendar(self, number: str) -> Calendar | None:
        """The calendar with this id."""
        row = self.database.row("SELECT * FROM google_calendars WHERE id = ?", (number,))
        return Calendar(**dict(row)) if row else None

    def calendars(self, owner: str | None = None) -> list[Calendar]:
        """Every calendar (of one owner), the primary one first."""
        rows = self.database.rows(
            "SELECT * FROM google_calendars WHERE ?1 IS NULL OR owner = ?1 ORDER BY kind <> 'primary', rowid",
            (owner,),
        )
        return [Calendar(**dict(row)) for row in rows]

    def forget_sync(self, calendar: str) -> None:
        """Every sync token of this calendar is gone from now on (410)."""
        self.database.execute("UPDATE google_calendars SET epoch = epoch + 1 WHERE id = ?", (calendar,))

    def put(self, calendar: str, document: Document) -> int:
        """Store an event; the number of the change."""
        with self.database.transaction() as connection:
            connection.execute("UPDATE google_calendars SET changes = changes + 1 WHERE id = ?", (calendar,))
            row = connection.execute(
                "SELECT changes FROM google_calendars WHERE id = ?", (calendar,)
            ).fetchone()
            change = int(row["changes"])
            document = {**document, "etag": f'"{change:016d}"'}
            connection.execute(
                "INSERT OR REPLACE INTO google_events VALUES (?, ?, ?, ?)",
                (calendar, document["id"], json.dumps(document, ensure_ascii=False), change),
            )
            return change

    def get(self, calendar: str, event: str) -> Document | None:
        """The event, deleted ones (`status` cancelled) included."""
        row = self.database.row(
            "SELECT document FROM google_events WHERE calendar = ? AND id = ?", (calendar, event)
        )
        return dict(json.loads(row["document"])) if row else None

    def since(self, calendar: str, change: int = 0) -> list[Document]:
        """Every event changed after this number, oldest change first."""
        rows = self.database.rows(
            "SELECT document FROM google_events WHERE calendar = ? AND change > ? ORDER BY change",
            (calendar, change),
        )
        return [dict(json.loads(row["document"])) for row in rows]

    def copies(self, event: str) -> list[str]:
        """The calendars in which an event stands or stood."""
        rows = self.database.rows("SELECT calendar FROM google_events WHERE id = ?", (event,))
        return [row["calendar"] for row in rows]

    def keep_meet(self, code: str, calendar: str, event: str) -> None:
        """Where a meeting code belongs."""
        self.database.execute("INSERT OR REPLACE INTO google_meets VALUES (?, ?, ?)", (code, calendar, event))

    def event_of_meet(self, code: str) -> tuple[Calendar, Document] | None:
        """The event whose meeting this is, if it still carries it."""
        row = self.database.row("SELECT * FROM google_meets WHERE code = ?", (code,))
        event = self.get(row["calendar"], row["event"]) if row else None
        calendar = self.calendar(row["calendar"]) if row else None
        carries = event and (event.get("conferenceData") or {}).get("conferenceId") == code
        return (
            (calendar, event) if calendar and event and carries and event["status"] != "cancelled" else None
        )

    def knows_meet(self, code: str) -> bool:
        """Whether there ever was a meeting of this code."""
        return self.database.row("SELECT 1 FROM google_meets WHERE code = ?", (code,)) is not None

    def mail(self, event: str, recipients: list[str], kind: str) -> None:
        """Google mails somebody about an event; nothing leaves the machine."""
        for one in recipients:
            self.database.execute(
                "INSERT INTO google_mails (event, recipient, kind) VALUES (?, ?, ?)", (event, one, kind)
            )

    def mails(self) -> list[tuple[str, str]]:
        """Every mail Google sent by itself: recipient and kind."""
        rows = self.database.rows("SELECT recipient, kind FROM google_mails ORDER BY id")
        return [(row["recipient"], row["kind"]) for row in rows]
