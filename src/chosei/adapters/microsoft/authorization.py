"""AuthorizationPort over the Microsoft identity platform (v2.0 endpoints), in the authorization code flow
with PKCE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc6749.parameters import prepare_token_request

from chosei.adapters import oauth, openid
from chosei.adapters.http import Call, Deadline, Http, checked_base
from chosei.adapters.microsoft import challenges, id_tokens, scopes
from chosei.adapters.microsoft.calls import PREFER
from chosei.adapters.microsoft.problems import UNREADABLE, refusal
from chosei.adapters.microsoft.token_errors import returned_problem, token_problem
from chosei.core.clouds import everything_registered
from chosei.ports.authorization import Account, Beginning, Grant, Identity, Permission, SignIn
from chosei.ports.directory import CONSENT_MISSING
from chosei.ports.errors import NeedsReconnect, PortError, Rejected, Transient

_ME_SECONDS = 10.0  # somebody waits
_ME = "/v1.0/me?$select=displayName,mail,proxyAddresses,userPrincipalName"


@dataclass(frozen=True, slots=True)
class Registration:
    """Chosei's registration and where the platform is. ``tenant``: "organizations" for every company's
    accounts.

    Raises ``Misconfigured`` for an address that is http and not on this machine.
    """

    client_id: str
    client_secret: str = field(repr=False)
    tenant: str
    login_url: str
    graph_url: str

    def __post_init__(self) -> None:
        for name in ("login_url", "graph_url"):
            object.__setattr__(self, name, checked_base(getattr(self, name)))

    @property
    def authority(self) -> str:
        return f"{self.login_url}/{quote(self.tenant, safe='')}"


class MicrosoftAuthorization:
    """See ``ports.authorization.AuthorizationPort``. Keeps the issuer's keys between calls; safe for
    threads."""

    def __init__(self, registration: Registration, http: Http) -> None:
        self._app = registration
        self._http = http
        discovery = f"{registration.authority}/v2.0/.well-known/openid-configuration"
        self._keys = openid.IssuerKeys(discovery, self._document, checked_base)

    def begin(self, asked: SignIn) -> Beginning:
        return oauth.beginning(
            f"{self._app.authority}/oauth2/v2.0/authorize",
            client_id=self._app.client_id,
            redirect_uri=asked.redirect_uri,
            scope=[*scopes.REQUESTED, *scopes.BEYOND[asked.also]],
            state=asked.state,
            response_mode="query",
            nonce=oauth.new_nonce(),
            # Never "consent": it walls off people whose administrator has consented already.
            prompt="select_account",
            login_hint=asked.login_hint or None,
            claims=challenges.answering(asked.claims),
        )

    def returned(self, error: str, description: str) -> PortError:
        return returned_problem(error, description)

    def admin_consent_url(self, *, state: str, redirect_uri: str) -> str:
        """``.default``: everything registered (entra-docs identity-platform/v2-admin-consent)."""
        query = {
            "client_id": self._app.client_id,
            "scope": everything_registered(self._app.graph_url),
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self._app.authority}/v2.0/adminconsent?{urlencode(query)}"

    def permissions(self) -> tuple[Permission, ...]:
        return tuple(Permission(scope, scopes.why(scope)) for scope in scopes.REGISTERED)

    def complete(
        self, *, code: str, redirect_uri: str, nonce: str, code_verifier: str
    ) -> tuple[Grant, Identity]:
        if not code:
            raise Rejected("code_missing")
        body = self._token(
            "authorization_code",
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=code_verifier,
            claims=challenges.answering(),
        )
        grant = oauth.granted(body, scopes.granted, untold=" ".join(scopes.REQUESTED))
        if scopes.missing(grant.scopes):
            raise Rejected("scopes_missing")
        if not grant.refresh_token:
            raise Rejected("refresh_token_missing")
        token = body.get("id_token")
        if not isinstance(token, str) or not token:
            raise Rejected("id_token_missing")
        return grant, id_tokens.identity(token, keys=self._keys, client_id=self._app.client_id, nonce=nonce)

    def refresh(self, refresh_token: str, *, also: str = "", claims: str = "") -> Grant:
        if not refresh_token:
            raise NeedsReconnect("refresh_token_missing")
        wanted = [*scopes.REQUESTED, *scopes.BEYOND[also]]
        try:
            answering = challenges.answering(claims)
            body = self._token("refresh_token", refresh_token=refresh_token, scope=wanted, claims=answering)
        except NeedsReconnect as error:
            if not also:
                error.claims = error.claims or claims
                raise
            # Most likely the permission beyond; if the account is lost, its next ordinary refresh says so.
            raise Rejected(CONSENT_MISSING, request_id=error.request_id) from error
        grant = oauth.granted(body, scopes.granted, untold=" ".join(scopes.REQUESTED))
        if not frozenset(scopes.BEYOND[also]) <= grant.scopes:
            raise Rejected(CONSENT_MISSING)
        if scopes.missing(grant.scopes):
            raise NeedsReconnect("scopes_missing")
        # The platform may leave the refresh token out; the one we have then stays good.
        return grant if grant.refresh_token else _with_refresh_token(grant, refresh_token)

    def revoke(self, token: str) -> None:
        """The identity platform has no such request: people take consent back at myapps.microsoft.com."""

    def account(self, access_token: str) -> Account:
        call = Call(
            "GET",
            f"{self._app.graph_url}{_ME}",
            "/me",
            {"Authorization": f"Bearer {access_token}", "Prefer": PREFER},
            repeatable=True,
        )
        answer = self._http.send(call, Deadline.within(_ME_SECONDS))
        body = answer.body
        if answer.status != 200:
            raise refusal(answer.status, body, answer.headers)
        if body is None:
            raise Transient(UNREADABLE, request_id=answer.request_id)
        name = body.get("displayName")
        return Account(display_name=name if isinstance(name, str) else "", addresses=_addresses(body))

    def _token(self, grant_type: str, **members: Any) -> Mapping[str, Any]:
        content = prepare_token_request(
            grant_type, client_id=self._app.client_id, client_secret=self._app.client_secret, **members
        )
        # Not repeated: a code is good once, and a second refresh is the next caller's business.
        call = Call(
            "POST",
            f"{self._app.authority}/oauth2/v2.0/token",
            f"token ({grant_type})",
            {"Content-Type": oauth.FORM},
            content=content.encode(),
        )
        answer = self._http.send(call)
        body = answer.body
        if answer.status != 200:
            raise token_problem(answer.status, body, answer.headers, refreshing=grant_type == "refresh_token")
        if body is None:
            raise Transient(UNREADABLE, request_id=answer.request_id)
        return body

    def _document(self, url: str, route: str) -> Mapping[str, Any]:
        answer = self._http.send(Call("GET", url, route, repeatable=True), Deadline.within(10))
        body = answer.body
        if answer.status != 200 or body is None:
            raise Transient("metadata_unreadable", request_id=answer.request_id)
        return body


def _with_refresh_token(grant: Grant, refresh_token: str) -> Grant:
    return replace(grant, refresh_token=refresh_token)


def _addresses(user: Mapping[str, Any]) -> tuple[str, ...]:
    """mail, then proxyAddresses with the primary (``SMTP:``) first, then the login name; each once, ignoring
    case."""
    proxies = [one for one in user.get("proxyAddresses") or [] if isinstance(one, str)]
    mails = [one for one in proxies if one.lower().startswith("smtp:")]
    mails.sort(key=lambda one: not one.startswith("SMTP:"))
    ordered = [user.get("mail"), *(one.partition(":")[2] for one in mails), user.get("userPrincipalName")]
    unique: dict[str, str] = {}
    for one in ordered:
        if isinstance(one, str) and "@" in one:
            unique.setdefault(one.lower(), one)
    return tuple(unique.values())
