"""Zoom's meetings below /zoom/v2. Source: the reference pages of each operation."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chosei.sandbox.context import origin_of
from chosei.sandbox.zoom.serving import Zoom, ZoomError
from chosei.sandbox.zoom.store import DAILY_LIMIT, Meeting, Person
from chosei.sandbox.zoom.webhooks import meeting_event

_KNOWN = {
    "topic", "type", "start_time", "duration", "timezone", "agenda", "password", "settings", "recurrence",
    "schedule_for", "template_id", "tracking_fields",
}  # fmt: skip
_LIST_AGENDA = 250
_SCHEDULED = 2


async def me(request: Request, zoom: Zoom, person: Person) -> Response:
    """GET /users/me"""
    user = person.user
    body = {
        "id": person.id,
        "account_id": person.account_id,
        "email": person.email,
        "first_name": user.given_name,
        "last_name": user.surname,
        "display_name": user.display_name,
        "type": 2,
        "timezone": "Asia/Tokyo",
        "status": "active",
    }
    return JSONResponse(body)


async def create(request: Request, zoom: Zoom, person: Person) -> Response:
    """POST /users/me/meetings: another meeting for each call."""
    _insist_on_self(request, person)
    wanted = await _wanted(request)
    if wanted.get("type", _SCHEDULED) != _SCHEDULED:
        raise ZoomError(400, 300, "Only scheduled meetings are kept here.")
    if "start" not in wanted:
        raise ZoomError(400, 300, "Validation Failed.")
    _count(zoom, person)
    defaults: dict[str, str | int] = {
        "topic": "Zoom Meeting",
        "agenda": "",
        "duration": 60,
        "timezone": "Asia/Tokyo",
    }
    meeting = zoom.store.create(person.id, {**defaults, **wanted})
    meeting_event(zoom, person, "meeting.created", meeting)
    return JSONResponse(_whole(request, person, meeting), 201)


async def listed(request: Request, zoom: Zoom, person: Person) -> Response:
    """GET /users/me/meetings: ``type`` scheduled or upcoming; agendas cut to 250 characters."""
    _insist_on_self(request, person)
    kind = request.query_params.get("type", "live")
    size = _number(request.query_params.get("page_size", "30"), 300)
    begin = _number(request.query_params.get("next_page_token", "") or "0", 10**9, least=0)
    meetings = zoom.store.meetings(person.id)
    now = zoom.context.clock.now()
    if kind == "upcoming":
        meetings = [one for one in meetings if one.start + timedelta(minutes=one.duration) > now]
    elif kind == "live":
        meetings = [one for one in meetings if one.live]
    page = meetings[begin : begin + size]
    more = begin + size < len(meetings)
    body = {
        "page_size": size,
        "total_records": len(meetings),
        "next_page_token": str(begin + size) if more else "",
        "meetings": [_brief(request, one) for one in page],
    }
    return JSONResponse(body)


async def get_one(request: Request, zoom: Zoom, person: Person) -> Response:
    """GET /meetings/{id}"""
    return JSONResponse(_whole(request, person, _find(request, zoom, person)))


async def update(request: Request, zoom: Zoom, person: Person) -> Response:
    """PATCH /meetings/{id}: 204, and the link stays."""
    meeting = _find(request, zoom, person)
    wanted = await _wanted(request)
    _count(zoom, person)
    changed = zoom.store.change(meeting, wanted)
    meeting_event(zoom, person, "meeting.updated", changed, old=meeting)
    return Response(status_code=204)


async def delete(request: Request, zoom: Zoom, person: Person) -> Response:
    """DELETE /meetings/{id}: refused while people are in it."""
    meeting = _find(request, zoom, person)
    if meeting.live:
        raise ZoomError(400, 3002, "Sorry, you cannot delete this meeting since it is in progress.")
    zoom.store.delete(meeting.id)
    meeting_event(zoom, person, "meeting.deleted", meeting)
    return Response(status_code=204)


def _insist_on_self(request: Request, person: Person) -> None:
    if request.path_params["user"] not in ("me", person.id, person.email):
        raise ZoomError(404, 1001, "User does not exist.")


def _find(request: Request, zoom: Zoom, person: Person) -> Meeting:
    text = request.path_params["meeting"]
    meeting = zoom.store.meeting(int(text)) if text.isascii() and text.isdigit() and len(text) < 16 else None
    if meeting is None:
        raise ZoomError(404, 3001, f"Meeting does not exist: {text}.")
    if meeting.host != person.id:
        raise ZoomError(400, 3003, "You are not the meeting host.")
    return meeting


def _count(zoom: Zoom, person: Person) -> None:
    if zoom.store.count(person.id):
        return
    now = zoom.context.clock.now()
    again = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    raise ZoomError(
        429,
        429,
        f"You have exceeded the daily rate limit ({DAILY_LIMIT}) of Meeting Create/Update API requests"
        " permitted for this user.",
        {"X-RateLimit-Type": "Daily-limit", "Retry-After": again.strftime("%Y-%m-%dT%H:%M:%SZ")},
    )


async def _wanted(request: Request) -> dict[str, Any]:
    """A meeting as the body describes it. Raises ZoomError 300 for what Zoom's validation refuses."""
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise ZoomError(400, 300, "Request Body should be a valid JSON object.") from error
    if not isinstance(body, dict) or not set(body) <= _KNOWN:
        raise ZoomError(400, 300, "Validation Failed.")
    wanted: dict[str, Any] = {}
    for name, longest in (("topic", 200), ("agenda", 2000), ("timezone", 80)):
        if name in body:
            if not isinstance(body[name], str) or len(body[name]) > longest:
                raise ZoomError(400, 300, f"Validation Failed: {name}.")
            wanted[name] = body[name]
    if "duration" in body:
        if not isinstance(body["duration"], int) or not 0 < body["duration"] <= 1440:
            raise ZoomError(400, 300, "Validation Failed: duration.")
        wanted["duration"] = body["duration"]
    if "start_time" in body:
        wanted["start"] = _start(str(body["start_time"]), str(body.get("timezone", "Asia/Tokyo"))).isoformat()
    if "type" in body:
        wanted["type"] = body["type"]
    return wanted


def _start(text: str, zone: str) -> datetime:
    """``…Z`` is UTC; without it, local time of the zone given."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, KeyError) as error:
        raise ZoomError(400, 300, "Validation Failed: start_time.") from error
    return local.astimezone(UTC)


def _number(text: str, most: int, *, least: int = 1) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ZoomError(400, 300, "Validation Failed: page.")
    return int(text)


def _brief(request: Request, meeting: Meeting) -> dict[str, Any]:
    return {
        "uuid": meeting.uuid,
        "id": meeting.id,
        "host_id": meeting.host,
        "topic": meeting.topic,
        "type": _SCHEDULED,
        "start_time": meeting.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": meeting.duration,
        "timezone": meeting.timezone,
        "agenda": meeting.agenda[:_LIST_AGENDA],
        "created_at": meeting.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "join_url": meeting.join_url(origin_of(request)),
    }


def _whole(request: Request, person: Person, meeting: Meeting) -> dict[str, Any]:
    return {
        **_brief(request, meeting),
        "agenda": meeting.agenda,
        "host_email": person.email,
        "status": "started" if meeting.live else "waiting",
        "start_url": meeting.start_url(origin_of(request)),
        "password": meeting.passcode[:10],
        "settings": {"join_before_host": False, "waiting_room": True, "host_video": False},
    }
