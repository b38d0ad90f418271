"""Signing in: what is asked for, what refusals mean, and how the permission is kept."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from structlog.testing import capture_logs

from chosei.adapters.microsoft import scopes
from chosei.adapters.microsoft.authorization import MicrosoftAuthorization, Registration
from chosei.ports.authorization import SignIn
from chosei.ports.errors import Misconfigured, NeedsReconnect, PortError, Rejected, Throttled, Transient
from tests.adapters.platform import (
    CLIENT,
    LOGIN,
    NONCE,
    REDIRECT,
    Platform,
    complete,
)
from tests.adapters.wire import Service, refused, reply

# --- beginning ---------------------------------------------------------------------------------------------


def test_the_browser_is_sent_with_everything_that_protects_the_way_back(platform: Platform) -> None:
    beginning = platform.port.begin(
        SignIn(state="s-1", redirect_uri=REDIRECT, login_hint="sato@sample.example")
    )
    parts = urlsplit(beginning.url)
    query = {name: value for name, [value] in parse_qs(parts.query).items()}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(beginning.code_verifier.encode()).digest())
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{LOGIN}/organizations/oauth2/v2.0/authorize"
    assert query == {
        "client_id": CLIENT,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "openid profile email offline_access User.Read Calendars.ReadWrite",
        "response_mode": "query",
        "state": "s-1",
        "nonce": beginning.nonce,
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "claims": '{"access_token":{"xms_cc":{"values":["cp1"]}}}',
        "prompt": "select_account",
        "login_hint": "sato@sample.example",
    }
    assert 43 <= len(beginning.code_verifier) <= 128
    assert platform.asked == []


def test_every_beginning_is_another(platform: Platform) -> None:
    first, second = (platform.port.begin(SignIn(state="s", redirect_uri=REDIRECT)) for _ in range(2))
    assert first.nonce != second.nonce
    assert first.code_verifier != second.code_verifier
    assert "login_hint" not in first.url


@pytest.mark.parametrize("name", ["login_url", "graph_url"])
def test_http_is_refused_outside_this_machine(name: str) -> None:
    addresses = {"login_url": LOGIN, "graph_url": "https://graph.example", name: "http://login.example"}
    with pytest.raises(Misconfigured):
        Registration(client_id=CLIENT, client_secret="x", tenant="organizations", **addresses)


@pytest.mark.parametrize(
    ("graph", "scope"),
    [
        ("https://graph.microsoft.com", "https://graph.microsoft.com/.default"),
        ("https://graph.microsoft.us", "https://graph.microsoft.us/.default"),
        ("https://dod-graph.microsoft.us", "https://dod-graph.microsoft.us/.default"),
        ("https://microsoftgraph.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/.default"),
        ("http://127.0.0.1:8100", "https://graph.microsoft.com/.default"),
    ],
)
def test_an_administrator_approves_all_that_is_registered_with_that_clouds_graph(
    platform: Platform, graph: str, scope: str
) -> None:
    registration = Registration(
        client_id=CLIENT, client_secret="x", tenant="organizations", login_url=LOGIN, graph_url=graph
    )
    port = MicrosoftAuthorization(registration, Service().http)
    url = urlsplit(port.admin_consent_url(state="s-1", redirect_uri=REDIRECT))
    assert url.path == "/organizations/v2.0/adminconsent"
    assert parse_qs(url.query)["scope"] == [scope]


# --- refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error", "numbers", "completing", "refreshing"),
    [
        (400, "invalid_grant", (700082,), Rejected, NeedsReconnect),
        (400, "invalid_grant", (54005,), Rejected, NeedsReconnect),
        (400, "invalid_grant", (50173,), Rejected, NeedsReconnect),
        (400, "invalid_grant", (65001,), NeedsReconnect, NeedsReconnect),
        (400, "invalid_grant", (), Rejected, NeedsReconnect),
        (400, "interaction_required", (50076,), NeedsReconnect, NeedsReconnect),
        (400, "interaction_required", (53003,), NeedsReconnect, NeedsReconnect),
        (400, "consent_required", (65001,), NeedsReconnect, NeedsReconnect),
        (400, "login_required", (), NeedsReconnect, NeedsReconnect),
        (401, "invalid_client", (7000215,), Misconfigured, Misconfigured),
        (401, "invalid_client", (7000222,), Misconfigured, Misconfigured),
        (400, "unauthorized_client", (700016,), Misconfigured, NeedsReconnect),
        (400, "unauthorized_client", (7000112,), Misconfigured, NeedsReconnect),
        (400, "unauthorized_client", (700054,), Misconfigured, Misconfigured),
        (400, "invalid_scope", (70011,), Misconfigured, Misconfigured),
        (400, "invalid_request", (50011,), Misconfigured, Misconfigured),
        (400, "invalid_request", (9002313,), Rejected, Misconfigured),
        (400, "access_denied", (65004,), Rejected, NeedsReconnect),
        (400, "temporarily_unavailable", (90033,), Transient, Transient),
        (503, "temporarily_unavailable", (), Transient, Transient),
        (500, "server_error", (), Transient, Transient),
        (502, "invalid_grant", (), Transient, Transient),
        (400, "something_new", (), Rejected, NeedsReconnect),
    ],
)
def test_each_refusal_says_who_can_help(
    platform: Platform,
    status: int,
    error: str,
    numbers: tuple[int, ...],
    completing: type[PortError],
    refreshing: type[PortError],
) -> None:
    platform.refuse(status, error, *numbers)
    code = f"{error}:AADSTS{numbers[0]}" if numbers else error
    for call, kind in ((complete, completing), (lambda p: p.port.refresh("r"), refreshing)):
        with pytest.raises(PortError) as refusal:
            call(platform)
        assert (type(refusal.value), refusal.value.code, refusal.value.request_id) == (kind, code, "c-1")


def test_a_suberror_tells_missing_consent(platform: Platform) -> None:
    platform.refuse(400, "invalid_grant", suberror="consent_required")
    with pytest.raises(NeedsReconnect):
        complete(platform)


@pytest.mark.parametrize(
    ("status", "error"), [(429, "x"), (503, "server_error"), (400, "temporarily_unavailable"), (502, "")]
)
def test_throttling_names_its_time(platform: Platform, status: int, error: str) -> None:
    platform.token_answer = lambda: reply(status, {"error": error}, {"Retry-After": "42"})
    with pytest.raises(Throttled) as refusal:
        platform.port.refresh("refresh-secret")
    assert refusal.value.retry_after == 42


@pytest.mark.parametrize("status", [400, 403, 404, 407, 503])
@pytest.mark.parametrize("content", [b"<html>", b"", b'{"error": {"code": "x"}}'])
def test_a_page_of_somebody_in_between_says_nothing_of_the_permission(
    platform: Platform, status: int, content: bytes
) -> None:
    platform.token_answer = lambda: httpx2.Response(status, content=content)
    with pytest.raises(Transient):
        platform.port.refresh("refresh-secret")


def test_a_code_is_never_sent_twice(platform: Platform) -> None:
    platform.refuse(503, "temporarily_unavailable")
    with pytest.raises(Transient):
        complete(platform)
    assert platform.asked == ["token"]


def test_an_empty_code_is_not_sent_at_all(platform: Platform) -> None:
    with pytest.raises(Rejected):
        platform.port.complete(code="", redirect_uri=REDIRECT, nonce=NONCE, code_verifier="v")
    assert platform.asked == []


# --- keeping the permission --------------------------------------------------------------------------------


def test_a_refresh_brings_new_tokens(platform: Platform) -> None:
    platform.grant(access_token="access-2", refresh_token="refresh-2", id_token=None)
    grant = platform.port.refresh("refresh-1")
    assert (grant.access_token, grant.refresh_token) == ("access-2", "refresh-2")
    assert platform.forms[0]["grant_type"] == "refresh_token"
    assert platform.forms[0]["refresh_token"] == "refresh-1"
    assert platform.forms[0]["scope"].split() == list(scopes.REQUESTED)


def test_a_refresh_without_a_new_refresh_token_keeps_the_old_one(platform: Platform) -> None:
    platform.grant(refresh_token=None)
    assert platform.port.refresh("refresh-1").refresh_token == "refresh-1"


def test_a_permission_that_was_cut_down_needs_its_owner(platform: Platform) -> None:
    platform.grant(scope="openid User.Read")
    with pytest.raises(NeedsReconnect):
        platform.port.refresh("refresh-1")
    with pytest.raises(NeedsReconnect):
        platform.port.refresh("")


def test_no_secret_reaches_logs_or_texts(platform: Platform) -> None:
    with capture_logs() as lines:
        grant, identity = complete(platform)
        platform.refuse(400, "invalid_grant", 700082)
        with pytest.raises(NeedsReconnect) as refusal:
            platform.port.refresh("refresh-secret")
    told = f"{lines} {grant!r} {identity!r} {refusal.value!r} {platform.port!r}"
    assert len(lines) == 4
    for secret in (
        "access-secret",
        "refresh-secret",
        "code-secret",
        "verifier-secret",
        "client-secret",
        "eyJ",
    ):
        assert secret not in told
    assert "sato" not in str(lines)
    assert "client-secret" not in repr(Registration(CLIENT, "client-secret", "organizations", LOGIN, LOGIN))


# --- the account -------------------------------------------------------------------------------------------


def account_from(*reactions: Any) -> Any:
    service = Service(*reactions)
    registration = Registration(CLIENT, "s", "organizations", LOGIN, "https://graph.example")
    port = MicrosoftAuthorization(registration, service.http)
    found = port.account("access-secret")
    assert service.requests[0].url.path == "/v1.0/me"
    assert service.requests[0].headers["authorization"] == "Bearer access-secret"
    assert 'IdType="ImmutableId"' in service.requests[0].headers["prefer"], "as in every call to Graph"
    return found


def test_addresses_come_in_their_order_each_once() -> None:
    found = account_from(
        reply(
            200,
            {
                "displayName": "佐藤 健一",
                "mail": "sato@sample.example",
                "proxyAddresses": [
                    "smtp:k.sato@sample.example",
                    "SIP:sato@sample.example",
                    "SMTP:Sato@Sample.example",
                    "smtp:ks@sample.example",
                    "x500:/o=ex/cn=sato",
                ],
                "userPrincipalName": "sato.k@sample.onmicrosoft.example",
            },
        )
    )
    assert found.display_name == "佐藤 健一"
    assert found.addresses == (
        "sato@sample.example",
        "k.sato@sample.example",
        "ks@sample.example",
        "sato.k@sample.onmicrosoft.example",
    )


def test_an_account_without_mail_has_its_login_name() -> None:
    body: dict[str, Any] = {
        "displayName": None,
        "mail": None,
        "proxyAddresses": [],
        "userPrincipalName": "a@b.example",
    }
    assert account_from(reply(200, body)).addresses == ("a@b.example",)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(401, "InvalidAuthenticationToken"), NeedsReconnect),
        (refused(403, "Authorization_RequestDenied"), Rejected),
        (refused(500, "InternalServerError"), Transient),
        (httpx2.Response(200, content=b"nonsense"), Transient),
    ],
)
def test_an_account_that_cannot_be_read_raises(answer: Any, kind: type[PortError]) -> None:
    with pytest.raises(kind):
        account_from(answer)


def test_the_requested_scopes_are_frozen() -> None:
    # Changing this list asks every customer's administrator for consent again.
    assert scopes.REQUESTED == (
        "openid",
        "profile",
        "email",
        "offline_access",
        "User.Read",
        "Calendars.ReadWrite",
    )
    assert all(scopes.REASONS.values())
