"""The contract file for Zoom refuses what is wrong, in either direction."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chosei.sandbox.zoom import webhooks
from tests.support.contract_schema import Exchange
from tests.support.zoom_contract import zoom_contract

pytestmark = pytest.mark.contract
MINE, ONE = "/zoom/v2/users/me/meetings", "/zoom/v2/meetings/81000000001"
GOOD = {"topic": "導入のご相談", "type": 2, "start_time": "2026-12-01T01:00:00Z", "duration": 60,
        "timezone": "Asia/Tokyo", "agenda": "chosei:0123456789abcdef0123456789abcdef"}  # fmt: skip


def sent(method: str, path: str, body: Any = None, *query: tuple[str, str]) -> list[str]:
    content = b"" if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json", "authorization": "Bearer token"}
    return zoom_contract().request(Exchange(method, path, query, headers, content))


def form(path: str, text: str) -> list[str]:
    headers = {"content-type": "application/x-www-form-urlencoded", "authorization": "Basic eDp5"}
    return zoom_contract().request(Exchange("POST", path, (), headers, text.encode()))


def answered(method: str, path: str, status: int, body: Any) -> list[str]:
    headers = {"content-type": "application/json"}
    return zoom_contract().response(
        Exchange(method, path), status, headers, b"" if body is None else json.dumps(body).encode()
    )


def test_what_is_right_passes() -> None:
    assert sent("POST", MINE, GOOD) == []
    assert sent("GET", MINE, None, ("type", "scheduled"), ("page_size", "300")) == []
    assert sent("DELETE", ONE, None, ("cancel_meeting_reminder", "false")) == []
    assert form("/zoom/oauth/token", "grant_type=refresh_token&refresh_token=x") == []
    assert answered("POST", MINE, 201, {**GOOD, "id": 81000000001, "join_url": "https://zoom.us/j/1"}) == []
    assert answered("DELETE", ONE, 404, {"code": 3001, "message": "Meeting does not exist."}) == []
    assert answered("PATCH", ONE, 204, None) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {**GOOD, "topik": "misspelt"},
        {**GOOD, "password": "elevenchars"},
        {**GOOD, "agenda": "x" * 2001},
        {**GOOD, "type": 4},
        {**GOOD, "duration": "60"},
        {**GOOD, "settings": {"waitingroom": True}},
    ],
    ids=["member", "password", "agenda", "type", "duration", "setting"],
)
def test_a_wrong_meeting_is_refused(wrong: dict[str, Any]) -> None:
    assert sent("POST", MINE, wrong)
    assert sent("PATCH", ONE, wrong)


def test_other_wrong_requests_are_refused() -> None:
    assert sent("GET", MINE, None, ("type", "past"))
    assert sent("GET", MINE, None, ("page_size", "301"))
    assert sent("GET", MINE, None, ("agenda", "chosei"))
    assert sent("POST", MINE), "no body"
    assert sent("PUT", ONE, GOOD), "no such method"
    assert form("/zoom/oauth/token", "refresh_token=x"), "no grant_type"
    assert form("/zoom/oauth/token", "grant_type=refresh_token&client_secret=x"), (
        "the secret goes in the header"
    )


def test_wrong_answers_are_refused() -> None:
    assert answered("POST", MINE, 201, {"topic": "a meeting without id"})
    assert answered("POST", MINE, 200, {"id": 1}), "a creation answers 201"
    assert answered("PATCH", ONE, 204, {"id": 1}), "a change answers nothing"
    assert answered("GET", ONE, 404, {"message": "without Zoom's code"})
    assert answered("POST", "/zoom/oauth/token", 200, {"access_token": "x", "token_type": "bearer"})


def test_notices() -> None:
    contract, now = zoom_contract(), datetime(2026, 12, 1, tzinfo=UTC)
    payload = {"account_id": "a", "user_id": "u", "client_id": "c"}
    body = json.dumps({"event": "app_deauthorized", "event_ts": 1, "payload": payload}).encode()
    signed = webhooks.signed(body, now)
    assert contract.notice("ZoomAppDeauthorized", signed, body) == []
    assert contract.notice("ZoomAppDeauthorized", {**signed, "x-zm-signature": "v1=0"}, body)
    del payload["user_id"]
    wrong = json.dumps({"event": "app_deauthorized", "payload": payload}).encode()
    assert contract.notice("ZoomAppDeauthorized", signed, wrong)
    assert contract.schema("ZoomUrlValidationAnswer", {"plainToken": "a", "encryptedToken": "not hex"})
