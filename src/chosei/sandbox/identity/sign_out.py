"""GET /{tenant}/oauth2/v2.0/logout: forget the accounts of this browser."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chosei.sandbox.context import context_of
from chosei.sandbox.identity.apps import DEMO_APPS
from chosei.sandbox.identity.sign_in import BROWSER_COOKIE
from chosei.sandbox.pages.rendering import render


async def sign_out(request: Request) -> Response:
    """Signs out at once; goes back only to an address that some application registered."""
    identity = context_of(request).identity
    identity.browsers.sign_out(request.cookies.get(BROWSER_COOKIE, ""))
    target = request.query_params.get("post_logout_redirect_uri", "")
    known = (identity.apps.find(app.app_id) for app in DEMO_APPS)
    if target and any(app and app.allows_redirect(target) for app in known):
        return RedirectResponse(target, 302)
    return render(request, "identity/signed_out.html", {})
