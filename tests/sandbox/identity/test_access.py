"""Who may call Graph: bearer tokens and how they are refused, and a restart in between."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from chosei.sandbox.clock import ManualClock
from tests.sandbox.identity.conftest import START, Client
from tests.support.person import Person
from tests.support.sandbox import running_sandbox


@pytest.mark.parametrize("header", ["", "Bearer", "Basic YTpi", "Bearer made-up"])
def test_without_a_good_token_nobody_gets_in(client: Client, header: str) -> None:
    headers = {"Authorization": header, "client-request-id": "our own id"} if header else {}
    answer = client.http.get("/v1.0/me", headers=headers)
    assert answer.status_code == 401
    error = answer.json()["error"]
    assert error["code"] == "InvalidAuthenticationToken"
    assert error["innerError"]["date"] == "2026-12-01T01:00:00"
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert answer.headers["request-id"] == error["innerError"]["request-id"]
    if header:
        assert answer.headers["client-request-id"] == "our own id"


def test_a_token_ends_when_it_said(client: Client, person: Person, clock: ManualClock) -> None:
    tokens = client.connect(person)
    clock.advance(timedelta(seconds=tokens["expires_in"] - 1))
    assert client.graph(tokens["access_token"]).status_code == 200
    clock.advance(timedelta(seconds=1))
    answer = client.graph(tokens["access_token"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert "expired" in answer.json()["error"]["message"]


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    clock = ManualClock(START)
    with running_sandbox(clock=clock, data_dir=tmp_path) as first:
        with Person(first.url) as person, Client(first) as client:
            tokens = client.connect(person)
        keys = first.context.identity.keys.published("x")
    with running_sandbox(clock=clock, data_dir=tmp_path) as second, Client(second) as client:
        assert client.graph(tokens["access_token"]).status_code == 200
        assert client.refresh(tokens["refresh_token"]).status_code == 200
        assert second.context.identity.keys.published("x") == keys
        assert len(second.context.identity.consents.all()) == 1


def test_the_lifetime_is_an_option() -> None:
    with (
        running_sandbox(access_token_seconds=60) as short,
        Person(short.url) as person,
        Client(short) as client,
    ):
        assert client.connect(person)["expires_in"] == 60
