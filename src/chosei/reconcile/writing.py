"""Carrying out one round of steps in one calendar."""

from __future__ import annotations

from collections.abc import Sequence

from chosei.actions.adopting import moved_meanwhile
from chosei.core import sights
from chosei.core.diff import Step
from chosei.core.entries import DesiredEntry
from chosei.ports.calendar import (
    CalendarPort,
    Change,
    CreateEvent,
    DeleteEvent,
    Failed,
    ObservedEvent,
    UpdateEvent,
    Written,
)
from chosei.ports.errors import Conflict, Missing, PortError, Rejected, Transient
from chosei.reconcile import recording
from chosei.reconcile.facts import draft_of, draft_without_rooms, invitation_of, seen
from chosei.reconcile.renaming import renamed
from chosei.records.models import CalendarEntry

_CONFLICTS = 2
_INVITATIONS = 8
"""How often a colleague's invitation is looked for, over some eight minutes."""
_LOOKS = 4
"""How often an event whose token is spent is looked for, over half a minute, before it is made anew."""


def carry_out(port: CalendarPort, steps: Sequence[tuple[CalendarEntry, Step]]) -> None:
    """Look, read, then write, batched. Raises PortError when nothing at all could be sent."""
    changes: list[tuple[CalendarEntry, Change]] = []
    for entry, step in steps:
        match step:
            case Step.LOOK:
                _look(port, entry)
            case Step.READ:
                _read(port, entry)
            case Step.ACCEPT:
                _accept(port, entry)
            case Step.CREATE:
                recording.creation_begins(entry)
                changes.append((entry, CreateEvent(draft_of(entry), entry.create_token)))
            case Step.UPDATE:
                changes.append((entry, _update_of(entry)))
            case Step.DELETE:
                changes.append((entry, DeleteEvent(entry.remote_id)))
            case Step.RELEASE:
                changes.append(
                    (entry, UpdateEvent(entry.remote_id, draft_without_rooms(entry), _version(entry)))
                )
    if not changes:
        return
    try:
        outcomes = port.apply([change for _, change in changes])
    except PortError as nothing_sent:
        for entry, change in changes:
            if isinstance(change, CreateEvent):
                recording.creation_refused(entry, nothing_sent)
        raise
    for (entry, change), outcome in zip(changes, outcomes, strict=True):
        match outcome:
            case Written(event, absent=absent):
                if not (absent and _stands_elsewhere(port, entry)):
                    _record(entry, event)
            case Failed(error):
                if isinstance(change, CreateEvent):
                    recording.creation_refused(entry, error)
                _failed(port, entry, change, error)


def _update_of(entry: CalendarEntry) -> UpdateEvent:
    written = DesiredEntry.from_json(entry.written) if entry.written else None
    invited = frozenset(one.address.lower() for one in written.attendees) if written else None
    return UpdateEvent(entry.remote_id, draft_of(entry), _version(entry), invited)


def _record(entry: CalendarEntry, event: ObservedEvent | None) -> None:
    if event is None:
        recording.removed(entry)
    elif entry.desired is None:
        recording.released(entry, event)
    else:
        recording.written(entry, event)


def _stands_elsewhere(port: CalendarPort, entry: CalendarEntry) -> bool:
    """Whether it goes by another id now, by which the next round reaches it; or that could not be told."""
    try:
        return renamed(port, entry) is not None
    except PortError as error:
        recording.failed(entry, error)
        return True


def _version(entry: CalendarEntry) -> str:
    """The version we last saw. After two conflicts whichever stands there: versions may change by themselves,
    and what we write has been decided since."""
    return entry.etag if entry.attempts < _CONFLICTS else ""


def _look(port: CalendarPort, entry: CalendarEntry) -> None:
    """A creation was sent and its answer lost: does the event stand there?"""
    found = [event for event in port.find(entry.key) if not event.cancelled]
    if found:
        stays, *doubles = found
        trouble = _remove(port, doubles)
        if trouble is not None:  # what is not written down yet is looked for again, doubles and all
            recording.failed(entry, trouble)
        else:
            recording.found(entry, stays)
    elif entry.desired is None:
        recording.removed(entry)
    else:
        # Under the same token: if the lost request is still on its way, the provider makes one event of both.
        [outcome] = port.apply([CreateEvent(draft_of(entry), entry.create_token)])
        if isinstance(outcome, Written) and outcome.event:
            recording.written(entry, outcome.event)
        elif isinstance(outcome, Failed):
            _still_missing(entry, outcome.error)


def _still_missing(entry: CalendarEntry, error: PortError) -> None:
    """The token is spent, yet its event is nowhere: at first that may be a slow index, later it is gone."""
    if isinstance(error, Conflict) and entry.attempts >= _LOOKS:
        recording.lost(entry)
    else:
        recording.failed(entry, error)


def _remove(port: CalendarPort, doubles: Sequence[ObservedEvent]) -> PortError | None:
    """What kept one of them from being removed. Raises PortError."""
    outcomes = port.apply([DeleteEvent(event.remote_id) for event in doubles]) if doubles else ()
    return next((one.error for one in outcomes if isinstance(one, Failed)), None)


def _read(port: CalendarPort, entry: CalendarEntry) -> None:
    try:
        recording.observed(entry, port.get(entry.remote_id))
    except Missing:
        return  # whether a person removed it is for the observation of changes to prove, not for us
    except PortError as error:
        recording.failed(entry, error)


def _accept(port: CalendarPort, entry: CalendarEntry) -> None:
    """The invitation travels for a while; one that never comes is for a person to look into."""
    try:
        recording.written(entry, port.accept(invitation_of(entry)))
    except Missing as missing:
        gone = Rejected(missing.code, request_id=missing.request_id)
        later = Transient("not_invited_yet", request_id=missing.request_id)
        recording.failed(entry, gone if entry.attempts >= _INVITATIONS else later)
    except PortError as error:
        recording.failed(entry, error)


def _failed(port: CalendarPort, entry: CalendarEntry, change: Change, error: PortError) -> None:
    if isinstance(error, Missing) and isinstance(change, UpdateEvent):
        # A person removed the event, yet we have just been told to settle something else there: make it anew.
        if not _stands_elsewhere(port, entry):
            recording.lost(entry)
    elif isinstance(error, Conflict) and isinstance(change, UpdateEvent):
        _read_again(port, entry, error)
    else:
        recording.failed(entry, error)


def _read_again(port: CalendarPort, entry: CalendarEntry, error: Conflict) -> None:
    """Somebody changed the event since we saw it. Moved by a person while we were about to change it: the
    host is asked. Anything else we write was decided by host or guest: it goes on top of what stands there
    now, once that has been seen."""
    try:
        event = port.get(entry.remote_id)
    except Missing:
        if not _stands_elsewhere(port, entry):
            recording.lost(entry)
    except PortError as other:
        recording.failed(entry, other)
    else:
        if entry.desired and _moved_there(entry, event) and moved_meanwhile(entry, seen(event)):
            return
        recording.failed(entry, error)
        recording.observed(entry, event)


def _moved_there(entry: CalendarEntry, event: ObservedEvent) -> bool:
    """Whether it stands at another time than we last put it, nor where we are about to put it."""
    now = (event.start, event.end)
    known = [DesiredEntry.from_json(one) for one in (entry.written, entry.desired) if one]
    return bool(known) and all(sights.moved((one.start, one.end), now) for one in known)
