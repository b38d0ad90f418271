"""Reading a connected calendar into the local mirror, wholly or not at all."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from chosei import wiring
from chosei.actions.own import own_keys
from chosei.core.blocking import blocks
from chosei.core.intervals import Interval
from chosei.core.states import ConnectionState
from chosei.core.text import one_line
from chosei.jobs import queue
from chosei.ports.calendar import BusyEvent
from chosei.ports.errors import NeedsReconnect, PortError
from chosei.reconcile.adopting import adopt
from chosei.records.locks import exclusively
from chosei.records.models import Connection, MirroredEvent

BEHIND, AHEAD = timedelta(days=14), timedelta(days=100)
"""How far the mirror reaches: past weeks for the composing grid, ahead beyond the longest booking window."""

log = structlog.get_logger(__name__)


def observe(connection_id: int) -> None:
    """Read the connection's calendar and replace its mirror. A failed read leaves the old mirror to age."""
    connection = Connection.objects.filter(pk=connection_id, state=ConnectionState.ACTIVE).first()
    if connection is None:
        return
    with exclusively(f"observe:{connection_id}") as ours:
        if ours:
            _observe(connection)
        else:
            queue.enqueue(queue.OBSERVE, str(connection_id), after=1)  # what was told meanwhile


def _observe(connection: Connection) -> None:
    begun = timezone.now()
    window = Interval(begun - BEHIND, begun + AHEAD)
    try:
        events = wiring.calendar_of(connection).read_busy(window)
    except PortError as error:
        log.warning(
            "observe_failed", connection=connection.pk, error_code=error.code, request_id=error.request_id
        )
        if not isinstance(error, NeedsReconnect):  # that one has marked the connection itself
            Connection.objects.filter(pk=connection.pk).update(mirror_error=error.code[:80])
        return
    ours = own_keys(events)
    rows = [_mirror(connection, event, ours) for event in events if not event.cancelled]
    with transaction.atomic():
        current = Connection.objects.select_for_update().get(pk=connection.pk)
        if current.state != ConnectionState.ACTIVE:
            return  # disconnected while we were reading: keep nothing
        MirroredEvent.objects.filter(connection=connection).delete()
        MirroredEvent.objects.bulk_create(rows, batch_size=1000)
        Connection.objects.filter(pk=connection.pk).update(
            mirror_read_at=begun, mirror_from=window.start, mirror_until=window.end, mirror_error=""
        )
    connection.refresh_from_db()
    adopt(connection)


def _mirror(connection: Connection, event: BusyEvent, ours: dict[str, str]) -> MirroredEvent:
    return MirroredEvent(
        connection=connection,
        remote_id=event.remote_id,
        starts_at=event.start,
        ends_at=max(event.start, event.end),
        show_as=event.show_as,
        all_day=event.all_day,
        private=event.private,
        blocks=blocks(event.show_as, cancelled=event.cancelled, declined=event.declined),
        subject=one_line(event.title)[:400],
        entry_key=ours.get(event.remote_id, ""),
    )
