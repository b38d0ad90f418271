"""GET /{tenant}/oauth2/v2.0/authorize and /{tenant}/v2.0/adminconsent: what is refused before anybody
signs in."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chosei.sandbox.context import context_of
from chosei.sandbox.identity import problems
from chosei.sandbox.identity.flows import SignInRequest
from chosei.sandbox.identity.problems import SignInError
from chosei.sandbox.identity.replies import error_page, to_client
from chosei.sandbox.identity.scopes import UnknownScopeError, parse_scopes
from chosei.sandbox.identity.sign_in import BROWSER_COOKIE, proceed
from chosei.sandbox.identity.tenants import application, parameters_of, tenant_of

_PROMPTS = {"", "none", "login", "select_account", "consent"}
_RESPONSE_MODES = {"query", "fragment", "form_post"}
_CHALLENGE_METHODS = {"", "plain", "S256"}


async def authorize(request: Request) -> Response:
    """Start a sign-in: a page, or straight back to the client where nobody needs to be asked."""
    members = await parameters_of(request)
    return _start(request, members, admin_consent=False)


async def admin_consent(request: Request) -> Response:
    """Start an administrator's consent for the whole tenant."""
    return _start(request, dict(request.query_params), admin_consent=True)


def _start(request: Request, members: dict[str, str], *, admin_consent: bool) -> Response:
    try:
        asked = _request(request, members, admin_consent=admin_consent)
        _check_client(request, asked)
    except SignInError as error:
        return error_page(request, error)
    try:
        _check_rest(asked, members)
    except SignInError as error:
        return to_client(request, asked, error=error)
    browser = browser_of(request)
    flow = context_of(request).identity.flows.start(browser, asked, context_of(request).clock.now())
    response = proceed(request, flow)
    response.set_cookie(BROWSER_COOKIE, browser, httponly=True, samesite="lax", max_age=90 * 24 * 3600)
    return response


def browser_of(request: Request) -> str:
    """The browser's cookie, or a new one."""
    return request.cookies.get(BROWSER_COOKIE) or secrets.token_urlsafe(24)


def _request(request: Request, members: dict[str, str], *, admin_consent: bool) -> SignInRequest:
    known: dict[str, Any] = {
        name: members[name]
        for name in SignInRequest.__dataclass_fields__
        if name in members and name not in ("tenant", "admin_consent")
    }
    for name in ("client_id", "redirect_uri", "scope"):
        if not known.get(name):
            error = problems.missing_parameter(name)
            error.on_page = True
            raise error
    return SignInRequest(tenant=request.path_params["tenant"], admin_consent=admin_consent, **known)


def _check_client(request: Request, asked: SignInRequest) -> None:
    """What makes it unsafe or impossible to send the browser to the client at all."""
    app = application(request, asked.client_id, tenant_of(request))
    if asked.admin_consent and asked.tenant == "common":
        text = "The 'common' endpoint cannot be used for admin consent; use 'organizations' or a tenant."
        raise SignInError("invalid_request", 90015, text)
    if not app.allows_redirect(asked.redirect_uri):
        raise problems.wrong_redirect(asked.redirect_uri, asked.client_id)


def _check_rest(asked: SignInRequest, members: dict[str, str]) -> None:
    if not asked.admin_consent:
        kind = members.get("response_type", "")
        if not kind:
            raise problems.missing_parameter("response_type")
        if kind != "code":
            text = f"The response_type '{kind}' is not enabled for the application."
            raise SignInError("unsupported_response_type", 700054, text)
    checks = [
        ("prompt", asked.prompt, _PROMPTS),
        ("response_mode", asked.response_mode, _RESPONSE_MODES),
        ("code_challenge_method", asked.code_challenge_method, _CHALLENGE_METHODS),
    ]
    for name, value, allowed in checks:
        if value not in allowed:
            raise SignInError("invalid_request", 90023, f"The '{name}' value '{value}' is not supported.")
    if asked.code_challenge and not 43 <= len(asked.code_challenge) <= 128:
        raise SignInError(
            "invalid_request", 501491, "The size of the code_challenge must be 43 to 128 characters."
        )
    try:
        parse_scopes(asked.scope)
    except UnknownScopeError as error:
        raise problems.unknown_scope(error.scope) from error
