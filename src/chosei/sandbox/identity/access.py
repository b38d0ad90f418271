"""Who is calling Graph, and whether they may."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from chosei.sandbox.context import context_of
from chosei.sandbox.directory import Tenant, User
from chosei.sandbox.errors import GraphError
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.identity.problems import STEP_UP
from chosei.sandbox.identity.tokens import Token

# Exchange and the directory refuse in different words; the first segment of a scope says which of them
# answers.
_EXCHANGE = ("Calendars", "Mail", "MailboxSettings", "OnlineMeetings", "Place")


@dataclass(frozen=True, slots=True)
class Caller:
    """The bearer of a valid access token. `account` is None for an application acting by itself;
    `scopes` are then its application permissions."""

    account: User | None
    tenant: Tenant
    app_id: str
    scopes: frozenset[str]

    @property
    def user(self) -> User:
        """The signed-in person. Raises GraphError 400 for an application acting by itself."""
        if self.account is None:
            message = "/me request is only valid with delegated authentication flow."
            raise GraphError(400, "BadRequest", message)
        return self.account

    def require(self, *any_of_scopes: str) -> None:
        """Raise GraphError 403 unless one of the scopes (`Calendars.ReadWrite`) was granted."""
        if self.scopes.isdisjoint(any_of_scopes):
            if any_of_scopes[0].split(".")[0] in _EXCHANGE:
                raise GraphError(
                    403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."
                )
            message = "Insufficient privileges to complete the operation."
            raise GraphError(403, "Authorization_RequestDenied", message)


async def authenticate(request: Request) -> Caller:
    """The caller of a Graph request. Raises GraphError 401 if the token is missing, unknown, expired or
    revoked."""
    caller = identify(request)
    if isinstance(caller, GraphError):
        raise caller
    return caller


def identify(request: Request) -> Caller | GraphError:
    """As `authenticate`, but tells the refusal instead of raising it (for code that only wants to know)."""
    context = context_of(request)
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not value.strip():
        return _refused("Access token is empty.")
    token = context.tokens.access(value.strip())
    if token is None:
        return _refused("IDX14100: JWT is not well formed, there are no dots (.).")
    tenant = context.directory.tenant(token.tid)
    account = context.directory.user(token.oid) if token.oid else None
    if tenant is None or (token.oid and account is None):
        return _refused("The user or tenant of this token no longer exists.")
    if context.clock.now() >= token.expires_at:
        return _refused("Lifetime validation failed, the token is expired.")
    if account and is_revoked(account, token):
        nbf = int(datetime.fromisoformat(account.revoked_before).timestamp())
        since = {"access_token": {"nbf": {"essential": True, "value": str(nbf)}}}
        return _challenged(token, "TokenIssuedBeforeRevocationTimestamp", json.dumps(since))
    if account and context.faults.standing(account.address, FaultKind.CHALLENGE):
        return _challenged(token, "the authentication context is not satisfied", STEP_UP)
    return Caller(account, tenant, token.app_id, token.scopes)


def is_revoked(account: User, token: Token) -> bool:
    """Whether the account's sessions were revoked after this token was issued."""
    return bool(account.revoked_before) and token.issued_at.isoformat() <= account.revoked_before


def _challenged(token: Token, what: str, claims: str) -> GraphError:
    """With the claims to be satisfied, where the client has said that it understands them."""
    refused = _refused(f"Continuous access evaluation resulted in challenge: {what}")
    if token.evaluated:
        encoded = base64.b64encode(claims.encode()).decode()
        challenge = f'Bearer realm="", error="insufficient_claims", claims="{encoded}"'
        refused.headers["WWW-Authenticate"] = challenge
    return refused


def _refused(message: str) -> GraphError:
    challenge = 'Bearer realm="", client_id="00000003-0000-0000-c000-000000000000", error="invalid_token"'
    return GraphError(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": challenge})
