"""Codes and tokens of Zoom's OAuth, and who has added the app.

Source: Zoom's published notes on token lifecycles: a code lives 5 minutes and works once; an access token one
hour; each refresh gives a new refresh token (90 days) and kills the old one; authorising again kills all.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from chosei.sandbox.clock import Clock
from chosei.sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS zoom_codes (
    code TEXT PRIMARY KEY, person TEXT NOT NULL, redirect TEXT NOT NULL, challenge TEXT NOT NULL,
    until TEXT NOT NULL, spent INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS zoom_tokens (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, person TEXT NOT NULL, until TEXT NOT NULL,
    alive INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS zoom_added (person TEXT PRIMARY KEY, at TEXT NOT NULL);
"""
ACCESS_SECONDS = 3599
_CODE_LIFE, _REFRESH_LIFE = timedelta(minutes=5), timedelta(days=90)


class GrantError(Exception):
    """The token endpoint refuses: Zoom's own number and the error of RFC 6749."""

    def __init__(self, code: int, error: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.error, self.reason = code, error, reason


@dataclass(frozen=True, slots=True)
class Pair:
    access: str
    refresh: str


class Grants:
    """Over the sandbox's database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        database.register(SCHEMA)

    def issue_code(self, person: str, redirect: str, challenge: str) -> str:
        code = secrets.token_urlsafe(24)
        until = (self._clock.now() + _CODE_LIFE).isoformat()
        self._database.execute(
            "INSERT INTO zoom_codes (code, person, redirect, challenge, until) VALUES (?, ?, ?, ?, ?)",
            (code, person, redirect, challenge, until),
        )
        return code

    def spend_code(self, code: str, redirect: str, verifier: str) -> Pair:
        """Raises GrantError."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM zoom_codes WHERE code = ?", (code,)).fetchone()
            if row is None or row["spent"]:
                raise GrantError(4734, "invalid_grant", "Invalid authorization code")
            if datetime.fromisoformat(row["until"]) <= self._clock.now():
                raise GrantError(4733, "invalid_grant", "The authorization code has expired")
            if row["redirect"] != redirect:
                raise GrantError(4709, "invalid_request", "Redirect URI mismatch")
            if row["challenge"] and _challenge(verifier) != row["challenge"]:
                raise GrantError(4734, "invalid_grant", "Code verifier mismatch")
            connection.execute("UPDATE zoom_codes SET spent = 1 WHERE code = ?", (code,))
            self._kill(row["person"])
            connection.execute(
                "INSERT OR REPLACE INTO zoom_added VALUES (?, ?)",
                (row["person"], self._clock.now().isoformat()),
            )
            return self._pair(row["person"])

    def refresh(self, token: str) -> Pair:
        """Raises GrantError: a token is good once."""
        with self._database.transaction() as connection:
            person = self.holder(token, "refresh")
            if person is None:
                raise GrantError(4735, "invalid_grant", "Invalid Token!")
            connection.execute("UPDATE zoom_tokens SET alive = 0 WHERE token = ?", (token,))
            return self._pair(person)

    def holder(self, token: str, kind: str = "access") -> str | None:
        """Whose living token it is."""
        row = self._database.row(
            "SELECT person, until FROM zoom_tokens WHERE token = ? AND kind = ? AND alive", (token, kind)
        )
        alive = row is not None and datetime.fromisoformat(row["until"]) > self._clock.now()
        return str(row["person"]) if row is not None and alive else None

    def has_added(self, person: str) -> bool:
        return self._database.row("SELECT 1 FROM zoom_added WHERE person = ?", (person,)) is not None

    def remove(self, person: str) -> None:
        """The person removes the app: every token dies."""
        with self._database.transaction() as connection:
            self._kill(person)
            connection.execute("DELETE FROM zoom_added WHERE person = ?", (person,))

    def revoke(self, token: str) -> bool:
        """Whether it was a living token; its whole grant dies with it."""
        person = self.holder(token) or self.holder(token, "refresh")
        if person is not None:
            self.remove(person)
        return person is not None

    def expire_access(self, person: str) -> None:
        """Access tokens die early; refresh tokens live on."""
        self._database.execute(
            "UPDATE zoom_tokens SET alive = 0 WHERE person = ? AND kind = 'access'", (person,)
        )

    def _kill(self, person: str) -> None:
        self._database.execute("UPDATE zoom_tokens SET alive = 0 WHERE person = ?", (person,))

    def _pair(self, person: str) -> Pair:
        pair = Pair(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        now = self._clock.now()
        lives = {"access": timedelta(seconds=ACCESS_SECONDS), "refresh": _REFRESH_LIFE}
        for kind, token in (("access", pair.access), ("refresh", pair.refresh)):
            self._database.execute(
                "INSERT INTO zoom_tokens (token, kind, person, until) VALUES (?, ?, ?, ?)",
                (token, kind, person, (now + lives[kind]).isoformat()),
            )
        return pair


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
