"""The sign-ins under way, and who is signed in in which browser."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from chosei.sandbox.database import Database
from chosei.sandbox.google import clients
from chosei.sandbox.google.people import Account

_LIFE = timedelta(hours=1)
SCHEMA = """
CREATE TABLE IF NOT EXISTS google_flows (
    id TEXT PRIMARY KEY, browser TEXT NOT NULL, asked TEXT NOT NULL, step TEXT NOT NULL, email TEXT NOT NULL,
    started TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS google_sessions (
    browser TEXT NOT NULL, sub TEXT NOT NULL, PRIMARY KEY (browser, sub)
);
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asked the authorization endpoint for; field names are the parameters' own."""

    client_id: str = ""
    redirect_uri: str = ""
    response_type: str = ""
    scope: str = ""
    state: str = ""
    nonce: str = ""
    access_type: str = "online"
    prompt: str = ""
    login_hint: str = ""
    hd: str = ""
    include_granted_scopes: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes, by the names that Google answers with."""
        return frozenset(clients.LONG_NAMES.get(one, one) for one in self.scope.split())


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in. `step` is pick, address, password or consent; `email` is who is meant so far."""

    id: str
    browser: str
    asked: Asked
    step: str
    email: str

    @property
    def path(self) -> str:
        """Where its pages are."""
        return f"/google/signin/{self.id}"


class SignIns:
    """The sign-ins under way, and who is signed in in which browser."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.register(SCHEMA)

    def start(self, browser: str, asked: Asked, now: datetime, *, step: str, email: str) -> Flow:
        """A new sign-in in one browser."""
        flow = Flow(secrets.token_urlsafe(16), browser, asked, step, email)
        self._database.execute("DELETE FROM google_flows WHERE started < ?", ((now - _LIFE).isoformat(),))
        self._database.execute(
            "INSERT INTO google_flows VALUES (?, ?, ?, ?, ?, ?)",
            (flow.id, browser, json.dumps(asdict(asked)), step, email, now.isoformat()),
        )
        return flow

    def find(self, flow_id: str, browser: str, now: datetime) -> Flow | None:
        """The sign-in, if it is this browser's and not an hour old."""
        row = self._database.row(
            "SELECT * FROM google_flows WHERE id = ? AND browser = ? AND started >= ?",
            (flow_id, browser, (now - _LIFE).isoformat()),
        )
        return (
            Flow(row["id"], row["browser"], Asked(**json.loads(row["asked"])), row["step"], row["email"])
            if row
            else None
        )

    def move(self, flow: Flow, step: str, email: str = "") -> Flow:
        """Go to a step."""
        self._database.execute(
            "UPDATE google_flows SET step = ?, email = ? WHERE id = ?", (step, email, flow.id)
        )
        return Flow(flow.id, flow.browser, flow.asked, step, email)

    def end(self, flow: Flow) -> None:
        """It is over."""
        self._database.execute("DELETE FROM google_flows WHERE id = ?", (flow.id,))

    def sign_in(self, browser: str, account: Account) -> None:
        """Remember who is signed in here."""
        self._database.execute("INSERT OR IGNORE INTO google_sessions VALUES (?, ?)", (browser, account.sub))

    def signed_in(self, browser: str) -> list[str]:
        """The accounts (`sub`) signed in in a browser."""
        rows = self._database.rows(
            "SELECT sub FROM google_sessions WHERE browser = ? ORDER BY rowid", (browser,)
        )
        return [row["sub"] for row in rows]
