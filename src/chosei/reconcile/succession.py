"""One event takes the place of another in another calendar: after a switch of provider, or a change of who
organises. Nothing of it is stored: it is read from the entries of one appointment or proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chosei.core.entries import DesiredEntry, EntryPurpose, EntryState
from chosei.core.states import ConnectionState
from chosei.records.models import CalendarEntry

_MEETINGS = (
    EntryPurpose.HOLD,
    EntryPurpose.REQUEST,
    EntryPurpose.APPOINTMENT,
    EntryPurpose.ATTENDANCE,
)
_REACHED = (ConnectionState.ACTIVE, ConnectionState.ENDING)


@dataclass(frozen=True, slots=True)
class Succession:
    """As in ``core.diff.EntryFacts``."""

    replaced_soon: bool = False
    rooms_wanted: bool = False
    rooms_taken: bool = False


def succession_of(entry: CalendarEntry, others: Sequence[CalendarEntry]) -> Succession:
    """``others``: everything that stands or is wanted for the same thing; ``entry`` may be among them."""
    rivals = [one for one in others if one.pk != entry.pk and _same_meeting(one, entry)]
    if entry.desired is None:
        awaited = [one for one in rivals if _replaces(one, entry) and not one.remote_id]
        wanted = any(_written_rooms(entry) & _desired_rooms(one) for one in rivals)
        return Succession(replaced_soon=bool(awaited), rooms_wanted=wanted)
    asks = _desired_rooms(entry) - _written_rooms(entry)
    return Succession(rooms_taken=any(asks & _held(one) for one in rivals))


def _same_meeting(one: CalendarEntry, other: CalendarEntry) -> bool:
    if one.purpose in _MEETINGS and other.purpose in _MEETINGS:
        same_candidate = one.candidate_id is not None and one.candidate_id == other.candidate_id
        same_appointment = one.appointment_id is not None and one.appointment_id == other.appointment_id
        return same_candidate or same_appointment
    return (one.purpose, one.appointment_id) == (other.purpose, other.appointment_id)


def _replaces(one: CalendarEntry, gone: CalendarEntry) -> bool:
    """Whether ``one`` is what the owner of ``gone`` has instead, or the meeting under another organiser."""
    if one.desired is None or one.connection_id == gone.connection_id:
        return False
    if one.connection.member_id == gone.connection.member_id:
        return True
    appointment = one.appointment
    organized = appointment is not None and appointment.organizer_id == one.connection_id
    return organized and one.purpose == gone.purpose == EntryPurpose.APPOINTMENT


def _held(entry: CalendarEntry) -> set[str]:
    """The rooms that the event has and is about to let go, where it can be reached to do so."""
    if entry.state == EntryState.PARKED or entry.connection.state not in _REACHED or not entry.remote_id:
        return set()
    return _written_rooms(entry) - _desired_rooms(entry)


def _written_rooms(entry: CalendarEntry) -> set[str]:
    return set(DesiredEntry.from_json(entry.written).rooms) if entry.written else set()


def _desired_rooms(entry: CalendarEntry) -> set[str]:
    return set(DesiredEntry.from_json(entry.desired).rooms) if entry.desired else set()
