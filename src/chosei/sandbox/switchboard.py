"""What shall go wrong, for whom, and how often: the table behind the fault switches of each service."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from chosei.sandbox.database import Database

EVERYBODY = "*"
Kind = TypeVar("Kind", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Fault(Generic[Kind]):
    """One switched-on fault. `mailbox` is an address or EVERYBODY; what `seconds` means depends on the kind;
    `remaining` counts down with each request it hits, None lasts until switched off."""

    id: int
    kind: Kind
    mailbox: str
    seconds: float
    remaining: int | None

    def means(self, mailbox: str | None) -> bool:
        """Whether it is for requests to this mailbox (None: to no mailbox in particular)."""
        return self.mailbox == EVERYBODY or self.mailbox.casefold() == (mailbox or "").casefold()


class Switchboard(Generic[Kind]):
    """The faults switched on, in a table of their own; they survive a restart."""

    def __init__(self, database: Database, table: str, kinds: type[Kind]) -> None:
        self._database, self._table, self._kinds = database, table, kinds
        database.register(
            f"CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
            " mailbox TEXT NOT NULL COLLATE NOCASE, seconds REAL NOT NULL, remaining INTEGER);"
        )

    def add(
        self, kind: Kind, mailbox: str = EVERYBODY, *, seconds: float = 0, count: int | None = None
    ) -> Fault[Kind]:
        """Switch a fault on for the next `count` requests, or until removed. Raises ValueError on
        senseless numbers."""
        if seconds < 0 or (count is not None and count < 1):
            raise ValueError("seconds must not be negative, count must be at least 1")
        with self._database.transaction() as connection:
            cursor = connection.execute(
                f"INSERT INTO {self._table} (kind, mailbox, seconds, remaining) VALUES (?, ?, ?, ?)",  # noqa: S608 - our own name
                (kind.value, mailbox, seconds, count),
            )
            return Fault(cursor.lastrowid or 0, kind, mailbox, seconds, count)

    def active(self) -> list[Fault[Kind]]:
        """Everything switched on, oldest first."""
        rows = self._database.rows(f"SELECT * FROM {self._table} ORDER BY id")  # noqa: S608 - our own name
        return [
            Fault(row["id"], self._kinds(row["kind"]), row["mailbox"], row["seconds"], row["remaining"])
            for row in rows
        ]

    def remove(self, fault_id: int) -> None:
        """Switch one off; one that is already gone is no error."""
        self._database.execute(f"DELETE FROM {self._table} WHERE id = ?", (fault_id,))  # noqa: S608 - our own name

    def clear(self) -> None:
        """Switch everything off."""
        self._database.execute(f"DELETE FROM {self._table}")  # noqa: S608 - our own name

    def hits(self, mailbox: str | None, kinds: Collection[Kind]) -> list[Fault[Kind]]:
        """Those that hit a request to `mailbox`, one of each kind at most. Each is counted down here, so
        call it once for each request."""
        hit: dict[Kind, Fault[Kind]] = {}
        with self._database.transaction() as connection:
            for fault in self.active():
                if fault.kind not in kinds or fault.kind in hit or not fault.means(mailbox):
                    continue
                hit[fault.kind] = fault
                if fault.remaining == 1:
                    connection.execute(f"DELETE FROM {self._table} WHERE id = ?", (fault.id,))  # noqa: S608 - our own name
                elif fault.remaining is not None:
                    connection.execute(
                        f"UPDATE {self._table} SET remaining = remaining - 1 WHERE id = ?",  # noqa: S608 - our own name
                        (fault.id,),
                    )
        return list(hit.values())
