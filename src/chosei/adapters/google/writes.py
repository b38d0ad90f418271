"""Carrying out changes one after the other, so that repeating them does no harm.

A creation carries an id made of its token, so that a second one is told from the first; an update reads the
event, sends only what differs and insists on the version read; what is gone counts as deleted. Google mails
nobody: everybody who is to know hears of it from Chosei (``sendUpdates=none``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chosei.adapters.google import drafts, events
from chosei.adapters.google.client import Api, Request
from chosei.adapters.google.problems import UNREADABLE, Duplicate
from chosei.adapters.http import Unreachable
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
    Throttled,
    Transient,
)

EVENTS = "/calendar/v3/calendars/primary/events"
EVENT = "/calendar/v3/calendars/primary/events/{}"
SILENTLY = {"sendUpdates": "none"}
# Without it, what is said of the meeting is not looked at, and a meeting that is there is lost.
CHANGING = {**SILENTLY, "conferenceDataVersion": "1"}
_STOPPING = (Throttled, Unreachable, NeedsReconnect, Misconfigured)
_NOTHING_SENT = (Unreachable, NeedsReconnect, Misconfigured)


class Writer:
    """Applies changes to one account's own calendar."""

    def __init__(self, api: Api, owner_zone: str) -> None:
        self._api = api
        self._zone = owner_zone

    def apply(self, changes: Sequence[Change]) -> list[Outcome]:
        """See ``CalendarPort.apply``. What was not tried because Google asked to wait, or could not be
        reached, has the error of what was."""
        outcomes: list[Outcome] = []
        with self._api.in_one_place():
            for change in changes:
                outcomes.append(self._outcome(change))
                last = outcomes[-1]
                if isinstance(last, Failed) and isinstance(last.error, _STOPPING):
                    outcomes += [last] * (len(changes) - len(outcomes))
                    break
        failures = [outcome.error for outcome in outcomes if isinstance(outcome, Failed)]
        if failures and len(failures) == len(outcomes) and isinstance(failures[0], _NOTHING_SENT):
            raise failures[0]
        return outcomes

    def _outcome(self, change: Change) -> Outcome:
        try:
            return Written(self._carried_out(change))
        except PortError as error:
            return Failed(error)
        except Unreadable:
            return Failed(
                Transient(UNREADABLE)
            )  # whether it was carried out is unknown, as with a lost answer

    def _carried_out(self, change: Change) -> ObservedEvent | None:
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
        raw = self.read(change.remote_id)
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
            self._api.send(Request("DELETE", EVENT, (remote_id,), SILENTLY))
        except Missing:
            return

    def read(self, remote_id: str) -> Mapping[str, Any]:
        """The event as it stands. Raises ``Missing`` also for one that was deleted, which Google still
        tells."""
        raw = self._api.send(Request("GET", EVENT, (remote_id,)))
        if raw.get("status") == events.CANCELLED:
            raise Missing("deleted")
        return raw

    def _written(self, request: Request) -> Mapping[str, Any]:
        """Send it; where no meeting can be made (Meet is switched off), without asking for one."""
        try:
            return self._api.send(request)
        except Rejected:
            if "conferenceData" not in (request.body or {}):
                raise
            return self._api.send(replace(request, body=drafts.without_meeting(request.body or {})))

    def _with_link(self, raw: Mapping[str, Any], draft: EventDraft) -> ObservedEvent:
        """Look once more where a meeting is still being made. Without a link it stays written."""
        event = events.observed(raw, self._zone)
        if carries(event, draft) or events.meeting_asked(raw) != "pending":
            return event
        try:
            return events.observed(self.read(event.remote_id), self._zone)
        except PortError:
            return event
