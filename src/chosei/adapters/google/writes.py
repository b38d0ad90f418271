"""Carrying out changes, a few at once, so that repeating them does no harm.

A creation carries an id made of its token, so that a second one is told from the first; an update reads the
event, sends only what differs and insists on the version read; what is gone counts as deleted. Google mails
nobody: everybody who is to know hears of it from Chosei (``sendUpdates=none``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from chosei.adapters.google import drafts, events
from chosei.adapters.google.client import Api, Line, Request
from chosei.adapters.google.crew import STOPPING, together
from chosei.adapters.google.problems import UNREADABLE, Duplicate
from chosei.adapters.http import Unreachable
from chosei.adapters.waves import waves
from chosei.adapters.wire import Unreadable, carries
from chosei.ports.calendar import (
    Change,
    CreateEvent,
    DeleteEvent,
    EventDraft,
    Failed,
    ObservedEvent,
    Outcome,
    UpdateEvent,
    Written,
)
from chosei.ports.errors import (
    Conflict,
    Misconfigured,
    Missing,
    NeedsReconnect,
    PortError,
    Rejected,
    Transient,
)

EVENTS = "/calendar/v3/calendars/primary/events"
EVENT = "/calendar/v3/calendars/primary/events/{}"
SILENTLY = {"sendUpdates": "none"}
# Without it, what is said of the meeting is not looked at, and a meeting that is there is lost.
CHANGING = {**SILENTLY, "conferenceDataVersion": "1"}
_NOTHING_SENT = (Unreachable, NeedsReconnect, Misconfigured)


class Writer:
    """Applies changes to one account's own calendar."""

    def __init__(self, api: Api, owner_zone: str) -> None:
        self._api = api
        self._zone = owner_zone

    def apply(self, changes: Sequence[Change]) -> list[Outcome]:
        """See ``CalendarPort.apply``. Updates go first: a room is held by one of them when another lets it
        go. What was not tried because Google asked to wait, or could not be reached, has the error of what
        was."""
        outcomes: dict[int, Outcome] = {}
        for wave in waves(changes):
            updates = [i for i in wave if isinstance(changes[i], UpdateEvent)]
            for group in (updates, [i for i in wave if i not in updates]):
                outcomes |= self._together({i: changes[i] for i in group}, _stop_of(outcomes.values()))
        failures = [one.error for one in outcomes.values() if isinstance(one, Failed)]
        if (
            failures
            and len(failures) == len(changes)
            and all(isinstance(one, _NOTHING_SENT) for one in failures)
        ):
            raise failures[0]
        return [outcomes[i] for i in range(len(changes))]

    def _together(self, changes: Mapping[int, Change], stop: PortError | None) -> dict[int, Outcome]:
        if stop is not None or not changes:
            return {i: Failed(stop) for i in changes if stop}
        works = [partial(_outcome, zone=self._zone, change=change) for change in changes.values()]
        try:
            done = together(self._api, works)
        except PortError as error:
            return dict.fromkeys(changes, Failed(error))
        return {
            i: Failed(one) if isinstance(one, PortError) else one
            for i, one in zip(changes, done, strict=True)
        }


def _stop_of(outcomes: Iterable[Outcome]) -> PortError | None:
    errors = (one.error for one in outcomes if isinstance(one, Failed))
    return next((error for error in errors if isinstance(error, STOPPING)), None)


def _outcome(line: Line, *, zone: str, change: Change) -> Outcome:
    try:
        return Written(_Hand(line, zone).carried_out(change))
    except Unreadable:
        return Failed(Transient(UNREADABLE))  # whether it was carried out is unknown, as with a lost answer


def read(line: Line, remote_id: str) -> Mapping[str, Any]:
    """The event as it stands. Raises ``Missing`` also for one that was deleted, which Google still tells."""
    raw = line.send(Request("GET", EVENT, (remote_id,)))
    if raw.get("status") == events.CANCELLED:
        raise Missing("deleted")
    return raw


class _Hand:
    """Carries out one change. Several may be at work at once."""

    def __init__(self, line: Line, owner_zone: str) -> None:
        self._line = line
        self._zone = owner_zone

    def carried_out(self, change: Change) -> ObservedEvent | None:
        match change:
            case CreateEvent():
                return self._created(change)
            case UpdateEvent():
                return self._updated(change)
            case DeleteEvent():
                self._deleted(change.remote_id)
                return None

    def _created(self, change: CreateEvent) -> ObservedEvent:
        body = drafts.creation(change.draft, change.token)
        # Not repeated inside the call: whoever called repeats it, and looks for our key before.
        insert = Request("POST", EVENTS, query=CHANGING, body=body, repeatable=False)
        try:
            return self._with_link(self._written(insert), change.draft)
        except Duplicate as duplicate:
            try:
                return self._updated(UpdateEvent(str(body["id"]), change.draft))
            except Missing as missing:
                raise Conflict(duplicate.code) from missing  # removed since: it is not made again

    def _updated(self, change: UpdateEvent) -> ObservedEvent:
        """Twice at most: what has changed while we were writing may not concern us."""
        try:
            return self._updated_once(change)
        except Conflict as raced:
            if change.etag:
                raise
            try:
                return self._updated_once(change)
            except Conflict:
                raise raced from None

    def _updated_once(self, change: UpdateEvent) -> ObservedEvent:
        raw = read(self._line, change.remote_id)
        body, version = drafts.difference(raw, change.draft, self._zone, change.invited), str(raw["etag"])
        if not body:
            # It says so already: the answer to an earlier attempt was lost.
            return self._with_link(raw, change.draft)
        if change.etag and change.etag != version:
            raise Conflict("changed_since_read")
        patch = Request(
            "PATCH", EVENT, (change.remote_id,), CHANGING, body, if_match=version, repeatable=False
        )
        return self._with_link(self._written(patch), change.draft)

    def _deleted(self, remote_id: str) -> None:
        try:
            self._line.send(Request("DELETE", EVENT, (remote_id,), SILENTLY))
        except Missing:
            return

    def _written(self, request: Request) -> Mapping[str, Any]:
        """Send it; where no meeting can be made (Meet is switched off), without asking for one."""
        try:
            return self._line.send(request)
        except Rejected:
            if "conferenceData" not in (request.body or {}):
                raise
            return self._line.send(replace(request, body=drafts.without_meeting(request.body or {})))

    def _with_link(self, raw: Mapping[str, Any], draft: EventDraft) -> ObservedEvent:
        """Look once more where a meeting is still being made. Without a link it stays written."""
        event = events.observed(raw, self._zone)
        if carries(event, draft) or events.meeting_asked(raw) != "pending":
            return event
        try:
            return events.observed(read(self._line, event.remote_id), self._zone)
        except PortError:
            return event
