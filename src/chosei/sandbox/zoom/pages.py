"""Zoom's pages: who has which meetings, what a link opens, and what can be done by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chosei.sandbox.context import context_of, origin_of
from chosei.sandbox.pages.forms import form_of
from chosei.sandbox.pages.rendering import render
from chosei.sandbox.zoom import apps, webhooks
from chosei.sandbox.zoom.serving import Zoom, zoom_of
from chosei.sandbox.zoom.store import DAILY_LIMIT, Meeting, Person

_TOKYO = ZoneInfo("Asia/Tokyo")


async def overview(request: Request) -> Response:
    """GET /zoom"""
    return await _overview(request)


async def _overview(request: Request, *, outside: bool = False, status: int = 200) -> Response:
    zoom = zoom_of(context_of(request))
    everybody = [person for person in zoom.people.all() if not person.walled]
    people = [
        {"person": one, "added": zoom.grants.has_added(one.id), "counted": zoom.store.counted(one.id)}
        for one in everybody
    ]
    endpoint = webhooks.Endpoint(zoom.context.database)
    values = {
        "people": people,
        "meetings": [row for one in everybody for row in _meetings(request, zoom, one)],
        "limit": DAILY_LIMIT,
        "endpoint": endpoint.url,
        "secret": apps.WEBHOOK_SECRET,
        "posts": [(at.astimezone(_TOKYO), event, outcome) for at, event, outcome in endpoint.posts()],
        "outside": outside,
        "validated": request.query_params.get("validated", ""),
    }
    return render(request, "zoom/overview.html", values, status)


async def change(request: Request) -> Response:
    """POST /zoom/people/{person}: what the person, or a test, does at Zoom."""
    zoom = zoom_of(context_of(request))
    person = zoom.people.by_id(request.path_params["person"])
    if person is None:
        raise HTTPException(404)
    form = await form_of(request)
    action = form.get("action", "")
    if action == "remove_app":
        if zoom.grants.has_added(person.id):
            zoom.grants.remove(person.id)
            webhooks.deauthorised(zoom, person)
    elif action == "expire":
        zoom.grants.expire_access(person.id)
    elif action in ("use_up", "reset"):
        zoom.store.set_counted(person.id, DAILY_LIMIT if action == "use_up" else 0)
    elif action in ("delete", "begin", "end", "later"):
        _change_meeting(zoom, person, action, form.get("meeting", ""))
    else:
        raise HTTPException(400)
    return RedirectResponse(f"/zoom#{person.id}", 303)


async def set_endpoint(request: Request) -> Response:
    """POST /zoom/webhook: where notices go; Zoom checks at once who listens there."""
    zoom = zoom_of(context_of(request))
    try:
        webhooks.Endpoint(zoom.context.database).set((await form_of(request)).get("url", "").strip())
    except ValueError:
        return await _overview(request, outside=True, status=422)
    fits = await webhooks.validate(zoom)
    return RedirectResponse(f"/zoom?validated={'yes' if fits else 'no'}", 303)


async def join(request: Request) -> Response:
    """GET /zoom/j/{number}: what everybody's link opens; the passcode has to be right."""
    zoom, meeting = _meeting_of(request)
    fits = meeting is not None and request.query_params.get("pwd") == meeting.passcode
    if meeting is None or not fits:
        known = zoom.store.was_there(request.path_params["number"])
        return render(request, "zoom/no_meeting.html", {"known": known}, 404)
    joined = request.method == "POST"
    return render(request, "zoom/meeting.html", {**_shown(zoom, meeting), "joined": joined, "host": False})


async def start(request: Request) -> Response:
    """GET /zoom/s/{number}: the host's link; opening it begins the meeting."""
    zoom, meeting = _meeting_of(request)
    if meeting is None or not request.query_params.get("zak"):
        return render(request, "zoom/no_meeting.html", {"known": False}, 404)
    if request.method == "POST":
        zoom.store.set_live(meeting.id, True)
    joined = request.method == "POST"
    return render(request, "zoom/meeting.html", {**_shown(zoom, meeting), "joined": joined, "host": True})


def _meetings(request: Request, zoom: Zoom, person: Person) -> list[dict[str, object]]:
    return [
        {
            "meeting": one,
            "start": one.start.astimezone(_TOKYO),
            "end": _end(one),
            "url": one.join_url(origin_of(request)),
            "host": person,
        }
        for one in zoom.store.meetings(person.id)
    ]


def _change_meeting(zoom: Zoom, person: Person, action: str, number: str) -> None:
    meeting = zoom.store.meeting(int(number)) if number.isascii() and number.isdigit() else None
    if meeting is None or meeting.host != person.id:
        raise HTTPException(404)
    if action == "delete":
        zoom.store.delete(meeting.id)
        webhooks.meeting_event(zoom, person, "meeting.deleted", meeting)
    elif action == "later":
        moved = zoom.store.change(meeting, {"start": (meeting.start + timedelta(hours=1)).isoformat()})
        webhooks.meeting_event(zoom, person, "meeting.updated", moved, old=meeting)
    else:
        zoom.store.set_live(meeting.id, action == "begin")


def _meeting_of(request: Request) -> tuple[Zoom, Meeting | None]:
    zoom = zoom_of(context_of(request))
    return zoom, zoom.store.meeting(request.path_params["number"])


def _shown(zoom: Zoom, meeting: Meeting) -> dict[str, object]:
    host = zoom.people.by_id(meeting.host)
    return {
        "topic": meeting.topic,
        "start": meeting.start.astimezone(_TOKYO),
        "end": _end(meeting),
        "organizer": host.user if host else None,
        "number": f"{meeting.id:,}".replace(",", " "),
    }


def _end(meeting: Meeting) -> datetime:
    return (meeting.start + timedelta(minutes=meeting.duration)).astimezone(_TOKYO)
