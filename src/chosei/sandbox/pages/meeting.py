"""What a Teams link opens."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from chosei.sandbox.context import context_of
from chosei.sandbox.graph.store import store_of
from chosei.sandbox.graph.zones import zone
from chosei.sandbox.pages.rendering import render

TEAMS = "Teams 会議 (サンドボックス)"


async def join(request: Request) -> Response:
    """GET /l/meetup-join/{thread}/0: the meeting, or 404 where it was cancelled or never was."""
    context = context_of(request)
    store = store_of(context)
    meeting = store.meeting(request.path_params["thread"])
    owner = store.mailbox(meeting.mailbox) if meeting else None
    if meeting is None or not meeting.alive or owner is None:
        return render(request, "pages/no_meeting.html", {"known": meeting is not None, "product": TEAMS}, 404)
    tenant = context.directory.tenant(owner.tid)
    assert tenant is not None, "the database keeps a mailbox's tenant"
    home = zone(tenant.time_zone)
    event = store.repository.get(meeting.mailbox, meeting.event_key) if meeting.event_key else None
    start: datetime | None
    end: datetime | None
    if event:
        subject, start, end = event.subject, event.starts.astimezone(home), event.ends.astimezone(home)
    else:
        subject = str(meeting.document.get("subject") or "")
        start = _moment(meeting.document.get("startDateTime"), home)
        end = _moment(meeting.document.get("endDateTime"), home)
    values = {"subject": subject, "start": start, "end": end, "organizer": owner, "zone": home.key}
    return render(
        request, "pages/meeting.html", {**values, "joined": request.method == "POST", "product": TEAMS}
    )


def _moment(text: object, home: ZoneInfo) -> datetime | None:
    return datetime.fromisoformat(str(text)).astimezone(home) if text else None
