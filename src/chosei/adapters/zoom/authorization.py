"""AuthorizationPort over Zoom's OAuth (user-managed app, authorization code with PKCE).

A refresh token is good once: each refresh gives a new one and kills the old. Who refreshes holds the
connection's lock (``reconcile.tokens``); when an answer is lost, the account has to be connected again.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from chosei.adapters import oauth
from chosei.adapters.http import Call, Deadline, Http, checked_base
from chosei.adapters.zoom import scopes
from chosei.adapters.zoom.answers import UNREADABLE, text_of
from chosei.adapters.zoom.problems import refusal, token_problem
from chosei.core.troubles import Trouble
from chosei.ports.authorization import (
    CANCELLED,
    WALL,
    Account,
    Beginning,
    Grant,
    Identity,
    Permission,
    SignIn,
)
from chosei.ports.errors import NeedsReconnect, PortError, Rejected, Transient

_WAITING_SECONDS = 10.0
_WORD = re.compile(r"[A-Za-z0-9_.\-]{1,60}")
_GONE = ("invalid_token", "invalid_grant")
_WALL = re.compile(r"pre-?approv|admin", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Registration:
    """Chosei's app at Zoom, and where Zoom is. Raises ``Misconfigured`` for an address that is http and
    not on this machine."""

    client_id: str
    client_secret: str = field(repr=False)
    login_url: str
    api_url: str

    def __post_init__(self) -> None:
        for name in ("login_url", "api_url"):
            object.__setattr__(self, name, checked_base(getattr(self, name)))

    @property
    def basic(self) -> str:
        pair = f"{self.client_id}:{self.client_secret}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


class ZoomAuthorization:
    """See ``ports.authorization.AuthorizationPort``."""

    def __init__(self, registration: Registration, login: Http, api: Http) -> None:
        self._app, self._login, self._api = registration, login, api

    def begin(self, asked: SignIn) -> Beginning:
        """Scopes come from the registration, so that it alone decides what people are asked."""
        return oauth.beginning(
            f"{self._app.login_url}/oauth/authorize",
            client_id=self._app.client_id,
            redirect_uri=asked.redirect_uri,
            state=asked.state,
        )

    def returned(self, error: str, description: str) -> PortError:
        if error == "access_denied":
            return Rejected(WALL if _WALL.search(description[:2000]) else CANCELLED)
        code = error if _WORD.fullmatch(error) else "unreadable"
        return (Transient if error in ("temporarily_unavailable", "server_error") else Rejected)(code)

    def admin_consent_url(self, *, state: str, redirect_uri: str) -> str:
        """Zoom's administrators approve an app in the App Marketplace: there is no address to send them
        to."""
        raise Rejected("approved_in_marketplace")

    def permissions(self) -> tuple[Permission, ...]:
        return tuple(Permission(scope, why) for scope, why in scopes.REASONS.items())

    def complete(
        self, *, code: str, redirect_uri: str, nonce: str, code_verifier: str
    ) -> tuple[Grant, Identity]:
        """Zoom gives no ID token: who signed in is asked of it with the token that has just come from it."""
        if not code:
            raise Rejected("code_missing")
        body = self._token(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": code_verifier,
            }
        )
        grant = oauth.granted(body, scopes.granted)
        if scopes.missing(grant.scopes):
            raise Rejected("scopes_missing")
        if not grant.refresh_token:
            raise Rejected("refresh_token_missing")
        me = self._me(grant.access_token)
        identity = Identity(text_of(me, "account_id"), text_of(me, "id"), _name(me), text_of(me, "email"))
        if not identity.tenant_id or not identity.object_id:
            raise Transient(UNREADABLE)
        return grant, identity

    def refresh(self, refresh_token: str, *, also: str = "", claims: str = "") -> Grant:
        if not refresh_token:
            raise NeedsReconnect("refresh_token_missing")
        grant = oauth.granted(
            self._token({"grant_type": "refresh_token", "refresh_token": refresh_token}), scopes.granted
        )
        if not grant.refresh_token:
            raise NeedsReconnect("refresh_token_missing")
        if scopes.missing(grant.scopes):
            raise NeedsReconnect("scopes_missing", trouble=Trouble.CONSENT_WITHDRAWN)
        return grant

    def account(self, access_token: str) -> Account:
        me = self._me(access_token)
        email = text_of(me, "email")
        return Account(display_name=_name(me), addresses=(email,) if "@" in email else ())

    def revoke(self, token: str) -> None:
        """This token alone: with a refresh token, what it can bring."""
        call = Call(
            "POST",
            f"{self._app.login_url}/oauth/revoke",
            "revoke",
            {"Content-Type": oauth.FORM, "Authorization": self._app.basic},
            content=urlencode({"token": token}).encode(),
            repeatable=True,
        )
        answer = self._login.send(call, Deadline.within(_WAITING_SECONDS))
        body = answer.body
        if answer.status == 200 or (body or {}).get("error") in _GONE:
            return
        raise token_problem(answer.status, body, answer.headers, refreshing=False)

    def _token(self, members: Mapping[str, str]) -> Mapping[str, Any]:
        # Never repeated: a code and a refresh token are good once.
        call = Call(
            "POST",
            f"{self._app.login_url}/oauth/token",
            f"token ({members['grant_type']})",
            {"Content-Type": oauth.FORM, "Authorization": self._app.basic},
            content=urlencode(members).encode(),
        )
        answer = self._login.send(call)
        body = answer.body
        if answer.status != 200:
            refreshing = members["grant_type"] == "refresh_token"
            raise token_problem(answer.status, body, answer.headers, refreshing=refreshing)
        if body is None:
            raise Transient(UNREADABLE)
        return body

    def _me(self, access_token: str) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {access_token}"}
        call = Call("GET", f"{self._app.api_url}/users/me", "/users/me", headers, repeatable=True)
        answer = self._api.send(call, Deadline.within(_WAITING_SECONDS))
        body = answer.body
        if answer.status != 200:
            raise refusal(answer.status, body, answer.headers)
        if body is None:
            raise Transient(UNREADABLE)
        return body


def _name(me: Mapping[str, Any]) -> str:
    parts = (text_of(me, "last_name"), text_of(me, "first_name"))
    return text_of(me, "display_name") or " ".join(part for part in parts if part)
