"""What /authorize refuses: on a page where the client is in doubt, else back at the client."""

from __future__ import annotations

import pytest

from chosei.sandbox.identity.apps import DEMO_APPS
from tests.sandbox.identity.conftest import REDIRECT, Client
from tests.support.person import Person


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, "AADSTS700016"),
        ({"client_id": ""}, "AADSTS900144"),
        ({"scope": ""}, "AADSTS900144"),
        ({"redirect_uri": ""}, "AADSTS900144"),
        ({"redirect_uri": REDIRECT + "/more"}, "AADSTS50011"),
        ({"redirect_uri": REDIRECT + "?a=b"}, "AADSTS50011"),
        ({"redirect_uri": "https://localhost:8000/connect/microsoft/callback"}, "AADSTS50011"),
        ({"redirect_uri": "http://chosei.example/connect/microsoft/callback"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost@evil.example/connect/microsoft/callback"}, "AADSTS50011"),
        ({"redirect_uri": "http://[::1/connect/microsoft/callback"}, "AADSTS50011"),
        ({"tenant": "nowhere.example"}, "AADSTS90002"),
        ({"tenant": "consumers"}, "AADSTS50020"),
    ],
)
def test_a_doubtful_client_gets_no_redirect(
    client: Client, person: Person, changes: dict[str, str], number: str
) -> None:
    client.authorize(person, **changes)
    assert person.returned_to == ""
    assert person.status == 200
    assert number in person.text


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:41234", "localhost", "[::1]:9000"])
def test_any_loopback_address_of_the_registered_path_is_right(
    client: Client, person: Person, host: str
) -> None:
    client.authorize(person, redirect_uri=f"http://{host}/connect/microsoft/callback")
    assert person.heading == "サインイン"


def test_a_single_tenant_registration_is_refused_at_organizations(client: Client, person: Person) -> None:
    from dataclasses import replace

    tenant = client.sandbox.context.directory.tenant("sample.example")
    assert tenant is not None
    client.sandbox.context.identity.apps.save(replace(DEMO_APPS[0], home_tenant=tenant.tid))
    assert "AADSTS50194" in client.authorize(person).text
    assert client.authorize(person, tenant="sample.example").heading == "サインイン"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"prompt": "please"}, "invalid_request"),
        ({"response_mode": "pigeon"}, "invalid_request"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "openid Calendars.Conquer"}, "invalid_scope"),
        ({"scope": "openid https://outlook.office.com/Calendars.ReadWrite"}, "invalid_scope"),
    ],
)
def test_a_wrong_request_goes_back_to_the_client(
    client: Client, person: Person, changes: dict[str, str], error: str
) -> None:
    client.authorize(person, **changes)
    assert person.returned["error"] == error
    assert person.returned["error_description"].startswith("AADSTS")
    assert person.returned["state"] == "some state"
