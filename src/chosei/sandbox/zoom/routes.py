"""Zoom's addresses, all below /zoom."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from chosei.sandbox.zoom import meetings, oauth, pages
from chosei.sandbox.zoom.serving import Handler, Served


def zoom_routes() -> list[BaseRoute]:
    """In order of matching."""
    mine, one = "/users/{user}/meetings", "/meetings/{meeting}"
    return [
        Route("/zoom", pages.overview),
        Route("/zoom/webhook", pages.set_endpoint, methods=["POST"]),
        Route("/zoom/people/{person}", pages.change, methods=["POST"]),
        Route("/zoom/j/{number:int}", pages.join, methods=["GET", "POST"]),
        Route("/zoom/s/{number:int}", pages.start, methods=["GET", "POST"]),
        Route("/zoom/oauth/authorize", oauth.authorize, methods=["GET"]),
        Route("/zoom/oauth/authorize", oauth.decide, methods=["POST"]),
        Route("/zoom/oauth/token", oauth.TokenEndpoint(), methods=["POST"]),
        Route("/zoom/oauth/revoke", oauth.revoke, methods=["POST"]),
        _api("/users/me", "GET", meetings.me),
        _api(mine, "POST", meetings.create),
        _api(mine, "GET", meetings.listed),
        _api(one, "GET", meetings.get_one),
        _api(one, "PATCH", meetings.update),
        _api(one, "DELETE", meetings.delete),
    ]


def _api(path: str, method: str, handler: Handler) -> Route:
    return Route(f"/zoom/v2{path}", Served(handler), methods=[method])
