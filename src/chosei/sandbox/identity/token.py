"""POST /{tenant}/oauth2/v2.0/token: codes, refresh tokens and an application's own sign-in become access
tokens."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse

from chosei.sandbox.context import SandboxContext, context_of
from chosei.sandbox.directory import Tenant, User
from chosei.sandbox.faults import SETTLED_BY_SIGN_IN
from chosei.sandbox.identity import problems
from chosei.sandbox.identity.access import is_revoked
from chosei.sandbox.identity.apps import Registration
from chosei.sandbox.identity.id_tokens import client_info, id_token_claims
from chosei.sandbox.identity.problems import SignInError, token_error_body
from chosei.sandbox.identity.scopes import (
    APPLICATION_PERMISSIONS,
    DEFAULT,
    OPENID_SCOPES,
    ScopeRequest,
    UnknownScopeError,
    parse_scopes,
)
from chosei.sandbox.identity.tenants import application, issuer, tenant_of
from chosei.sandbox.identity.tokens import Grant
from chosei.sandbox.pages.forms import form_of

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """One request to the endpoint, its client already proven."""

    http: Request
    context: SandboxContext
    form: dict[str, str]
    tenant: Tenant | None
    app: Registration

    def needed(self, name: str) -> str:
        """A form member. Raises SignInError where it is missing."""
        if not self.form.get(name):
            raise problems.missing_parameter(name)
        return self.form[name]


async def token(request: Request) -> JSONResponse:
    """The endpoint."""
    context = context_of(request)
    form = await form_of(request)  # never the query: addresses end up in logs
    try:
        body = _answer(request, context, form)
    except SignInError as error:
        body = token_error_body(error, context.clock.now(), form.get("client-request-id", ""))
        headers = {**NO_STORE, **_basic_challenge(error)}
        return JSONResponse(body, error.status, headers)
    return JSONResponse(body, 200, NO_STORE)


def _basic_challenge(error: SignInError) -> dict[str, str]:
    return {"WWW-Authenticate": "Basic"} if error.status == 401 else {}


def _answer(request: Request, context: SandboxContext, form: dict[str, str]) -> dict[str, Any]:
    tenant = tenant_of(request)
    app = _proven_client(request, context, form, tenant)
    asked = TokenRequest(request, context, form, tenant, app)
    grant_type = asked.needed("grant_type")
    if grant_type == "authorization_code":
        return _redeem_code(asked)
    if grant_type == "refresh_token":
        return _refresh(asked)
    if grant_type == "client_credentials":
        return _application_token(asked)
    text = f"The provided grant type '{grant_type}' is not supported."
    raise SignInError("unsupported_grant_type", 70003, text)


def _proven_client(
    request: Request, context: SandboxContext, form: dict[str, str], tenant: Tenant | None
) -> Registration:
    client_id, secret = _basic_credentials(request) or (
        form.get("client_id", ""),
        form.get("client_secret", ""),
    )
    if not client_id:
        raise problems.missing_parameter("client_id")
    app = application(request, client_id, tenant)
    if form.get("client_assertion"):
        raise problems.bad_client(
            700027, "Client assertion failed signature validation: no certificate registered."
        )
    if app.is_public:
        if secret:
            text = "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."
            raise problems.bad_client(700025, text)
        return app
    if fault := context.faults.standing("", *problems.CLIENT_FAULTS):
        raise problems.standing(fault)
    if not secret:
        text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise problems.bad_client(7000218, text)
    state = app.secret_state(secret, context.clock.now())
    if state == "expired":
        raise problems.bad_client(
            7000222, f"The provided client secret keys for app '{app.app_id}' are expired."
        )
    if state == "wrong":
        raise problems.bad_client(7000215, f"Invalid client secret provided for app '{app.app_id}'.")
    return app


def _basic_credentials(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise problems.bad_client(7000215, "The Authorization header is malformed.") from error
    return unquote_plus(name), unquote_plus(secret)


def _redeem_code(asked: TokenRequest) -> dict[str, Any]:
    now = asked.context.clock.now()
    code = asked.context.identity.codes.redeem(
        asked.needed("code"),
        asked.app.app_id,
        asked.needed("redirect_uri"),
        asked.form.get("code_verifier", ""),
        now,
    )
    user = _account(asked, code.tid, code.oid)
    asked.context.faults.settle(user.address, SETTLED_BY_SIGN_IN)
    consented = asked.context.identity.consents.granted(asked.app.app_id, user)
    wanted = parse_scopes(code.scope)
    # A token for Graph carries all that was ever agreed to there; OpenID scopes only as asked for this time.
    original = wanted.resolved(frozenset(asked.app.scopes)) & OPENID_SCOPES | consented - OPENID_SCOPES
    return _delegated(asked, user, original, wanted, code.nonce)


def _refresh(asked: TokenRequest) -> dict[str, Any]:
    now = asked.context.clock.now()
    found = asked.context.tokens.refresh(asked.needed("refresh_token"))
    if found is None or found.app_id != asked.app.app_id:
        raise problems.bad_grant(
            70000, "The provided refresh token is malformed or was not issued to this client."
        )
    user = _account(asked, found.tid, found.oid)
    if is_revoked(user, found):
        raise problems.revoked()
    if now >= found.expires_at:
        raise problems.bad_grant(700082, "The refresh token has expired due to inactivity.")
    if user.mfa_required:
        raise problems.mfa_required()
    if fault := asked.context.faults.standing(user.address, *problems.ACCOUNT_FAULTS):
        raise problems.standing(fault)
    consented = asked.context.identity.consents.granted(asked.app.app_id, user)
    original = found.scopes & OPENID_SCOPES | consented - OPENID_SCOPES
    if not found.scopes & consented - OPENID_SCOPES and found.scopes - OPENID_SCOPES:
        raise problems.consent_required(asked.app.app_id, at_token=True)
    return _delegated(asked, user, original, ScopeRequest(frozenset(), "https://graph.microsoft.com/"))


def _account(asked: TokenRequest, tid: str, oid: str) -> User:
    user = asked.context.directory.user(oid, tid)
    if user is None:
        raise problems.bad_grant(50034, "The user account does not exist in the tenant.")
    if asked.tenant and asked.tenant.tid != tid:
        raise problems.bad_grant(700005, "The grant is intended to be used against another tenant.")
    return user


def _delegated(
    asked: TokenRequest, user: User, original: frozenset[str], wanted: ScopeRequest, nonce: str = ""
) -> dict[str, Any]:
    """Tokens for a person. `original` is what the grant is good for; a scope parameter narrows it."""
    scopes, prefix = original, wanted.prefix
    if asked.form.get("scope"):
        narrowed = _parsed(asked.form["scope"])
        names = narrowed.resolved(frozenset(asked.app.scopes))
        if not names - OPENID_SCOPES <= original:
            raise problems.consent_required(asked.app.app_id, at_token=True)
        scopes, prefix = (names & original) or original, narrowed.prefix
        if not scopes - OPENID_SCOPES:
            scopes |= original - OPENID_SCOPES
    context, now, options = asked.context, asked.context.clock.now(), asked.context.options
    access = Grant(asked.app.app_id, user.tid, user.oid, scopes)
    body: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": ScopeRequest(scopes, prefix).written(scopes),
        "expires_in": options.access_token_seconds,
        "ext_expires_in": options.access_token_seconds,
        "access_token": context.tokens.issue_access(
            access, now, options.access_token_seconds, evaluated=_understands_challenges(asked)
        ),
    }
    if "offline_access" in original:
        lasting = Grant(asked.app.app_id, user.tid, user.oid, original)
        body["refresh_token"] = context.tokens.issue_refresh(lasting, now, options.refresh_token_seconds)
    if "openid" in scopes:
        body["id_token"] = _id_token(asked, user, scopes, nonce)
    if asked.form.get("client_info") == "1":
        body["client_info"] = client_info(user)
    return body


def _understands_challenges(asked: TokenRequest) -> bool:
    """Whether the client said so, as the capability cp1 in its claims (claims-challenge)."""
    try:
        claims = json.loads(asked.form.get("claims") or "{}")
        return "cp1" in claims["access_token"]["xms_cc"]["values"]
    except (ValueError, KeyError, TypeError):
        return False


def _id_token(asked: TokenRequest, user: User, scopes: frozenset[str], nonce: str) -> str:
    tenant = asked.context.directory.tenant(user.tid)
    assert tenant is not None, "the database keeps a user's tenant"
    claims = id_token_claims(user, tenant, asked.app.app_id, scopes, asked.context.clock.now())
    claims["iss"] = issuer(asked.http, tenant.tid)
    if nonce:
        claims["nonce"] = nonce
    return asked.context.identity.keys.sign(claims)


def _application_token(asked: TokenRequest) -> dict[str, Any]:
    if asked.app.is_public:
        raise problems.bad_client(7000218, "A public client cannot sign in by itself.")
    if asked.tenant is None:
        raise SignInError("invalid_request", 50059, "No tenant-identifying information found in the request.")
    if _parsed(asked.needed("scope")).names != {DEFAULT}:
        text = "The provided value for the input parameter 'scope' is not valid; it must end in '/.default'."
        raise SignInError("invalid_scope", 1002012, text)
    roles = asked.context.identity.consents.roles(asked.app.app_id, asked.tenant.tid)
    if roles is None:
        raise problems.unknown_app(asked.app.app_id)
    seconds, now = asked.context.options.access_token_seconds, asked.context.clock.now()
    grant = Grant(asked.app.app_id, asked.tenant.tid, "", roles & APPLICATION_PERMISSIONS)
    return {
        "token_type": "Bearer",
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": asked.context.tokens.issue_access(grant, now, seconds),
    }


def _parsed(text: str) -> ScopeRequest:
    try:
        return parse_scopes(text)
    except UnknownScopeError as error:
        raise problems.unknown_scope(error.scope) from error
