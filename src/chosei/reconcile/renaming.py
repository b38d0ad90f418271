"""Events that a provider calls by another id since: moved between stores, restored, or told without lasting
ids."""

from __future__ import annotations

from chosei.ports.calendar import CalendarPort, ObservedEvent
from chosei.reconcile import recording
from chosei.records.models import CalendarEntry


def renamed(port: CalendarPort, entry: CalendarEntry) -> ObservedEvent | None:
    """The entry's event, which is not there any more under the id we had, if it stands under another; that is
    written down.

    The same event has our key and its old iCalendar UID; a copy that a person made, mark and all, has a UID
    of its own. Raises ``PortError``.
    """
    uid = (entry.observed or {}).get("ical_uid", "")
    if not uid:
        return None
    for event in port.find(entry.key):
        if event.ical_uid == uid and event.remote_id != entry.remote_id and not event.cancelled:
            recording.renamed(entry, event)
            return event
    return None
