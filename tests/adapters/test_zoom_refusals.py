"""What Zoom's refusals and notices mean (contracts/zoom.md)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chosei.adapters.zoom.problems import DAILY_LIMIT, is_expired, refusal, token_problem, until_midnight
from chosei.core.troubles import Trouble
from chosei.ports.errors import (
    Misconfigured,
    Missing,
    NeedsReconnect,
    PortError,
    Rejected,
    Throttled,
    Transient,
)


@pytest.mark.parametrize(
    ("status", "code", "kind", "trouble"),
    [
        (404, 3001, Missing, None),
        (400, 300, Rejected, None),
        (400, 3002, Transient, None),
        (400, 3003, Rejected, None),
        (404, 1001, NeedsReconnect, Trouble.ACCOUNT_DELETED),
        (400, 1010, NeedsReconnect, Trouble.ACCOUNT_DELETED),
        (400, 4711, NeedsReconnect, Trouble.CONSENT_WITHDRAWN),
        (401, 4711, NeedsReconnect, Trouble.CONSENT_WITHDRAWN),
        (401, 124, NeedsReconnect, Trouble.REVOKED),
        (500, 1, Transient, None),
    ],
)
def test_zooms_own_number_decides(
    status: int, code: int, kind: type[PortError], trouble: Trouble | None
) -> None:
    error = refusal(status, {"code": code, "message": "…"}, {})
    assert type(error) is kind
    assert trouble is None or getattr(error, "trouble", None) == trouble


def test_only_an_expired_token_is_worth_a_fresh_one() -> None:
    assert is_expired(401, {"code": 124, "message": "Access token is expired."})
    assert not is_expired(401, {"code": 4711, "message": "Invalid access token, does not contain scopes"})


def test_the_second_is_waited_for_shortly_and_the_day_until_it_ends() -> None:
    soon = refusal(429, {"code": 429, "message": "You have reached the maximum per-second rate limit"}, {})
    assert isinstance(soon, Throttled)
    assert (soon.code, soon.retry_after <= 5) == ("zoom:429", True)
    for body in (
        {"code": 429, "message": "You have exceeded the daily rate limit (100) of Meeting Create/Update API"},
        {
            "code": 300,
            "message": "A maximum of 100 meetings can be created/updated for a single user in one day.",
        },
    ):
        day = refusal(429 if body["code"] == 429 else 400, body, {})
        assert isinstance(day, Throttled)
        assert day.code == DAILY_LIMIT
        assert abs(day.retry_after - until_midnight()) < 5


def test_the_days_retry_after_is_an_instant() -> None:
    again = datetime.now(UTC) + timedelta(hours=2)
    headers = {"X-RateLimit-Type": "Daily-limit", "Retry-After": again.strftime("%Y-%m-%dT%H:%M:%SZ")}
    error = refusal(429, {"code": 429, "message": "…"}, headers)
    assert isinstance(error, Throttled)
    assert 7190 < error.retry_after <= 7200


@pytest.mark.parametrize(
    ("said", "kind", "trouble"),
    [
        ({"error": "invalid_grant", "code": 4735}, NeedsReconnect, Trouble.IDLE),
        ({"error": "invalid_grant", "code": 4738}, NeedsReconnect, Trouble.CONSENT_WITHDRAWN),
        ({"error": "invalid_grant", "code": 4741}, NeedsReconnect, Trouble.REVOKED),
        ({"error": "invalid_client", "code": 4702}, Misconfigured, Trouble.SECRET_WRONG),
        ({"error": "invalid_request", "code": 4709}, Misconfigured, Trouble.REGISTRATION_REFUSED),
    ],
)
def test_the_token_endpoint(said: dict[str, Any], kind: type[PortError], trouble: Trouble) -> None:
    error = token_problem(400, said, {}, refreshing=True)
    assert type(error) is kind
    assert getattr(error, "trouble", None) == trouble


def test_a_code_that_is_over_is_no_lost_account() -> None:
    for code in (4733, 4734):
        error = token_problem(400, {"error": "invalid_grant", "code": code}, {}, refreshing=False)
        assert type(error) is Rejected
