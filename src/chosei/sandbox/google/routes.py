"""The addresses of Google's side, all below /google: OAuth, Calendar v3, the directory's rooms, pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from chosei.sandbox.google import clients, moments, pages, sign_in, switches, token
from chosei.sandbox.google.access import Api, Call, nowhere
from chosei.sandbox.google.faults import FaultKind
from chosei.sandbox.google.listing import list_events, shown
from chosei.sandbox.google.problems import GoogleError, invalid, not_found
from chosei.sandbox.google.store import Calendar, Document

_EVENTS = (clients.CALENDAR_EVENTS, clients.CALENDAR)
_LIST = (clients.CALENDAR_LIST, clients.CALENDAR)
_READS = (*_EVENTS, clients.CALENDARS)
_MAILS = {"all", "externalOnly", "none"}
_LONGEST_QUESTION = timedelta(days=92)
_MOST_CALENDARS = 50


def google_routes() -> list[BaseRoute]:
    """Everything below /google."""
    calendar, directory = "/calendar/v3", "/admin/directory/v1/customer/{customer}/resources"
    one = f"{calendar}/calendars/{{calendar}}"
    event = f"{one}/events/{{event}}"
    api = [
        Route(f"{one}/events", Api(list_events, *_EVENTS), methods=["GET"]),
        Route(f"{one}/events", Api(insert, *_EVENTS), methods=["POST"]),
        Route(f"{one}/events/watch", Api(watch, *_EVENTS), methods=["POST"]),
        Route(event, Api(get, *_EVENTS), methods=["GET"]),
        Route(event, Api(patch, *_EVENTS), methods=["PATCH"]),
        Route(event, Api(put, *_EVENTS), methods=["PUT"]),
        Route(event, Api(delete, *_EVENTS), methods=["DELETE"]),
        Route(one, Api(get_calendar, *_READS), methods=["GET"]),
        Route(f"{calendar}/users/me/calendarList", Api(calendar_list, *_LIST), methods=["GET"]),
        Route(f"{calendar}/users/me/calendarList/{{calendar}}", Api(list_entry, *_LIST), methods=["GET"]),
        Route(f"{calendar}/users/me/settings/{{setting}}", Api(setting, clients.SETTINGS, clients.CALENDAR)),
        Route(f"{calendar}/freeBusy", Api(free_busy, clients.FREE_BUSY, clients.CALENDAR), methods=["POST"]),
        Route(f"{calendar}/channels/stop", Api(stop, *_EVENTS), methods=["POST"]),
        Route(f"{directory}/calendars", Api(rooms, clients.ROOMS, calendar=False)),
        Route(f"{directory}/buildings", Api(buildings, clients.ROOMS, calendar=False)),
        Mount(calendar, nowhere),
    ]
    oauth = [
        Route("/o/oauth2/v2/auth", sign_in.authorize),
        Route("/signin/{flow}", sign_in.step, methods=["GET", "POST"]),
        Route("/token", token.token, methods=["POST"]),
        Route("/revoke", token.revoke, methods=["POST"]),
        Route("/oauth2/v3/userinfo", token.user_info),
        Route("/oauth2/v3/certs", token.certs),
        Route("/.well-known/openid-configuration", token.discovery),
    ]
    looked_at = [
        Route("/", pages.overview),
        Route("/", pages.change_settings, methods=["POST"]),
        Route("/calendars/{calendar}", pages.week),
        Route("/calendars/{calendar}", pages.add, methods=["POST"]),
        Route("/calendars/{calendar}/events/{event}", pages.event),
        Route("/calendars/{calendar}/events/{event}", pages.change, methods=["POST"]),
        Route("/faults", switches.faults),
        Route("/faults", switches.switch_on, methods=["POST"]),
        Route("/faults/off", switches.switch_off, methods=["POST"]),
        Route("/meet/{code}", pages.meet, methods=["GET", "POST"]),
    ]
    return [Mount("/google", routes=[*oauth, *looked_at, *api])]


# --- events ---


async def insert(call: Call) -> Response:
    """POST /calendars/{id}/events"""
    body, mail = await call.body(), _mail(call)
    calendar = call.calendar()
    event = call.google.events.insert(
        calendar, body, conference=_conference(call), origin=call.origin, mail=mail
    )
    return JSONResponse(shown(event, calendar))


async def get(call: Call) -> Response:
    """GET /calendars/{id}/events/{id}; a deleted event is still told of, as cancelled."""
    calendar = call.calendar()
    return JSONResponse(shown(call.google.events.find(calendar, call.request.path_params["event"]), calendar))


async def patch(call: Call) -> Response:
    """PATCH /calendars/{id}/events/{id}"""
    return _changed(call, await call.body())


async def put(call: Call) -> Response:
    """PUT: what is not told is taken away, but for what the service keeps itself."""
    body = await call.body()
    before = call.google.events.standing(call.calendar(), call.request.path_params["event"])
    kept = {"status", "reminders", "eventType", "conferenceData", "sequence"}
    absent = {name: None for name in before if name not in body and name not in kept}
    return _changed(call, {**absent, **body})


def _changed(call: Call, body: Document) -> Response:
    calendar, number = call.calendar(), call.request.path_params["event"]
    before = call.google.events.standing(calendar, number)
    wanted = call.request.headers.get("if-match", "*")
    if wanted not in ("*", before["etag"]):
        raise GoogleError(412, "conditionNotMet", "Precondition Failed")
    event = call.google.events.change(
        calendar, number, body, conference=_conference(call), origin=call.origin, mail=_mail(call)
    )
    return JSONResponse(shown(event, calendar))


async def delete(call: Call) -> Response:
    """DELETE: 204, and 410 from then on."""
    call.google.events.delete(call.calendar(), call.request.path_params["event"], mail=_mail(call))
    return Response(status_code=204)


def _mail(call: Call) -> str:
    given = call.request.query_params.get("sendUpdates", "none")
    if given not in _MAILS:
        raise invalid("Invalid value for sendUpdates.")
    return given


def _conference(call: Call) -> bool:
    return call.request.query_params.get("conferenceDataVersion", "0") == "1"


# --- calendars ---


def _calendar(calendar: Calendar, call: Call) -> Document:
    kinds = ["hangoutsMeet"] if call.account.meet else []
    return {
        "etag": f'"{calendar.changes}"',
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.zone,
        "conferenceProperties": {"allowedConferenceSolutionTypes": kinds},
    }


async def get_calendar(call: Call) -> Response:
    """GET /calendars/{id}"""
    return JSONResponse({"kind": "calendar#calendar", **_calendar(call.calendar(), call)})


def _entry(calendar: Calendar, call: Call) -> Document:
    primary = {"primary": True} if calendar.kind == "primary" else {}
    own = {"kind": "calendar#calendarListEntry", "accessRole": "owner", "selected": True, **primary}
    return {**_calendar(calendar, call), **own}


async def calendar_list(call: Call) -> Response:
    """GET /users/me/calendarList"""
    own = call.google.store.calendars(call.account.sub)
    size, at = call.number("maxResults", 100, 250), int(call.request.query_params.get("pageToken", "0"))
    body: dict[str, Any] = {
        "kind": "calendar#calendarList",
        "etag": '"1"',
        "items": [_entry(one, call) for one in own[at : at + size]],
    }
    return JSONResponse(body | ({"nextPageToken": str(at + size)} if at + size < len(own) else {}))


async def list_entry(call: Call) -> Response:
    """GET /users/me/calendarList/{id}"""
    return JSONResponse(_entry(call.calendar(), call))


async def setting(call: Call) -> Response:
    """GET /users/me/settings/{id}: the zone, the language."""
    name = call.request.path_params["setting"]
    value = {"timezone": "Asia/Tokyo", "locale": "ja"}.get(name)
    if value is None:
        raise not_found()
    return JSONResponse({"kind": "calendar#setting", "etag": '"1"', "id": name, "value": value})


# --- free/busy ---


async def free_busy(call: Call) -> Response:
    """POST /freeBusy: 200 even where a calendar cannot be read; it then has `errors`."""
    body = await call.body()
    begin, end = (moments.asked(str(body.get(name, ""))) for name in ("timeMin", "timeMax"))
    if end <= begin:
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.")
    if end - begin > _LONGEST_QUESTION:
        raise GoogleError(400, "timeRangeTooLong", "The requested time range is too long.")
    items = [str(one.get("id", "")) for one in body.get("items") or [] if isinstance(one, dict)]
    many = len(items) > _MOST_CALENDARS
    calendars = {
        one: {"errors": [_reason("tooManyCalendarsRequested")], "busy": []}
        if many
        else _busy(call, one, begin, end)
        for one in items
    }
    times = {"timeMin": moments.stamp(begin), "timeMax": moments.stamp(end)}
    return JSONResponse({"kind": "calendar#freeBusy", **times, "calendars": calendars})


def _reason(name: str) -> Document:
    return {"domain": "global", "reason": name}


def _busy(call: Call, number: str, begin: datetime, end: datetime) -> Document:
    google = call.google
    calendar = google.store.calendar(call.account.email if number == "primary" else number)
    if calendar is None or not google.may_see_busy(call.account, calendar):
        return {"errors": [_reason("notFound")], "busy": []}
    owner = google.people.account(calendar.owner)
    if (owner and not owner.calendar) or google.faults.take(FaultKind.FREE_BUSY, calendar.id):
        return {"errors": [_reason("internalError" if owner and owner.calendar else "notFound")], "busy": []}
    spans: list[list[datetime]] = []
    for event in google.events.between(calendar, begin, end):
        if event.get("transparency") == "transparent" or _declined(event, calendar):
            continue
        first, last = google.events.span(event, calendar)
        if spans and first <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], last)
        else:
            spans.append([first, last])
    clipped = [(max(first, begin), min(last, end)) for first, last in spans]
    busy = [
        {"start": moments.stamp(first), "end": moments.stamp(last)} for first, last in clipped if last > first
    ]
    return {"busy": busy}


def _declined(event: Document, calendar: Calendar) -> bool:
    return any(
        one["email"].casefold() == calendar.id.casefold() and one["responseStatus"] == "declined"
        for one in event.get("attendees", [])
    )


# --- channels ---


async def watch(call: Call) -> Response:
    """POST /calendars/{id}/events/watch"""
    body, calendar = await call.body(), call.calendar()
    return JSONResponse(call.google.channels.open(call.account.email, calendar.id, body))


async def stop(call: Call) -> Response:
    """POST /channels/stop"""
    call.google.channels.stop(call.account.email, await call.body())
    return Response(status_code=204)


# --- the directory ---


def _insist_on_administrator(call: Call) -> str:
    customer = call.request.path_params["customer"]
    if not call.account.administrator or customer not in ("my_customer", call.account.domain):
        raise GoogleError(403, "forbidden", "Not Authorized to access this resource/api")
    return call.account.domain


async def rooms(call: Call) -> Response:
    """GET …/resources/calendars"""
    domain = _insist_on_administrator(call)
    items = [
        {
            "kind": "admin#directory#resources#calendars#CalendarResource",
            "resourceId": one.id,
            "resourceName": one.name,
            "resourceEmail": one.email,
            "generatedResourceName": f"{one.building}-{one.floor}-{one.name} ({one.capacity})",
            "resourceCategory": "CONFERENCE_ROOM",
            "capacity": one.capacity,
            "buildingId": one.building,
            "floorName": one.floor,
            "featureInstances": [{"feature": {"name": name}} for name in one.features],
        }
        for one in call.google.people.rooms(domain)
    ]
    return _page(call, items, "items", "admin#directory#resources#calendars#calendarResourcesList", 500)


async def buildings(call: Call) -> Response:
    """GET …/resources/buildings"""
    domain = _insist_on_administrator(call)
    items = [
        {
            "kind": "admin#directory#resources#buildings#Building",
            "buildingId": one.id,
            "buildingName": one.name,
            "floorNames": list(one.floors),
        }
        for one in call.google.people.buildings(domain)
    ]
    return _page(call, items, "buildings", "admin#directory#resources#buildings#buildingsList", 500)


def _page(call: Call, items: list[Document], name: str, kind: str, most: int) -> Response:
    size, at = call.number("maxResults", 100, most), int(call.request.query_params.get("pageToken", "0"))
    body = {"kind": kind, "etag": '"1"', name: items[at : at + size]}
    return JSONResponse(body | ({"nextPageToken": str(at + size)} if at + size < len(items) else {}))
