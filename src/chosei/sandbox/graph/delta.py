"""/calendarView/delta: a first round with all that stands in the window, later rounds with what changed.

Source: api/event-delta, concepts/delta-query-overview. The window lives in the token. Occurrences come with
little more than their times. Whatever changed outside the window comes as @removed too; changes made while a
round is being paged come again in the next one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from chosei.sandbox.errors import GraphError
from chosei.sandbox.graph import odata, render
from chosei.sandbox.graph.calls import READ, Call, answer, both
from chosei.sandbox.graph.event_routes import window
from chosei.sandbox.graph.mailboxes import Mailbox
from chosei.sandbox.graph.model import DEFAULT_CALENDAR, Event, Instance, expand, single
from chosei.sandbox.graph.odata import Prefer
from chosei.sandbox.graph.problems import bad_query, bad_request

PAGE = 10
_CHECK = 8


def routes() -> list[Route]:
    """Delta of the default calendar; some clients write the function's empty brackets."""
    views = ("/calendarView", "/calendar/calendarView")
    return [
        one
        for view in views
        for name in ("delta", "delta()", "microsoft.graph.delta()")
        for one in both(f"{view}/{name}", "GET", delta)
    ]


@dataclass(frozen=True)
class State:
    """What a token carries. Changes up to `since` are known to the client (-1: nothing is); those up to
    `until` are told in this round; `offset` items of it were sent. `start` and `end` are ISO instants."""

    mailbox: str
    epoch: int
    start: str
    end: str
    since: int
    until: int
    offset: int
    size: int


async def delta(call: Call) -> Response:
    """One page of a round."""
    box = call.mailbox(*READ)
    chosen_token = _token(call)
    state = _state_of(call, box, chosen_token) if chosen_token else _first_state(call, box)
    items = _items(call, box, state, call.wish)
    shown = items[state.offset : state.offset + state.size]
    body: dict[str, Any] = {
        "@odata.context": odata.context_url(call.request, "Collection(event)"),
        "value": shown,
    }
    link = odata.link(call.request)
    if state.offset + state.size < len(items):
        rest = replace(state, offset=state.offset + state.size)
        body["@odata.nextLink"] = f"{link}?$skiptoken={_encode(rest)}"
    else:
        done = replace(state, since=state.until, until=-1, offset=0)
        body["@odata.deltaLink"] = f"{link}?$deltatoken={_encode(done)}"
    return answer(body)


def _token(call: Call) -> str | None:
    names = {name.lower(): value for name, value in call.request.query_params.multi_items()}
    for name in names:
        if name.lstrip("$") in ("select", "filter", "orderby", "search", "expand", "top", "skip", "count"):
            raise bad_request(
                "ErrorInvalidUrlQuery",
                f"'{name}' is not supported with change tracking over the 'Events' resource.",
            )
    tokens = [names[name] for name in ("$skiptoken", "$deltatoken") if name in names]
    if not tokens:
        return None
    if len(tokens) > 1 or len(names) > 1:
        raise bad_query("A state token stands alone: follow the link as it was given.")
    return tokens[0]


def _first_state(call: Call, box: Mailbox) -> State:
    chosen = odata.options(call.request, plain=("startDateTime", "endDateTime"))
    start, end = window(chosen)
    repository = call.store.repository
    return State(
        mailbox=box.key,
        epoch=repository.sync_epoch(box.key),
        start=start.isoformat(),
        end=end.isoformat(),
        since=-1,
        until=repository.last_change(box.key),
        offset=0,
        size=call.wish.page_size or PAGE,
    )


def _state_of(call: Call, box: Mailbox, token: str) -> State:
    state = _decode(token)
    repository = call.store.repository
    if state.mailbox != box.key or state.epoch != repository.sync_epoch(box.key):
        raise sync_state_gone(odata.link(call.request))
    if state.until < 0:
        state = replace(state, until=repository.last_change(box.key))
    return replace(state, size=call.wish.page_size or state.size)


def sync_state_gone(link: str) -> GraphError:
    """410: the client has to start again."""
    message = "The sync state generation is not found; generate a new delta token."
    return GraphError(410, "syncStateNotFound", message, {"Location": f"{link}?$deltatoken="})


def _items(call: Call, box: Mailbox, state: State, wish: Prefer) -> list[dict[str, Any]]:
    start, end = datetime.fromisoformat(state.start), datetime.fromisoformat(state.end)
    repository = call.store.repository
    if state.since < 0:
        events = repository.touching(box.key, start, end)
        return [item for event in events for item in _present(event, start, end, wish)]
    first: dict[str, Event | None] = {}
    for change in repository.changes_after(box.key, state.since):
        first.setdefault(change.key, change.before)
    items: list[dict[str, Any]] = []
    for key, before in sorted(first.items()):
        items += _changed(before, repository.get(box.key, key), start, end, wish)
    return items


def _changed(
    before: Event | None, now: Event | None, start: datetime, end: datetime, wish: Prefer
) -> list[dict[str, Any]]:
    # what stands in another calendar is no affair of this view, what went there is gone from it
    now = now if now and now.calendar == DEFAULT_CALENDAR else None
    before = before if before and before.calendar == DEFAULT_CALENDAR else None
    present = _present(now, start, end, wish) if now else []
    told = {item["id"] for item in present}
    gone = [one.id(immutable=wish.immutable_ids) for one in expand(before, start, end)] if before else []
    anyway = now or before
    if not told and anyway is not None:
        # also for what never stood in the window
        gone.append(anyway.id(immutable=wish.immutable_ids))
    removed = [
        {"@odata.type": "#microsoft.graph.event", "id": number, "@removed": {"reason": "deleted"}}
        for number in dict.fromkeys(gone)
        if number not in told
    ]
    return removed + present


def _present(event: Event, start: datetime, end: datetime, wish: Prefer) -> list[dict[str, Any]]:
    found = expand(event, start, end)
    if event.recurrence is None or not found:
        return [_full(one, wish) for one in found]
    return [_full(single(event), wish), *(_entry(one, wish) for one in found)]


def _entry(one: Instance, wish: Prefer) -> dict[str, Any]:
    return render.sketch(one, wish) if one.kind == "occurrence" else _full(one, wish)


def _full(one: Instance, wish: Prefer) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.event", **render.event(one, wish)}


def _encode(state: State) -> str:
    raw = json.dumps(asdict(state), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(raw) + raw).decode().rstrip("=")


def _decode(token: str) -> State:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        if _check(raw[_CHECK:]) != raw[:_CHECK]:
            raise ValueError("altered")
        return State(**json.loads(raw[_CHECK:]))
    except (binascii.Error, ValueError, TypeError) as error:
        raise bad_request("ErrorInvalidSyncStateData", "The sync state data is badly formatted.") from error


def _check(raw: bytes) -> bytes:
    return hashlib.blake2b(raw, digest_size=_CHECK).digest()
