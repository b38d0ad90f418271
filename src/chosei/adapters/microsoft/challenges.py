"""Claims: what the platform wants of a sign-in before it lets an account in again.

Graph sends them with a 401 (``WWW-Authenticate: Bearer … error="insufficient_claims", claims="<base64>"``),
the token endpoint as the member ``claims``. They go back, as they are, with the next request for a token and,
where that is not enough, with the next sign-in. Source: entra-docs identity-platform/claims-challenge,
app-resilience-continuous-access-evaluation.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

CAPABILITY = {"access_token": {"xms_cc": {"values": ["cp1"]}}}
"""We say that we understand challenges: only then is a revocation told at once instead of within the hour."""
LONGEST = 4000
"""In characters; real ones have some hundred."""
_CLAIMS = re.compile(r'\bclaims="?([A-Za-z0-9+/=_-]+)"?')
_CHALLENGED = re.compile(r'\berror="?insufficient_claims"?')


def of_refusal(headers: Mapping[str, str]) -> str:
    """The claims (JSON) that a 401 of Graph asks for, or "" where it asks for none."""
    told = next((text for name, text in headers.items() if name.lower() == "www-authenticate"), "")
    found = _CLAIMS.search(told)
    if found is None or not _CHALLENGED.search(told):
        return ""
    encoded = found[1].replace("-", "+").replace("_", "/")
    try:
        text = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return checked(text)


def checked(text: object) -> str:
    """Claims as somebody else gave them, or "" for what is none."""
    return text if isinstance(text, str) and len(text) <= LONGEST and _parsed(text) is not None else ""


def answering(challenge: str = "") -> str:
    """The ``claims`` member of our next request: what we can do, and what was asked for."""
    asked = _parsed(challenge) or {}
    wanted: dict[str, Any] = {name: dict(value) for name, value in CAPABILITY.items()}
    for part, claims in asked.items():
        wanted[part] = {**wanted.get(part, {}), **claims} if isinstance(claims, Mapping) else claims
    return json.dumps(wanted, separators=(",", ":"))


def _parsed(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, Mapping) else None
