"""The steps of a sign-in: which account, its password, what it agrees to, and back with a code."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chosei.sandbox.context import context_of
from chosei.sandbox.directory import Tenant
from chosei.sandbox.faults import SETTLED_BY_CLAIMS
from chosei.sandbox.identity import problems
from chosei.sandbox.identity.consent import after_consent, consent_step, decline, return_without_asking
from chosei.sandbox.identity.flows import Flow
from chosei.sandbox.identity.problems import SignInError
from chosei.sandbox.identity.replies import error_page, to_client
from chosei.sandbox.pages.forms import form_of
from chosei.sandbox.pages.rendering import render

BROWSER_COOKIE = "sandbox_browser"
_STEP_UP = "capolids"  # the part of a claims challenge that asks for a fresh, strong sign-in


def proceed(request: Request, flow: Flow) -> Response:
    """The next page of a sign-in, or its end."""
    context = context_of(request)
    if not flow.step:
        try:
            flow = _find_account(request, flow)
        except SignInError as error:
            return to_client(request, flow.request, error=error)
    if flow.step != "done":
        return _account_page(request, flow)
    user = context.directory.user(flow.oid)
    assert user is not None, "accounts are never removed"
    wanted = _wanted_tenant(request, flow)
    if wanted and wanted.tid != user.tid:
        stranger = problems.wrong_tenant(user.upn, wanted.name)
        if flow.request.prompt == "none":
            return to_client(request, flow.request, error=stranger)
        return error_page(request, stranger, back=flow.path)
    return consent_step(request, flow, user)


def _wanted_tenant(request: Request, flow: Flow) -> Tenant | None:
    return context_of(request).directory.tenant(flow.request.tenant)


def _find_account(request: Request, flow: Flow) -> Flow:
    """Settle the account from the browser's sessions, or decide which page asks for it."""
    flows = context_of(request).identity.flows
    asked = flow.request
    accounts = context_of(request).identity.browsers.accounts(flow.browser)
    hinted = [user for user in accounts if asked.login_hint and user.answers_to(asked.login_hint)]
    if asked.domain_hint and not asked.login_hint:
        accounts = [user for user in accounts if user.upn.endswith("@" + asked.domain_hint)] or accounts
    if asked.prompt == "none":
        if hinted or len(accounts) == 1:
            return flows.move(flow, "done", oid=(hinted or accounts)[0].oid)
        raise problems.several_sessions() if accounts and not asked.login_hint else problems.login_required()
    if asked.prompt == "login" or _STEP_UP in asked.claims:
        known = context_of(request).directory.user(asked.login_hint) if asked.login_hint else None
        return flows.move(flow, "password" if known else "address", address=asked.login_hint)
    if not accounts:
        return flows.move(flow, "address", address=asked.login_hint)
    if asked.prompt == "select_account" or asked.admin_consent:
        return flows.move(flow, "pick")
    if hinted:
        return flows.move(flow, "done", oid=hinted[0].oid)
    if asked.login_hint:
        return flows.move(flow, "address", address=asked.login_hint)
    return flows.move(flow, "done", oid=accounts[0].oid) if len(accounts) == 1 else flows.move(flow, "pick")


def _account_page(request: Request, flow: Flow, problem: str = "") -> Response:
    context = context_of(request)
    app = context.identity.apps.find(flow.request.client_id)
    values = {
        "flow": flow,
        "app": app,
        "problem": problem,
        "action": flow.path,
        "accounts": context.identity.browsers.accounts(flow.browser),
        "people": context.directory.users(),
    }
    return render(request, f"identity/{flow.step}.html", values)


async def step(request: Request) -> Response:
    """GET and POST /{tenant}/signin/{flow}: show where a sign-in stands, or take what the person did."""
    context = context_of(request)
    browser = request.cookies.get(BROWSER_COOKIE, "")
    flow = context.identity.flows.find(request.path_params["flow"], browser, context.clock.now())
    if flow is None or flow.request.tenant != request.path_params["tenant"]:
        text = "The sign-in took too long or was begun in another browser. Start again from the application."
        return error_page(request, SignInError("invalid_request", 50089, text))
    if request.method == "GET":
        return proceed(request, flow)
    return _take(request, flow, await form_of(request))


def _take(request: Request, flow: Flow, form: dict[str, str]) -> Response:
    flows = context_of(request).identity.flows
    action = form.get("action", "")
    if action == "cancel":
        return decline(request, flow)
    if action == "other":
        return _onward(flows.move(flow, "address"))
    if action == "account":
        return _pick(request, flow, form.get("account", ""))
    if action == "address":
        return _take_address(request, flow, form.get("loginfmt", "").strip())
    if action == "password" and flow.step == "password":
        return _take_password(request, flow, form.get("passwd", ""))
    if flow.step == "done":
        user = context_of(request).directory.user(flow.oid)
        assert user is not None, "accounts are never removed"
        if action == "accept":
            return after_consent(request, flow, user, for_everybody=form.get("everybody") == "on")
        if action == "return":
            return return_without_asking(request, flow)
    return proceed(request, flow)


def _onward(flow: Flow) -> Response:
    return RedirectResponse(flow.path, 303)


def _pick(request: Request, flow: Flow, oid: str) -> Response:
    context = context_of(request)
    signed_in = {user.oid for user in context.identity.browsers.accounts(flow.browser)}
    step = ("done", oid) if oid in signed_in else ("address", "")
    return _onward(context.identity.flows.move(flow, step[0], oid=step[1]))


def _take_address(request: Request, flow: Flow, address: str) -> Response:
    context = context_of(request)
    if context.directory.user(address) is None:
        flow = context.identity.flows.move(flow, "address", address=address)
        return _account_page(request, flow, "unknown" if address else "empty")
    return _onward(context.identity.flows.move(flow, "password", address=address))


def _take_password(request: Request, flow: Flow, password: str) -> Response:
    context = context_of(request)
    user = context.directory.user(flow.address)
    if user is None or user.password != password:
        return _account_page(request, flow, "wrong")
    if shut := context.faults.standing(user.address, *problems.SHUT_OUT):
        return error_page(request, problems.standing(shut))
    context.identity.browsers.sign_in(flow.browser, user, context.clock.now())
    if _STEP_UP in flow.request.claims:
        context.directory.set_mfa_required(user.oid, False)
        context.faults.settle(user.address, SETTLED_BY_CLAIMS)
    return _onward(context.identity.flows.move(flow, "done", oid=user.oid))
