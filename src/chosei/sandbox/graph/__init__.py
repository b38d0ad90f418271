"""Microsoft Graph v1.0, as far as a scheduling service needs it."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Mount, Route

from chosei.sandbox.context import SandboxContext
from chosei.sandbox.graph import (
    batch,
    calendars,
    delta,
    event_routes,
    misc,
    online,
    people,
    places,
    schedule,
    sending,
    subscription_routes,
)
from chosei.sandbox.graph.calls import Call, route
from chosei.sandbox.graph.problems import bad_request
from chosei.sandbox.graph.seed import seed
from chosei.sandbox.graph.store import store_of


def graph_app(context: SandboxContext) -> list[Route | Mount]:
    """The routes below /v1.0. Fills empty mailboxes with the demo people's weeks."""
    seed(store_of(context))
    return [
        *batch.routes(),
        *people.routes(),
        *calendars.routes(),
        *delta.routes(),
        *event_routes.routes(),
        *schedule.routes(),
        *places.routes(),
        *subscription_routes.routes(),
        *online.routes(),
        *misc.routes(),
        *sending.routes(),
        *(route("/{rest:path}", method, nowhere) for method in ("GET", "POST", "PATCH", "PUT", "DELETE")),
    ]


async def nowhere(call: Call) -> Response:
    """Every other path."""
    segment = call.request.path_params["rest"].split("/")[-1]
    raise bad_request("BadRequest", f"Resource not found for the segment '{segment}'.")


__all__ = ["graph_app"]
