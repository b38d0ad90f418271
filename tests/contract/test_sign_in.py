"""The whole way of a connection against the sandbox: sign-in, consent, tokens, and what ends them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

import pytest
from starlette.types import ASGIApp

from chosei.adapters.http import Http
from chosei.adapters.microsoft.authorization import MicrosoftAuthorization, Registration
from chosei.adapters.microsoft.calendar import MicrosoftCalendar
from chosei.adapters.microsoft.graph import Graph
from chosei.ports.authorization import Grant, Identity, SignIn
from chosei.ports.errors import Misconfigured, NeedsReconnect, Rejected, Throttled
from chosei.sandbox.demo import SAMPLE, stable_id
from chosei.sandbox.faults import FaultKind
from tests.support.person import Person
from tests.support.sandbox import Sandbox, running_sandbox

pytestmark = pytest.mark.contract

CLIENT = "5b0c1f4e-9d0e-4a57-8c53-0c405e100001"
REDIRECT = "http://127.0.0.1:8000/connect/microsoft/callback"
SATO = "sato@sample.example"


@dataclass
class Way:
    """One person's way to a connection."""

    sandbox: Sandbox
    http: Http = field(default_factory=lambda: Http("test", environment=False))

    def port(self, secret: str = "sandbox-secret") -> MicrosoftAuthorization:
        url = self.sandbox.url
        return MicrosoftAuthorization(Registration(CLIENT, secret, "organizations", url, url), self.http)

    def code(self, port: MicrosoftAuthorization) -> tuple[str, str, str]:
        """Sign in and consent in the sandbox's pages. Returns code, nonce and verifier."""
        beginning = port.begin(SignIn(state="state-1", redirect_uri=REDIRECT, login_hint=SATO))
        with Person(self.sandbox.url) as person:
            person.open(beginning.url)
            person.sign_in(SATO)
            person.press("承諾")
            assert person.returned["state"] == "state-1"
            return person.returned["code"], beginning.nonce, beginning.code_verifier

    def connect(self) -> tuple[Grant, Identity]:
        port = self.port()
        code, nonce, verifier = self.code(port)
        return port.complete(code=code, redirect_uri=REDIRECT, nonce=nonce, code_verifier=verifier)


@pytest.fixture
def way(checked: Callable[[ASGIApp], ASGIApp]) -> Iterator[Way]:
    with running_sandbox(wrap=checked) as sandbox:
        found = Way(sandbox)
        yield found
        found.http.close()


@dataclass
class OneToken:
    token: str

    def get(self, *, renew: bool, claims: str = "") -> str:
        return self.token

    def refused(self, error: NeedsReconnect) -> None:
        return None


def test_signing_in_gives_a_calendar(way: Way) -> None:
    grant, identity = way.connect()
    assert identity == Identity(SAMPLE.tid, stable_id("user", SATO), "佐藤 健一", SATO)
    assert way.port().account(grant.access_token).addresses[0] == SATO
    graph = Graph(way.http, way.sandbox.url, OneToken(grant.access_token), lambda count: nullcontext())
    profile = MicrosoftCalendar(graph).profile()
    assert (profile.address, profile.web_meeting, profile.zone) == (SATO, True, "Asia/Tokyo")


def test_a_code_is_good_once(way: Way) -> None:
    port = way.port()
    code, nonce, verifier = way.code(port)
    port.complete(code=code, redirect_uri=REDIRECT, nonce=nonce, code_verifier=verifier)
    with pytest.raises(Rejected) as refused:
        port.complete(code=code, redirect_uri=REDIRECT, nonce=nonce, code_verifier=verifier)
    assert refused.value.code == "invalid_grant:AADSTS54005"


def test_a_code_without_its_verifier_is_worth_nothing(way: Way) -> None:
    port = way.port()
    code, nonce, _ = way.code(port)
    other = port.begin(SignIn(state="s", redirect_uri=REDIRECT))
    with pytest.raises(Rejected):
        port.complete(code=code, redirect_uri=REDIRECT, nonce=nonce, code_verifier=other.code_verifier)


def test_another_nonce_is_another_sign_in(way: Way) -> None:
    port = way.port()
    code, _, verifier = way.code(port)
    with pytest.raises(Rejected) as refused:
        port.complete(code=code, redirect_uri=REDIRECT, nonce="another", code_verifier=verifier)
    assert refused.value.code == "id_token_nonce"


def test_a_wrong_secret_is_the_operators_trouble(way: Way) -> None:
    code, nonce, verifier = way.code(way.port())
    with pytest.raises(Misconfigured) as refused:
        way.port("wrong").complete(code=code, redirect_uri=REDIRECT, nonce=nonce, code_verifier=verifier)
    assert refused.value.code == "invalid_client:AADSTS7000215"


def test_a_refresh_token_is_exchanged_for_the_next(way: Way) -> None:
    first, _ = way.connect()
    second = way.port().refresh(first.refresh_token)
    third = way.port().refresh(second.refresh_token)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert len({first.access_token, second.access_token, third.access_token}) == 3
    assert way.port().account(third.access_token).addresses[0] == SATO


def test_a_revoked_account_needs_its_owner(way: Way) -> None:
    grant, identity = way.connect()
    context = way.sandbox.context
    context.directory.revoke_sessions(identity.object_id, context.clock.now())
    with pytest.raises(NeedsReconnect):
        way.port().account(grant.access_token)
    with pytest.raises(NeedsReconnect):
        way.port().refresh(grant.refresh_token)


def test_a_made_up_refresh_token_needs_its_owner(way: Way) -> None:
    with pytest.raises(NeedsReconnect):
        way.port().refresh("made-up")


def test_a_fault_while_refreshing_changes_nothing() -> None:
    # Not held against the contract, which knows no outage of the token endpoint.
    with running_sandbox() as sandbox:
        way = Way(sandbox)
        grant, _ = way.connect()
        sandbox.context.faults.add(FaultKind.UNAVAILABLE, seconds=60, count=1)
        with pytest.raises(Throttled) as told:
            way.port().refresh(grant.refresh_token)
        assert told.value.retry_after > 0
        assert way.port().refresh(grant.refresh_token).access_token
        way.http.close()
