"""Microsoft's own client library signs in and refreshes. It refuses http, so its transport is led to the
sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msal
import pytest

from tests.sandbox.identity.conftest import APP_ID, SECRET, Client
from tests.support.person import Person
from tests.support.sandbox import Sandbox, running_sandbox

CLOUD = "https://login.microsoftonline.com"
REDIRECT = "http://localhost:8000/connect/microsoft/callback"


class Led:
    """What msal wants of a transport; requests for Microsoft's host go to the sandbox, as behind a proxy
    with TLS."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> httpx2.Response:
        return self._send("GET", url, params=params, headers=headers)

    def post(
        self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any
    ) -> httpx2.Response:
        return self._send("POST", url, params=params, data=data, headers=headers)

    def close(self) -> None:
        """Nothing is kept open."""

    def _send(self, method: str, url: str, headers: Any = None, **more: Any) -> httpx2.Response:
        assert url.startswith(CLOUD + "/"), url
        proxied = {"Host": urlsplit(CLOUD).netloc, "X-Forwarded-Proto": "https", **(headers or {})}
        return httpx2.request(method, self._url + url.removeprefix(CLOUD), headers=proxied, **more)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """On the machine's clock, by which msal judges tokens."""
    with running_sandbox() as running:
        yield running


@pytest.fixture
def app(client: Client) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        APP_ID,
        client_credential=SECRET,
        authority=f"{CLOUD}/organizations",
        http_client=Led(client.sandbox.url),
        instance_discovery=False,
    )


def sign_in(app: msal.ConfidentialClientApplication, person: Person, scopes: list[str]) -> dict[str, Any]:
    flow = app.initiate_auth_code_flow(
        scopes, redirect_uri=REDIRECT, prompt="select_account", response_mode="form_post"
    )
    person.open(flow["auth_uri"].removeprefix(CLOUD)).sign_in("sato@sample.example").press("承諾")
    form = {str(member["name"]): str(member["value"]) for member in person.page.select("form input")}
    answer: dict[str, Any] = app.acquire_token_by_auth_code_flow(flow, form)
    return answer


def test_signs_in_and_refreshes(
    client: Client, person: Person, app: msal.ConfidentialClientApplication
) -> None:
    answer = sign_in(app, person, ["User.Read", "Calendars.ReadWrite"])
    assert "error" not in answer, answer
    assert answer["id_token_claims"]["preferred_username"] == "sato@sample.example"
    assert client.graph(answer["access_token"]).status_code == 200
    account = app.get_accounts()[0]
    assert account["username"] == "sato@sample.example"
    user = client.sandbox.context.directory.user("sato@sample.example")
    assert user is not None
    assert account["home_account_id"] == f"{user.oid}.{user.tid}"
    renewed = app.acquire_token_silent_with_error(["User.Read"], account, force_refresh=True)
    assert renewed["access_token"] != answer["access_token"]
    assert client.graph(renewed["access_token"]).status_code == 200


def test_hears_why_a_refresh_is_refused(
    client: Client, person: Person, app: msal.ConfidentialClientApplication
) -> None:
    sign_in(app, person, ["User.Read"])
    context = client.sandbox.context
    user = context.directory.user("sato@sample.example")
    assert user is not None
    context.directory.revoke_sessions(user.oid, context.clock.now())
    refused = app.acquire_token_silent_with_error(["User.Read"], app.get_accounts()[0], force_refresh=True)
    assert refused["error"] == "invalid_grant"
    assert refused["error_codes"] == [50173]
