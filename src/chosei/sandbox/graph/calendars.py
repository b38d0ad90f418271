"""/calendar and /calendars: the default calendar of a mailbox and a second one free/busy does not count."""

from __future__ import annotations

import base64
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from chosei.sandbox.graph import odata
from chosei.sandbox.graph.calls import READ_BASIC, Call, answer, both
from chosei.sandbox.graph.mailboxes import Mailbox
from chosei.sandbox.graph.model import DEFAULT_CALENDAR
from chosei.sandbox.graph.problems import item_not_found

PERSONAL_CALENDAR = "personal"
_NAMES = {DEFAULT_CALENDAR: "予定表", PERSONAL_CALENDAR: "個人用"}
MEMBERS = frozenset(
    {
        "id", "name", "color", "hexColor", "changeKey", "canShare", "canViewPrivateItems", "canEdit",
        "isDefaultCalendar", "isRemovable", "isTallyingResponses", "allowedOnlineMeetingProviders",
        "defaultOnlineMeetingProvider", "owner",
    }
)  # fmt: skip


def routes() -> list[Route]:
    """The calendars themselves; their events are in event_routes."""
    return [
        *both("/calendar", "GET", get_default),
        *both("/calendars", "GET", list_calendars),
        *both("/calendars/{calendar}", "GET", get_one),
    ]


async def get_default(call: Call) -> Response:
    """The default calendar; 404 MailboxNotEnabledForRESTAPI without a mailbox."""
    return _answer(call, DEFAULT_CALENDAR)


async def get_one(call: Call) -> Response:
    """One calendar by id."""
    box = call.mailbox(*READ_BASIC)
    return _answer(call, calendar_key(call, box))


async def list_calendars(call: Call) -> Response:
    """All calendars of the mailbox."""
    box = call.mailbox(*READ_BASIC)
    chosen = odata.options(call.request, "select", "top", "skip", "filter", "orderby", "count")
    items = [render(box, name) for name in (_NAMES if box.room is None else (DEFAULT_CALENDAR,))]
    if chosen.filter:
        items = [item for item in items if chosen.filter.matches(item)]
    items = odata.order(items, chosen.orderby)
    items = [odata.narrow(item, chosen.select, MEMBERS, "calendar") for item in items]
    context = odata.context_url(call.request, f"users('{box.key}')/calendars")
    return answer({"@odata.context": context, **odata.page(call.request, items, chosen, 10)})


def calendar_key(call: Call, box: Mailbox) -> str:
    """Which of the mailbox's calendars a path names. Raises GraphError 404."""
    wanted = call.request.path_params.get("calendar")
    if wanted is None:
        return DEFAULT_CALENDAR
    for name in _NAMES:
        if wanted == calendar_id(box, name):
            return name
    raise item_not_found()


def calendar_id(box: Mailbox, name: str) -> str:
    """The id of a mailbox's calendar."""
    return base64.urlsafe_b64encode(f"calendar|{box.key}|{name}".encode()).decode()


def render(box: Mailbox, name: str) -> dict[str, Any]:
    """A calendar as Graph answers it. Without a Teams licence no provider is allowed."""
    own = name == DEFAULT_CALENDAR
    teams = box.teams and own
    return {
        "id": calendar_id(box, name),
        "name": _NAMES[name],
        "color": "auto",
        "hexColor": "",
        "changeKey": base64.b64encode(f"{box.key[:8]}{name}".encode()).decode(),
        "canShare": True,
        "canViewPrivateItems": True,
        "canEdit": True,
        "isDefaultCalendar": own,
        "isRemovable": not own,
        "isTallyingResponses": own,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"] if teams else [],
        "defaultOnlineMeetingProvider": "teamsForBusiness" if teams else "unknown",
        "owner": {"name": box.name, "address": box.address},
    }


def _answer(call: Call, name: str) -> Response:
    box = call.mailbox(*READ_BASIC)
    chosen = odata.options(call.request, "select")
    item = odata.narrow(render(box, name), chosen.select, MEMBERS, "calendar")
    return answer({"@odata.context": odata.context_url(call.request, "users/calendar/$entity"), **item})
