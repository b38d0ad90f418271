"""A client application as the tests play it, and the sandbox it talks to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from chosei.sandbox.clock import ManualClock
from chosei.sandbox.demo import seed
from chosei.sandbox.identity.apps import DEMO_APPS
from tests.support.person import Person
from tests.support.sandbox import Sandbox, running_sandbox

APP_ID = "5b0c1f4e-9d0e-4a57-8c53-0c405e100001"
SECRET = "sandbox-secret"
REDIRECT = "http://localhost:8000/connect/microsoft/callback"
SCOPE = "openid profile email offline_access User.Read Calendars.ReadWrite"
# RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
# All that signing in leaves behind; keys stay, as making them takes long.
REMEMBERED = (
    *("access_tokens", "refresh_tokens", "codes", "flows", "browser_accounts", "consents", "apps", "faults"),
    *("rooms", "room_lists", "users", "tenants"),
)
START = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)


@dataclass
class Client:
    """A web application that is registered with the sandbox."""

    sandbox: Sandbox

    def __post_init__(self) -> None:
        # without certificates, which are of no use to plain http and take long to load
        self.http = httpx2.Client(verify=False, base_url=self.sandbox.url)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def authorize(self, person: Person, tenant: str = "organizations", **changes: str) -> Person:
        """Send somebody's browser to /authorize; a change to "" leaves a parameter out."""
        query = {
            "client_id": APP_ID,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": SCOPE,
            "state": "some state",
            "nonce": "some nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changes
        return person.open(f"/{tenant}/oauth2/v2.0/authorize", **{k: v for k, v in query.items() if v})

    def token(self, tenant: str = "organizations", auth: Any = None, **form: str) -> httpx2.Response:
        """Ask the token endpoint; client id and secret are added unless given ("" leaves them out)."""
        members = {"client_id": APP_ID, "client_secret": SECRET} | form
        members = {k: v for k, v in members.items() if v}
        return self.http.post(f"/{tenant}/oauth2/v2.0/token", data=members, auth=auth)

    def redeem(self, code: str, **changes: Any) -> httpx2.Response:
        """Trade a code for tokens."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
        }
        return self.token(**{**form, **changes})

    def refresh(self, refresh_token: str, **changes: str) -> httpx2.Response:
        """Trade a refresh token for new ones."""
        return self.token(**{"grant_type": "refresh_token", "refresh_token": refresh_token, **changes})

    def connect(self, person: Person, address: str = "sato@sample.example", **changes: str) -> dict[str, Any]:
        """The whole way: sign in, accept, redeem. The token endpoint's answer."""
        self.authorize(person, **changes).sign_in(address).press("承諾")
        answer = self.redeem(person.returned["code"])
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def graph(self, access_token: str, path: str = "/me") -> httpx2.Response:
        """Call Graph."""
        return httpx2.get(
            f"{self.sandbox.url}/v1.0{path}", headers={"Authorization": f"Bearer {access_token}"}
        )


@pytest.fixture(scope="package")
def served() -> Iterator[Sandbox]:
    """One server for all of these tests; `sandbox` gives it back as new each time."""
    with running_sandbox(clock=ManualClock(START)) as running:
        yield running


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    clock = served.context.clock
    assert isinstance(clock, ManualClock)
    clock.set(START)
    database = served.context.database
    with database.transaction() as connection:
        for table in REMEMBERED:
            connection.execute(f"DELETE FROM {table}")
        seed(served.context.directory)
        for app in DEMO_APPS:
            served.context.identity.apps.save(app)
    return served


@pytest.fixture
def clock(sandbox: Sandbox) -> ManualClock:
    found = sandbox.context.clock
    assert isinstance(found, ManualClock)
    return found


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with Client(sandbox) as found:
        yield found


@pytest.fixture
def person(sandbox: Sandbox) -> Iterator[Person]:
    with Person(sandbox.url) as somebody:
        yield somebody
