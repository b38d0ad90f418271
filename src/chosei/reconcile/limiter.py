"""At most four calls at once into one mailbox, over all processes.

Exchange answers the fifth with 429, and what was throttled comes late (microsoft-graph-docs
concepts/throttling-limits). Each mailbox has four numbered places, kept as session locks of PostgreSQL: a
killed process leaves none taken. When the mailbox asks to wait (Retry-After), everybody does.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from chosei.ports.errors import Throttled
from chosei.records.models import MailboxPause

PLACES = 4
WAIT_SECONDS = 30.0
_PAUSE_SECONDS = 0.05


@contextmanager
def places(account: str, count: int, *, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold ``count`` of the account's places (1 to 4) while the block runs. Not inside a transaction.

    Raises ``Throttled``: "mailbox_busy" when they do not become free within ``wait`` seconds, "asked_to_wait"
    while the mailbox wants to be left alone.
    """
    refuse_inside_transaction()
    taken = _taken(account, min(count, PLACES), time.monotonic() + wait)
    try:
        _insist_on_leave(account)
        yield
    finally:
        _release(account, taken)


def pause(account: str, seconds: float) -> None:
    """Leave the account alone for ``seconds`` from now, in every process; a longer wish stays."""
    until = timezone.now() + timedelta(seconds=seconds)
    made, fresh = MailboxPause.objects.get_or_create(account=account, defaults={"until": until})
    if not fresh:
        MailboxPause.objects.filter(pk=made.pk, until__lt=until).update(until=until)


def _insist_on_leave(account: str) -> None:
    """Looked at with the place in hand: what was told while we stood in line counts."""
    now = timezone.now()
    until = (
        MailboxPause.objects.filter(account=account, until__gt=now).values_list("until", flat=True).first()
    )
    if until is not None:
        raise Throttled("asked_to_wait", retry_after=(until - now).total_seconds())


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
