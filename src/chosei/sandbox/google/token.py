"""The token endpoint, revocation, and what says who somebody is (OpenID Connect)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chosei.sandbox.context import context_of, origin_of
from chosei.sandbox.google.access import google_of
from chosei.sandbox.google.clients import CLIENT_ID, CLIENT_SECRET
from chosei.sandbox.google.faults import FaultKind
from chosei.sandbox.google.grants import ACCESS_LASTS, TESTING_LASTS, Token
from chosei.sandbox.google.people import Account
from chosei.sandbox.google.problems import OAuthError, signed_out
from chosei.sandbox.pages.forms import form_of

_DEAD = "Token has been expired or revoked."
_ID_TOKEN_SECONDS = 3600


async def token(request: Request) -> Response:
    """POST /token"""
    form = await form_of(request)
    try:
        _check_client(form)
        if form.get("grant_type") == "authorization_code":
            return _answer(request, *_spend_code(request, form))
        if form.get("grant_type") == "refresh_token":
            return _answer(request, _refresh(request, form))
        raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")
    except OAuthError as error:
        return error.response()


def _check_client(form: dict[str, str]) -> None:
    if form.get("client_id") != CLIENT_ID:
        raise OAuthError("invalid_client", "The OAuth client was not found.", status=401)
    if not hmac.compare_digest(form.get("client_secret", "").encode(), CLIENT_SECRET.encode()):
        raise OAuthError("invalid_client", "Unauthorized", status=401)


def _spend_code(request: Request, form: dict[str, str]) -> tuple[Token, Token | None]:
    google = google_of(request)
    code = google.grants.find("code", form.get("code", ""))
    if code is None or code.extra["redirect_uri"] != form.get("redirect_uri"):
        raise OAuthError("invalid_grant", "Malformed auth code." if code is None else "Bad Request")
    google.grants.spend(code)
    challenge = code.extra.get("code_challenge", "")
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    if challenge and base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
        raise OAuthError("invalid_grant", "Invalid code verifier.")
    refresh = (
        google.grants.issue("refresh", code.client, code.sub, code.scopes) if code.extra["offline"] else None
    )
    return code, refresh


def _refresh(request: Request, form: dict[str, str]) -> Token:
    google = google_of(request)
    found = google.grants.find("refresh", form.get("refresh_token", ""))
    account = google.people.account(found.sub) if found else None
    if found is None or account is None:
        raise OAuthError("invalid_grant", _DEAD)
    if google.faults.take(FaultKind.REVOKED, account.email):
        raise OAuthError("invalid_grant", _DEAD)
    if google.faults.take(FaultKind.ACCOUNT_DELETED, account.email):
        raise OAuthError("invalid_grant", "Account has been deleted")
    if google.faults.take(FaultKind.REAUTH, account.email):
        raise OAuthError("invalid_grant", "reauth related error (invalid_rapt)", subtype="invalid_rapt")
    if google.blocks_apps(account):
        raise OAuthError("admin_policy_enforced", "Access blocked by your organization's administrator.")
    google.grants.touch(found)
    return found


def _answer(request: Request, grant: Token, refresh: Token | None = None) -> Response:
    google = google_of(request)
    access = google.grants.issue("access", grant.client, grant.sub, grant.scopes)
    body: dict[str, Any] = {
        "access_token": access.token,
        "expires_in": int(ACCESS_LASTS.total_seconds()),
        "scope": " ".join(sorted(grant.scopes)),
        "token_type": "Bearer",
    }
    if refresh:
        body["refresh_token"] = refresh.token
        if google.grants.testing:
            body["refresh_token_expires_in"] = int(TESTING_LASTS.total_seconds())
    account = google.people.account(grant.sub)
    if "openid" in grant.scopes and account:
        body["id_token"] = _id_token(request, account, grant)
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def issuer_of(request: Request) -> str:
    """What ID tokens name as their issuer."""
    return f"{origin_of(request)}/google"


def _id_token(request: Request, account: Account, grant: Token) -> str:
    context = context_of(request)
    now = int(context.clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": issuer_of(request),
        "azp": grant.client,
        "aud": grant.client,
        "sub": account.sub,
        "iat": now,
        "exp": now + _ID_TOKEN_SECONDS,
        **claims_of(account),
    }
    if grant.extra.get("nonce"):
        claims["nonce"] = grant.extra["nonce"]
    return context.identity.keys.sign(claims)


def claims_of(account: Account) -> dict[str, Any]:
    """What an ID token and the user info say of a person; `hd` only for a Workspace."""
    claims: dict[str, Any] = {
        "email": account.email,
        "email_verified": True,
        "name": account.name,
        "given_name": account.given_name,
        "family_name": account.family_name,
    }
    return claims | ({"hd": account.domain} if account.domain else {})


async def user_info(request: Request) -> Response:
    """GET /oauth2/v3/userinfo"""
    google = google_of(request)
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    found = google.grants.find("access", bearer)
    account = google.people.account(found.sub) if found else None
    if account is None:
        return signed_out().response()
    return JSONResponse({"sub": account.sub, **claims_of(account)})


async def revoke(request: Request) -> Response:
    """POST /revoke: a token, and with it the consent it came from."""
    grants = google_of(request).grants
    text = (await form_of(request)).get("token", "")
    found = grants.find("refresh", text) or grants.find("access", text)
    if found is None:
        return OAuthError("invalid_token", "Token expired or revoked").response()
    grants.revoke(found.sub, found.client)
    return Response(status_code=200)


async def discovery(request: Request) -> Response:
    """GET /.well-known/openid-configuration"""
    base = issuer_of(request)
    return JSONResponse(
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/o/oauth2/v2/auth",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/oauth2/v3/userinfo",
            "revocation_endpoint": f"{base}/revoke",
            "jwks_uri": f"{base}/oauth2/v3/certs",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["plain", "S256"],
        }
    )


async def certs(request: Request) -> Response:
    """GET /oauth2/v3/certs"""
    keys = context_of(request).identity.keys.published(issuer_of(request))["keys"]
    return JSONResponse(
        {
            "keys": [
                {k: v for k, v in key.items() if k not in ("x5t", "issuer")} | {"alg": "RS256"}
                for key in keys
            ]
        }
    )
