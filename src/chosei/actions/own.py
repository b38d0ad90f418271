"""Telling our own events from everybody else's in what a calendar says."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from chosei.core.entries import BUFFERS, DesiredEntry
from chosei.ports.calendar import BusyEvent
from chosei.records.models import CalendarEntry


def own_keys(events: Sequence[BusyEvent]) -> dict[str, str]:
    """The entry's key for the remote id of each event that is ours and stands where we put it.

    By the id we were given when we wrote it (not every read of every service returns the mark), or by the
    mark in the event while we know no id. Our records speak for such events. They do not for a copy that a
    person made, mark and all, nor for an event of ours that a person moved: those take their owner's time.
    """
    marked = {event.key: event for event in events if event.key}
    by_id = {event.remote_id: event for event in events}
    rows = CalendarEntry.objects.filter(Q(key__in=marked) | Q(remote_id__in=by_id))
    own: dict[str, str] = {}
    for entry in rows.only("key", "remote_id", "desired", "written"):
        event = by_id.get(entry.remote_id) if entry.remote_id else marked.get(entry.key)
        if event is not None and _in_place(event, entry):
            own[event.remote_id] = entry.key
    return own


def buffer_ids(appointment: int) -> list[str]:
    """The remote ids of an appointment's buffers, wherever their hosts have moved them: when the meeting
    moves they come along, so they are never in its way.
    """
    rows = CalendarEntry.objects.filter(appointment=appointment, purpose__in=BUFFERS).exclude(remote_id="")
    return list(rows.values_list("remote_id", flat=True))


def _in_place(event: BusyEvent, entry: CalendarEntry) -> bool:
    known = [DesiredEntry.from_json(stored) for stored in (entry.desired, entry.written) if stored]
    return not known or any((one.start, one.end) == (event.start, event.end) for one in known)
