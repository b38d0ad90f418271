"""At most four calls at once into one mailbox, over all processes.

Exchange answers the fifth with 429, and what was throttled comes late (microsoft-graph-docs
concepts/throttling-limits). Each mailbox has four numbered places, kept as session locks of PostgreSQL: a
killed process leaves none taken.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from chosei.ports.errors import Throttled

PLACES = 4
WAIT_SECONDS = 30.0
_PAUSE_SECONDS = 0.05


@contextmanager
def places(account: str, count: int, *, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold ``count`` of the account's places (1 to 4) while the block runs. Not inside a transaction.

    Raises ``Throttled("mailbox_busy")`` when they do not become free within ``wait`` seconds.
    """
    refuse_inside_transaction()
    taken = _taken(account, min(count, PLACES), time.monotonic() + wait)
    try:
        yield
    finally:
        _release(account, taken)


def refuse_inside_transaction() -> None:
    """Raise RuntimeError inside a transaction: a network call there would hold locks for as long as it
    takes."""
    with transaction.atomic(durable=True):
        pass


def _taken(account: str, count: int, until: float) -> list[int]:
    while True:
        taken: list[int] = []
        for place in range(PLACES):
            if len(taken) < count and _take(account, place):
                taken.append(place)
        if len(taken) == count:
            return taken
        # All or none: two that each wait for the other's half would wait for ever.
        _release(account, taken)
        if time.monotonic() >= until:
            raise Throttled("mailbox_busy", retry_after=2.0)
        time.sleep(_PAUSE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 (nothing secret)


def _take(account: str, place: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [_name(account, place)])
        return bool(cursor.fetchone()[0])


def _release(account: str, taken: list[int]) -> None:
    for place in taken:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_name(account, place)])


def _name(account: str, place: int) -> str:
    return f"mailbox:{account}:{place}"
