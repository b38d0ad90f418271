"""The access token of a connection, fresh and sealed.

One refresh at a time for each connection: the provider may give a new refresh token with each, and the newest
must be the one that is kept. The lock belongs to the database session, so that no transaction is open while
the network is.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from chosei import wiring
from chosei.actions.accounts import KEPT_FOR
from chosei.actions.addresses import found_again
from chosei.actions.connections import SPEAKING, speaks_for
from chosei.actions.health import connection_lost, registration_broken
from chosei.actions.switching import account_gone
from chosei.core.states import ConnectionState
from chosei.core.troubles import OPERATORS, may_pass
from chosei.jobs import queue
from chosei.ports.authorization import Grant
from chosei.ports.errors import Misconfigured, NeedsReconnect, PortError, Transient
from chosei.reconcile.limiter import WAIT_SECONDS, refuse_inside_transaction
from chosei.records.locks import exclusively, for_change
from chosei.records.models import Connection

log = structlog.get_logger(__name__)

BEFORE_EXPIRY = timedelta(minutes=5)
_PAUSE_SECONDS = 0.05
_KEPT = [
    *("access_token", "refresh_token", "access_expires_at", "refresh_due_at", "scopes", "trouble"),
    *("login_names", "changed_at"),
]


def access_token(
    connection_id: int, *, force: bool = False, claims: str = "", wait: float = WAIT_SECONDS, also: str = ""
) -> str:
    """A token good for at least five minutes. ``force``: the last one was refused before its time, wanting
    ``claims``.

    ``also``: one that is good for more than the calendar (``AuthorizationPort``); asked for each time, since
    nothing we keep says what the last one is good for.

    ``wait``: seconds to stand in line behind somebody who refreshes it. A refresh once begun is not cut
    short: its answer may be the only copy of a new refresh token.

    Not inside a transaction. Raises ``NeedsReconnect`` (the connection is then paused and its owner told), or
    whatever else the refresh met.
    """
    refuse_inside_transaction()
    before = _usable(connection_id)
    connection_id = before.pk
    if also:
        with _in_line(f"token:{connection_id}", wait):
            return _refreshed(_usable(connection_id), also)
    if _fresh(before) and not force:
        return before.access_token
    with _in_line(f"token:{connection_id}", wait):
        now = _usable(connection_id)
        # Somebody else was quicker while we waited: theirs is as new as ours would be.
        if _fresh(now) and (not force or now.access_token != before.access_token):
            return now.access_token
        return _refreshed(now, claims=claims)


@contextmanager
def _in_line(name: str, wait: float) -> Iterator[None]:
    """Raises ``Transient("token_refresh_slow")`` when those before us take longer than ``wait`` seconds."""
    until = time.monotonic() + wait
    while True:
        with exclusively(name) as ours:
            if ours:
                yield
                return
        if time.monotonic() >= until:
            raise Transient("token_refresh_slow")
        time.sleep(_PAUSE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 (nothing secret)


def _usable(connection_id: int) -> Connection:
    connection = speaks_for(Connection.objects.get(pk=connection_id))
    if connection.state not in SPEAKING:
        raise NeedsReconnect(connection.problem or f"connection_{connection.state}")
    return connection


def _fresh(connection: Connection) -> bool:
    expires = connection.access_expires_at
    return bool(connection.access_token) and expires is not None and expires > timezone.now() + BEFORE_EXPIRY


def keep_alive(connection_id: int) -> None:
    """Use the permission once, so that it does not die of idleness; and see whether one that an administrator
    had to mend works again.
    """
    connection = Connection.objects.get(pk=connection_id)
    try:
        if speaks_for(connection) != connection:
            return  # the permission in use is kept alive where it is
        if connection.state in SPEAKING:
            access_token(connection_id, force=True)
        elif connection.state == ConnectionState.NEEDS_RECONNECT and may_pass(connection.trouble):
            with _in_line(f"token:{connection_id}", WAIT_SECONDS):
                _try_again(Connection.objects.get(pk=connection_id))
    except PortError as error:
        # What has to be told has been; the sweep asks again within the hour.
        log.warning("not_kept_alive", connection=connection_id, error_code=error.code)
        if isinstance(error, NeedsReconnect):
            account_gone(connection_id, error, now=timezone.now())


def _try_again(connection: Connection) -> None:
    """What is refused as before is no news to anybody."""
    try:
        grant = wiring.authorization(connection.provider).refresh(connection.refresh_token)
    except (NeedsReconnect, Misconfigured):
        return
    _keep(connection, grant)
    found_again(connection.pk)


def _refreshed(connection: Connection, also: str = "", claims: str = "") -> str:
    port = wiring.authorization(connection.provider)
    try:
        grant = port.refresh(connection.refresh_token, also=also, claims=claims)
    except NeedsReconnect as error:
        if newer := _reconnected_meanwhile(connection):
            return newer
        connection_lost(connection.pk, error)
        raise
    except Misconfigured as error:
        if also:
            raise  # the registration may do without what lies beyond the calendar
        registration_broken(connection.pk, error)
        raise
    return _keep(connection, grant)


def _keep(connection: Connection, grant: Grant) -> str:
    """Store the grant, unless the owner signed in again while we were asking: then theirs counts."""
    with transaction.atomic():
        row = for_change(Connection.objects).get(pk=connection.pk)
        if row.refresh_token != connection.refresh_token:
            return row.access_token
        row.access_token = grant.access_token
        row.refresh_token = grant.refresh_token
        row.access_expires_at = grant.expires_at
        row.scopes = " ".join(sorted(grant.scopes))
        row.refresh_due_at = timezone.now() + KEPT_FOR
        row.trouble = "" if row.trouble in OPERATORS else row.trouble
        renamed = row.login_names != grant.login_names and "" not in (row.login_names, grant.login_names)
        row.login_names = grant.login_names or row.login_names
        row.save(update_fields=_KEPT)
        if renamed:
            queue.enqueue(queue.CHECK_ACCOUNT, str(row.pk))
    return grant.access_token


def _reconnected_meanwhile(connection: Connection) -> str:
    row = Connection.objects.get(pk=connection.pk)
    return row.access_token if row.refresh_token != connection.refresh_token and _fresh(row) else ""
