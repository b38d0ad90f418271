"""Verifying ID tokens (OpenID Connect Core 3.1.3.7): what is the same for every provider.

Signature, algorithm and times are checked here; whose token it is, and for whom, is the provider's to say.
"""

from __future__ import annotations

import hmac
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from chosei.ports.errors import Rejected, Transient

LEEWAY_SECONDS = 300
"""How far two clocks may be apart: five minutes, as the providers' own libraries allow."""
KEYS_LAST_SECONDS = 24 * 3600
ALGORITHM = "RS256"

FetchJson = Callable[[str, str], Mapping[str, Any]]
"""Gets a JSON document: address and its name in logs. May raise ``PortError``."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What we need of the discovery document."""

    issuer: str
    keys: Mapping[str, Mapping[str, Any]]


class IssuerKeys:
    """The issuer's name and public keys, fetched when first needed, daily, and when a token names an unknown
    key."""

    def __init__(self, discovery_url: str, fetch: FetchJson, check_address: Callable[[str], str]) -> None:
        self._discovery_url = discovery_url
        self._fetch = fetch
        self._check = check_address
        self._lock = threading.Lock()
        self._known: Metadata | None = None
        self._fetched_at = 0.0

    def find(self, kid: str) -> tuple[str, Mapping[str, Any]]:
        """Issuer and key. Raises ``Rejected`` for a key that is not the issuer's, ``Transient`` when it does
        not answer."""
        with self._lock:
            known = self._known
            stale = known is None or time.monotonic() - self._fetched_at > KEYS_LAST_SECONDS
            if known is None or stale or kid not in known.keys:
                known = self._known = self._read()
                self._fetched_at = time.monotonic()
        key = known.keys.get(kid)
        if key is None:
            raise Rejected("id_token_key_unknown")
        return known.issuer, key

    def _read(self) -> Metadata:
        document = self._fetch(self._discovery_url, "openid-configuration")
        issuer, address = document.get("issuer"), document.get("jwks_uri")
        if not isinstance(issuer, str) or not isinstance(address, str):
            raise Transient("metadata_unreadable")
        keys = self._fetch(self._check(address), "keys").get("keys")
        if not isinstance(keys, list):
            raise Transient("metadata_unreadable")
        signing = [key for key in keys if isinstance(key, Mapping) and _signs(key)]
        return Metadata(issuer, {key["kid"]: key for key in signing})


def login_names(token: object) -> str:
    """What an ID token that came from the token endpoint says the account goes by, in one line; "" without.

    Only to notice a change, so that the connection to the endpoint vouches for it (OpenID Connect Core
    3.1.3.7, 6).
    """
    try:
        claims = json.loads(jws.extract_compact(str(token).encode()).payload)
    except (JoseError, ValueError):
        return ""
    names = [claims.get(name) for name in ("preferred_username", "email")] if isinstance(claims, dict) else []
    return " ".join(name.lower() for name in names if isinstance(name, str))[:600]


def check_nonce(claims: Mapping[str, Any], nonce: str) -> None:
    """Raises ``Rejected`` for a token that was not made for this sign-in."""
    if not nonce or not hmac.compare_digest(text(claims, "nonce").encode(), nonce.encode()):
        raise Rejected("id_token_nonce")


def signed_claims(token: str, keys: IssuerKeys) -> tuple[dict[str, Any], str]:
    """The claims, signed by the issuer's key with the one algorithm we take, and the issuer's pattern."""
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError) as error:
        raise Rejected("id_token_malformed") from error
    kid = header.get("kid")
    if header.get("alg") != ALGORITHM or not isinstance(kid, str):
        raise Rejected("id_token_algorithm")
    issuer, key = keys.find(kid)
    try:
        claims = jwt.decode(token, RSAKey.import_key(dict(key)), algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError) as error:
        raise Rejected("id_token_signature") from error
    # Where a key says whose it is, it signs for nobody else.
    owner = key.get("issuer")
    if isinstance(owner, str) and owner.replace("{tenantid}", str(claims.get("tid"))) != claims.get("iss"):
        raise Rejected("id_token_issuer")
    return claims, issuer


def check_times(claims: Mapping[str, Any]) -> None:
    now = time.time()
    ends, begins = _number(claims.get("exp")), _number(claims.get("nbf", 0))
    if now >= ends + LEEWAY_SECONDS or now < begins - LEEWAY_SECONDS:
        raise Rejected("id_token_expired")


def _number(value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise Rejected("id_token_time")
    return value


def text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise Rejected(f"id_token_{name}")
    return value


def _signs(key: Mapping[str, Any]) -> bool:
    return key.get("kty") == "RSA" and key.get("use", "sig") == "sig" and isinstance(key.get("kid"), str)
