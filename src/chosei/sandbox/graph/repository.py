"""The tables of mailboxes: events, their changes, and what Exchange sent. No rules of meetings here.

Every write of an event is recorded as a change with what stood before, which is what delta answers from, and
is told to the `listeners` within the same transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chosei.sandbox.clock import Clock
from chosei.sandbox.database import Database
from chosei.sandbox.graph.model import (
    DEFAULT_CALENDAR,
    DELETED_ITEMS,
    Event,
    Instance,
    expand,
    first_start,
    from_json,
    last_end,
)

SCHEMA = """
CREATE TABLE IF NOT EXISTS graph_events (
    mailbox TEXT NOT NULL, key TEXT NOT NULL, calendar TEXT NOT NULL, ical_uid TEXT NOT NULL,
    starts TEXT NOT NULL, ends TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (mailbox, key)
);
CREATE INDEX IF NOT EXISTS graph_events_span ON graph_events (mailbox, calendar, starts, ends);
CREATE INDEX IF NOT EXISTS graph_events_uid ON graph_events (ical_uid);
CREATE TABLE IF NOT EXISTS graph_transactions (
    mailbox TEXT NOT NULL, transaction_id TEXT NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (mailbox, transaction_id)
);
CREATE TABLE IF NOT EXISTS graph_changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, mailbox TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL,
    before TEXT
);
CREATE INDEX IF NOT EXISTS graph_changes_mailbox ON graph_changes (mailbox, seq);
CREATE TABLE IF NOT EXISTS graph_sync_epochs (mailbox TEXT PRIMARY KEY, epoch INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS graph_shares (
    owner TEXT NOT NULL, grantee TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (owner, grantee)
);
"""

Listener = Callable[[Event, str], None]


@dataclass(frozen=True)
class Change:
    """One write: `kind` is created, updated or deleted; `before` what stood there, None when created."""

    seq: int
    key: str
    kind: str
    before: Event | None


class Repository:
    """Reads and writes events of all mailboxes. A mailbox is named by the object id of its user or room."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.listeners: list[Listener] = []
        database.register(SCHEMA)

    def now(self) -> datetime:
        """The sandbox's present instant in UTC."""
        return self._clock.now()

    def get(self, mailbox: str, key: str) -> Event | None:
        """The event under a key, in any calendar of the mailbox or in Deleted Items."""
        row = self._database.row(
            "SELECT document FROM graph_events WHERE mailbox = ? AND key = ?", (mailbox, key)
        )
        return from_json(row["document"]) if row else None

    def by_uid(self, mailbox: str, ical_uid: str) -> Event | None:
        """The mailbox's own copy of a meeting."""
        row = self._database.row(
            "SELECT document FROM graph_events WHERE mailbox = ? AND ical_uid = ? AND calendar != ?",
            (mailbox, ical_uid, DELETED_ITEMS),
        )
        return from_json(row["document"]) if row else None

    def events(self, mailbox: str, calendar: str = DEFAULT_CALENDAR) -> list[Event]:
        """Single events and series masters of a calendar, by start."""
        rows = self._database.rows(
            "SELECT document FROM graph_events WHERE mailbox = ? AND calendar = ? ORDER BY starts, key",
            (mailbox, calendar),
        )
        return [from_json(row["document"]) for row in rows]

    def touching(
        self, mailbox: str, start: datetime, end: datetime, calendar: str = DEFAULT_CALENDAR
    ) -> list[Event]:
        """Events and masters whose span touches [start, end]; their instances may still lie outside."""
        rows = self._database.rows(
            "SELECT document FROM graph_events WHERE mailbox = ? AND calendar = ? AND starts <= ?"
            " AND ends >= ? ORDER BY starts, key",
            (mailbox, calendar, _text(end), _text(start)),
        )
        return [from_json(row["document"]) for row in rows]

    def view(
        self, mailbox: str, start: datetime, end: datetime, calendar: str = DEFAULT_CALENDAR
    ) -> list[Instance]:
        """What stands in the calendar within [start, end), series unfolded, by start."""
        found = [
            one for event in self.touching(mailbox, start, end, calendar) for one in expand(event, start, end)
        ]
        return sorted(found, key=lambda one: (one.starts, one.event.key, one.original or one.starts.date()))

    def is_empty(self) -> bool:
        """Whether no mailbox holds anything yet."""
        return self._database.row("SELECT 1 FROM graph_events") is None

    def add(self, event: Event) -> Event:
        """Stores a new event."""
        self._write(event, "created", None)
        return event

    def save(self, event: Event) -> Event:
        """Stores a changed event under a new version; what it returns is what is stored.

        Raises KeyError when the event is gone.
        """
        before = self.get(event.mailbox, event.key)
        if before is None:
            raise KeyError(event.key)
        stored = replace(event, version=before.version + 1, modified=_text(self.now()))
        self._write(stored, "updated", before)
        return stored

    def remove(self, event: Event) -> None:
        """Takes an event out of its calendar; one that is already gone is no error.

        It goes to Deleted Items, where its immutable id still finds it (concepts/outlook-immutable-id).
        """
        before = self.get(event.mailbox, event.key)
        if before is None or before.calendar == DELETED_ITEMS:
            return
        moves, version = before.folder_moves + 1, before.version + 1
        with self._database.transaction():
            self._store(replace(before, calendar=DELETED_ITEMS, folder_moves=moves, version=version))
            self._record(before, "deleted", before)

    def remember_transaction(self, mailbox: str, transaction_id: str, key: str) -> None:
        """Keeps a transactionId for good: Exchange refuses it even after the event is deleted."""
        self._database.execute(
            "INSERT INTO graph_transactions (mailbox, transaction_id, key) VALUES (?, ?, ?)",
            (mailbox, transaction_id, key),
        )

    def transaction_key(self, mailbox: str, transaction_id: str) -> str | None:
        """The key of the event a transactionId already made."""
        row = self._database.row(
            "SELECT key FROM graph_transactions WHERE mailbox = ? AND transaction_id = ?",
            (mailbox, transaction_id),
        )
        return str(row["key"]) if row else None

    def last_change(self, mailbox: str) -> int:
        """The number of the newest change, 0 when there was none."""
        row = self._database.row("SELECT max(seq) AS seq FROM graph_changes WHERE mailbox = ?", (mailbox,))
        return int(row["seq"] or 0) if row else 0

    def changes_after(self, mailbox: str, seq: int) -> list[Change]:
        """Changes in order."""
        rows = self._database.rows(
            "SELECT * FROM graph_changes WHERE mailbox = ? AND seq > ? ORDER BY seq", (mailbox, seq)
        )
        return [
            Change(row["seq"], row["key"], row["kind"], from_json(row["before"]) if row["before"] else None)
            for row in rows
        ]

    def sync_epoch(self, mailbox: str) -> int:
        """Rises when all delta tokens of a mailbox become worthless."""
        row = self._database.row("SELECT epoch FROM graph_sync_epochs WHERE mailbox = ?", (mailbox,))
        return int(row["epoch"]) if row else 0

    def lose_sync_state(self, mailbox: str) -> None:
        """Makes every delta token of the mailbox answer 410 from now on."""
        self._database.execute(
            "INSERT INTO graph_sync_epochs VALUES (?, 1)"
            " ON CONFLICT (mailbox) DO UPDATE SET epoch = epoch + 1",
            (mailbox,),
        )

    def share(self, owner: str, grantee: str, role: str) -> None:
        """Shares a mailbox's calendar: role is limited (titles in free/busy), read or write."""
        if role not in ("limited", "read", "write"):
            raise ValueError(role)
        self._database.execute(
            "INSERT INTO graph_shares VALUES (?1, ?2, ?3)"
            " ON CONFLICT (owner, grantee) DO UPDATE SET role = ?3",
            (owner, grantee, role),
        )

    def role(self, owner: str, grantee: str) -> str | None:
        """What `grantee` may see of `owner`'s calendar beyond free and busy."""
        row = self._database.row(
            "SELECT role FROM graph_shares WHERE owner = ? AND grantee = ?", (owner, grantee)
        )
        return str(row["role"]) if row else None

    def _write(self, event: Event, kind: str, before: Event | None) -> None:
        with self._database.transaction():
            self._store(event)
            self._record(event, kind, before)

    def _store(self, event: Event) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO graph_events VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                event.mailbox,
                event.key,
                event.calendar,
                event.ical_uid,
                _text(first_start(event)),
                _text(last_end(event)),
                event.to_json(),
            ),
        )

    def _record(self, event: Event, kind: str, before: Event | None) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO graph_changes (mailbox, key, kind, before) VALUES (?, ?, ?, ?)",
                (event.mailbox, event.key, kind, before.to_json() if before else None),
            )
            for listener in self.listeners:
                listener(event, kind)


def new_key() -> str:
    """A fresh item key."""
    return uuid.uuid4().hex


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
