"""AuthorizationPort over Google's OAuth 2.0 endpoints, in the authorization code flow with PKCE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_token_request

from chosei.adapters import oauth, openid
from chosei.adapters.google import id_tokens, scopes
from chosei.adapters.google.problems import UNREADABLE, refusal
from chosei.adapters.google.token_errors import returned_problem, token_problem
from chosei.adapters.http import Call, Deadline, Http, checked_base
from chosei.core.troubles import Trouble
from chosei.ports.authorization import Account, Beginning, Grant, Identity, Permission, SignIn
from chosei.ports.directory import CONSENT_MISSING
from chosei.ports.errors import NeedsReconnect, PortError, Rejected, Transient

APP_CONTROL = "https://admin.google.com/ac/owl/list?tab=configuredApps"
"""Where a Workspace administrator trusts an application for the whole domain (API controls)."""
REAL_API, REAL_DIRECTORY = "www.googleapis.com", "https://admin.googleapis.com"
_SECONDS = 10.0  # somebody waits
_GONE = ("invalid_token", "invalid_grant")


@dataclass(frozen=True, slots=True)
class Registration:
    """Chosei's OAuth client and where Google is. Raises ``Misconfigured`` for an address that is http and not
    on this machine."""

    client_id: str
    client_secret: str = field(repr=False)
    login_url: str
    token_url: str
    api_url: str

    def __post_init__(self) -> None:
        for name in ("login_url", "token_url", "api_url"):
            object.__setattr__(self, name, checked_base(getattr(self, name)))

    @property
    def directory_url(self) -> str:
        """The directory has a host of its own; everywhere else it stands beside the calendars."""
        return REAL_DIRECTORY if urlsplit(self.api_url).hostname == REAL_API else self.api_url


class GoogleAuthorization:
    """See ``ports.authorization.AuthorizationPort``. Keeps the issuer's keys; safe for threads."""

    def __init__(self, registration: Registration, http: Http) -> None:
        self._app = registration
        self._http = http
        discovery = f"{registration.login_url}/.well-known/openid-configuration"
        self._keys = openid.IssuerKeys(discovery, self._document, checked_base)

    def begin(self, asked: SignIn) -> Beginning:
        return oauth.beginning(
            f"{self._app.login_url}/o/oauth2/v2/auth",
            client_id=self._app.client_id,
            redirect_uri=asked.redirect_uri,
            scope=[*scopes.REQUESTED, *scopes.BEYOND[asked.also]],
            state=asked.state,
            nonce=oauth.new_nonce(),
            access_type="offline",
            include_granted_scopes="true",
            # "consent" always: only then does a refresh token come again, to somebody who lost theirs.
            prompt="select_account consent",
            login_hint=asked.login_hint or None,
            # The picker then leads with accounts of that domain; the ID token decides.
            hd=asked.company or None,
        )

    def returned(self, error: str, description: str) -> PortError:
        return returned_problem(error, description)

    def admin_consent_url(self, *, state: str, redirect_uri: str) -> str:
        """Google has no link that approves: the administrator puts the client id on the list there."""
        return APP_CONTROL

    def permissions(self) -> tuple[Permission, ...]:
        return tuple(Permission(scope, scopes.why(scope)) for scope in scopes.REGISTERED)

    def complete(
        self, *, code: str, redirect_uri: str, nonce: str, code_verifier: str
    ) -> tuple[Grant, Identity]:
        if not code:
            raise Rejected("code_missing")
        body = self._token(
            "authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=code_verifier
        )
        grant = oauth.granted(body, scopes.granted)
        if scopes.missing(grant.scopes):
            raise Rejected("scopes_missing")  # boxes were unticked
        if not grant.refresh_token:
            raise Rejected("refresh_token_missing")
        token = body.get("id_token")
        if not isinstance(token, str) or not token:
            raise Rejected("id_token_missing")
        return grant, id_tokens.identity(token, keys=self._keys, client_id=self._app.client_id, nonce=nonce)

    def refresh(self, refresh_token: str, *, also: str = "", claims: str = "") -> Grant:
        """The refresh token is not rotated: the one we have stays good. What was allowed later
        (``also``) is in every token from then on."""
        if not refresh_token:
            raise NeedsReconnect("refresh_token_missing")
        grant = oauth.granted(self._token("refresh_token", refresh_token=refresh_token), scopes.granted)
        if not frozenset(scopes.BEYOND[also]) <= grant.scopes:
            raise Rejected(CONSENT_MISSING)
        if scopes.missing(grant.scopes):
            raise NeedsReconnect("scopes_missing", trouble=Trouble.CONSENT_WITHDRAWN)
        return grant if grant.refresh_token else replace(grant, refresh_token=refresh_token)

    def account(self, access_token: str) -> Account:
        headers = {"Authorization": f"Bearer {access_token}"}
        call = Call("GET", f"{self._app.api_url}/oauth2/v3/userinfo", "/userinfo", headers, repeatable=True)
        answer = self._http.send(call, Deadline.within(_SECONDS))
        body = answer.body
        if answer.status != 200:
            raise refusal(answer.status, body, answer.headers)
        if body is None:
            raise Transient(UNREADABLE)
        name, address = body.get("name"), body.get("email")
        verified = body.get("email_verified") in (True, "true")
        addresses = (address,) if verified and isinstance(address, str) and "@" in address else ()
        return Account(display_name=name if isinstance(name, str) else "", addresses=addresses)

    def revoke(self, token: str) -> None:
        """Google takes back all that the person allowed Chosei, whichever of its tokens is named."""
        call = Call(
            "POST",
            f"{self._app.token_url}/revoke",
            "revoke",
            {"Content-Type": oauth.FORM},
            content=urlencode({"token": token}).encode(),
            repeatable=True,
        )
        answer = self._http.send(call, Deadline.within(_SECONDS))
        body = answer.body
        if answer.status == 200 or (answer.status == 400 and (body or {}).get("error") in _GONE):
            return
        raise token_problem(answer.status, body, answer.headers, refreshing=False)

    def _token(self, grant_type: str, **members: Any) -> Mapping[str, Any]:
        content = prepare_token_request(
            grant_type, client_id=self._app.client_id, client_secret=self._app.client_secret, **members
        )
        headers = {"Content-Type": oauth.FORM}
        url = f"{self._app.token_url}/token"
        # Not repeated: a code is good once.
        answer = self._http.send(
            Call("POST", url, f"token ({grant_type})", headers, content=content.encode())
        )
        body = answer.body
        if answer.status != 200:
            refreshing = grant_type == "refresh_token"
            raise token_problem(answer.status, body, answer.headers, refreshing=refreshing)
        if body is None:
            raise Transient(UNREADABLE)
        return body

    def _document(self, url: str, route: str) -> Mapping[str, Any]:
        answer = self._http.send(Call("GET", url, route, repeatable=True), Deadline.within(_SECONDS))
        body = answer.body
        if answer.status != 200 or body is None:
            raise Transient("metadata_unreadable")
        return body
