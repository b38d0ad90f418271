"""Who gets Chosei's own calendar object: whoever has no event from a provider, and nobody who has one."""

from __future__ import annotations

from chosei.core.providers import ConnectionKind
from chosei.core.states import LIVE
from chosei.records.models import Appointment, CalendarEntry, Connection, Member


def gets_calendar_object(appointment: Appointment, member: Member | None, *, left: bool = False) -> bool:
    """The guest (``member`` None) always; a host when no calendar of theirs was linked at confirmation;
    whoever arranged it and does not attend never. ``left``: the member was a host until this letter.

    A colleague of the organiser's tenant is an attendee of the organiser's event without an entry of their
    own, so the connection counts as well. One made after the confirmation does not: such a host has the
    .ics already, and must get its changes.
    """
    if member is None:
        return True
    if not left and not appointment.promises.filter(host=member).exists():
        return False
    if CalendarEntry.objects.filter(appointment=appointment, connection__member=member).exists():
        return False
    return not Connection.objects.filter(
        member=member,
        kind=ConnectionKind.CALENDAR,
        state__in=LIVE,
        connected_at__lte=appointment.confirmed_at,
    ).exists()
