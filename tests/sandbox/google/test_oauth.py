"""Google's sign-in on the sandbox: what is refused, what is granted, and when a permission dies."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from chosei.sandbox.clock import ManualClock
from chosei.sandbox.google import clients
from tests.support.google_tenant import GoogleTenant
from tests.support.sandbox import running_sandbox

START = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
BACK = "http://127.0.0.1:8000/connect/google/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "client_id": clients.CLIENT_ID,
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": f"openid email profile {clients.CALENDAR_EVENTS} {clients.FREE_BUSY}",
    "state": "s",
    "nonce": "n",
    "access_type": "offline",
    "prompt": "select_account consent",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
SATO = "sato@sample.example"


@pytest.fixture
def tenant() -> Iterator[GoogleTenant]:
    with running_sandbox(clock=ManualClock(START)) as running:
        yield GoogleTenant(running)


def address(**changes: str) -> str:
    return str(httpx2.URL("/google/o/oauth2/v2/auth", params={**ASKED, **changes}))


def spent(tenant: GoogleTenant, code: str, **changes: str) -> httpx2.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "client_id": clients.CLIENT_ID,
        "client_secret": clients.CLIENT_SECRET,
        **changes,
    }
    return httpx2.post(f"{tenant.sandbox.url}/google/token", data=form, trust_env=False)


def granted(tenant: GoogleTenant, **changes: str) -> dict[str, Any]:
    answer = spent(tenant, tenant.returned(address(**changes), SATO)["code"])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refreshed(tenant: GoogleTenant, token: str) -> httpx2.Response:
    return spent(tenant, "", grant_type="refresh_token", refresh_token=token)


def wait(tenant: GoogleTenant, step: timedelta) -> None:
    clock: Any = tenant.sandbox.context.clock
    clock.advance(step)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "x"}, "invalid_client"),
        ({"redirect_uri": "https://evil.example/connect/google/callback"}, "redirect_uri_mismatch"),
        ({"scope": "https://www.googleapis.com/auth/drive"}, "invalid_scope"),
        ({"response_type": "token"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_request_ends_on_googles_page(
    tenant: GoogleTenant, changes: dict[str, str], error: str
) -> None:
    person = tenant.sign_in(address(**changes), SATO)
    assert (person.status, person.returned_to) == (400, "")
    assert error in person.text


def test_a_code_is_good_once_for_its_own_address_and_verifier(tenant: GoogleTenant) -> None:
    for changes in ({"redirect_uri": f"{BACK}x"}, {"code_verifier": "w" * 64}, {"client_secret": "x"}):
        assert spent(tenant, tenant.returned(address(), SATO)["code"], **changes).status_code in (400, 401)
    code = tenant.returned(address(), SATO)["code"]
    assert spent(tenant, code).status_code == 200
    assert spent(tenant, code).json()["error"] == "invalid_grant"


def test_a_refresh_token_comes_with_consent_alone_and_what_was_granted_adds_up(tenant: GoogleTenant) -> None:
    first = granted(tenant)
    assert first["refresh_token"]
    assert "refresh_token" not in granted(tenant, prompt="select_account", access_type="offline")
    assert "refresh_token" not in granted(tenant, access_type="online")
    more = granted(tenant, scope=f"openid {clients.ROOMS}", include_granted_scopes="true")
    assert {clients.ROOMS, clients.CALENDAR_EVENTS} <= set(more["scope"].split())


def test_a_permission_in_testing_dies_after_a_week(tenant: GoogleTenant) -> None:
    tenant.google.grants.set_testing(True)
    grant = granted(tenant)
    assert grant["refresh_token_expires_in"] == 7 * 24 * 3600
    wait(tenant, timedelta(days=6))
    assert refreshed(tenant, grant["refresh_token"]).status_code == 200
    wait(tenant, timedelta(days=2))
    assert refreshed(tenant, grant["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_permission_dies_after_six_months_without_use(tenant: GoogleTenant) -> None:
    token = granted(tenant)["refresh_token"]
    for _ in range(3):
        wait(tenant, timedelta(days=150))
        assert refreshed(tenant, token).status_code == 200, "used, and so alive"
    wait(tenant, timedelta(days=190))
    assert refreshed(tenant, token).json()["error"] == "invalid_grant"


def test_revoking_takes_every_token_back(tenant: GoogleTenant) -> None:
    grant = granted(tenant)
    url, form = f"{tenant.sandbox.url}/google/revoke", {"token": grant["access_token"]}
    assert httpx2.post(url, data=form, trust_env=False).status_code == 200
    assert refreshed(tenant, grant["refresh_token"]).status_code == 400
    assert httpx2.post(url, data=form, trust_env=False).status_code == 400
