"""Reading the calendars concerned just before a promise is made."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

import structlog
from django.db import Error as DatabaseTrouble
from django.db import connections as database

from chosei import wiring
from chosei.actions.own import own_keys
from chosei.core.blocking import blocks
from chosei.core.intervals import Interval
from chosei.core.states import ConnectionState
from chosei.ports.calendar import BusyEvent
from chosei.ports.errors import PortError
from chosei.records.models import Connection

LIVE_SECONDS = 3.0
"""A customer is waiting: what has not answered by then has failed."""

log = structlog.get_logger(__name__)
_threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="live-read")


def read_live(connections: Sequence[Connection], window: Interval) -> dict[int, list[BusyEvent]]:
    """The foreign events that block in ``window``, by connection. One that did not answer in time is left
    out.
    """
    asked = {
        connection.pk: _threads.submit(_read, connection, window)
        for connection in connections
        if connection.state == ConnectionState.ACTIVE
    }
    wait(asked.values(), timeout=LIVE_SECONDS)
    answers = {pk: events for pk, future in asked.items() if (events := _answer(pk, future)) is not None}
    ours = own_keys([event for events in answers.values() for event in events])
    return {pk: [event for event in events if event.remote_id not in ours] for pk, events in answers.items()}


def busy_times(events: Sequence[BusyEvent]) -> list[Interval]:
    return [Interval(event.start, event.end) for event in events if event.end > event.start]


def _read(connection: Connection, window: Interval) -> list[BusyEvent]:
    try:
        return wiring.calendar_of(connection, within=LIVE_SECONDS).read_busy(window)
    finally:
        database.close_all()  # the thread lives on; its database connection must not


def _answer(pk: int, future: Future[list[BusyEvent]]) -> list[BusyEvent] | None:
    if not future.done():
        log.warning("live_read_too_slow", connection=pk)
        return None
    try:
        events = future.result()
    except PortError as error:
        log.warning("live_read_failed", connection=pk, error_code=error.code, request_id=error.request_id)
        return None
    except DatabaseTrouble as error:  # no place in the pool, or a connection lost: not read, so not known
        log.warning("live_read_failed", connection=pk, error_code=type(error).__name__)
        return None
    return [e for e in events if blocks(e.show_as, cancelled=e.cancelled, declined=e.declined)]
