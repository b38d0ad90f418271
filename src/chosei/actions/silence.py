"""Remembering, over all processes, that an account did not answer just now.

Somebody who waits for it would wait in vain and hold up others; what is to be done without an answer can be
done at once. After a while one of those who come tries again, and the others go on without until it has
answered. Jobs do not care: nobody waits for them.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from chosei.records.models import Connection

SILENCE = timedelta(seconds=15)
SLOW_SECONDS = 1.0
"""A failure that took longer has cost somebody's time."""


def may_be_asked(connection: Connection) -> bool:
    """Whether to wait for this account's answer. ``connection`` was read from the database just now."""
    before, now = connection.silent_until, timezone.now()
    if before is None:
        return True
    if before > now:
        return False
    rows = Connection.objects.filter(pk=connection.pk, silent_until=before)
    return rows.update(silent_until=now + SILENCE) == 1


def fell_silent(connection: Connection) -> bool:
    """Whether others have waited in vain since this asker looked."""
    rows = Connection.objects.filter(pk=connection.pk, silent_until__gt=timezone.now())
    return connection.silent_until is None and rows.exists()


def note_silence(connection_id: int) -> None:
    Connection.objects.filter(pk=connection_id).update(silent_until=timezone.now() + SILENCE)


def note_answer(connection: Connection) -> None:
    if connection.silent_until is not None:
        Connection.objects.filter(pk=connection.pk).update(silent_until=None)
