"""What people look at: what a Meet link opens."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from chosei.sandbox.google.access import google_of
from chosei.sandbox.pages.rendering import render

MEET = "Google Meet (サンドボックス)"


async def meet(request: Request) -> Response:
    """GET /google/meet/{code}: the meeting, or 404 where it was cancelled or never was."""
    google = google_of(request)
    found = google.store.event_of_meet(request.path_params["code"])
    if found is None:
        known = google.store.knows_meet(request.path_params["code"])
        return render(request, "pages/no_meeting.html", {"known": known, "product": MEET}, 404)
    calendar, event = found
    start, end = google.events.span(event, calendar)
    home, owner = ZoneInfo(calendar.zone), google.people.account(calendar.owner)
    values = {
        "subject": event.get("summary", ""),
        "start": start.astimezone(home),
        "end": end.astimezone(home),
        "organizer": {"name": owner.name if owner else "", "address": calendar.id},
        "zone": calendar.zone,
        "joined": request.method == "POST",
        "product": MEET,
    }
    return render(request, "pages/meeting.html", values)
