"""Carrying out changes so that repeating them does no harm.

Creations carry a transactionId and our key; updates read the event first, send only what differs and insist
on the version read; deletions of what is gone are done. At most three rounds of $batch: read, write, look
again; and one look into the calendar, since what a person deleted can still be read and changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chosei.adapters.http import Unreachable
from chosei.adapters.microsoft import drafts, events
from chosei.adapters.microsoft.calls import GraphCall, Reply, path
from chosei.adapters.microsoft.graph import Graph
from chosei.adapters.microsoft.problems import UNREADABLE, Duplicate
from chosei.adapters.microsoft.standing import present, standing
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
from chosei.ports.errors import Conflict, Misconfigured, Missing, NeedsReconnect, PortError, Transient

EVENTS = "/me/events"
EVENT = "/me/events/{}"
_NOTHING_SENT = (Unreachable, NeedsReconnect, Misconfigured)
# How a deletion by immutable id is refused when the event was deleted before (msgraph-sdk-dotnet 3047).
_DELETED_BEFORE = "errorcannotdeleteobject"

Found = Callable[[str], list[ObservedEvent]]


class Writer:
    """Applies changes to one calendar. ``find`` looks events up by our key."""

    def __init__(self, graph: Graph, owner_zone: str, find: Found, page_size: int) -> None:
        self._graph = graph
        self._zone = owner_zone
        self._find = find
        self._page = page_size

    def apply(self, changes: Sequence[Change]) -> list[Outcome]:
        """See ``CalendarPort.apply``. Updates go first: a room is held by one of them when another lets it
        go."""
        outcomes: dict[int, Outcome] = {}
        for wave in waves(changes):
            updates = {i: one for i in wave if isinstance(one := changes[i], UpdateEvent)}
            outcomes |= self._update(updates)
            outcomes |= self._create_and_delete({i: changes[i] for i in wave if i not in updates})
        ordered = [outcomes[i] for i in range(len(changes))]
        failures = [outcome.error for outcome in ordered if isinstance(outcome, Failed)]
        if (
            failures
            and len(failures) == len(ordered)
            and all(isinstance(one, _NOTHING_SENT) for one in failures)
        ):
            raise failures[0]
        return ordered

    # --- create and delete ---

    def _create_and_delete(self, changes: Mapping[int, Change]) -> dict[int, Outcome]:
        answers = self._graph.send_all([_call(change) for change in changes.values()])
        outcomes: dict[int, Outcome] = {}
        doubted: dict[int, str] = {}
        for (i, change), answer in zip(changes.items(), answers, strict=True):
            if isinstance(change, DeleteEvent):
                outcomes[i] = Written(None) if isinstance(answer, Reply) else Failed(_error(answer))
                if _says_deleted(answer):
                    doubted[i] = change.remote_id
            elif isinstance(change, CreateEvent):
                outcomes[i] = self._created(change, answer)
        outcomes |= self._gone(doubted)
        drafts = {i: change.draft for i, change in changes.items() if isinstance(change, CreateEvent)}
        return self._with_links(outcomes, drafts)

    def _gone(self, remote_ids: Mapping[int, str]) -> dict[int, Outcome]:
        """Whether events are as missing as their deletion said: nobody would look for them again."""
        readings = [_reading(one, events.EVENT_SELECT, events.EXPAND_KEY) for one in remote_ids.values()]
        answers = dict(zip(remote_ids, present(self._graph, self._graph.send_all(readings)), strict=True))
        unlisted = self._unlisted(answers)
        outcomes: dict[int, Outcome] = {}
        for i, answer in answers.items():
            error = unlisted.get(i, answer)
            if isinstance(error, Missing):
                outcomes[i] = Written(None, absent=True)
            else:
                outcomes[i] = Failed(error if isinstance(error, PortError) else Transient("still_there"))
        return outcomes

    def _unlisted(self, answers: Mapping[int, Reply | PortError]) -> dict[int, PortError]:
        """``Missing`` for events that can be read and are in no calendar, by their number; where that cannot
        be told, why."""
        replies = {i: one for i, one in answers.items() if isinstance(one, Reply)}
        try:
            read = {i: events.observed(one.body, self._zone) for i, one in replies.items()}
            stand = standing(self._graph, read.values(), self._page)
        except Unreadable:
            return dict.fromkeys(replies, Transient(UNREADABLE))
        except PortError as error:
            return dict.fromkeys(replies, error)
        return {i: Missing("deleted") for i, one in read.items() if one.remote_id not in stand}

    def _created(self, change: CreateEvent, answer: Reply | PortError) -> Outcome:
        if isinstance(answer, Duplicate):
            return self._existing(change, answer)
        return self._written(answer, change.draft)

    def _existing(self, change: CreateEvent, duplicate: Duplicate) -> Outcome:
        """The event an earlier repetition made, brought up to the draft. Removed since, it is not made
        again."""
        remote_id = duplicate.existing_id
        try:
            if not remote_id:
                found = [event.remote_id for event in self._find(change.draft.key) if not event.cancelled]
                remote_id = found[0] if found else ""
        except PortError as error:
            return Failed(error)
        if not remote_id:
            return Failed(duplicate)
        [outcome] = self._update({0: UpdateEvent(remote_id, change.draft)}).values()
        try:
            gone = isinstance(outcome, Failed) and isinstance(outcome.error, Missing)
            if isinstance(outcome, Written) and outcome.event:
                gone = not standing(self._graph, [outcome.event], self._page)
        except PortError as error:
            return Failed(error)
        return Failed(duplicate) if gone else outcome

    # --- update ---

    def _update(self, changes: Mapping[int, UpdateEvent]) -> dict[int, Outcome]:
        """Twice at most: a version conflict is at times a passing mood of the service (msgraph-sdk-dotnet
        1201)."""
        outcomes: dict[int, Outcome] = {}
        pending = dict(changes)
        for last in (False, True):
            if not pending:
                break
            done = self._update_once(pending)
            pending = {
                i: change
                for i, change in pending.items()
                if not last and isinstance(outcome := done[i], Failed) and isinstance(outcome.error, _Raced)
            }
            outcomes |= done
        drafts = {i: change.draft for i, change in changes.items()}
        return self._with_links(outcomes, drafts)

    def _update_once(self, changes: Mapping[int, UpdateEvent]) -> dict[int, Outcome]:
        readings = [
            _reading(one.remote_id, events.WHOLE_SELECT, events.EXPAND_OURS) for one in changes.values()
        ]
        outcomes: dict[int, Outcome] = {}
        calls: dict[int, GraphCall] = {}
        replies = dict(zip(changes, present(self._graph, self._graph.send_all(readings)), strict=True))
        for i, answer in replies.items():
            planned = self._plan(changes[i], answer)
            if isinstance(planned, GraphCall):
                calls[i] = planned
            else:
                outcomes[i] = planned
        raced = {
            i for i, one in outcomes.items() if isinstance(one, Failed) and isinstance(one.error, Conflict)
        }
        for i, error in self._unlisted({i: replies[i] for i in raced | calls.keys()}).items():
            calls.pop(i, None)
            outcomes[i] = Failed(error)
        for i, answer in zip(calls, self._graph.send_all(list(calls.values())), strict=True):
            if isinstance(answer, Conflict):
                outcomes[i] = Failed(_Raced(answer.code, request_id=answer.request_id))
            else:
                outcomes[i] = self._written(answer, changes[i].draft)
        return outcomes

    def _plan(self, change: UpdateEvent, answer: Reply | PortError) -> GraphCall | Outcome:
        """What to send for an event as it stands now. Saying already what is wanted counts as written: the
        answer to an earlier attempt was lost."""
        if isinstance(answer, PortError):
            return Failed(answer)
        try:
            body = drafts.difference(answer.body, change.draft, self._zone, change.invited)
            version = events.etag(answer.body)
        except Unreadable:
            return Failed(Transient(UNREADABLE))
        if not body:
            return self._written(answer, change.draft)
        if change.etag and change.etag != version:
            return Failed(Conflict("changed_since_read"))
        # Not repeated inside the call: after a lost answer the version would be our own, and look like a
        # conflict.
        return GraphCall(
            "PATCH", path(EVENT, change.remote_id), EVENT, body, if_match=version, repeatable=False
        )

    # --- both ---

    def _with_links(
        self, outcomes: dict[int, Outcome], drafts: Mapping[int, EventDraft]
    ) -> dict[int, Outcome]:
        """Look once more at events whose meeting link has not come with the answer. Without one it stays
        written."""
        waiting = {
            i: outcome.event
            for i, outcome in outcomes.items()
            if isinstance(outcome, Written) and outcome.event and not carries(outcome.event, drafts[i])
        }
        calls = [
            _reading(event.remote_id, events.EVENT_SELECT, events.EXPAND_KEY) for event in waiting.values()
        ]
        for i, answer in zip(waiting, self._graph.send_all(calls), strict=True):
            again = self._written(answer, drafts[i])
            if isinstance(again, Written):
                outcomes[i] = again
        return outcomes

    def _written(self, answer: Reply | PortError, draft: EventDraft) -> Outcome:
        if isinstance(answer, PortError):
            return Failed(answer)
        try:
            return Written(events.observed(answer.body, self._zone, draft.key))
        except Unreadable:
            return Failed(
                Transient(UNREADABLE)
            )  # whether it was carried out is unknown: as with a lost answer


class _Raced(Conflict):
    """The version changed between our reading and our writing."""


def _call(change: Change) -> GraphCall:
    if isinstance(change, CreateEvent):
        return GraphCall("POST", EVENTS, EVENTS, drafts.creation(change.draft, change.token))
    # The organizer's DELETE sends cancellations where there are attendees, and nothing where there are none.
    return GraphCall("DELETE", path(EVENT, change.remote_id), EVENT)


def _says_deleted(answer: Reply | PortError) -> bool:
    """Whether a deletion was refused as one of what is gone."""
    refused = isinstance(answer, PortError) and answer.code.lower() == _DELETED_BEFORE
    return refused or isinstance(answer, Missing)


def _reading(remote_id: str, select: str, expand: str) -> GraphCall:
    return GraphCall("GET", path(EVENT, remote_id, select=select, expand=expand), EVENT)


def _error(answer: Reply | PortError) -> PortError:
    return answer if isinstance(answer, PortError) else Transient(UNREADABLE)
