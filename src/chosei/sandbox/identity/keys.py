"""The keys that sign ID tokens. They are kept, so that tokens outlive a restart, and can be rotated."""

from __future__ import annotations

import secrets
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from chosei.sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS signing_keys (
    number INTEGER PRIMARY KEY, kid TEXT NOT NULL UNIQUE, pem TEXT NOT NULL
);
"""
_PUBLISHED = 2


class Keys:
    """The newest key signs; the one before it stays published, as clients may still hold its tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[str, RSAKey] = {}
        database.register(SCHEMA)

    def rotate(self) -> str:
        """Make a new signing key; its kid."""
        kid = secrets.token_urlsafe(20)
        pem = RSAKey.generate_key(2048).as_pem(private=True).decode()
        self._database.execute("INSERT INTO signing_keys (kid, pem) VALUES (?, ?)", (kid, pem))
        return kid

    def sign(self, claims: dict[str, Any]) -> str:
        """A JWT, RS256."""
        kid, key = self._stored()[0]
        return jwt.encode({"typ": "JWT", "alg": "RS256", "kid": kid}, claims, key)

    def published(self, issuer: str) -> dict[str, Any]:
        """The key set of the discovery endpoint."""
        found = []
        for kid, key in self._stored()[:_PUBLISHED]:
            public = key.as_dict(private=False)
            found.append(
                {"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": public["n"], "e": public["e"]}
            )
        return {"keys": [{**key, "issuer": issuer} for key in found]}

    def _stored(self) -> list[tuple[str, RSAKey]]:
        query = "SELECT kid, pem FROM signing_keys ORDER BY number DESC"
        rows = self._database.rows(query)
        if not rows:  # made when first needed, since it takes a moment
            self.rotate()
            rows = self._database.rows(query)
        return [(row["kid"], self._key(row["kid"], row["pem"])) for row in rows]

    def _key(self, kid: str, pem: str) -> RSAKey:
        if kid not in self._read:  # reading one checks its primes, which takes a moment as well
            self._read[kid] = RSAKey.import_key(pem)
        return self._read[kid]
