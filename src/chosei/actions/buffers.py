"""What a host does in their own calendar to the events that keep time free around a meeting (バッファ).

One that is deleted gives its time back. One that is moved, lengthened or shortened keeps free the time where
it stands now: there it blocks like any event of its owner's (see ``own.own_keys``), and beside the meeting
the time is free again. When the meeting itself moves, it comes back to the meeting's side.
"""

from __future__ import annotations

from collections.abc import Iterable

from chosei.actions.asking import unchanged
from chosei.actions.timeline import note
from chosei.actions.wishes import converge_soon, drop
from chosei.core import sights
from chosei.core.entries import DesiredEntry, EntryPurpose, SeenEntry
from chosei.records.locks import lock_hosts
from chosei.records.models import CalendarEntry, Member, Promise

_FLAGS = {
    EntryPurpose.BUFFER_BEFORE.value: "before_given_back",
    EntryPurpose.BUFFER_AFTER.value: "after_given_back",
}


def give_back(entry: CalendarEntry, member: Member | None = None) -> None:
    """The host does without this buffer: their time before or after the appointment is free again."""
    current = _under_lock(entry)
    if current is None or current.appointment is None:
        return
    host, flag = current.connection.member, _FLAGS[current.purpose]
    current.appointment.promises.filter(host=host).update(**{flag: True})
    drop([current])
    converge_soon(current.appointment)
    note(
        f"buffer_{flag}",
        appointment=current.appointment,
        member=member,
        actor="member" if member else "provider",
        host=host.pk,
    )


def follow_buffer(entry: CalendarEntry, seen: SeenEntry) -> None:
    """The host has moved this buffer's event, or moved it back to the meeting's side. Nothing is written:
    it stays where it is."""
    current = _under_lock(entry)
    if current is None or current.appointment is None or current.desired is None:
        return
    ours = DesiredEntry.from_json(current.desired)
    away = sights.moved((ours.start, ours.end), (seen.start, seen.end))
    current.observed, current.missing_at = seen.to_json(), None
    current.save(update_fields=["observed", "missing_at"])
    host, flag = current.connection.member, _FLAGS[current.purpose]
    promises = current.appointment.promises.filter(host=host)
    before = current.purpose == EntryPurpose.BUFFER_BEFORE
    promises.update(**{flag: away})
    note(
        f"buffer_{'before' if before else 'after'}_{'moved' if away else 'moved_back'}",
        appointment=current.appointment,
        actor="provider",
        host=host.pk,
        start=seen.start.isoformat(),
        end=seen.end.isoformat(),
    )


def beside_again(buffers: Iterable[CalendarEntry]) -> None:
    """These are wanted beside the meeting, wherever their hosts had moved them. Inside a transaction, under
    the hosts' locks."""
    for entry in buffers:
        promises = Promise.objects.filter(appointment=entry.appointment_id, host=entry.connection.member_id)
        promises.update(**{_FLAGS[entry.purpose]: False})


def _under_lock(entry: CalendarEntry) -> CalendarEntry | None:
    lock_hosts([entry.connection.member_id])
    return unchanged(entry)
