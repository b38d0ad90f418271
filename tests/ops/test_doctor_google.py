"""`chosei doctor` and Google: who is reached, whether the client and its secret are right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chosei.ops.config import Config
from chosei.ops.doctor_google import check_google
from chosei.sandbox.google.clients import CLIENT_ID, CLIENT_SECRET
from tests.support.sandbox import running_sandbox


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_sandbox() as running:
        yield f"{running.url}/google"


def configured(url: str, **changes: str) -> Config:
    values: dict[str, Any] = {
        "_env_file": None,
        "chosei_google_client_id": CLIENT_ID,
        "chosei_google_client_secret": CLIENT_SECRET,
        **{f"chosei_google_{name}_url": url for name in ("login", "token", "api")},
        **changes,
    }
    return Config(**values)


def test_a_good_client_needs_nothing(url: str) -> None:
    findings = check_google(configured(url))
    assert [finding.advice for finding in findings] == [""] * 4
    assert "/connect/google/callback" in findings[2].state
    assert "calendar.events" in findings[3].state


@pytest.mark.parametrize("changes", [{"chosei_google_client_secret": "x"}, {"chosei_google_client_id": "x"}])
def test_a_wrong_client_or_secret_is_named(url: str, changes: dict[str, str]) -> None:
    [client] = [one for one in check_google(configured(url, **changes)) if one.subject == "Google client"]
    assert "invalid_client" in client.state
    assert "CHOSEI_GOOGLE_CLIENT_SECRET" in client.advice


def test_silence_is_told_with_what_to_open() -> None:
    [finding] = check_google(configured("http://127.0.0.1:1"))
    assert "CHOSEI_GOOGLE_LOGIN_URL" in finding.advice


def test_without_a_client_there_is_nothing_to_say(url: str) -> None:
    assert check_google(configured(url, chosei_google_client_id="", chosei_microsoft_client_id="x")) == []
