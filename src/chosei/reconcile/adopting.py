"""Comparing our entries with what the calendar has just said, and following what a person changed there.

Level-triggered: every reading compares anew, whatever was notified. The mirror only raises a suspicion; what
is followed was seen by a direct read of that event.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from chosei import wiring
from chosei.actions.adopting import adopt_move, adopt_removal
from chosei.actions.asking import Question
from chosei.actions.room_answers import take_answers
from chosei.core import sights
from chosei.core.diff import rooms_answered
from chosei.core.entries import BUFFERS, DesiredEntry, EntryPurpose, EntryState, SeenEntry
from chosei.core.intervals import Interval
from chosei.jobs import queue
from chosei.ports.calendar import CalendarPort
from chosei.ports.errors import Missing, PortError
from chosei.reconcile.facts import seen
from chosei.reconcile.renaming import renamed
from chosei.records.models import CalendarEntry, Connection, MirroredEvent

_ROOMS_EVERY = timedelta(minutes=4)
"""An event with a room is read itself at nearly every reading of its calendar."""

log = structlog.get_logger(__name__)


def adopt(connection: Connection, told: Collection[str] = ()) -> None:
    """Look at every entry that stands as we wrote it, against a mirror that was read just now. ``told``: the
    events that the calendar has just said have changed, by their remote ids."""
    now = timezone.now()
    entries = _settled(connection, now)
    rows = MirroredEvent.objects.filter(
        connection=connection, remote_id__in=[entry.remote_id for entry in entries]
    )
    stands = {row.remote_id: row for row in rows}
    port = wiring.calendar_of(connection)
    for entry in entries:
        row = stands.get(entry.remote_id)
        rooms_due = _rooms_are_due(entry, now, told=entry.remote_id in told)
        if _as_expected(entry, row, connection) and not rooms_due:
            continue
        try:
            _look_closely(port, entry, listed=row is not None)
        except PortError as error:
            # The mailbox does not answer: nothing is proven, the next reading compares again.
            log.warning("entry_not_looked_at", entry=entry.pk, error_code=error.code)
            return


def _settled(connection: Connection, now: datetime) -> list[CalendarEntry]:
    """Entries to come with nothing of ours under way; what we wrote during the reading may not be in it."""
    rows = CalendarEntry.objects.filter(
        connection=connection,
        state=EntryState.WRITTEN,
        desired__isnull=False,
        written__isnull=False,
        generation=F("written_generation"),
        changed_at__lt=connection.mirror_read_at,
    ).exclude(remote_id="")
    rows = rows.exclude(purpose=EntryPurpose.ATTENDANCE)  # the organiser's event is what counts
    related = rows.select_related("connection__member", "candidate__proposal", "appointment__proposal")
    return [entry for entry in related.order_by("id") if _written(entry).end > now]


def _as_expected(entry: CalendarEntry, row: MirroredEvent | None, connection: Connection) -> bool:
    """Whether the mirror gives no reason to look at the event itself. What it says is noted."""
    written = _written(entry)
    if row is None:
        asked = entry.question == Question.REMOVED
        assert connection.mirror_from is not None
        assert connection.mirror_until is not None
        return asked or not written.overlaps(Interval(connection.mirror_from, connection.mirror_until))
    before = SeenEntry.from_json(entry.observed) if entry.observed else None
    if entry.purpose in BUFFERS:
        # It may stand elsewhere, which was followed then; that it came back is to be followed as well.
        known = (before.start, before.end) if before else (written.start, written.end)
        return not sights.moved(known, (row.starts_at, row.ends_at)) and entry.missing_at is None
    if sights.moved((written.start, written.end), (row.starts_at, row.ends_at)):
        asked = entry.question == Question.MOVED and before is not None
        return asked and before is not None and (before.start, before.end) == (row.starts_at, row.ends_at)
    link, uid = (before.join_url, before.ical_uid) if before else ("", "")
    rooms = before.rooms if before else ()
    found = SeenEntry(
        row.subject, row.starts_at, row.ends_at, row.show_as, join_url=link, ical_uid=uid, rooms=rooms
    )
    if found != before or entry.question or entry.missing_at:
        _note_sight(entry, found)
    return True


def _rooms_are_due(entry: CalendarEntry, now: datetime, *, told: bool) -> bool:
    """A room may change its mind: the mirror does not say so, the event itself does. ``told``: something of
    it has changed."""
    if not _written_rooms(entry):
        return False
    if told:
        return True
    open_ = not rooms_answered(DesiredEntry.from_json(entry.written or {}), _observed(entry))
    return open_ or entry.room_seen_at is None or entry.room_seen_at < now - _ROOMS_EVERY


def _written_rooms(entry: CalendarEntry) -> bool:
    return entry.written is not None and bool(DesiredEntry.from_json(entry.written).rooms)


def _observed(entry: CalendarEntry) -> SeenEntry | None:
    return SeenEntry.from_json(entry.observed) if entry.observed else None


def _note_sight(entry: CalendarEntry, found: SeenEntry) -> None:
    """It stands where we put it: nothing is missing and nothing is to be asked (any more)."""
    CalendarEntry.objects.filter(pk=entry.pk, generation=entry.generation).update(
        observed=found.to_json(), question="", missing_at=None
    )


def _look_closely(port: CalendarPort, entry: CalendarEntry, *, listed: bool) -> None:
    """``listed``: the calendar has just shown the event. One that it does not show may still be read where it
    was put away. Raises PortError, other than Missing, where the event could not be read."""
    try:
        event = port.get(entry.remote_id)
    except Missing:
        elsewhere = renamed(port, entry)
        if elsewhere is None:
            _gone(entry)
            return
        event = elsewhere
    if event.cancelled or not (listed or port.stands(event)):
        _gone(entry)
        return
    now, written, found = timezone.now(), _written(entry), seen(event)
    moved = sights.moved((written.start, written.end), (event.start, event.end))
    if not moved and entry.purpose not in BUFFERS:
        _note_sight(entry, found)
        if _written_rooms(entry):
            CalendarEntry.objects.filter(pk=entry.pk).update(room_seen_at=now)
            entry.observed = found.to_json()
            take_answers(entry, now=now)
        return
    adopt_move(entry, found, now=now)


def _gone(entry: CalendarEntry) -> None:
    now = timezone.now()
    if entry.missing_at is None:
        with transaction.atomic():
            CalendarEntry.objects.filter(pk=entry.pk).update(missing_at=now)
            after = (sights.PROOF_AFTER).total_seconds() + 1
            queue.enqueue(queue.OBSERVE, str(entry.connection_id), after=after)
        return
    if sights.is_proven(entry.missing_at, now):
        adopt_removal(entry, asking=_many(entry, entry.missing_at), now=now)


def _many(entry: CalendarEntry, first_missing: datetime) -> bool:
    """Whether so much went missing in this mailbox at about the same time that nobody can have meant it."""
    around = (first_missing - sights.MANY_WITHIN, first_missing + sights.MANY_WITHIN)
    together = CalendarEntry.objects.filter(connection=entry.connection_id, missing_at__range=around)
    return together.count() > sights.MANY


def _written(entry: CalendarEntry) -> Interval:
    assert entry.written is not None
    written = DesiredEntry.from_json(entry.written)
    return Interval(written.start, written.end)
