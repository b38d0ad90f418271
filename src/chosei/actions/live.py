"""Reading the calendars concerned just before a promise is made."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, wait

import structlog
from django.db import Error as DatabaseTrouble
from django.db import connections as database

from chosei import wiring
from chosei.actions.own import own_keys
from chosei.actions.sharing import Answer, SharedReads
from chosei.actions.silence import SLOW_SECONDS, fell_silent, may_be_asked, note_answer, note_silence
from chosei.core.blocking import AS_CHOSEN, Counting
from chosei.core.intervals import Interval
from chosei.core.states import ConnectionState
from chosei.ports.calendar import BusyEvent, CalendarPort
from chosei.ports.errors import Missing, PortError, Throttled, Transient
from chosei.records.models import Connection

LIVE_SECONDS = 2.5
"""A customer is waiting: what has not answered by then has failed. The rest of the three seconds is ours."""

log = structlog.get_logger(__name__)


def read_live(
    connections: Sequence[Connection], window: Interval, counting: Counting = AS_CHOSEN
) -> dict[int, list[BusyEvent]]:
    """The foreign events that block in ``window``, by connection. One that did not answer in time is left
    out, and so is one that did not answer somebody else just now.
    """
    asked = {
        connection.pk: (connection, _reads.ask(connection, window))
        for connection in connections
        if connection.state == ConnectionState.ACTIVE and may_be_asked(connection)
    }
    wait([future for _, future in asked.values()], timeout=LIVE_SECONDS)
    answers = {
        pk: [event for event in events if _counts(connection, event, window, counting)]
        for pk, (connection, future) in asked.items()
        if (events := _answer(connection, future)) is not None
    }
    ours = own_keys([event for events in answers.values() for event in events])
    return {pk: [event for event in events if event.remote_id not in ours] for pk, events in answers.items()}


def busy_times(events: Sequence[BusyEvent]) -> list[Interval]:
    return [Interval(event.start, event.end) for event in events if event.end > event.start]


def _read(connection: Connection, window: Interval) -> Answer:
    begun = time.monotonic()
    try:
        if fell_silent(connection):
            raise Transient("silent_just_now")
        events = _everything(wiring.calendar_of(connection, within=LIVE_SECONDS), connection, window)
        note_answer(connection)
        return events
    except (Transient, Throttled):
        if time.monotonic() - begun > SLOW_SECONDS:
            note_silence(connection.pk)
        raise
    finally:
        database.close_all()  # the thread lives on; its database connection must not


def _everything(port: CalendarPort, connection: Connection, window: Interval) -> Answer:
    """The default calendar and the further ones that count."""
    events = port.read_busy(window)
    for one in connection.further_calendars:
        try:
            events += port.read_busy(window, calendar=one["id"])
        except Missing:
            continue  # deleted: the mailbox itself has just answered
    return events


def _answer(connection: Connection, future: Future[Answer]) -> list[BusyEvent] | None:
    pk = connection.pk
    if not future.done():
        log.warning("live_read_too_slow", connection=pk)
        note_silence(pk)
        return None
    try:
        return future.result()
    except PortError as error:
        log.warning("live_read_failed", connection=pk, error_code=error.code, request_id=error.request_id)
        return None
    except DatabaseTrouble as error:  # no place in the pool, or a connection lost: not read, so not known
        log.warning("live_read_failed", connection=pk, error_code=type(error).__name__)
        return None


def _counts(connection: Connection, event: BusyEvent, window: Interval, counting: Counting) -> bool:
    """Whether the event takes its owner's time within ``window``."""
    return (
        event.start < window.end
        and window.start < event.end
        and counting.blocks(
            event.show_as,
            event.title,
            cancelled=event.cancelled,
            declined=event.declined,
            chosen=connection.member.counts_as_busy,
        )
    )


_reads = SharedReads(_read, threads=16)
