"""Consent: what is still to be agreed to, by whom, and the code or consent that follows.

Source of the rules: entra-docs identity-platform/application-consent-experience and
manage-app-consent-policies.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from chosei.sandbox.context import context_of
from chosei.sandbox.directory import User
from chosei.sandbox.identity import problems
from chosei.sandbox.identity.apps import Registration
from chosei.sandbox.identity.codes import Code
from chosei.sandbox.identity.consents import APPLICATION, EVERYBODY
from chosei.sandbox.identity.flows import Flow
from chosei.sandbox.identity.replies import to_client
from chosei.sandbox.identity.scopes import DEFAULT, PERMISSIONS, needs_admin, parse_scopes
from chosei.sandbox.pages.rendering import render


def consent_step(request: Request, flow: Flow, user: User) -> Response:
    """The consent page, the page that sends people to their administrator, or the end."""
    context = context_of(request)
    app = _app(request, flow)
    tenant = context.directory.tenant(user.tid)
    assert tenant is not None, "the database keeps a user's tenant"
    missing = _missing(request, flow, user, app)
    values = {"flow": flow, "app": app, "user": user, "tenant": tenant, "action": flow.path}
    if flow.request.admin_consent:
        if not user.global_admin:
            return render(request, "identity/admin_needed.html", values)
        return _consent_page(request, values, _wanted(flow, app))
    if not missing:
        return _finish(request, flow, user)
    if flow.request.prompt == "none":
        return to_client(request, flow.request, error=problems.consent_required(app.app_id))
    if not user.global_admin and needs_admin(missing, user_consent_allowed=tenant.user_consent_allowed):
        return render(request, "identity/admin_needed.html", values)
    return _consent_page(request, values, missing)


def _consent_page(request: Request, values: dict[str, object], names: frozenset[str]) -> Response:
    listed = [permission for name, permission in PERMISSIONS.items() if name in names]
    return render(request, "identity/consent.html", {**values, "permissions": listed})


def after_consent(request: Request, flow: Flow, user: User, *, for_everybody: bool) -> Response:
    """「承諾」 was pressed. `for_everybody` counts only where the box was there to tick."""
    context = context_of(request)
    app = _app(request, flow)
    tenant = context.directory.tenant(user.tid)
    assert tenant is not None, "the database keeps a user's tenant"
    if flow.request.admin_consent:
        return _grant_for_tenant(request, flow, user, app)
    missing = _missing(request, flow, user, app)
    if not user.global_admin and needs_admin(missing, user_consent_allowed=tenant.user_consent_allowed):
        return consent_step(request, flow, user)
    holder = EVERYBODY if for_everybody and user.global_admin else user.oid
    context.identity.consents.grant(app.app_id, user.tid, holder, missing)
    return _finish(request, flow, user)


def decline(request: Request, flow: Flow) -> Response:
    """「キャンセル」 was pressed, at any step."""
    context_of(request).identity.flows.end(flow)
    return to_client(request, flow.request, error=problems.declined())


def return_without_asking(request: Request, flow: Flow) -> Response:
    """「承認を要求せずにアプリケーションに戻る」 was followed."""
    context_of(request).identity.flows.end(flow)
    return to_client(request, flow.request, error=problems.admin_declined())


def _grant_for_tenant(request: Request, flow: Flow, user: User, app: Registration) -> Response:
    if not user.global_admin:
        return consent_step(request, flow, user)
    consents = context_of(request).identity.consents
    names = _wanted(flow, app)
    consents.grant(app.app_id, user.tid, EVERYBODY, names)
    if DEFAULT in parse_scopes(flow.request.scope).names:
        consents.grant(app.app_id, user.tid, APPLICATION, app.roles)
    context_of(request).identity.flows.end(flow)
    written = parse_scopes(flow.request.scope).written(names)
    return to_client(request, flow.request, members={"tenant": user.tid, "scope": written})


def _finish(request: Request, flow: Flow, user: User) -> Response:
    context, asked = context_of(request), flow.request
    code = Code(
        app_id=_app(request, flow).app_id,
        tid=user.tid,
        oid=user.oid,
        scope=asked.scope,
        redirect_uri=asked.redirect_uri,
        nonce=asked.nonce,
        challenge=asked.code_challenge,
        method=asked.code_challenge_method or "plain",
    )
    value = context.identity.codes.issue(code, context.clock.now())
    context.identity.flows.end(flow)
    return to_client(request, asked, members={"code": value, "session_state": flow.id})


def _missing(request: Request, flow: Flow, user: User, app: Registration) -> frozenset[str]:
    wanted = _wanted(flow, app)
    if flow.request.prompt == "consent":
        return wanted
    return wanted - context_of(request).identity.consents.granted(app.app_id, user)


def _wanted(flow: Flow, app: Registration) -> frozenset[str]:
    return parse_scopes(flow.request.scope).resolved(frozenset(app.scopes))


def _app(request: Request, flow: Flow) -> Registration:
    app = context_of(request).identity.apps.find(flow.request.client_id)
    assert app is not None, "checked when the sign-in began"
    return app
