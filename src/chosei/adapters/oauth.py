"""OAuth 2.0 as every provider does it: the beginning of a sign-in, and the tokens of an answer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from chosei.adapters import openid
from chosei.ports.authorization import Beginning, Grant
from chosei.ports.errors import Transient

FORM = "application/x-www-form-urlencoded"
UNREADABLE = "unreadable_answer"


def beginning(
    url: str, *, client_id: str, redirect_uri: str, state: str, nonce: str = "", **members: Any
) -> Beginning:
    """A sign-in by authorization code with PKCE (S256). ``members``: what the provider wants besides; those
    that are None are left out."""
    verifier = secrets.token_urlsafe(64)
    address = prepare_grant_uri(
        url,
        client_id=client_id,
        response_type="code",
        redirect_uri=redirect_uri,
        state=state,
        nonce=nonce or None,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
        **members,
    )
    return Beginning(url=address, nonce=nonce, code_verifier=verifier)


def new_nonce() -> str:
    """What ties an ID token to its sign-in."""
    return secrets.token_urlsafe(32)


def granted(
    body: Mapping[str, Any], read_scopes: Callable[[str], frozenset[str]], *, untold: str = ""
) -> Grant:
    """The tokens of an answer, taken only in the types that are documented. ``untold``: the scopes where the
    answer tells none. Raises ``Transient``."""
    token, seconds, kind = body.get("access_token"), body.get("expires_in"), body.get("token_type")
    refresh, scope = body.get("refresh_token", ""), body.get("scope", untold)
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds)  # a habit of older endpoints, still met
    if not isinstance(token, str) or not isinstance(refresh, str) or not isinstance(scope, str):
        raise Transient(UNREADABLE)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0 or not token:
        raise Transient(UNREADABLE)
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise Transient(UNREADABLE)
    return Grant(
        access_token=token,
        refresh_token=refresh,
        expires_at=datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=seconds),
        scopes=read_scopes(scope),
        login_names=openid.login_names(body.get("id_token")),
    )
