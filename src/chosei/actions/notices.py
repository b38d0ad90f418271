"""What a provider tells us of changes: believed only as far as looking again.

A notification carries no facts that we use. A forged, doubled, late or reordered one costs one reading.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from chosei.jobs import queue
from chosei.records.models import Subscription

LONG_SILENCE = timedelta(minutes=10)
"""Longer than a notification ever takes that is only late."""
_TROUBLES = frozenset({"reauthorizationRequired", "subscriptionRemoved"})


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification as it came in: ``secret`` is what we gave the provider, if it is from the provider.

    ``lifecycle`` is empty for a change; "missed" and words we do not know mean as much as a change.
    """

    subscription: str
    secret: str
    lifecycle: str = ""


def digest(secret: str) -> str:
    """How a subscription's secret is kept: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def take(notices: Sequence[Notice], *, now: datetime) -> int:
    """Enqueue what the genuine ones ask for, once for each connection. Returns how many were genuine."""
    rows = Subscription.objects.filter(remote_id__in={notice.subscription for notice in notices} - {""})
    known = {row.remote_id: row for row in rows}
    genuine = [
        (known[notice.subscription], notice)
        for notice in notices
        if notice.subscription in known
        and hmac.compare_digest(digest(notice.secret), known[notice.subscription].secret_hash)
    ]
    with transaction.atomic():
        Subscription.objects.filter(pk__in={row.pk for row, _ in genuine}).update(told_at=now)
        troubled = {row.connection_id for row, notice in genuine if notice.lifecycle in _TROUBLES}
        for connection_id in troubled:
            look_after_soon(connection_id, now=now)
        for connection_id in {row.connection_id for row, _ in genuine}:
            queue.enqueue(queue.OBSERVE, str(connection_id))
    return len(genuine)


def look_after_soon(connection_id: int, *, now: datetime) -> None:
    """Have the connection's subscription begun, extended or ended, whatever it needs."""
    Subscription.objects.filter(connection_id=connection_id).update(due_at=now, attempts=0)
    queue.enqueue(queue.WATCH, str(connection_id))


def doubt_silence(connection_id: int, *, now: datetime) -> None:
    """Something new was read of which nobody had told us. A subscription that has long said nothing may have
    stopped without a word: it is looked after, which finds out.
    """
    long_ago = now - LONG_SILENCE
    silent = Subscription.objects.filter(connection_id=connection_id, changed_at__lt=long_ago)
    if silent.exclude(remote_id="").exclude(told_at__gte=long_ago).exists():
        look_after_soon(connection_id, now=now)
