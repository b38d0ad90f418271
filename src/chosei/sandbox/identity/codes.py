"""Authorization codes: ten minutes, once, and only with what proves that the same client asked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from chosei.sandbox.database import Database
from chosei.sandbox.identity.problems import bad_grant

SCHEMA = """
CREATE TABLE IF NOT EXISTS codes (
    digest TEXT PRIMARY KEY, app_id TEXT NOT NULL, tid TEXT NOT NULL, oid TEXT NOT NULL, scope TEXT NOT NULL,
    redirect_uri TEXT NOT NULL, nonce TEXT NOT NULL, challenge TEXT NOT NULL, method TEXT NOT NULL,
    issued_at TEXT NOT NULL, used INTEGER NOT NULL DEFAULT 0
);
"""


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for. `scope` is the client's own text; `challenge` is "" without PKCE."""

    app_id: str
    tid: str
    oid: str
    scope: str
    redirect_uri: str
    nonce: str
    challenge: str
    method: str


class Codes:
    """Issues codes and takes them back once."""

    def __init__(self, database: Database, seconds: int) -> None:
        self._database = database
        self._life = timedelta(seconds=seconds)
        database.register(SCHEMA)

    def issue(self, code: Code, now: datetime) -> str:
        """A new code."""
        value = "1.AW" + secrets.token_urlsafe(600)
        self._database.execute(
            "DELETE FROM codes WHERE issued_at < ?", ((now - timedelta(days=1)).isoformat(),)
        )
        values = {**asdict(code), "digest": _digest(value), "issued_at": now.isoformat()}
        columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        self._database.execute(f"INSERT INTO codes ({columns}) VALUES ({marks})", values)  # noqa: S608 - own names
        return value

    def find(self, value: str) -> Code | None:
        """What a code stands for, spent or not."""
        row = self._database.row("SELECT * FROM codes WHERE digest = ?", (_digest(value),))
        return Code(**{name: row[name] for name in Code.__dataclass_fields__}) if row else None

    def redeem(self, value: str, app_id: str, redirect_uri: str, verifier: str, now: datetime) -> Code:
        """Take a code. Raises SignInError (invalid_grant) if it is unknown, spent, late or somebody
        else's."""
        with self._database.transaction():
            code = self.find(value)
            row = self._database.row("SELECT used, issued_at FROM codes WHERE digest = ?", (_digest(value),))
            if code is None or row is None or code.app_id != app_id:
                raise bad_grant(
                    70000, "The provided authorization code is malformed or was not issued to this client."
                )
            if row["used"]:
                text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code."
                raise bad_grant(54005, text)
            if now >= datetime.fromisoformat(row["issued_at"]) + self._life:
                raise bad_grant(
                    70008, "The provided authorization code has expired. Send a new authorization request."
                )
            if redirect_uri != code.redirect_uri:
                text = f"The reply address '{redirect_uri}' does not match the one used to request the code."
                raise bad_grant(500112, text)
            _check_verifier(code, verifier)
            self._database.execute("UPDATE codes SET used = 1 WHERE digest = ?", (_digest(value),))
            return code


def _check_verifier(code: Code, verifier: str) -> None:
    digest = hashlib.sha256(verifier.encode()).digest()
    hashed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    proof = hashed if code.method == "S256" else verifier
    if not hmac.compare_digest(proof.encode(), code.challenge.encode()) and (code.challenge or verifier):
        text = "The Code_Verifier does not match the code_challenge supplied in the authorization request."
        raise bad_grant(501481, text)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
