"""The fault switch of the Google side: what shall go wrong, for whom, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chosei.sandbox.database import Database

EVERYBODY = "*"
SCHEMA = """
CREATE TABLE IF NOT EXISTS google_faults (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, account TEXT NOT NULL COLLATE NOCASE,
    seconds REAL NOT NULL, remaining INTEGER
);
"""


class FaultKind(StrEnum):
    """What can go wrong. `seconds` is the delay (slow, meet_pending, meet_failure) or Retry-After (quota,
    unavailable; 0: none is told)."""

    SLOW = "slow"
    USER_RATE = "user_rate"
    PROJECT_RATE = "project_rate"
    QUOTA = "quota"
    UNAVAILABLE = "unavailable"
    LOST_REPLY = "lost_reply"
    TORN = "torn"
    REVOKED = "revoked"
    REAUTH = "reauth"
    ACCOUNT_DELETED = "account_deleted"
    API_DISABLED = "api_disabled"
    FREE_BUSY = "free_busy"
    MEET_PENDING = "meet_pending"
    MEET_FAILURE = "meet_failure"
    CHANNEL_STOPS = "channel_stops"


@dataclass(frozen=True, slots=True)
class Fault:
    """One switched-on fault. `mailbox` is an address or EVERYBODY; `remaining` None lasts until switched
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
        self, kind: FaultKind, account: str = EVERYBODY, *, seconds: float = 0, count: int | None = None
    ) -> None:
        """Switch a fault on for the next `count` times, or until removed."""
        self._database.execute(
            "INSERT INTO google_faults (kind, account, seconds, remaining) VALUES (?, ?, ?, ?)",
            (kind.value, account, seconds, count),
        )

    def active(self) -> list[Fault]:
        """Everything switched on, oldest first."""
        rows = self._database.rows("SELECT * FROM google_faults ORDER BY id")
        return [
            Fault(row["id"], FaultKind(row["kind"]), row["account"], row["seconds"], row["remaining"])
            for row in rows
        ]

    def remove(self, fault_id: int) -> None:
        """Switch one off; one that is already gone is no error."""
        self._database.execute("DELETE FROM google_faults WHERE id = ?", (fault_id,))

    def clear(self) -> None:
        """Switch everything off."""
        self._database.execute("DELETE FROM google_faults")

    def take(self, kind: FaultKind, account: str) -> Fault | None:
        """The first fault of this kind for the account, counted down."""
        with self._database.transaction() as connection:
            meant = (EVERYBODY, account.casefold())
            found = next(
                (one for one in self.active() if one.kind == kind and one.mailbox.casefold() in meant), None
            )
            if found and found.remaining == 1:
                connection.execute("DELETE FROM google_faults WHERE id = ?", (found.id,))
            elif found and found.remaining is not None:
                connection.execute(
                    "UPDATE google_faults SET remaining = remaining - 1 WHERE id = ?", (found.id,)
                )
            return found
