"""Who has allowed what: consents, codes, access and refresh tokens.

A refresh token is not rotated. It dies of six months without use and, while the consent screen stands in
"Testing", after seven days (contracts/google-workspace.md).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chosei.sandbox.clock import Clock
from chosei.sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS google_consents (
    client TEXT NOT NULL, sub TEXT NOT NULL, scopes TEXT NOT NULL, PRIMARY KEY (client, sub)
);
CREATE TABLE IF NOT EXISTS google_tokens (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, client TEXT NOT NULL, sub TEXT NOT NULL, scopes TEXT NOT NULL,
    expires TEXT NOT NULL, used TEXT NOT NULL, extra TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS google_publishing (
    id INTEGER PRIMARY KEY CHECK (id = 1), testing INTEGER NOT NULL
);
"""
ACCESS_LASTS, CODE_LASTS = timedelta(seconds=3599), timedelta(minutes=10)
TESTING_LASTS, IDLE_LASTS = timedelta(days=7), timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Token:
    """A code, an access or a refresh token. `expires` is an aware instant; `extra` belongs to codes."""

    token: str
    kind: str
    client: str
    sub: str
    scopes: frozenset[str]
    expires: datetime
    used: datetime
    extra: dict[str, Any]


class Grants:
    """Everything the token endpoint remembers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        database.register(SCHEMA)

    @property
    def testing(self) -> bool:
        """Whether the consent screen stands in "Testing"."""
        row = self._database.row("SELECT testing FROM google_publishing")
        return bool(row and row["testing"])

    def set_testing(self, testing: bool) -> None:
        """Publish the application, or put it back."""
        self._database.execute("INSERT OR REPLACE INTO google_publishing VALUES (1, ?)", (testing,))

    def consented(self, client: str, sub: str) -> frozenset[str]:
        """What this person has allowed this application so far."""
        row = self._database.row(
            "SELECT scopes FROM google_consents WHERE client = ? AND sub = ?", (client, sub)
        )
        return frozenset(row["scopes"].split()) if row else frozenset()

    def consent(self, client: str, sub: str, scopes: frozenset[str]) -> None:
        """Remember what is allowed from now on."""
        joined = " ".join(sorted(scopes))
        self._database.execute(
            "INSERT OR REPLACE INTO google_consents VALUES (?, ?, ?)", (client, sub, joined)
        )

    def issue(
        self,
        kind: str,
        client: str,
        sub: str,
        scopes: frozenset[str],
        extra: dict[str, Any] | None = None,
    ) -> Token:
        """A new code (`code`), access (`access`) or refresh token (`refresh`)."""
        now = self._clock.now()
        lasts = {"code": CODE_LASTS, "access": ACCESS_LASTS, "refresh": timedelta(days=36500)}[kind]
        if kind == "refresh" and self.testing:
            lasts = TESTING_LASTS
        prefix = {"code": "4/0", "access": "ya29.", "refresh": "1//0"}[kind]
        token = Token(
            prefix + secrets.token_urlsafe(40), kind, client, sub, scopes, now + lasts, now, extra or {}
        )
        self._database.execute(
            "INSERT INTO google_tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                token.token,
                kind,
                client,
                sub,
                " ".join(sorted(scopes)),
                token.expires.isoformat(),
                now.isoformat(),
                json.dumps(token.extra),
            ),
        )
        return token

    def find(self, kind: str, token: str) -> Token | None:
        """The token, if it is of this kind and still good."""
        row = self._database.row("SELECT * FROM google_tokens WHERE token = ? AND kind = ?", (token, kind))
        if row is None:
            return None
        used = datetime.fromisoformat(row["used"])
        found = Token(
            row["token"],
            row["kind"],
            row["client"],
            row["sub"],
            frozenset(row["scopes"].split()),
            datetime.fromisoformat(row["expires"]),
            used,
            json.loads(row["extra"]),
        )
        now = self._clock.now()
        idle = kind == "refresh" and used + IDLE_LASTS <= now
        return None if idle or found.expires <= now else found

    def spend(self, code: Token) -> None:
        """A code is good once."""
        self._database.execute("DELETE FROM google_tokens WHERE token = ?", (code.token,))

    def touch(self, refresh: Token) -> None:
        """It was used now, and so is not idle."""
        now = self._clock.now().isoformat()
        self._database.execute("UPDATE google_tokens SET used = ? WHERE token = ?", (now, refresh.token))

    def revoke(self, sub: str, client: str | None = None) -> None:
        """The person (or their administrator) takes everything back."""
        for table in ("google_tokens", "google_consents"):
            self._database.execute(
                f"DELETE FROM {table} WHERE sub = ?1 AND (?2 IS NULL OR client = ?2)",  # noqa: S608 - own names
                (sub, client),
            )
