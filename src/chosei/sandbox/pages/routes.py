"""The addresses of the pages."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from chosei.sandbox.pages import mailbox, meeting, overview, switches
from chosei.sandbox.pages.rendering import render

_STATIC = Path(__file__).parent.parent / "static"


def page_routes() -> list[BaseRoute]:
    """Every page, in order of matching."""
    return [
        Route("/", overview.overview),
        Route("/accounts/{oid}", overview.set_licences, methods=["POST"]),
        Route("/rooms/{address}", overview.set_room_policy, methods=["POST"]),
        Route("/mailboxes/{address}", mailbox.week),
        Route("/mailboxes/{address}", mailbox.add, methods=["POST"]),
        Route("/mailboxes/{address}/events/{event}", mailbox.event),
        Route("/mailboxes/{address}/events/{event}", mailbox.change, methods=["POST"]),
        Route("/faults", switches.faults),
        Route("/faults", switches.switch_on, methods=["POST"]),
        Route("/faults/off", switches.switch_off, methods=["POST"]),
        Route("/consents", switches.consents),
        Route("/consents", switches.change_consents, methods=["POST"]),
        Route("/l/meetup-join/{thread}/{number}", meeting.join, methods=["GET", "POST"]),
        Mount("/static", StaticFiles(directory=_STATIC), name="static"),
    ]


async def nothing_here(request: Request, error: Exception) -> Response:
    """The page for a 404."""
    return render(request, "pages/nothing.html", {}, 404)
