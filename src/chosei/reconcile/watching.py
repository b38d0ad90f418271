"""Keeping each connection's request for change notifications alive, and ending it with the connection.

Where notifications cannot reach this installation there is none: the sweep's reading every few minutes is
then all there is, and beside notifications it is the safety net.
"""

from __future__ import annotations

import random
import secrets
from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from chosei import wiring
from chosei.actions.notices import digest
from chosei.core.states import ConnectionState
from chosei.jobs import queue
from chosei.ports.calendar import CalendarPort, Watch
from chosei.ports.errors import Missing, NeedsReconnect, PortError, Rejected, Throttled
from chosei.records.locks import exclusively
from chosei.records.models import Connection, Subscription

RENEW_EVERY = timedelta(days=1)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)

log = structlog.get_logger(__name__)


def look_after(connection_id: int) -> None:
    """Begin, extend or end the connection's subscription, as its state asks for. Safe to run at any time,
    twice, or after a crash: what a lost answer left behind is ended before a new one begins."""
    with exclusively(f"watch:{connection_id}") as ours:
        if not ours:
            return  # still due: the sweep asks again
        connection = Connection.objects.select_related("member").get(pk=connection_id)
        row = Subscription.objects.filter(connection=connection).first()
        url = wiring.notification_url(connection.provider)
        if connection.state == ConnectionState.ACTIVE and url:
            _keep(row or Subscription(connection=connection), url)
        elif row is not None and connection.state != ConnectionState.NEEDS_RECONNECT:
            _end(row)


def _keep(row: Subscription, url: str) -> None:
    now = timezone.now()
    if row.pk is not None and row.due_at > now:
        return
    try:
        port = wiring.calendar_of(row.connection)
        stands = (
            bool(row.remote_id) and row.url == url and row.expires_at is not None and row.expires_at > now
        )
        if not (stands and _extended(port, row, url)):
            _begin(port, row, url)
    except NeedsReconnect:
        return  # the connection itself has been paused; it comes back here when its owner has reconnected
    except PortError as error:
        _failed(row, error, now)


def _extended(port: CalendarPort, row: Subscription, url: str) -> bool:
    before, secret = row.remote_id, secrets.token_urlsafe(32)
    try:
        watch = port.extend_watch(before, url, secret)
    except Missing:
        return False
    if watch.remote_id != before:  # another one has taken its place, and repeats the new secret
        row.secret_hash = digest(secret)
        queue.enqueue(queue.OBSERVE, str(row.connection_id))  # what it told before we knew its name
    _record(row, watch)
    return True


def _begin(port: CalendarPort, row: Subscription, url: str) -> None:
    if row.remote_id and row.url != url:
        port.end_watch(row.remote_id)
    secret = secrets.token_urlsafe(32)
    watch = port.watch(url, secret)
    row.secret_hash, row.url = digest(secret), url
    _record(row, watch)
    queue.enqueue(queue.OBSERVE, str(row.connection_id))  # what was told before we knew its name


def _record(row: Subscription, watch: Watch) -> None:
    now = timezone.now()
    row.remote_id, row.expires_at = watch.remote_id, watch.expires
    # Spread, so that a company that connected on one morning is not renewed in one minute of every day.
    row.due_at = now + min(RENEW_EVERY, (watch.expires - now) / 2) * random.uniform(0.85, 1)  # noqa: S311
    row.attempts, row.problem = 0, ""
    row.save()


def _end(row: Subscription) -> None:
    try:
        if row.remote_id:
            wiring.calendar_of(row.connection).end_watch(row.remote_id)
    except (NeedsReconnect, Rejected) as error:
        # Nobody can end it any more: it runs out by itself within days, and what it tells is ignored.
        log.info("watch_abandoned", connection=row.connection_id, error_code=error.code)
    except PortError as error:
        _failed(row, error, timezone.now())
        return
    row.delete()


def _failed(row: Subscription, error: PortError, now: datetime) -> None:
    log.warning(
        "watch_failed", connection=row.connection_id, error_code=error.code, request_id=error.request_id
    )
    pause = min(_FIRST_PAUSE * 2 ** min(row.attempts, 10), _LONGEST_PAUSE)
    if isinstance(error, Throttled):
        pause = max(pause, timedelta(seconds=error.retry_after))
    row.due_at = now + pause
    row.attempts += 1
    row.problem = error.code[:80]
    row.save()
