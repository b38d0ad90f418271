"""Google's sign-in: account picker, password, consent with a box for each permission, and the
administrator's wall."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chosei.sandbox.context import context_of
from chosei.sandbox.google import clients
from chosei.sandbox.google.access import google_of
from chosei.sandbox.google.flows import Asked, Flow
from chosei.sandbox.google.people import Account
from chosei.sandbox.pages.forms import form_of
from chosei.sandbox.pages.rendering import render

COOKIE = "google_browser"


async def authorize(request: Request) -> Response:
    """GET /o/oauth2/v2/auth"""
    given = {
        name: value for name, value in request.query_params.items() if name in Asked.__dataclass_fields__
    }
    asked = Asked(**given)
    refused = _refused(asked)
    if refused:
        return _error_page(request, *refused)
    browser = request.cookies.get(COOKIE) or secrets.token_urlsafe(24)
    known = _accounts(request, browser)
    hinted = asked.login_hint if any(one.email == asked.login_hint for one in known) else ""
    step = "pick" if known else "address"
    if hinted and "select_account" not in asked.prompt:
        step = "consent"
    sign_ins, now = google_of(request).sign_ins, context_of(request).clock.now()
    flow = sign_ins.start(browser, asked, now, step=step, email=hinted or ("" if known else asked.login_hint))
    response = RedirectResponse(flow.path, 303)
    response.set_cookie(COOKIE, browser, httponly=True, samesite="lax", max_age=90 * 24 * 3600)
    return response


def _refused(asked: Asked) -> tuple[str, str] | None:
    """Error and sentence of a page that leads nowhere."""
    if asked.client_id != clients.CLIENT_ID:
        return "invalid_client", "The OAuth client was not found."
    if not clients.allows_redirect(asked.redirect_uri):
        return "redirect_uri_mismatch", f"redirect_uri={asked.redirect_uri}"
    if asked.response_type != "code":
        return "invalid_request", "response_type must be code"
    unknown = asked.scopes - clients.KNOWN
    if unknown or not asked.scope:
        return "invalid_scope", f"Some requested scopes were invalid. {{invalid={sorted(unknown)}}}"
    if asked.code_challenge and asked.code_challenge_method != "S256":
        return "invalid_request", "code_challenge_method must be S256"
    return None


def _accounts(request: Request, browser: str) -> list[Account]:
    google = google_of(request)
    found = (google.people.account(sub) for sub in google.sign_ins.signed_in(browser))
    return [account for account in found if account]


def _error_page(request: Request, error: str, detail: str, *, status: int = 400) -> Response:
    return render(
        request, "google/blocked.html", {"error": error, "detail": detail, "status": status}, status
    )


async def step(request: Request) -> Response:
    """GET and POST /google/signin/{flow}"""
    browser = request.cookies.get(COOKIE, "")
    google = google_of(request)
    flow = google.sign_ins.find(request.path_params["flow"], browser, context_of(request).clock.now())
    if flow is None:
        return _error_page(
            request, "invalid_request", "The sign-in has ended. Start again from the application."
        )
    if request.method == "POST":
        return _take(request, flow, await form_of(request), await _ticked(request))
    return _page(request, flow)


async def _ticked(request: Request) -> frozenset[str]:
    form = await request.form()
    return frozenset(value for value in form.getlist("scope") if isinstance(value, str))


def _page(request: Request, flow: Flow, problem: str = "") -> Response:
    google = google_of(request)
    values: dict[str, object] = {"flow": flow, "app": clients.NAME, "problem": problem, "action": flow.path}
    if flow.step == "consent":
        account = google.people.account(flow.email)
        assert account is not None, "accounts are never removed"
        if google.blocks_apps(account):
            return _error_page(request, "admin_policy_enforced", account.email)
        granted = google.grants.consented(flow.asked.client_id, account.sub)
        asked = [one for one in clients.ASKABLE if one.scope in flow.asked.scopes]
        if "consent" not in flow.asked.prompt and flow.asked.scopes <= granted:
            return _finish(request, flow, account, flow.asked.scopes)
        return render(request, "google/consent.html", {**values, "account": account, "permissions": asked})
    people = google.people.accounts()
    return render(
        request,
        f"google/{flow.step}.html",
        {**values, "accounts": _accounts(request, flow.browser), "people": people},
    )


def _take(request: Request, flow: Flow, form: dict[str, str], ticked: frozenset[str]) -> Response:
    sign_ins, action = google_of(request).sign_ins, form.get("action", "")
    if action == "cancel":
        return _back(request, flow, error="access_denied")
    if action == "other":
        return _onward(sign_ins.move(flow, "address"))
    if action == "account":
        chosen = next(
            (one for one in _accounts(request, flow.browser) if one.sub == form.get("account")), None
        )
        return _onward(
            sign_ins.move(flow, "consent" if chosen else "address", chosen.email if chosen else "")
        )
    if action == "address":
        email = form.get("identifier", "").strip()
        if google_of(request).people.account(email) is None:
            return _page(request, sign_ins.move(flow, "address", email), "unknown" if email else "empty")
        return _onward(sign_ins.move(flow, "password", email))
    account = google_of(request).people.account(flow.email)
    if action == "password" and flow.step == "password" and account:
        if form.get("passwd") != account.password:
            return _page(request, flow, "wrong")
        sign_ins.sign_in(flow.browser, account)
        return _onward(sign_ins.move(flow, "consent", account.email))
    if (
        action == "allow"
        and flow.step == "consent"
        and account
        and not google_of(request).blocks_apps(account)
    ):
        return _finish(request, flow, account, (ticked | clients.IDENTITY) & flow.asked.scopes)
    return _page(request, flow)


def _onward(flow: Flow) -> Response:
    return RedirectResponse(flow.path, 303)


def _finish(request: Request, flow: Flow, account: Account, allowed: frozenset[str]) -> Response:
    grants, asked = google_of(request).grants, flow.asked
    before = grants.consented(asked.client_id, account.sub)
    grants.consent(asked.client_id, account.sub, before | allowed)
    scopes = before | allowed if asked.include_granted_scopes == "true" else allowed
    extra = {
        "redirect_uri": asked.redirect_uri,
        "nonce": asked.nonce,
        "code_challenge": asked.code_challenge,
        # A refresh token comes with the first consent, and again only when consent is asked for.
        "offline": asked.access_type == "offline" and ("consent" in asked.prompt or not before),
    }
    code = grants.issue("code", asked.client_id, account.sub, scopes, extra)
    return _back(request, flow, code=code.token, scope=" ".join(sorted(scopes)))


def _back(request: Request, flow: Flow, **members: str) -> Response:
    google_of(request).sign_ins.end(flow)
    members = {"state": flow.asked.state, **members} if flow.asked.state else members
    return RedirectResponse(f"{flow.asked.redirect_uri}?{urlencode(members)}", 303)
