"""Signing a person in at a provider and keeping the permission alive (OAuth 2.0 with OpenID Connect)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from chosei.ports.errors import PortError


@dataclass(frozen=True, slots=True)
class Beginning:
    """A sign-in about to start: where the browser goes, and what we must remember to check its return."""

    url: str
    nonce: str
    code_verifier: str


CANCELLED, WALL, FOREIGN_ACCOUNT = "cancelled", "approval_needed", "foreign_account"
"""Codes of ``Rejected``: the person pressed cancel; the company's administrator has to approve first; the
account is of another company than may connect here."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens as the provider gave them. ``refresh_token`` is empty if it gave none; ``expires_at`` is UTC.

    ``login_names``: what the account goes by, as far as the provider told with the tokens; not complete, only
    to notice a change.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    scopes: frozenset[str]
    login_names: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, by the verified ID token: ``tenant_id`` + ``object_id`` say who, an address never."""

    tenant_id: str
    object_id: str
    display_name: str
    login_name: str


@dataclass(frozen=True, slots=True)
class Account:
    """The account's own words about itself. ``addresses`` in the order mail, proxyAddresses, login name."""

    display_name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission of the registration, as the provider names it, and what it is for (English)."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a sign-in is begun with. ``company``: the tenant that the account most likely belongs to, where
    one is known; a hint like ``login_hint``, nothing to rely on. ``also``: as of ``AuthorizationPort``.
    ``claims``: what a ``NeedsReconnect`` asked of it.
    """

    state: str
    redirect_uri: str
    login_hint: str = ""
    company: str = ""
    also: str = ""
    claims: str = ""


class AuthorizationPort(Protocol):
    """One provider's identity platform. Methods that ask the platform may raise any ``PortError``.

    ``also``: what is asked for beyond a calendar's permissions, as ``ports.directory.PLACES``.
    """

    def begin(self, asked: SignIn) -> Beginning:
        """Prepare a sign-in with account picker, PKCE (S256), state and nonce."""

    def returned(self, error: str, description: str) -> PortError:
        """What the error means with which a browser came back. Asks nobody."""

    def admin_consent_url(self, *, state: str, redirect_uri: str) -> str:
        """Where an administrator approves everything registered, for the whole company."""

    def permissions(self) -> tuple[Permission, ...]:
        """What such an approval grants."""

    def complete(
        self, *, code: str, redirect_uri: str, nonce: str, code_verifier: str
    ) -> tuple[Grant, Identity]:
        """Spend the code. The ID token is verified (signature, issuer, audience, time, nonce) or it raises
        ``Rejected``.

        Raises ``Rejected("scopes_missing")`` when a scope we cannot do without was not granted.
        """

    def refresh(self, refresh_token: str, *, also: str = "", claims: str = "") -> Grant:
        """New tokens; store the returned refresh token over the old one. Raises ``NeedsReconnect``.
        ``claims``: with which the last access token was refused.

        With ``also``: ``Rejected("consent_missing")`` where that was never allowed; the old token stays good.
        """

    def revoke(self, token: str) -> None:
        """Give back what a refresh token stands for; gone already counts as done. A platform that takes
        nothing back does nothing: the person or an administrator does it there."""

    def account(self, access_token: str) -> Account:
        """Who the token belongs to, with every address the account goes by."""
