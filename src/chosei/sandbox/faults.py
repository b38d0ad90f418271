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
    """What can go wrong. From CHALLENGE on: what stands between an account and the application, at the token
    endpoint only (CHALLENGE at Graph as well, NO_MAILBOX at Graph only), until a sign-in or somebody else
    settles it.
    """

    SLOW = "slow"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    LOST_REPLY = "lost_reply"
    REVOKED = "revoked"
    TORN = "torn"
    CHALLENGE = "challenge"
    MFA = "mfa"
    CONDITIONAL_ACCESS = "conditional_access"
    SIGN_IN_FREQUENCY = "sign_in_frequency"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word
    IDLE = "idle"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_DELETED = "account_deleted"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    NOT_ASSIGNED = "not_assigned"
    SECRET_EXPIRED = "secret_expired"  # noqa: S105 - a word
    SECRET_WRONG = "secret_wrong"  # noqa: S105 - a word
    NO_MAILBOX = "no_mailbox"


PASSING = (
    FaultKind.SLOW,
    FaultKind.THROTTLED,
    FaultKind.UNAVAILABLE,
    FaultKind.LOST_REPLY,
    FaultKind.REVOKED,
    FaultKind.TORN,
)
"""Those that hit every request alike."""
SETTLED_BY_CLAIMS = (FaultKind.CHALLENGE, FaultKind.MFA, FaultKind.CONDITIONAL_ACCESS)
"""Over once the person has signed in anew with the claims that were asked for."""
SETTLED_BY_SIGN_IN = (
    FaultKind.SIGN_IN_FREQUENCY,
    FaultKind.PASSWORD_CHANGED,
    FaultKind.IDLE,
    FaultKind.CONSENT_WITHDRAWN,
)
"""Over once the person has come back from a sign-in."""


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

    def standing(self, mailbox: str | None, *kinds: FaultKind) -> FaultKind | None:
        """The first of these that is on for the account, not counted down: it is a state."""
        known = [
            fault.kind
            for fault in self.active()
            if fault.mailbox == EVERYBODY or fault.mailbox.casefold() == (mailbox or "").casefold()
        ]
        return next((kind for kind in kinds if kind in known), None)

    def settle(self, mailbox: str, kinds: tuple[FaultKind, ...]) -> None:
        """These are over for this account."""
        for fault in self.active():
            if fault.kind in kinds and fault.mailbox.casefold() == mailbox.casefold():
                self.remove(fault.id)

    def take(self, mailbox: str | None, *kinds: FaultKind) -> list[Fault]:
        """The passing faults that hit a request to `mailbox` (None: to no mailbox in particular), one of
        each kind at most.

        Each is counted down here, so call it once for each request.
        """
        wanted = set(kinds or PASSING)
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
