"""Reading a connected calendar into the local mirror, wholly or not at all."""

from __future__ import annotations

import structlog
from django.utils import timezone

from chosei.actions.accounts import NO_MAILBOX
from chosei.actions.health import mailbox_lost, untroubled
from chosei.actions.notices import doubt_silence
from chosei.core.providers import ConnectionKind
from chosei.core.states import ConnectionState
from chosei.core.troubles import Trouble
from chosei.jobs import queue
from chosei.ports.errors import NeedsReconnect, PortError
from chosei.reconcile.adopting import adopt
from chosei.reconcile.mirroring import keep
from chosei.reconcile.reading import read
from chosei.records.locks import exclusively
from chosei.records.models import Connection

log = structlog.get_logger(__name__)


def observe(connection_id: int) -> None:
    """Bring the connection's mirror up to now. A failed read leaves the old mirror to age."""
    with exclusively(f"observe:{connection_id}") as ours:
        if not ours:
            queue.enqueue(queue.OBSERVE, str(connection_id), after=1)  # what was told meanwhile
            return
        active = Connection.objects.filter(kind=ConnectionKind.CALENDAR, state=ConnectionState.ACTIVE)
        connection = active.filter(pk=connection_id).first()
        if connection is not None:
            _observe(connection)


def _observe(connection: Connection) -> None:
    try:
        reading = read(connection, timezone.now())
    except PortError as error:
        log.warning(
            "observe_failed", connection=connection.pk, error_code=error.code, request_id=error.request_id
        )
        if isinstance(error, NeedsReconnect):
            return  # that one has marked the connection itself
        Connection.objects.filter(pk=connection.pk).update(mirror_error=error.code[:80])
        # Once may be a service being moved; a second reading minutes later means it.
        if error.code == NO_MAILBOX == connection.mirror_error:
            mailbox_lost(connection.pk)
        return
    if not keep(connection, reading):
        queue.enqueue(queue.OBSERVE, str(connection.pk), after=1)
        return
    told: set[str] = set()
    if reading.changes is not None and (reading.changes.events or reading.changes.gone):
        told = {event.remote_id for event in reading.changes.events}
        doubt_silence(connection.pk, now=reading.begun)
    connection.refresh_from_db()
    untroubled(connection.pk, Trouble.NO_MAILBOX)
    if connection.state == ConnectionState.ACTIVE:
        adopt(connection, told)
