"""Access and refresh tokens: opaque to clients, kept as digests, good across restarts.

Lengths are those of real ones, so that a column or header too small for them shows itself here.
Source of lifetimes and of "the old refresh token is not revoked": entra-docs
identity-platform/refresh-tokens.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chosei.sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS access_tokens (
    digest TEXT PRIMARY KEY, app_id TEXT NOT NULL, tid TEXT NOT NULL, oid TEXT NOT NULL,
    scopes TEXT NOT NULL, issued_at TEXT NOT NULL, expires_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS refresh_tokens (
    digest TEXT PRIMARY KEY, app_id TEXT NOT NULL, tid TEXT NOT NULL, oid TEXT NOT NULL,
    scopes TEXT NOT NULL, issued_at TEXT NOT NULL, expires_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS evaluated_tokens (digest TEXT PRIMARY KEY, expires_at TEXT NOT NULL);
"""
_ACCESS_TOKEN_BYTES = 1100
_REFRESH_TOKEN_BYTES = 850


@dataclass(frozen=True, slots=True)
class Token:
    """What we know of a token. `oid` is "" for an application's own; instants are UTC. `evaluated`: its
    client understands challenges (continuous access evaluation)."""

    app_id: str
    tid: str
    oid: str
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime
    evaluated: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """Whom a token is for and what it may do."""

    app_id: str
    tid: str
    oid: str
    scopes: frozenset[str]


class Tokens:
    """Issues tokens and finds them again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.register(SCHEMA)

    def issue_access(self, grant: Grant, now: datetime, seconds: int, *, evaluated: bool = False) -> str:
        """A new access token that lives `seconds`; expired ones are swept on the way."""
        for table in ("access_tokens", "evaluated_tokens"):
            self._database.execute(f"DELETE FROM {table} WHERE expires_at < ?", (_past(now),))  # noqa: S608 - ours
        token = self._issue("access_tokens", "EwB4", _ACCESS_TOKEN_BYTES, grant, now, seconds)
        if evaluated:
            expires = (now + timedelta(seconds=seconds)).isoformat()
            self._database.execute("INSERT INTO evaluated_tokens VALUES (?, ?)", (_digest(token), expires))
        return token

    def issue_refresh(self, grant: Grant, now: datetime, seconds: int) -> str:
        """A new refresh token that lives `seconds`; earlier ones stay valid."""
        self._database.execute("DELETE FROM refresh_tokens WHERE expires_at < ?", (_past(now),))
        return self._issue("refresh_tokens", "1.AW", _REFRESH_TOKEN_BYTES, grant, now, seconds)

    def access(self, token: str) -> Token | None:
        """The access token, expired or not, or None if we never gave it out."""
        found = self._find("access_tokens", token)
        marked = self._database.row("SELECT 1 FROM evaluated_tokens WHERE digest = ?", (_digest(token),))
        return replace(found, evaluated=True) if found and marked else found

    def refresh(self, token: str) -> Token | None:
        """The refresh token, expired or not, or None if we never gave it out."""
        return self._find("refresh_tokens", token)

    def _issue(self, table: str, prefix: str, size: int, grant: Grant, now: datetime, seconds: int) -> str:
        token = prefix + secrets.token_urlsafe(size)
        expires = now + timedelta(seconds=seconds)
        scopes = " ".join(sorted(grant.scopes))
        self._database.execute(
            f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - one of our two tables
            (
                _digest(token),
                grant.app_id,
                grant.tid,
                grant.oid,
                scopes,
                now.isoformat(),
                expires.isoformat(),
            ),
        )
        return token

    def _find(self, table: str, token: str) -> Token | None:
        row = self._database.row(f"SELECT * FROM {table} WHERE digest = ?", (_digest(token),))  # noqa: S608 - as above
        return _token(row) if row else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _past(now: datetime) -> str:
    """Tokens are kept for a month after their end, so that "expired" can be told from "unknown"."""
    return (now - timedelta(days=30)).isoformat()


def _token(row: sqlite3.Row) -> Token:
    return Token(
        row["app_id"],
        row["tid"],
        row["oid"],
        frozenset(row["scopes"].split()),
        datetime.fromisoformat(row["issued_at"]),
        datetime.fromisoformat(row["expires_at"]),
    )
