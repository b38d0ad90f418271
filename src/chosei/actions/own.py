"""Telling our own events from everybody else's in what a calendar says."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from chosei.ports.calendar import BusyEvent
from chosei.records.models import CalendarEntry


def own_keys(events: Sequence[BusyEvent]) -> dict[str, str]:
    """The entry's key for the remote id of each event that is ours.

    By the mark in the event, as far as the entry exists (anybody can copy an event with its mark), or by the
    id we were given when we wrote it (not every read of every service returns the mark).
    """
    marked = {event.key: event.remote_id for event in events if event.key}
    ids = {event.remote_id for event in events}
    rows = CalendarEntry.objects.filter(Q(key__in=marked) | Q(remote_id__in=ids)).values_list(
        "key", "remote_id"
    )
    # Where we know the id, a copy that a person made of our event is theirs, mark and all.
    return {remote_id if remote_id in ids else marked[key]: key for key, remote_id in rows}
