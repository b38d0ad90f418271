"""Bringing calendars in line with what is desired. Level-triggered: it acts on the state, whoever asked.

Safe to run at any time, twice, or after a crash at any instruction: every step is chosen from what the
database says, a creation is announced before it is sent, and what came back is written down at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from chosei import wiring
from chosei.core.diff import Step
from chosei.core.entries import EntryState
from chosei.core.states import ConnectionState
from chosei.jobs import queue
from chosei.ports.errors import PortError
from chosei.reconcile import aftermath, recording
from chosei.reconcile.facts import step_of
from chosei.reconcile.writing import carry_out
from chosei.records.locks import exclusively
from chosei.records.models import CalendarEntry, Connection

_ROUNDS = 5
_BUSY_SECONDS = 1.0
_WRITABLE = (ConnectionState.ACTIVE, ConnectionState.ENDING)


def converge(about: str) -> None:
    """Bring every entry of ``about`` ("proposal:ID" or "appointment:ID") closer to what is desired.

    What cannot be done now is scheduled for later; the sweep finds what nobody remembers.
    """
    with exclusively(f"converge:{about}") as ours:
        if not ours:
            queue.enqueue(queue.CONVERGE, about, after=_BUSY_SECONDS)
            return
        for _ in range(_ROUNDS):
            if not _round(about):
                break
        aftermath.follow_up(about, entries_of(about))


def entries_of(about: str) -> list[CalendarEntry]:
    """Everything that the key stands for: a proposal's holds and the appointment that came from it."""
    kind, _, pk = about.partition(":")
    rows = CalendarEntry.objects.select_related("connection", "candidate__proposal", "appointment")
    if kind == "proposal":
        rows = rows.filter(Q(candidate__proposal_id=int(pk)) | Q(appointment__proposal_id=int(pk)))
    else:
        rows = rows.filter(appointment_id=int(pk), appointment__proposal__isnull=True)
    return list(rows.order_by("id"))


def _round(about: str) -> bool:
    """One step for every entry that needs one. Returns whether another round may find more to do."""
    now = timezone.now()
    by_connection: dict[Connection, list[tuple[CalendarEntry, Step]]] = defaultdict(list)
    entries = entries_of(about)
    for entry in entries:
        step = step_of(entry, now, entries)
        if step is Step.NOTHING:
            recording.nothing_to_do(entry)
        elif step is not Step.WAIT and entry.connection.state in _WRITABLE and _due(entry, now):
            by_connection[entry.connection].append((entry, step))
    for connection, steps in by_connection.items():
        _write(connection, steps)
    return any(step is not Step.READ for steps in by_connection.values() for _, step in steps)


def _due(entry: CalendarEntry, now: datetime) -> bool:
    waited = entry.state == EntryState.WAITING  # only for its turn, which has come
    return entry.state != EntryState.PARKED and (waited or entry.retry_at is None or entry.retry_at <= now)


def _write(connection: Connection, steps: Iterable[tuple[CalendarEntry, Step]]) -> None:
    steps = list(steps)
    try:
        carry_out(wiring.calendar_of(connection), steps)
    except PortError as error:
        # Nothing could be sent at all: the same news for every entry.
        for entry, _ in steps:
            recording.failed(entry, error)
