"""Locks that every process sees, kept by PostgreSQL.

Host locks last until the end of the transaction and are taken in one fixed order, so that nobody deadlocks.
Named locks belong to the database session and may span network calls; they end with the session, so that
a killed process leaves none behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

_HOST_SPACE = 0x43_48  # keeps host locks apart from any other two-key advisory lock
_ROOM_SPACE = 0x43_52


def lock_hosts(member_ids: Iterable[int], *, room_ids: Iterable[int] = ()) -> None:
    """Take the members' and rooms' time for this transaction, people before rooms, each by number.

    Call once, before checking anything about their time.
    """
    wanted = [(_HOST_SPACE, pk) for pk in sorted(set(member_ids))]
    wanted += [(_ROOM_SPACE, pk) for pk in sorted(set(room_ids))]
    with connection.cursor() as cursor:
        for space, pk in wanted:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [space, pk % 2**31])


@contextmanager
def exclusively(name: str) -> Iterator[bool]:
    """Whether we are the only one doing ``name`` now; does not wait. Not inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        ours: bool = cursor.fetchone()[0]
    try:
        yield ours
    finally:
        if ours:
            _release(name)


def _release(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
