"""Claims: read from a refusal, sent back with what we can do; and the number that names the trouble."""

from __future__ import annotations

import base64
import json

import pytest

from chosei.adapters.microsoft import challenges
from chosei.adapters.microsoft.reasons import trouble_of
from chosei.adapters.microsoft.token_errors import returned_problem
from chosei.core.troubles import Trouble
from chosei.ports.errors import Misconfigured, NeedsReconnect, PortError, Rejected, Transient
from tests.adapters.platform import Platform
from tests.adapters.wire import Service, graph_on, reply

WANTED = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'


def challenge(claims: bytes, error: str = "insufficient_claims") -> dict[str, str]:
    encoded = base64.b64encode(claims).decode()
    told = f'Bearer realm="", authorization_uri="https://x", error="{error}", claims="{encoded}"'
    return {"WWW-Authenticate": told}


def test_claims_are_read_from_the_refusal() -> None:
    assert challenges.of_refusal(challenge(WANTED.encode())) == WANTED
    unpadded = challenge(WANTED.encode())["WWW-Authenticate"].replace("=", "=", 1).rstrip('="') + '"'
    assert challenges.of_refusal({"www-authenticate": unpadded}) == WANTED


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"WWW-Authenticate": 'Bearer error="invalid_token"'},
        {"WWW-Authenticate": 'Bearer error="insufficient_claims", claims="!"'},
        challenge(WANTED.encode(), "invalid_token"),
        challenge(b"no json"),
        challenge(b"[1]"),
        challenge(b"\xff\xfe"),
        challenge(json.dumps({"x": "y" * 5000}).encode()),
    ],
)
def test_what_is_no_challenge_is_none(headers: dict[str, str]) -> None:
    assert challenges.of_refusal(headers) == ""


def test_what_is_asked_for_stands_beside_what_we_can_do() -> None:
    sent = json.loads(challenges.answering(WANTED))
    assert sent == {
        "access_token": {
            "xms_cc": {"values": ["cp1"]},
            "nbf": {"essential": True, "value": "1604106651"},
        }
    }
    assert json.loads(challenges.answering()) == challenges.CAPABILITY


def test_a_challenge_is_carried_to_the_refresh_and_told_when_that_is_not_enough() -> None:
    refused = reply(401, {"error": {"code": "InvalidAuthenticationToken"}}, challenge(WANTED.encode()))
    graph, tokens, _ = graph_on(Service(refused, refused))
    from chosei.adapters.microsoft.calls import GraphCall

    with pytest.raises(NeedsReconnect) as lost:
        graph.send(GraphCall("GET", "/me", "/me"))
    assert (lost.value.claims, lost.value.trouble) == (WANTED, Trouble.CHALLENGED)
    assert tokens.claims == ["", WANTED]


def test_a_refused_refresh_keeps_the_claims_of_either_side(platform: Platform) -> None:
    platform.refuse(400, "interaction_required", 50076, claims=WANTED)
    with pytest.raises(NeedsReconnect) as lost:
        platform.port.refresh("r")
    assert (lost.value.claims, lost.value.trouble) == (WANTED, Trouble.MFA)
    platform.refuse(400, "invalid_grant", 50173)
    with pytest.raises(NeedsReconnect) as lost:
        platform.port.refresh("r", claims=WANTED)
    assert (lost.value.claims, lost.value.trouble) == (WANTED, Trouble.REVOKED)
    assert json.loads(platform.forms[-1]["claims"])["access_token"]["nbf"]["value"] == "1604106651"


@pytest.mark.parametrize(
    ("error", "numbers", "suberror", "challenged", "trouble"),
    [
        ("interaction_required", (50079,), "basic_action", True, Trouble.MFA),
        ("interaction_required", (53003,), None, True, Trouble.CONDITIONAL_ACCESS),
        ("interaction_required", (99999999,), "message_only", True, Trouble.CONDITIONAL_ACCESS),
        ("interaction_required", (99999999,), None, True, Trouble.CHALLENGED),
        ("invalid_grant", (50132,), "bad_token", False, Trouble.PASSWORD_CHANGED),
        ("invalid_grant", (99999999,), "user_password_expired", False, Trouble.PASSWORD_CHANGED),
        ("invalid_grant", (50057,), None, False, Trouble.ACCOUNT_DISABLED),
        ("invalid_grant", (700082,), None, False, Trouble.IDLE),
        ("invalid_grant", (), None, False, Trouble.SIGNED_OUT),
        ("consent_required", (), None, False, Trouble.CONSENT_WITHDRAWN),
        ("interaction_required", (50158,), None, False, Trouble.CHALLENGED),
        ("unauthorized_client", (700016,), None, False, Trouble.APP_REMOVED),
        ("unauthorized_client", (7000112,), None, False, Trouble.APP_REMOVED),
    ],
)
def test_a_number_we_do_not_know_falls_back(
    error: str, numbers: tuple[int, ...], suberror: str | None, challenged: bool, trouble: Trouble
) -> None:
    assert trouble_of(error, numbers, suberror, challenged=challenged) is trouble


@pytest.mark.parametrize(
    ("error", "description", "kind", "told"),
    [
        ("access_denied", "AADSTS65004: declined", Rejected, "cancelled"),
        ("access_denied", "AADSTS90094: admin", Rejected, "approval_needed"),
        ("access_denied", "AADSTS53003: blocked", NeedsReconnect, Trouble.CONDITIONAL_ACCESS),
        ("access_denied", "AADSTS50105: not assigned", NeedsReconnect, Trouble.NOT_ASSIGNED),
        ("interaction_required", "AADSTS50076: mfa", NeedsReconnect, Trouble.MFA),
        ("interaction_required", "AADSTS50158: external", NeedsReconnect, Trouble.CHALLENGED),
        ("consent_required", "AADSTS65001: consent", Rejected, "approval_needed"),
        ("interaction_required", "AADSTS50020: of another tenant", Rejected, "foreign_account"),
        ("access_denied", "AADSTS90072: of another tenant", Rejected, "foreign_account"),
        ("invalid_client", "AADSTS650053: no such scope", Misconfigured, "invalid_client"),
        ("unauthorized_client", "AADSTS700016: no such application", Misconfigured, "unauthorized_client"),
        ("server_error", "", Transient, "server_error"),
        ("<script>", "", Rejected, "unreadable"),
    ],
)
def test_what_comes_back_with_the_browser_is_named(
    error: str, description: str, kind: type[PortError], told: str
) -> None:
    found = returned_problem(error, description)
    assert type(found) is kind
    assert (found.trouble if isinstance(found, NeedsReconnect) else found.code) == told
