"""A mailbox's week, and acting in it as its owner would in Outlook."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chosei.sandbox.context import SandboxContext, context_of
from chosei.sandbox.errors import GraphError
from chosei.sandbox.graph.mailboxes import Mailbox
from chosei.sandbox.graph.model import DELETED_ITEMS, Instance
from chosei.sandbox.graph.store import GraphStore, store_of
from chosei.sandbox.graph.zones import zone
from chosei.sandbox.pages.forms import FormProblem, day_of, form_of, span_of
from chosei.sandbox.pages.rendering import render
from chosei.sandbox.pages.week import lay_out, local_span, monday_of

_WORDS = {
    "meeting": "Teams",
    "meeting_label": "Teams 会議",
    "added_as": "{name} さんが Outlook で入力したものとして登録します。",
    "acting": "Outlook での操作",
}
SHOW_AS = ("busy", "tentative", "free", "oof", "workingElsewhere")


def address_of(mailbox: Mailbox, monday: date | None = None) -> str:
    """Where a mailbox's page is, at the week of `monday`."""
    path = f"/mailboxes/{quote(mailbox.address, safe='@')}"
    return f"{path}?week={monday}" if monday else path


def _mailbox(request: Request) -> tuple[SandboxContext, GraphStore, Mailbox]:
    context = context_of(request)
    store = store_of(context)
    mailbox = store.mailbox(request.path_params["address"])
    if mailbox is None:
        raise HTTPException(404)
    return context, store, mailbox


async def week(request: Request) -> Response:
    """GET /mailboxes/{address}?week=2026-11-30"""
    return _week_page(request)


def _week_page(
    request: Request, problem: FormProblem | None = None, typed: dict[str, str] | None = None
) -> Response:
    context, store, mailbox = _mailbox(request)
    home = _home(context, mailbox)
    today = context.clock.now().astimezone(home).date()
    monday = monday_of(day_of(request.query_params.get("week", "")) or today)
    first = datetime(monday.year, monday.month, monday.day, tzinfo=home)
    instances = store.events_between(mailbox.key, first - timedelta(days=1), first + timedelta(days=8))
    at = typed or {"date": str(max(today, monday)), "start": "10:00", "end": "11:00", "show_as": "busy"}
    values = {
        **_WORDS,
        "mailbox": mailbox,
        "base": address_of(mailbox),
        "zone": home.key,
        "today": today,
        "week": lay_out(monday, instances, home),
        "here": address_of(mailbox, monday),
        "before": address_of(mailbox, monday - timedelta(days=7)),
        "after": address_of(mailbox, monday + timedelta(days=7)),
        "now_week": address_of(mailbox),
        "show_as": SHOW_AS,
        "typed": {"subject": "", "all_day": "", **at},
        "problem": problem,
    }
    return render(request, "pages/week.html", values, 422 if problem else 200)


async def event(request: Request) -> Response:
    """GET /mailboxes/{address}/events/{id}: everything about one event, with what its owner can do to it."""
    return _event_page(request)


def _event_page(
    request: Request, problem: FormProblem | None = None, typed: dict[str, str] | None = None
) -> Response:
    context, store, mailbox = _mailbox(request)
    home = _home(context, mailbox)
    instance = _instance(store, mailbox, request)
    start, end = local_span(instance, home)
    at = {"date": str(start.date()), "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    values = {
        **_WORDS,
        "mailbox": mailbox,
        "instance": instance,
        "event": instance.event,
        "start": start,
        "end": end,
        "zone": home.key,
        "here": f"{address_of(mailbox)}/events/{quote(request.path_params['event'], safe='')}",
        "back": address_of(mailbox, monday_of(start.date())),
        "typed": {**at, **(typed or {})},
        "problem": problem,
    }
    return render(request, "pages/event.html", values, 422 if problem else 200)


def _instance(store: GraphStore, mailbox: Mailbox, request: Request) -> Instance:
    try:
        found = store.find_instance(mailbox.key, request.path_params["event"])
    except GraphError as error:
        raise HTTPException(404) from error
    if found.event.calendar == DELETED_ITEMS:
        raise HTTPException(404)
    return found


async def add(request: Request) -> Response:
    """POST /mailboxes/{address}: the owner enters an event."""
    context, store, mailbox = _mailbox(request)
    form = await form_of(request)
    try:
        start, end = span_of(form, _home(context, mailbox))
        show_as = form.get("show_as", "busy")
        if show_as not in SHOW_AS:
            raise FormProblem("show_as", "一覧から選んでください。")
    except FormProblem as problem:
        return _week_page(request, problem, form)
    store.create_as(
        mailbox,
        form.get("subject", "").strip(),
        start,
        end,
        show_as=show_as,
        all_day=form.get("all_day") == "on",
    )
    return RedirectResponse(address_of(mailbox, monday_of(start.date())), 303)


async def change(request: Request) -> Response:
    """POST /mailboxes/{address}/events/{id}: the owner moves, deletes or answers."""
    context, store, mailbox = _mailbox(request)
    instance = _instance(store, mailbox, request)
    form = await form_of(request)
    item, action = request.path_params["event"], form.get("action", "")
    shown = monday_of(instance.starts.astimezone(_home(context, mailbox)).date())
    if action == "move":
        try:
            start, end = span_of(
                {**form, "all_day": "on" if instance.event.all_day else ""}, _home(context, mailbox)
            )
        except FormProblem as problem:
            return _event_page(request, problem, form)
        store.move_as(mailbox, item, start, end)
        shown = monday_of(start.date())
    elif action == "delete":
        store.delete_as(mailbox, item)
    elif action in ("accepted", "tentativelyAccepted", "declined") and not instance.event.is_organizer:
        store.respond_as(mailbox, item, action)
    else:
        raise HTTPException(400)
    return RedirectResponse(address_of(mailbox, shown), 303)


def _home(context: SandboxContext, mailbox: Mailbox) -> ZoneInfo:
    tenant = context.directory.tenant(mailbox.tid)
    assert tenant is not None, "the database keeps a mailbox's tenant"
    return zone(tenant.time_zone)
