"""The fault switch: what shall go wrong, for whom, and how often."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from chosei.sandbox.database import Database

EVERYBODY = "*"

SCHEMA = """
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, mailbox TEXT NOT NULL COLLATE NOCASE,
    seconds REAL NOT NULL, remaining INTEGER
);
"""


class FaultKind(StrEnum):
    """What can go wrong."""

    SLOW = "slow"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    LOST_REPLY = "lost_reply"
    REVOKED = "revoked"
    TORN = "torn"


@dataclass(frozen=True, slots=True)
class Fault:
    """One switched-on fault. `mailbox` is an address or EVERYBODY; `seconds` is the delay (slow) or
    Retry-After
    (throttled, unavailable); `remaining` counts down with each request it hits, None lasts until switched
    off."""

    id: int
    kind: FaultKind
    mailbox: str
    seconds: float
    remaining: int | None


class Faults:
    """The faults switched on; they survive a restart."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.register(SCHEMA)

    def add(
        self, kind: FaultKind, mailbox: str = EVERYBODY, *, seconds: float = 5, count: int | None = None
    ) -> Fault:
        """Switch a fault on for the next `count` requests, or until removed. Raises ValueError on
        senseless numbers."""
        if seconds < 0 or (count is not None and count < 1):
            raise ValueError("seconds must not be negative, count must be at least 1")
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO faults (kind, mailbox, seconds, remaining) VALUES (?, ?, ?, ?)",
                (kind.value, mailbox, seconds, count),
            )
            return Fault(cursor.lastrowid or 0, kind, mailbox, seconds, count)

    def active(self) -> list[Fault]:
        """Everything switched on, oldest first."""
        return [_fault(row) for row in self._database.rows("SELECT * FROM faults ORDER BY id")]

    def remove(self, fault_id: int) -> None:
        """Switch one off; one that is already gone is no error."""
        self._database.execute("DELETE FROM faults WHERE id = ?", (fault_id,))

    def clear(self) -> None:
        """Switch everything off."""
        self._database.execute("DELETE FROM faults")

    def take(self, mailbox: str | None, *kinds: FaultKind) -> list[Fault]:
        """The faults that hit a request to `mailbox` (None: to no mailbox in particular), one of each kind
        at most.

        Each is counted down here, so call it once for each request.
        """
        wanted = set(kinds or FaultKind)
        hit: dict[FaultKind, Fault] = {}
        with self._database.transaction() as connection:
            for fault in self.active():
                meant = fault.mailbox == EVERYBODY or fault.mailbox.casefold() == (mailbox or "").casefold()
                if not meant or fault.kind not in wanted or fault.kind in hit:
                    continue
                hit[fault.kind] = fault
                if fault.remaining == 1:
                    connection.execute("DELETE FROM faults WHERE id = ?", (fault.id,))
                elif fault.remaining is not None:
                    connection.execute(
                        "UPDATE faults SET remaining = remaining - 1 WHERE id = ?", (fault.id,)
                    )
        return list(hit.values())


def _fault(row: sqlite3.Row) -> Fault:
    return Fault(row["id"], FaultKind(row["kind"]), row["mailbox"], row["seconds"], row["remaining"])
