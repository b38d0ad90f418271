"""ID tokens. Source of the claims: entra-docs identity-platform/id-token-claims-reference."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

from chosei.sandbox.directory import Tenant, User

LIFE_SECONDS = 3600


def id_token_claims(
    user: User, tenant: Tenant, app_id: str, scopes: frozenset[str], now: datetime
) -> dict[str, Any]:
    """Claims about a person for one application, without iss and nonce. Names need `profile`, the address
    `email`."""
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "aud": app_id,
        "iat": issued,
        "nbf": issued,
        "exp": issued + LIFE_SECONDS,
        "oid": user.oid,
        "sub": pairwise_subject(user.oid, app_id),
        "tid": tenant.tid,
        "uti": secrets.token_urlsafe(16),
        "ver": "2.0",
    }
    if "profile" in scopes:
        claims |= {"name": user.display_name, "preferred_username": user.upn}
    # New applications get no address outside the tenant's verified domains.
    if "email" in scopes and user.mail and user.mail.casefold().endswith("@" + tenant.domain):
        claims["email"] = user.mail
    return claims


def pairwise_subject(oid: str, app_id: str) -> str:
    """The same for one person and one application, different for any other."""
    digest = hashlib.sha256(f"{oid}|{app_id}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def client_info(user: User) -> str:
    """What msal asks for with client_info=1: who the account is at home."""
    text = json.dumps({"uid": user.oid, "utid": user.tid})
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
