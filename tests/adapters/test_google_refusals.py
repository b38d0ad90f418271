"""What Google's refusals mean, reason by reason (contracts/google-workspace.md, "Quota and errors")."""

from __future__ import annotations

from typing import Any

import pytest

from chosei.adapters.google.authorization import GoogleAuthorization, Registration
from chosei.adapters.google.problems import DAY_QUOTA_SECONDS, MINUTE_QUOTA_SECONDS, WritesUsedUp, refusal
from chosei.adapters.google.token_errors import returned_problem, token_problem
from chosei.core.troubles import Trouble
from chosei.ports.authorization import CANCELLED, WALL
from chosei.ports.errors import (
    Conflict,
    Misconfigured,
    Missing,
    NeedsReconnect,
    PortError,
    Rejected,
    Throttled,
    Transient,
)
from tests.adapters.wire import Service, reply


def told(status: int, reason: str) -> PortError:
    body = {"error": {"code": status, "errors": [{"domain": "usageLimits", "reason": reason}]}}
    return refusal(status, body, {})


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "userRateLimitExceeded"),
        (403, "rateLimitExceeded"),
        (403, "quotaExceeded"),
        (429, "rateLimitExceeded"),
        (429, "anything"),
    ],
)
def test_the_minutes_quota_whatever_the_status(status: int, reason: str) -> None:
    error = told(status, reason)
    assert isinstance(error, Throttled)
    assert not isinstance(error, WritesUsedUp)
    assert MINUTE_QUOTA_SECONDS[0] <= error.retry_after <= MINUTE_QUOTA_SECONDS[1]


def test_the_days_quota_is_waited_for_longer() -> None:
    error = told(403, "dailyLimitExceeded")
    assert isinstance(error, Throttled)
    assert DAY_QUOTA_SECONDS[0] <= error.retry_after <= DAY_QUOTA_SECONDS[1]


def test_too_many_entries_stop_writing_and_not_reading() -> None:
    assert isinstance(told(403, "calendarUsageLimitsExceeded"), WritesUsedUp)


def test_a_retry_after_counts_where_there_is_one() -> None:
    error = refusal(403, {"error": {"errors": [{"reason": "rateLimitExceeded"}]}}, {"Retry-After": "7"})
    assert isinstance(error, Throttled)
    assert error.retry_after == 7


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (400, "invalid", Rejected),
        (401, "authError", NeedsReconnect),
        (403, "forbiddenForNonOrganizer", Rejected),
        (403, "insufficientPermissions", NeedsReconnect),
        (403, "accessNotConfigured", Misconfigured),
        (403, "notACalendarUser", Rejected),
        (404, "notFound", Missing),
        (409, "duplicate", Conflict),
        (410, "deleted", Missing),
        (410, "fullSyncRequired", Missing),
        (410, "updatedMinTooLongAgo", Missing),
        (412, "conditionNotMet", Conflict),
        (500, "backendError", Transient),
        (503, "backendError", Transient),
    ],
)
def test_the_reason_decides(status: int, reason: str, kind: type[PortError]) -> None:
    assert type(told(status, reason)) is kind or isinstance(told(status, reason), kind)
    assert not isinstance(told(status, reason), Throttled)


def test_an_address_for_messages_that_google_does_not_take_says_nothing_of_the_account() -> None:
    assert isinstance(told(401, "push.webhookUrlUnauthorized"), Rejected)


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        (
            {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
            Trouble.LAPSED,
        ),
        ({"error": "invalid_grant", "error_subtype": "invalid_rapt"}, Trouble.SIGN_IN_FREQUENCY),
        (
            {"error": "invalid_grant", "error_description": "Account has been deleted"},
            Trouble.ACCOUNT_DELETED,
        ),
        ({"error": "admin_policy_enforced"}, Trouble.CONSENT_WITHDRAWN),
    ],
)
def test_a_dead_refresh_token(said: dict[str, Any], trouble: Trouble) -> None:
    error = token_problem(400, said, {}, refreshing=True)
    assert isinstance(error, NeedsReconnect)
    assert error.trouble == trouble


def test_the_registration_is_the_operators_and_a_proxy_nobodys() -> None:
    assert isinstance(token_problem(401, {"error": "invalid_client"}, {}, refreshing=True), Misconfigured)
    assert isinstance(token_problem(403, None, {}, refreshing=True), Transient)


def test_a_browser_that_comes_back_with_a_refusal() -> None:
    for error, code in (
        ("access_denied", CANCELLED),
        ("admin_policy_enforced", WALL),
        ("access_not_configured", WALL),
    ):
        assert (type(returned_problem(error, "")), returned_problem(error, "").code) == (Rejected, code)


@pytest.mark.parametrize(
    ("verified", "counts"), [(True, True), ("true", True), (False, False), (None, False)]
)
def test_only_an_address_that_google_has_verified_counts(verified: object, counts: bool) -> None:
    told_of = {"name": "佐藤 健一", "email": "sato@sample.example", "email_verified": verified}
    base = "https://google.example"
    registration = Registration("client", "secret", base, base, base)
    account = GoogleAuthorization(registration, Service(reply(200, told_of)).http).account("token")
    assert account.addresses == (("sato@sample.example",) if counts else ())
