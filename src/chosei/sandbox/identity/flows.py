"""What a browser is in the middle of: its signed-in accounts and the sign-ins under way."""

from __future__ import annotations

import json
import secrets
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from chosei.sandbox.database import Database
from chosei.sandbox.directory import Directory, User

SCHEMA = """
CREATE TABLE IF NOT EXISTS browser_accounts (
    browser TEXT NOT NULL, oid TEXT NOT NULL, signed_in_at TEXT NOT NULL, PRIMARY KEY (browser, oid)
);
CREATE TABLE IF NOT EXISTS flows (
    id TEXT PRIMARY KEY, browser TEXT NOT NULL, request TEXT NOT NULL, step TEXT NOT NULL,
    address TEXT NOT NULL, oid TEXT NOT NULL, started_at TEXT NOT NULL
);
"""
_FLOW_LIFE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What a client asked /authorize or /adminconsent for; field names are the parameters' own."""

    tenant: str
    client_id: str
    redirect_uri: str
    scope: str
    state: str = ""
    nonce: str = ""
    response_mode: str = "query"
    prompt: str = ""
    login_hint: str = ""
    domain_hint: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    claims: str = ""
    admin_consent: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in. `step` is where the person is: "" (to be found out), pick, address, password or done
    (account settled, `oid`); `address` is what they typed."""

    id: str
    browser: str
    request: SignInRequest
    step: str
    address: str
    oid: str

    @property
    def path(self) -> str:
        """Where its pages are."""
        return f"/{self.request.tenant}/signin/{self.id}"


class Flows:
    """Keeps the sign-ins under way; an hour each."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.register(SCHEMA)

    def start(self, browser: str, request: SignInRequest, now: datetime) -> Flow:
        """A new sign-in in one browser."""
        flow = Flow(secrets.token_urlsafe(16), browser, request, "", "", "")
        self._database.execute("DELETE FROM flows WHERE started_at < ?", ((now - _FLOW_LIFE).isoformat(),))
        self._database.execute(
            "INSERT INTO flows VALUES (?, ?, ?, '', '', '', ?)",
            (flow.id, browser, json.dumps(asdict(request)), now.isoformat()),
        )
        return flow

    def find(self, flow_id: str, browser: str, now: datetime) -> Flow | None:
        """The sign-in with this id, if it is this browser's and not an hour old."""
        row = self._database.row(
            "SELECT * FROM flows WHERE id = ? AND browser = ? AND started_at >= ?",
            (flow_id, browser, (now - _FLOW_LIFE).isoformat()),
        )
        return _flow(row) if row else None

    def move(self, flow: Flow, step: str, *, address: str = "", oid: str = "") -> Flow:
        """Go to a step."""
        self._database.execute(
            "UPDATE flows SET step = ?, address = ?, oid = ? WHERE id = ?", (step, address, oid, flow.id)
        )
        return Flow(flow.id, flow.browser, flow.request, step, address, oid)

    def end(self, flow: Flow) -> None:
        """The browser went back to the client."""
        self._database.execute("DELETE FROM flows WHERE id = ?", (flow.id,))


class Browsers:
    """Which accounts are signed in in which browser (a random cookie)."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database = database
        self._directory = directory

    def accounts(self, browser: str) -> list[User]:
        """Accounts signed in here whose sessions were not revoked since, the latest first."""
        rows = self._database.rows(
            "SELECT * FROM browser_accounts WHERE browser = ? ORDER BY signed_in_at DESC", (browser,)
        )
        found = [(self._directory.user(row["oid"]), row["signed_in_at"]) for row in rows]
        return [user for user, since in found if user and since > user.revoked_before]

    def sign_in(self, browser: str, user: User, now: datetime) -> None:
        """Remember a password rightly given."""
        self._database.execute(
            "INSERT OR REPLACE INTO browser_accounts VALUES (?, ?, ?)", (browser, user.oid, now.isoformat())
        )

    def sign_out(self, browser: str) -> None:
        """Forget every account here."""
        self._database.execute("DELETE FROM browser_accounts WHERE browser = ?", (browser,))


def _flow(row: sqlite3.Row) -> Flow:
    request = SignInRequest(**json.loads(row["request"]))
    return Flow(row["id"], row["browser"], request, row["step"], row["address"], row["oid"])
