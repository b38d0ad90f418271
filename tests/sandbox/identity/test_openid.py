"""Discovery, keys and ID tokens, checked with a library that knows nothing of the sandbox."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tests.sandbox.identity.conftest import APP_ID, START, Client
from tests.support.person import Person


def discovered(client: Client, tenant: str) -> dict[str, Any]:
    answer = client.http.get(f"/{tenant}/v2.0/.well-known/openid-configuration")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def claims_of(client: Client, id_token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(httpx2.get(discovered(client, "organizations")["jwks_uri"]).json())
    decoded = jwt.decode(id_token, keys, algorithms=["RS256"])
    assert decoded.header["kid"] in {key.kid for key in keys.keys}
    return decoded.claims


def test_organizations_metadata_has_the_literal_tenantid(client: Client) -> None:
    body = discovered(client, "organizations")
    base = client.sandbox.url
    assert body["issuer"] == base + "/{tenantid}/v2.0"
    assert body["authorization_endpoint"] == base + "/organizations/oauth2/v2.0/authorize"
    assert body["token_endpoint"] == base + "/organizations/oauth2/v2.0/token"
    assert body["jwks_uri"] == base + "/organizations/discovery/v2.0/keys"


def test_a_tenant_s_metadata_has_its_id(client: Client) -> None:
    tenant = client.sandbox.context.directory.tenant("sample.example")
    assert tenant is not None
    for name in ("sample.example", tenant.tid, tenant.tid.upper()):
        assert discovered(client, name)["issuer"] == f"{client.sandbox.url}/{tenant.tid}/v2.0"


@pytest.mark.parametrize("name", ["consumers", "nowhere.example"])
def test_other_tenants_have_no_metadata(client: Client, name: str) -> None:
    for path in ("v2.0/.well-known/openid-configuration", "discovery/v2.0/keys"):
        answer = client.http.get(f"/{name}/{path}")
        assert answer.status_code == 400
        assert answer.json()["error_description"].startswith("AADSTS")


def test_the_id_token_says_who_it_is(client: Client, person: Person) -> None:
    claims = claims_of(client, client.connect(person)["id_token"])
    user = client.sandbox.context.directory.user("sato@sample.example")
    assert user is not None
    assert claims["aud"] == APP_ID
    assert claims["iss"] == f"{client.sandbox.url}/{user.tid}/v2.0"
    assert (claims["tid"], claims["oid"], claims["ver"]) == (user.tid, user.oid, "2.0")
    assert (claims["preferred_username"], claims["name"]) == ("sato@sample.example", "佐藤 健一")
    assert claims["email"] == "sato@sample.example"
    assert claims["nonce"] == "some nonce"
    assert claims["iat"] == claims["nbf"] == int(START.timestamp())
    assert claims["exp"] == claims["iat"] + 3600


def test_claims_follow_the_scopes(client: Client, person: Person) -> None:
    claims = claims_of(client, client.connect(person, scope="openid User.Read", nonce="")["id_token"])
    assert not {"name", "preferred_username", "email", "nonce"} & set(claims)


def test_the_subject_differs_from_app_to_app(client: Client, person: Person) -> None:
    ours = claims_of(client, client.connect(person)["id_token"])
    public = {"client_id": "5b0c1f4e-9d0e-4a57-8c53-0c405e100002", "redirect_uri": "http://localhost"}
    client.authorize(person, **public).press("承諾")
    theirs = client.redeem(person.returned["code"], client_secret="", **public).json()
    other = claims_of(client, theirs["id_token"])
    assert other["oid"] == ours["oid"]
    assert other["sub"] != ours["sub"]


def test_keys_survive_one_rotation(client: Client, person: Person) -> None:
    old = client.connect(person)["id_token"]
    keys = client.sandbox.context.identity.keys
    kid = keys.rotate()
    assert claims_of(client, old)["oid"]
    client.authorize(person)
    new = client.redeem(person.returned["code"]).json()["id_token"]
    published: Any = keys.published("an issuer")
    assert jwt.decode(new, KeySet.import_key_set(published)).header["kid"] == kid
    keys.rotate()
    with pytest.raises((JoseError, ValueError)):
        claims_of(client, old)
