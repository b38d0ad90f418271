"""Watches every transaction of the tests for locks taken in another order than chosei.records.locks gives, or
stronger than it takes them.

Two transactions that take the same locks in different orders stop each other for good, but in a test only
once in thousands of runs. The order itself is the same in every run, so that is what is looked at.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection as current
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_ADVISORY = "pg_advisory_xact_lock"
_SHARED = {
    "records_appointment",
    "records_calendarentry",
    "records_candidate",
    "records_promise",
    "records_proposal",
    "records_webmeeting",
}
"""Reached from a person as well as from an appointment or a proposal: see ``lock_people``."""
_REFERRED = _SHARED | {
    "records_bookingpage",
    "records_connection",
    "records_member",
    "records_organization",
}
"""Whose notes, mails and entries others write meanwhile: see ``for_change``."""
_ACCOUNT = 0x43_41
_ORGANIZATION = 0  # before every host and room: see chosei.records.locks
_WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) ", re.I)
_LOCKS = re.compile(r" FOR (NO KEY )?UPDATE", re.I)
_KEYS_TOO = re.compile(r" FOR UPDATE", re.I)
_TABLE = re.compile(r'(?:INTO|UPDATE|FROM) "(\w+)"', re.I)

Key = tuple[int, int]


class LockOrder:
    """What one connection's running transaction has taken so far, and what it took wrongly."""

    def __init__(self, faults: list[str]) -> None:
        self._faults = faults
        self.begin()

    def begin(self) -> None:
        self._held: set[Key] = set()
        self._people = False
        self._row = ""
        self._shared = ""

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not all(block._from_testcase for block in context["connection"].atomic_blocks):
            self._look(str(sql), params)
        return execute(sql, params, many, context)

    def _look(self, sql: str, params: Any) -> None:
        if _ADVISORY in sql:
            for key in zip(*params, strict=True):
                self._people = self._people or key[0] != _ACCOUNT
                self._take(key, f"host or room {key}")
        elif (writes := _WRITES.match(sql)) or _LOCKS.search(sql):
            found = _TABLE.search(sql)
            table = found[1] if found else sql[:60]
            if table in _REFERRED and _KEYS_TOO.search(sql):
                self._complain(f"{table} is locked against references as well")
            if table == "records_organization" and sql.startswith("INSERT"):
                self._held.add((_ORGANIZATION, 0))  # nobody else knows of it yet
            elif table == "records_organization" and not writes:
                self._take((_ORGANIZATION, 0), "the organisation")
            else:
                self._row = self._row or table
                if table in _SHARED and not sql.startswith("INSERT"):
                    self._reach(table)

    def _take(self, key: Key, name: str) -> None:
        if key in self._held:
            return
        if self._row:
            self._complain(f"{name} is locked after a row of {self._row}")
        elif self._held and key < max(self._held):
            self._complain(f"{name} is locked after {max(self._held)}")
        self._held.add(key)

    def _reach(self, table: str) -> None:
        if self._shared and table != self._shared and not self._people:
            self._complain(f"{table} is locked after {self._shared} without the people")
        self._shared = self._shared or table

    def _complain(self, what: str) -> None:
        ours = [frame for frame in traceback.extract_stack() if "/chosei/" in frame.filename]
        where = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(ours))
        self._faults.append(f"{what} ({where})")


@contextmanager
def watched(faults: list[str]) -> Iterator[None]:
    """Look at every transaction of every connection of this process; ``faults`` says what was found."""

    def watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
        if not any(isinstance(wrapper, LockOrder) for wrapper in connection.execute_wrappers):
            connection.execute_wrappers.append(LockOrder(faults))

    def enter(block: transaction.Atomic) -> None:
        outer = transaction.get_connection(block.using)
        if all(one._from_testcase for one in outer.atomic_blocks):
            for wrapper in outer.execute_wrappers:
                if isinstance(wrapper, LockOrder):
                    wrapper.begin()
        plain_enter(block)

    plain_enter = transaction.Atomic.__enter__
    connection_created.connect(watch)
    watch(current)
    transaction.Atomic.__enter__ = enter  # type: ignore[method-assign]
    try:
        yield
    finally:
        transaction.Atomic.__enter__ = plain_enter  # type: ignore[method-assign]
        connection_created.disconnect(watch)
