"""What people look at: who there is, a calendar's week and its events, what a Meet link opens."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chosei.sandbox.context import context_of
from chosei.sandbox.google import views
from chosei.sandbox.google.access import google_of
from chosei.sandbox.google.problems import GoogleError
from chosei.sandbox.google.service import GoogleService
from chosei.sandbox.google.store import Calendar, Document
from chosei.sandbox.pages.forms import FormProblem, day_of, form_of, span_of
from chosei.sandbox.pages.rendering import render
from chosei.sandbox.pages.week import arranged, monday_of

MEET = "Google Meet (サンドボックス)"
_WORDS = {
    "meeting": "Google Meet",
    "added_as": "{name} さんが Google カレンダーで入力したものとして登録します。",
    "acting": "Google カレンダーでの操作",
    "meeting_label": "Google Meet",
}


async def overview(request: Request) -> Response:
    """GET /google/"""
    google = google_of(request)
    domains = [(one.domain, one.name, one.apps_blocked) for one in google.people.companies()]
    companies = [
        {
            "domain": domain,
            "name": name,
            "blocked": blocked,
            "accounts": google.people.accounts(domain),
            "rooms": google.people.rooms(domain),
        }
        for domain, name, blocked in [*domains, ("", "個人アカウント", False)]
    ]
    return render(request, "google/overview.html", {"companies": companies, "testing": google.grants.testing})


async def change_settings(request: Request) -> Response:
    """POST /google/: what an administrator or the operator would switch."""
    google, form = google_of(request), await form_of(request)
    action, subject = form.get("action", ""), form.get("subject", "")
    if action == "services":
        calendar, meet = (form.get(name) == "on" for name in ("calendar", "meet"))
        google.people.set_services(subject, calendar=calendar, meet=meet)
        google.people.set_administrator(subject, form.get("administrator") == "on")
    elif action in ("block", "unblock"):
        google.people.set_apps_blocked(subject, action == "block")
    elif action in ("testing", "published"):
        google.grants.set_testing(action == "testing")
    elif action == "revoke":
        google.grants.revoke(subject)
    elif action == "forget":
        google.store.forget_sync(subject)
    else:
        raise HTTPException(400)
    return RedirectResponse("/google/", 303)


def _calendar(request: Request) -> tuple[GoogleService, Calendar]:
    google = google_of(request)
    found = google.store.calendar(request.path_params["calendar"])
    if found is None:
        raise HTTPException(404)
    return google, found


def address_of(calendar: Calendar, monday: date | None = None) -> str:
    """Where a calendar's page is, at the week of `monday`."""
    path = f"/google/calendars/{quote(calendar.id, safe='@')}"
    return f"{path}?week={monday}" if monday else path


async def week(request: Request) -> Response:
    """GET /google/calendars/{id}?week=2026-11-30"""
    return _week_page(request)


def _week_page(
    request: Request, problem: FormProblem | None = None, typed: dict[str, str] | None = None
) -> Response:
    google, calendar = _calendar(request)
    home = ZoneInfo(calendar.zone)
    today = context_of(request).clock.now().astimezone(home).date()
    monday = monday_of(day_of(request.query_params.get("week", "")) or today)
    first = datetime(monday.year, monday.month, monday.day, tzinfo=home)
    events = google.events.between(calendar, first - timedelta(days=1), first + timedelta(days=8))
    at = typed or {"date": str(max(today, monday)), "start": "10:00", "end": "11:00", "show_as": "busy"}
    values = {
        **_WORDS,
        "mailbox": views.box_of(google, calendar),
        "base": address_of(calendar),
        "zone": home.key,
        "today": today,
        "week": arranged(monday, [views.shown(google, calendar, one) for one in events]),
        "here": address_of(calendar, monday),
        "before": address_of(calendar, monday - timedelta(days=7)),
        "after": address_of(calendar, monday + timedelta(days=7)),
        "now_week": address_of(calendar),
        "show_as": views.SHOW_AS,
        "typed": {"subject": "", "all_day": "", **at},
        "problem": problem,
    }
    return render(request, "pages/week.html", values, 422 if problem else 200)


async def add(request: Request) -> Response:
    """POST /google/calendars/{id}: the owner enters an event."""
    google, calendar = _calendar(request)
    form = await form_of(request)
    try:
        start, end = span_of(form, ZoneInfo(calendar.zone))
        if form.get("show_as", "busy") not in views.SHOW_AS:
            raise FormProblem("show_as", "一覧から選んでください。")
    except FormProblem as problem:
        return _week_page(request, problem, form)
    subject, all_day = form.get("subject", "").strip(), form.get("all_day") == "on"
    body = views.document(subject, start, end, form.get("show_as", "busy"), all_day=all_day)
    google.events.insert(calendar, body, conference=False, origin="")
    return RedirectResponse(address_of(calendar, monday_of(start.date())), 303)


async def event(request: Request) -> Response:
    """GET /google/calendars/{id}/events/{event}"""
    return _event_page(request)


def _event_page(
    request: Request, problem: FormProblem | None = None, typed: dict[str, str] | None = None
) -> Response:
    google, calendar = _calendar(request)
    found = _standing(google, calendar, request)
    one = views.shown(google, calendar, found)
    at = {"date": str(one.start.date()), "start": f"{one.start:%H:%M}", "end": f"{one.end:%H:%M}"}
    values = {
        **_WORDS,
        "mailbox": views.box_of(google, calendar),
        "instance": one.instance,
        "event": one.instance.event,
        "start": one.start,
        "end": one.end,
        "zone": calendar.zone,
        "here": f"{address_of(calendar)}/events/{quote(found['id'], safe='')}",
        "back": address_of(calendar, monday_of(one.start.date())),
        "typed": {**at, **(typed or {})},
        "problem": problem,
    }
    return render(request, "pages/event.html", values, 422 if problem else 200)


def _standing(google: GoogleService, calendar: Calendar, request: Request) -> Document:
    try:
        return google.events.standing(calendar, request.path_params["event"])
    except GoogleError as error:
        raise HTTPException(404) from error


async def change(request: Request) -> Response:
    """POST /google/calendars/{id}/events/{event}: the owner moves, deletes or answers."""
    google, calendar = _calendar(request)
    found = _standing(google, calendar, request)
    home, form = ZoneInfo(calendar.zone), await form_of(request)
    action, day = form.get("action", ""), google.events.span(found, calendar)[0].astimezone(home).date()
    answers = {"accepted": "accepted", "tentativelyAccepted": "tentative", "declined": "declined"}
    if action == "move":
        all_day = "date" in found["start"]
        try:
            start, end = span_of({**form, "all_day": "on" if all_day else ""}, home)
        except FormProblem as problem:
            return _event_page(request, problem, form)
        body = views.document(str(found.get("summary") or ""), start, end, "busy", all_day=all_day)
        google.events.change(calendar, found["id"], body, conference=False, origin="")
        day = start.date()
    elif action == "delete":
        google.events.delete(calendar, found["id"])
    elif action in answers and not google.events.is_organizer(calendar, found):
        google.events.answer(found["organizer"]["email"], found["id"], calendar.id, answers[action])
    else:
        raise HTTPException(400)
    return RedirectResponse(address_of(calendar, monday_of(day)), 303)


async def meet(request: Request) -> Response:
    """GET /google/meet/{code}: the meeting, or 404 where it was cancelled or never was."""
    google = google_of(request)
    found = google.store.event_of_meet(request.path_params["code"])
    if found is None:
        known = google.store.knows_meet(request.path_params["code"])
        return render(request, "pages/no_meeting.html", {"known": known, "product": MEET}, 404)
    calendar, document = found
    one = views.shown(google, calendar, document)
    values = {
        "subject": document.get("summary", ""),
        "start": one.start,
        "end": one.end,
        "organizer": views.box_of(google, calendar),
        "zone": calendar.zone,
        "joined": request.method == "POST",
        "product": MEET,
    }
    return render(request, "pages/meeting.html", values)
