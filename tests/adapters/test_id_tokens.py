"""Coming back from the sign-in: what is believed, and what is not."""

from __future__ import annotations

import base64
import hmac
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from chosei.adapters.microsoft import scopes
from chosei.ports.authorization import Identity
from chosei.ports.errors import Misconfigured, Transient
from tests.adapters.platform import (
    ACCOUNT,
    CLIENT,
    LOGIN,
    REDIRECT,
    TENANT,
    Platform,
    complete,
    encoded,
    rejection,
    rsa,
)


def test_a_true_answer_gives_tokens_and_the_account(platform: Platform) -> None:
    grant, identity = complete(platform)
    assert identity == Identity(TENANT, ACCOUNT, "佐藤 健一", "sato@sample.example")
    assert (grant.access_token, grant.refresh_token) == ("access-secret", "refresh-secret")
    assert grant.scopes >= {"User.Read", "Calendars.ReadWrite"}
    assert abs(grant.expires_at - datetime.now(UTC) - timedelta(hours=1)) < timedelta(seconds=10)
    assert platform.forms == [
        {
            "grant_type": "authorization_code",
            "client_id": CLIENT,
            "client_secret": "client-secret",
            "redirect_uri": REDIRECT,
            "code": "code-secret",
            "code_verifier": "verifier-secret",
            "claims": '{"access_token":{"xms_cc":{"values":["cp1"]}}}',
        }
    ]


def test_keys_are_kept_between_sign_ins(platform: Platform) -> None:
    complete(platform)
    complete(platform)
    assert platform.asked == ["token", "openid-configuration", "keys", "token"]


def test_a_new_key_is_fetched_when_a_token_names_it(platform: Platform) -> None:
    complete(platform)
    platform.key = rsa("key-2")
    platform.published.append(platform.public(platform.key))
    platform.grant(id_token=platform.sign(platform.claims(), kid="key-2"))
    assert complete(platform)[1].object_id == ACCOUNT


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "another-client"}, "id_token_audience"),
        ({"aud": [CLIENT]}, "id_token_aud"),
        ({"aud": None}, "id_token_aud"),
        ({"iss": f"{LOGIN}/33333333-3333-4333-8333-333333333333/v2.0"}, "id_token_issuer"),
        ({"iss": f"{LOGIN}/{{tenantid}}/v2.0"}, "id_token_issuer"),
        ({"iss": f"https://evil.example/{TENANT}/v2.0"}, "id_token_issuer"),
        ({"iss": f"{LOGIN}/{TENANT}/v2.0/"}, "id_token_issuer"),
        ({"iss": None}, "id_token_iss"),
        ({"tid": "33333333-3333-4333-8333-333333333333"}, "id_token_issuer"),
        ({"tid": "sample.example", "iss": f"{LOGIN}/sample.example/v2.0"}, "id_token_tenant"),
        ({"tid": None}, "id_token_tid"),
        (
            {
                "tid": "9188040d-6c67-4c5b-b112-36a304b66dad",
                "iss": f"{LOGIN}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
            },
            "id_token_personal_account",
        ),
        ({"nonce": "another"}, "id_token_nonce"),
        ({"nonce": None}, "id_token_nonce"),
        ({"exp": int(time.time()) - 86_400}, "id_token_expired"),
        ({"nbf": int(time.time()) + 86_400}, "id_token_expired"),
        ({"exp": None}, "id_token_time"),
        ({"exp": "tomorrow"}, "id_token_time"),
        ({"exp": True}, "id_token_time"),
        ({"oid": None}, "id_token_oid"),
        ({"oid": "sato"}, "id_token_account"),
        ({"oid": 7}, "id_token_oid"),
    ],
)
def test_a_token_about_something_else_is_refused(
    platform: Platform, changes: dict[str, Any], code: str
) -> None:
    platform.grant(id_token=platform.sign(platform.claims(**changes)))
    assert rejection(platform) == code


def test_a_token_signed_by_somebody_else_is_refused(platform: Platform) -> None:
    platform.grant(id_token=platform.sign(platform.claims(), key=rsa("key-1", 2)))
    assert rejection(platform) == "id_token_signature"


def test_a_token_under_an_unknown_key_is_refused(platform: Platform) -> None:
    platform.grant(id_token=platform.sign(platform.claims(), kid="key-9"))
    assert rejection(platform) == "id_token_key_unknown"


def test_a_token_without_a_signature_is_refused(platform: Platform) -> None:
    head, body = encoded({"alg": "none", "kid": "key-1"}), encoded(platform.claims())
    platform.grant(id_token=f"{head}.{body}.")
    assert rejection(platform) == "id_token_algorithm"


def test_the_public_key_does_not_serve_as_a_shared_secret(platform: Platform) -> None:
    head, body = (encoded({"alg": "HS256", "kid": "key-1"}), encoded(platform.claims()))
    public = platform.key.as_pem(private=False)
    digest = hmac.digest(public, f"{head}.{body}".encode(), "sha256")
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    platform.grant(id_token=f"{head}.{body}.{signature}")
    assert rejection(platform) == "id_token_algorithm"


def test_other_algorithms_are_refused_even_with_the_right_key(platform: Platform) -> None:
    platform.grant(id_token=platform.sign(platform.claims(), alg="RS512"))
    assert rejection(platform) == "id_token_algorithm"


def test_a_changed_claim_breaks_the_signature(platform: Platform) -> None:
    head, _, signature = platform.sign(platform.claims()).split(".")
    forged = platform.claims(oid="33333333-3333-4333-8333-333333333333")
    platform.grant(id_token=f"{head}.{encoded(forged)}.{signature}")
    assert rejection(platform) == "id_token_signature"


def test_a_key_of_one_issuer_signs_for_no_other(platform: Platform) -> None:
    platform.published = [
        platform.public(platform.key, issuer=f"{LOGIN}/33333333-3333-4333-8333-333333333333/v2.0")
    ]
    assert rejection(platform) == "id_token_issuer"


def test_an_encryption_key_verifies_nothing(platform: Platform) -> None:
    platform.published = [platform.public(platform.key, use="enc")]
    assert rejection(platform) == "id_token_key_unknown"


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "a.b.c.d.e", "ä.ö.ü"])
def test_what_is_no_token_is_refused(platform: Platform, token: str) -> None:
    platform.grant(id_token=token)
    assert rejection(platform).startswith("id_token_")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id_token": None}, "id_token_missing"),
        ({"id_token": 7}, "id_token_missing"),
        ({"refresh_token": None}, "refresh_token_missing"),
        ({"scope": "openid profile email User.Read"}, "scopes_missing"),
        ({"scope": "openid User.Read Calendars.ReadWrite.Shared"}, "scopes_missing"),
        ({"scope": ""}, "scopes_missing"),
    ],
)
def test_an_answer_that_lacks_something_is_refused(
    platform: Platform, changes: dict[str, Any], code: str
) -> None:
    platform.grant(**changes)
    assert rejection(platform) == code


@pytest.mark.parametrize("seconds", [-240, 240])
def test_a_clock_may_be_four_minutes_off(platform: Platform, seconds: int) -> None:
    theirs = int(time.time()) + seconds
    times = {"iat": theirs, "nbf": theirs, "exp": theirs + (3600 if seconds > 0 else 0)}
    platform.grant(id_token=platform.sign(platform.claims(**times)))
    assert complete(platform)[1].object_id == ACCOUNT


def test_scopes_that_are_not_told_are_those_asked_for(platform: Platform) -> None:
    platform.grant(scope=None)
    assert complete(platform)[0].scopes == frozenset(scopes.REQUESTED)
    assert platform.port.refresh("refresh-1").scopes == frozenset(scopes.REQUESTED)


@pytest.mark.parametrize(
    "scope",
    [
        "https://graph.microsoft.com/User.Read https://graph.microsoft.com/Calendars.ReadWrite",
        "user.read CALENDARS.READWRITE openid",
        "https://microsoftgraph.chinacloudapi.cn/Calendars.ReadWrite User.Read profile",
    ],
)
def test_scopes_are_taken_long_or_short_in_any_case(platform: Platform, scope: str) -> None:
    platform.grant(scope=scope)
    assert complete(platform)[0].scopes >= scopes.NEEDED


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": None},
        {"access_token": ""},
        {"access_token": ["x"]},
        {"expires_in": None},
        {"expires_in": 0},
        {"expires_in": True},
        {"expires_in": "soon"},
        {"token_type": "mac"},
        {"token_type": None},
        {"scope": ["User.Read"]},
        {"refresh_token": {"value": "x"}},
    ],
)
def test_an_answer_of_another_shape_is_not_believed(platform: Platform, changes: dict[str, Any]) -> None:
    platform.grant(**changes)
    with pytest.raises(Transient):
        complete(platform)


@pytest.mark.parametrize("content", [b"<html>", b"[]", b""])
def test_an_answer_that_is_not_an_object_is_transient(platform: Platform, content: bytes) -> None:
    platform.token_answer = lambda: httpx2.Response(200, content=content)
    with pytest.raises(Transient):
        complete(platform)


@pytest.mark.parametrize(
    "discovery",
    [
        {},
        [],
        {"issuer": 7, "jwks_uri": f"{LOGIN}/keys"},
        {"issuer": "x"},
    ],
)
def test_unreadable_metadata_is_transient(platform: Platform, discovery: Any) -> None:
    platform.discovery = discovery
    with pytest.raises(Transient):
        complete(platform)


def test_keys_are_not_fetched_over_http(platform: Platform) -> None:
    platform.discovery["jwks_uri"] = "http://login.example/keys"
    with pytest.raises(Misconfigured):
        complete(platform)
