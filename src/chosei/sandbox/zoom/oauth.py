"""Zoom's OAuth: sign-in and permission pages, tokens, and giving them back."""

from __future__ import annotations

import base64
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from chosei.sandbox.context import context_of
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.pages.forms import form_of
from chosei.sandbox.pages.rendering import render
from chosei.sandbox.zoom import apps
from chosei.sandbox.zoom.grants import ACCESS_SECONDS, GrantError, Pair
from chosei.sandbox.zoom.serving import Zoom, ZoomError, faults_of, met, zoom_of
from chosei.sandbox.zoom.store import Person
from chosei.sandbox.zoom.webhooks import Endpoint

_KEPT = ("client_id", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method")
_STANDING = {
    FaultKind.CONSENT_WITHDRAWN: (4738, "The app has been disabled by the account's administrator"),
    FaultKind.IDLE: (4735, "Invalid Token!"),
}


async def authorize(request: Request) -> Response:
    """GET /zoom/oauth/authorize: the sign-in page. Nothing goes back to an address that is not registered."""
    asked = {name: request.query_params.get(name, "") for name in _KEPT}
    problem = _problem(asked)
    if problem:
        return render(request, "zoom/refused.html", {"code": problem}, 400)
    return _sign_in_page(request, asked)


async def decide(request: Request) -> Response:
    """POST /zoom/oauth/authorize: who it is, and then whether Chosei may."""
    form = await form_of(request)
    asked = {name: form.get(name, "") for name in _KEPT}
    problem = _problem(asked)
    if problem:
        return render(request, "zoom/refused.html", {"code": problem}, 400)
    if form.get("action") == "cancel":
        return _back(asked, error="access_denied")
    zoom = zoom_of(context_of(request))
    person = zoom.people.by_email(form.get("email", "").strip())
    if person is None or person.user.password != form.get("password", ""):
        return _sign_in_page(request, asked, email=form.get("email", ""), wrong=True)
    if person.walled:
        return render(request, "zoom/wall.html", {"person": person})
    if form.get("action") != "allow":
        values = {"asked": asked, "person": person, "password": person.user.password, "scopes": apps.SCOPES}
        return render(request, "zoom/consent.html", values)
    Endpoint(zoom.context.database).learn(asked["redirect_uri"])
    code = zoom.grants.issue_code(person.id, asked["redirect_uri"], asked["code_challenge"])
    return _back(asked, code=code)


class TokenEndpoint:
    """POST /zoom/oauth/token"""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        zoom = zoom_of(context_of(request))
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        holder = zoom.grants.holder(form.get("refresh_token", ""), "refresh") or ""
        person = zoom.people.by_id(holder)
        try:
            name = faults_of(person) if person else "zoom:"
            answer = await met(zoom.context, name, _tokens(request, zoom, form, person))
        except ZoomError as error:
            await error.response()(scope, receive, send)
            return
        await answer(scope, receive, send)


async def revoke(request: Request) -> Response:
    """POST /zoom/oauth/revoke"""
    zoom = zoom_of(context_of(request))
    if not _is_our_app(request):
        return _refusal(401, GrantError(4702, "invalid_client", "Invalid client_id or client_secret"))
    token = (await form_of(request)).get("token", "")
    if not zoom.grants.revoke(token):
        return _refusal(401, GrantError(4741, "invalid_token", "Invalid access token"))
    return JSONResponse({"status": "success"})


async def _tokens(request: Request, zoom: Zoom, form: dict[str, str], person: Person | None) -> Response:
    if not _is_our_app(request) or zoom.context.faults.standing(None, FaultKind.SECRET_WRONG):
        return _refusal(401, GrantError(4702, "invalid_client", "Invalid client_id or client_secret"))
    try:
        if form.get("grant_type") == "authorization_code":
            pair = zoom.grants.spend_code(
                form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", "")
            )
        elif form.get("grant_type") == "refresh_token":
            _insist_on_open(zoom, person)
            pair = zoom.grants.refresh(form.get("refresh_token", ""))
        else:
            raise GrantError(4700, "unsupported_grant_type", "Unsupported grant type")
    except GrantError as error:
        return _refusal(400, error)
    return _given(pair)


def _insist_on_open(zoom: Zoom, person: Person | None) -> None:
    standing = zoom.context.faults.standing(faults_of(person), *_STANDING) if person else None
    if standing is not None:
        code, reason = _STANDING[standing]
        raise GrantError(code, "invalid_grant", reason)


def _given(pair: Pair) -> Response:
    body = {
        "access_token": pair.access,
        "token_type": "bearer",
        "refresh_token": pair.refresh,
        "expires_in": ACCESS_SECONDS,
        "scope": " ".join(apps.SCOPES),
    }
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _refusal(status: int, error: GrantError) -> Response:
    body = {"reason": error.reason, "error": error.error, "code": error.code}
    return JSONResponse(body, status, {"Cache-Control": "no-store"})


def _is_our_app(request: Request) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    expected = base64.b64encode(f"{apps.CLIENT_ID}:{apps.CLIENT_SECRET}".encode()).decode()
    return scheme.lower() == "basic" and given == expected


def _problem(asked: dict[str, str]) -> str:
    """Zoom's own number for what is wrong with a request to authorise, or nothing."""
    if asked["client_id"] != apps.CLIENT_ID:
        return "4702"
    if not apps.is_registered(asked["redirect_uri"]):
        return "4700"
    return "" if asked["response_type"] == "code" else "4701"


def _sign_in_page(
    request: Request, asked: dict[str, str], *, email: str = "", wrong: bool = False
) -> Response:
    people = zoom_of(context_of(request)).people.all()
    values = {"asked": asked, "email": email, "wrong": wrong, "people": people}
    return render(request, "zoom/sign_in.html", values, 422 if wrong else 200)


def _back(asked: dict[str, str], **members: str) -> Response:
    joint = "&" if "?" in asked["redirect_uri"] else "?"
    query = urlencode({**members, "state": asked["state"]})
    return RedirectResponse(f"{asked['redirect_uri']}{joint}{query}", 303)
