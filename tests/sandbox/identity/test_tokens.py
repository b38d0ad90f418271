"""The token endpoint: what it gives, once, to whom, and in which words it refuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from chosei.sandbox.clock import ManualClock
from tests.sandbox.identity.conftest import APP_ID, REDIRECT, SECRET, Client
from tests.support.person import Person


@pytest.fixture
def code(client: Client, person: Person) -> str:
    """A fresh code of Sato's."""
    client.authorize(person).sign_in("sato@sample.example").press("承諾")
    return person.returned["code"]


def refusal(answer: httpx2.Response, status: int = 400) -> tuple[str, int]:
    """The word and number of a refusal, its shape checked."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    number = body["error_codes"][0]
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert body["correlation_id"] in body["error_description"]
    assert datetime.fromisoformat(body["timestamp"]).tzinfo
    assert body["trace_id"]
    return body["error"], number


def test_a_code_becomes_tokens(client: Client, code: str) -> None:
    answer = client.redeem(code)
    body = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3900)
    assert set(body["scope"].split()) == {"openid", "profile", "email", "User.Read", "Calendars.ReadWrite"}
    assert client.graph(body["access_token"]).json()["userPrincipalName"] == "sato@sample.example"


def test_a_code_is_good_once(client: Client, code: str) -> None:
    assert client.redeem(code).status_code == 200
    assert refusal(client.redeem(code)) == ("invalid_grant", 54005)


def test_a_code_is_good_for_ten_minutes(client: Client, code: str, clock: ManualClock) -> None:
    clock.advance(timedelta(minutes=10))
    assert refusal(client.redeem(code)) == ("invalid_grant", 70008)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code": "made-up"}, ("invalid_grant", 70000)),
        ({"code": ""}, ("invalid_request", 900144)),
        ({"grant_type": ""}, ("invalid_request", 900144)),
        ({"grant_type": "password"}, ("unsupported_grant_type", 70003)),
        ({"redirect_uri": REDIRECT.replace("8000", "8001")}, ("invalid_grant", 500112)),
        ({"code_verifier": "x" * 43}, ("invalid_grant", 501481)),
        ({"code_verifier": "日本語" * 15}, ("invalid_grant", 501481)),
        ({"code_verifier": ""}, ("invalid_grant", 501481)),
        ({"scope": "Mail.Send"}, ("invalid_grant", 65001)),
        ({"scope": "Nonsense"}, ("invalid_scope", 70011)),
        ({"tenant": "test.example"}, ("invalid_grant", 700005)),
        ({"tenant": "nowhere.example"}, ("invalid_request", 90002)),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, ("unauthorized_client", 700016)),
    ],
)
def test_a_wrong_redemption(
    client: Client, code: str, changes: dict[str, str], expected: tuple[str, int]
) -> None:
    assert refusal(client.redeem(**{"code": code, **changes})) == expected


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"client_secret": "guess"}, 7000215),
        ({"client_secret": "sandbox-secret-of-last-year"}, 7000222),
        ({"client_secret": ""}, 7000218),
        ({"client_assertion": "e30.e30.e30"}, 700027),
    ],
)
def test_a_client_that_cannot_prove_itself(
    client: Client, code: str, changes: dict[str, str], number: int
) -> None:
    assert refusal(client.redeem(code, **changes), 401) == ("invalid_client", number)
    assert client.redeem(code).status_code == 200, "the code was not spent"


def test_the_secret_may_come_by_basic(client: Client, code: str) -> None:
    basic = httpx2.BasicAuth(APP_ID, SECRET)
    assert client.redeem(code, client_secret="", client_id="", auth=basic).status_code == 200


def test_a_wrong_secret_by_basic(client: Client, code: str) -> None:
    answer = client.redeem(code, client_secret="", client_id="", auth=httpx2.BasicAuth(APP_ID, "guess"))
    assert refusal(answer, 401) == ("invalid_client", 7000215)
    assert answer.headers["www-authenticate"] == "Basic"


def test_a_secret_in_the_address_counts_for_nothing(client: Client, code: str) -> None:
    query = {"grant_type": "authorization_code", "code": code, "client_id": APP_ID, "client_secret": SECRET}
    answer = client.http.post("/organizations/oauth2/v2.0/token", params=query)
    assert refusal(answer) == ("invalid_request", 900144)


def test_plain_pkce(client: Client, person: Person) -> None:
    client.authorize(person, code_challenge="p" * 43, code_challenge_method="plain")
    code = person.sign_in("sato@sample.example").press("承諾").returned["code"]
    assert client.redeem(code, code_verifier="p" * 43).status_code == 200


def test_refreshing_gives_a_new_refresh_token_and_keeps_the_old(client: Client, person: Person) -> None:
    first = client.connect(person)
    second = client.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert client.refresh(first["refresh_token"]).status_code == 200
    third = client.refresh(second["refresh_token"]).json()
    assert client.graph(third["access_token"]).status_code == 200
    assert third["id_token"]


def test_without_offline_access_there_is_no_refresh_token(client: Client, person: Person) -> None:
    body = client.connect(person, scope="openid User.Read")
    assert "refresh_token" not in body
    assert "id_token" in body


def test_without_openid_there_is_no_id_token(client: Client, person: Person) -> None:
    body = client.connect(person, scope="offline_access User.Read")
    assert "id_token" not in body
    assert "refresh_token" in body


def test_a_scope_narrows_what_a_refresh_gives(client: Client, person: Person) -> None:
    refresh_token = client.connect(person)["refresh_token"]
    narrow = client.refresh(refresh_token, scope="https://graph.microsoft.com/User.Read").json()
    assert narrow["scope"] == "https://graph.microsoft.com/User.Read"
    assert client.graph(narrow["access_token"]).status_code == 200
    refused = client.graph(narrow["access_token"], "/me/calendar")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "ErrorAccessDenied")
    wide = client.refresh(narrow["refresh_token"]).json()
    assert client.graph(wide["access_token"], "/me/calendar").status_code == 200


def test_scopes_come_back_in_the_client_s_spelling(client: Client, person: Person) -> None:
    body = client.connect(person, scope="openid https://graph.microsoft.com/user.read")
    assert body["scope"] == "openid https://graph.microsoft.com/User.Read"


def test_an_idle_refresh_token_ends_after_ninety_days(
    client: Client, person: Person, clock: ManualClock
) -> None:
    first = client.connect(person)["refresh_token"]
    clock.advance(timedelta(days=60))
    second = client.refresh(first).json()["refresh_token"]
    clock.advance(timedelta(days=60))
    assert refusal(client.refresh(first)) == ("invalid_grant", 700082)
    assert client.refresh(second).status_code == 200


def test_revoked_sessions_end_every_token(client: Client, person: Person, clock: ManualClock) -> None:
    tokens = client.connect(person)
    directory = client.sandbox.context.directory
    user = directory.user("sato@sample.example")
    assert user is not None
    directory.revoke_sessions(user.oid, clock.now())
    assert refusal(client.refresh(tokens["refresh_token"])) == ("invalid_grant", 50173)
    answer = client.graph(tokens["access_token"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    clock.advance(timedelta(seconds=1))
    assert client.authorize(person).heading == "サインイン", "the browser's session ended as well"
    code = person.sign_in("sato@sample.example").returned["code"]
    assert client.graph(client.redeem(code).json()["access_token"]).status_code == 200


def test_a_policy_that_wants_the_person_present(client: Client, person: Person) -> None:
    refresh_token = client.connect(person)["refresh_token"]
    directory = client.sandbox.context.directory
    user = directory.user("sato@sample.example")
    assert user is not None
    directory.set_mfa_required(user.oid, True)
    answer = client.refresh(refresh_token)
    assert refusal(answer) == ("interaction_required", 50076)
    claims = answer.json()["claims"]
    assert client.authorize(person, claims=claims).heading == "サインイン", "although a session exists"
    person.sign_in("sato@sample.example")
    assert client.redeem(person.returned["code"]).status_code == 200
    assert client.refresh(refresh_token).status_code == 200


def test_a_withdrawn_consent_ends_the_refresh_token(client: Client, person: Person) -> None:
    refresh_token = client.connect(person)["refresh_token"]
    consents = client.sandbox.context.identity.consents
    given = consents.all()[0]
    consents.revoke(given.app_id, given.tid, given.holder)
    answer = client.refresh(refresh_token)
    assert refusal(answer) == ("invalid_grant", 65001)
    assert answer.json()["suberror"] == "consent_required"


def test_a_token_of_another_client_is_refused(client: Client, person: Person) -> None:
    refresh_token = client.connect(person)["refresh_token"]
    stranger = "5b0c1f4e-9d0e-4a57-8c53-0c405e100002"
    answer = client.refresh(refresh_token, client_id=stranger, client_secret="")
    assert refusal(answer) == ("invalid_grant", 70000)
    assert refusal(client.refresh("made-up")) == ("invalid_grant", 70000)


def test_a_public_client_has_no_secret(client: Client, person: Person) -> None:
    public: dict[str, Any] = {"client_id": "5b0c1f4e-9d0e-4a57-8c53-0c405e100002"}
    client.authorize(person, redirect_uri="http://localhost:4711", **public)
    code = person.sign_in("sato@sample.example").press("承諾").returned["code"]
    form = {"redirect_uri": "http://localhost:4711", **public}
    assert refusal(client.redeem(code, **form), 401) == ("invalid_client", 700025)
    assert client.redeem(code, client_secret="", **form).status_code == 200


class TestApplicationTokens:
    def test_an_application_the_tenant_never_admitted(self, client: Client) -> None:
        assert refusal(self.ask(client)) == ("unauthorized_client", 700016)

    def test_the_tenant_must_be_named(self, client: Client) -> None:
        assert refusal(self.ask(client, tenant="organizations")) == ("invalid_request", 50059)

    def test_single_scopes_cannot_be_asked_for(self, client: Client) -> None:
        answer = self.ask(client, scope="https://graph.microsoft.com/Calendars.ReadWrite")
        assert refusal(answer) == ("invalid_scope", 1002012)

    def test_after_admin_consent_it_reads_any_mailbox_but_has_no_me(
        self, client: Client, person: Person
    ) -> None:
        person.open(
            "/sample.example/v2.0/adminconsent",
            client_id=APP_ID,
            redirect_uri=REDIRECT.replace("callback", "admin-consent"),
            scope="https://graph.microsoft.com/.default",
        )
        person.sign_in("admin@sample.example").press("承諾")
        body = self.ask(client).json()
        assert set(body) == {"token_type", "expires_in", "ext_expires_in", "access_token"}
        assert client.graph(body["access_token"], "/users/sato@sample.example/calendar").status_code == 200
        assert client.graph(body["access_token"], "/me/calendar").json()["error"]["code"] == "BadRequest"

    @staticmethod
    def ask(client: Client, **changes: str) -> httpx2.Response:
        form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
        return client.token(**{"tenant": "sample.example", **form, **changes})
