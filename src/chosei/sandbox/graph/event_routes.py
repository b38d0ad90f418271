"""/events and /calendarView of a mailbox, and the actions on one event."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from chosei.sandbox.graph import odata, render
from chosei.sandbox.graph.calendars import calendar_key
from chosei.sandbox.graph.calls import READ, READ_BASIC, WRITE, Call, answer, both
from chosei.sandbox.graph.inputs import read
from chosei.sandbox.graph.mailboxes import Mailbox
from chosei.sandbox.graph.model import DELETED_ITEMS, Instance, expand, single
from chosei.sandbox.graph.problems import (
    DetailedGraphError,
    bad_request,
    conflict_of_versions,
    deleted_before,
    wrong_type,
)
from chosei.sandbox.graph.zones import parse_dtz, parse_instant

PAGE = 10
_LIST = ("select", "expand", "orderby", "filter", "top", "skip", "count")
_BASIC_HIDES = ("body", "bodyPreview", "attachments", "extensions", "singleValueExtendedProperties")


def routes() -> list[Route]:
    """Everything about events, in the default calendar and by the calendar's own path."""
    found: list[Route] = []
    for calendar in ("", "/calendar", "/calendars/{calendar}"):
        found += [
            *both(f"{calendar}/events", "GET", list_events),
            *both(f"{calendar}/events", "POST", create_event),
            *both(f"{calendar}/calendarView", "GET", calendar_view),
            *_of_one(f"{calendar}/events/{{event}}"),
        ]
    return found


def _of_one(path: str) -> list[Route]:
    return [
        *both(path, "GET", get_event),
        *both(path, "PATCH", patch_event),
        *both(path, "DELETE", delete_event),
        *both(f"{path}/instances", "GET", instances),
        *both(f"{path}/cancel", "POST", cancel_event),
        *both(f"{path}/accept", "POST", _respond("accepted")),
        *both(f"{path}/tentativelyAccept", "POST", _respond("tentativelyAccepted")),
        *both(f"{path}/decline", "POST", _respond("declined")),
    ]


async def list_events(call: Call) -> Response:
    """Single events and series masters, newest first unless ordered."""
    box = call.mailbox(*READ_BASIC)
    chosen = odata.options(call.request, *_LIST)
    found = [single(event) for event in call.store.repository.events(box.key, calendar_key(call, box))]
    newest = sorted(found, key=lambda one: (one.event.created, one.event.key), reverse=True)
    return _page(call, box, newest, chosen)


async def calendar_view(call: Call) -> Response:
    """Everything that stands within the window, series unfolded."""
    box = call.mailbox(*READ_BASIC)
    chosen = odata.options(call.request, *_LIST, plain=("startDateTime", "endDateTime"))
    start, end = window(chosen)
    found = call.store.repository.view(box.key, start, end, calendar_key(call, box))
    return _page(call, box, found, chosen)


async def instances(call: Call) -> Response:
    """The occurrences of one series within the window."""
    box = call.mailbox(*READ_BASIC)
    chosen = odata.options(call.request, *_LIST, plain=("startDateTime", "endDateTime"))
    start, end = window(chosen)
    one = _find(call, box)
    if one.event.recurrence is None:
        raise bad_request(
            "ErrorInvalidRequest", "Your request can't be completed. This is not a series master."
        )
    return _page(call, box, expand(one.event, start, end), chosen)


def window(chosen: odata.Options) -> tuple[Any, Any]:
    """startDateTime and endDateTime as UTC instants. Raises GraphError 400."""
    texts = []
    for name in ("startDateTime", "endDateTime"):
        if not chosen.plain.get(name):
            raise bad_request(
                "ErrorInvalidParameter",
                "This request requires a time window specified by the query string parameters StartDateTime "
                "and EndDateTime.",
            )
        texts.append(parse_instant(chosen.plain[name], name))
    start, end = texts
    if end < start:
        raise bad_request("ErrorInvalidParameter", "The value of EndDateTime lies before StartDateTime.")
    if (end - start).days > 1825:
        raise bad_request(
            "ErrorCalendarViewRangeTooBig",
            "Your request can't be completed. The range between the start and end dates is greater than the "
            "allowed range. Maximum number of days: 1825.",
        )
    return start, end


async def create_event(call: Call) -> Response:
    """201 with the event; a transactionId used before gives 409."""
    box = call.mailbox(*WRITE, write=True)
    calendar = calendar_key(call, box)
    wish = read(await call.json(), None)
    known = call.store.repository.transaction_key(box.key, wish.fields.get("transaction_id") or "")
    if known:
        event = call.store.repository.get(box.key, known)
        extra = {"@event.existingEventId": event.id(immutable=call.wish.immutable_ids)} if event else {}
        raise DetailedGraphError(
            409,
            "ErrorDuplicateTransactionId",
            "Your request can't be completed. The TransactionId specified in the request has already been "
            "used to create a different event.",
            extra,
        )
    draft = {**wish.fields, "calendar": calendar, "transaction_id": wish.fields.get("transaction_id") or None}
    created = call.store.exchange.create(box, draft, call.origin, teams=wish.teams)
    body = _one(call, single(created), {})
    where = f"{odata.link(call.request)}/{body['id']}"
    return answer(body, 201, {"Location": where, "ETag": created.etag})


async def get_event(call: Call) -> Response:
    """One event, series master or occurrence."""
    box = call.mailbox(*READ_BASIC)
    chosen = odata.options(call.request, "select", "expand")
    one = _find(call, box)
    body = _one(call, one, render.parse_expand(chosen.expand) if chosen.expand else {})
    narrowed = odata.narrow(body, chosen.select, render.EVENT_MEMBERS, "event")
    return answer(narrowed, 200, {"ETag": one.event.etag})


async def patch_event(call: Call) -> Response:
    """200 with the changed event; attendees concerned are told."""
    box = call.mailbox(*WRITE, write=True)
    one = _find(call, box)
    _check_version(call, one)
    wish = read(await call.json(), one.event)
    if one.original is not None and "recurrence" in wish.fields:
        raise bad_request("ErrorInvalidRequest", "An occurrence has no recurrence of its own.")
    changed = call.store.change_instance(box, one, wish.fields, call.origin, teams=wish.teams)
    return answer(_one(call, changed, {}), 200, {"ETag": changed.event.etag})


async def delete_event(call: Call) -> Response:
    """204; of somebody else's meeting only the own copy goes."""
    box = call.mailbox(*WRITE, write=True)
    one = _find(call, box)
    if one.event.calendar == DELETED_ITEMS:
        raise deleted_before()
    _check_version(call, one)
    call.store.remove(box, one, "")
    return Response(status_code=204)


async def cancel_event(call: Call) -> Response:
    """202; organiser only."""
    box = call.mailbox(*WRITE, write=True)
    body = await call.object("comment")
    one = _find(call, box)
    comment = _comment(body)
    if one.original is not None and one.event.is_organizer:
        call.store.remove(box, one, comment)
    else:
        call.store.exchange.cancel(one.event, comment)
    return Response(status_code=202)


def _respond(response: str) -> Any:
    async def respond(call: Call) -> Response:
        box = call.mailbox(*WRITE, write=True)
        body = await call.object("comment", "sendResponse", "proposedNewTime")
        send = body.get("sendResponse")
        if send is not None and not isinstance(send, bool):
            raise wrong_type("sendResponse", "Edm.Boolean")
        one = _find(call, box)
        _check_proposal(body.get("proposedNewTime"), response, one, send)
        call.store.exchange.respond(box, one.event, response, _comment(body), send=send is not False)
        return Response(status_code=202)

    return respond


def _check_proposal(proposal: Any, response: str, one: Instance, send: bool | None) -> None:
    if proposal is None:
        return
    if response == "accepted" or send is False or not one.event.allow_new_time_proposals:
        raise bad_request(
            "ErrorInvalidRequest", "Your request can't be completed. No new time can be proposed."
        )
    if not isinstance(proposal, dict):
        raise wrong_type("proposedNewTime", "microsoft.graph.timeSlot")
    if parse_dtz(proposal.get("start"), "start") >= parse_dtz(proposal.get("end"), "end"):
        raise bad_request("ErrorInvalidRequest", "The proposed time ends before it starts.")


def _comment(body: dict[str, Any]) -> str:
    comment = body.get("comment")
    if comment is not None and not isinstance(comment, str):
        raise wrong_type("comment", "Edm.String")
    return comment or ""


def _find(call: Call, box: Mailbox) -> Instance:
    return call.store.find_instance(box.key, call.request.path_params["event"])


def _check_version(call: Call, one: Instance) -> None:
    wanted = call.request.headers.get("if-match")
    if wanted and wanted.strip() != "*":
        tags = {tag.strip().removeprefix("W/").strip('"') for tag in wanted.split(",")}
        if one.event.change_key not in tags:
            raise conflict_of_versions()


def _one(call: Call, one: Instance, wanted: dict[str, Any]) -> dict[str, Any]:
    context = odata.context_url(call.request, "users/events/$entity")
    return {"@odata.context": context, **_visible(call, one, render.event(one, call.wish, wanted))}


def _visible(call: Call, one: Instance, body: dict[str, Any]) -> dict[str, Any]:
    """What the caller's permission and the owner's privacy leave of an event."""
    if call.caller.scopes.isdisjoint(READ):
        body = {name: value for name, value in body.items() if name not in _BASIC_HIDES}
    account = call.caller.account
    foreign = account is not None and account.oid != one.event.mailbox
    if foreign and one.event.sensitivity in ("private", "confidential"):
        hidden = {"subject": render.PRIVATE_SUBJECT, "bodyPreview": "", "locations": [], "attendees": []}
        body = {**body, **hidden, "body": {"contentType": "html", "content": ""}}
        body["location"] = {"displayName": "", "locationType": "default", "uniqueIdType": "unknown"}
    return body


def _page(call: Call, box: Mailbox, found: list[Instance], chosen: odata.Options) -> Response:
    wanted = render.parse_expand(chosen.expand) if chosen.expand else {}
    if chosen.filter:
        _check_members(chosen.filter.paths())
        found = [one for one in found if chosen.filter.matches(render.everything(one))]
    if chosen.orderby:
        _check_members({name.split("/")[0] for name, _ in chosen.orderby})
        by_id = {one.id(immutable=True): one for one in found}
        ordered = odata.order(
            [{**render.everything(one), "id": one.id(immutable=True)} for one in found], chosen.orderby
        )
        found = [by_id[item["id"]] for item in ordered]
    size = chosen.top or PAGE
    # only the page's own events are rendered: a calendar may hold thousands
    visible = found[chosen.skip : chosen.skip + size]
    items: list[dict[str, Any]] = [{}] * len(found)
    for position, one in enumerate(visible, chosen.skip):
        item = _visible(call, one, render.event(one, call.wish, wanted))
        items[position] = odata.narrow(item, chosen.select, render.EVENT_MEMBERS, "event")
    body = odata.page(call.request, items, chosen, PAGE)
    name = (
        f"users('{box.key}')/calendarView"
        if "View" in call.request.url.path
        else f"users('{box.key}')/events"
    )
    return answer({"@odata.context": odata.context_url(call.request, name), **body})


def _check_members(names: set[str]) -> None:
    known = {name.lower() for name in render.EVENT_MEMBERS}
    for name in names:
        if name.lower() not in known:
            raise bad_request(
                "RequestBroker--ParseUri",
                f"Could not find a property named '{name}' on type 'microsoft.graph.event'.",
            )
