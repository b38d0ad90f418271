"""One event takes the place of another in another calendar: after a switch of provider, or a change of who
organises. Nothing of it is stored: it is read from the entries of one appointment or proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chosei.core.entries import DesiredEntry, EntryPurpose, EntryState
from chosei.core.states import ConnectionState
from chosei.core.troubles import Trouble
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
    copies_awaited: bool = False
    source_stands: bool = False
    source_stranded: bool = False


def succession_of(entry: CalendarEntry, others: Sequence[CalendarEntry]) -> Succession:
    """``others``: everything that stands or is wanted for the same thing; ``entry`` may be among them."""
    rivals = [one for one in others if one.pk != entry.pk and _same_meeting(one, entry)]
    if entry.desired is not None:
        asks = _desired_rooms(entry) - _written_rooms(entry)
        taken = any(asks & _held(one) for one in rivals)
        return Succession(rooms_taken=taken, copies_awaited=_copies_awaited(entry, rivals))
    if entry.purpose == EntryPurpose.ATTENDANCE:
        return _of_given_up_copy(entry, rivals)
    awaited = [one for one in rivals if _replaces(one, entry) and not one.remote_id]
    wanted = any(_written_rooms(entry) & _desired_rooms(one) for one in rivals)
    return Succession(bool(awaited) or _copies_awaited(entry, rivals), rooms_wanted=wanted)


def _of_given_up_copy(entry: CalendarEntry, rivals: Sequence[CalendarEntry]) -> Succession:
    """It goes with the meeting that it is a copy of, unless nobody can take that away any more."""
    sources = [one for one in rivals if one.remote_id and _uid(one) == _uid(entry) != ""]
    source = next((one for one in sources if one.purpose == EntryPurpose.APPOINTMENT), None)
    if source is None or not entry.remote_id:
        return Succession()
    settled = source.desired is not None and source.generation == source.written_generation
    stranded = source.state == EntryState.PARKED or source.connection.trouble == Trouble.NO_MAILBOX
    return Succession(source_stands=not settled, source_stranded=stranded)


def _copies_awaited(entry: CalendarEntry, rivals: Sequence[CalendarEntry]) -> bool:
    """Whether somebody had a copy of this meeting and is about to have an event of their own instead, which
    does not stand yet. One that cannot be written now is not waited for: the organiser would wait as long."""
    if entry.purpose != EntryPurpose.APPOINTMENT or not entry.remote_id:
        return False
    given_up = {
        one.connection.member_id
        for one in rivals
        if one.purpose == EntryPurpose.ATTENDANCE and one.desired is None and _uid(one) == _uid(entry) != ""
    }
    return any(
        one.connection.member_id in given_up
        and one.desired is not None
        and not one.remote_id
        and one.state != EntryState.PARKED
        and one.connection.state in _REACHED
        for one in rivals
    )


def _same_meeting(one: CalendarEntry, other: CalendarEntry) -> bool:
    if one.purpose in _MEETINGS and other.purpose in _MEETINGS:
        same_candidate = one.candidate_id is not None and one.candidate_id == other.candidate_id
        same_appointment = one.appointment_id is not None and one.appointment_id == other.appointment_id
        return same_candidate or same_appointment
    return (one.purpose, one.appointment_id) == (other.purpose, other.appointment_id)


def _replaces(one: CalendarEntry, gone: CalendarEntry) -> bool:
    """Whether ``one`` is what the owner of ``gone`` has instead, or the meeting under another organiser."""
    if one.desired is None:
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


def _uid(entry: CalendarEntry) -> str:
    return str((entry.observed or {}).get("ical_uid", ""))


def _written_rooms(entry: CalendarEntry) -> set[str]:
    return set(DesiredEntry.from_json(entry.written).rooms) if entry.written else set()


def _desired_rooms(entry: CalendarEntry) -> set[str]:
    return set(DesiredEntry.from_json(entry.desired).rooms) if entry.desired else set()
