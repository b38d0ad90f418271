"""The identity platform's requests and answers against the schema file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.sandbox.identity.conftest import APP_ID, REDIRECT, SECRET, VERIFIER, Client
from tests.support.person import Person

pytestmark = pytest.mark.contract


class Contract:
    """The OpenAPI file."""

    def __init__(self, folder: Path) -> None:
        self.document = json.loads((folder / "microsoft-graph.openapi.json").read_text("utf-8"))
        resource: Any = DRAFT202012.create_resource(self.document)
        self.registry: Any = Registry().with_resource("urn:graph", resource)

    def check(self, schema: str, instance: Any) -> None:
        """Raises ValidationError. `schema` is a component's name."""
        reference = {"$ref": f"urn:graph#/components/schemas/{schema}"}
        Draft202012Validator(reference, registry=self.registry).validate(instance)

    def check_answer(self, path: str, answer: httpx2.Response) -> None:
        """An inline schema of a path's 200."""
        content = self.document["paths"][path]["get"]["responses"]["200"]["content"]
        Draft202012Validator(content["application/json"]["schema"]).validate(answer.json())


@pytest.fixture
def contract(contracts: Path) -> Contract:
    return Contract(contracts)


def test_discovery_and_keys(client: Client, contract: Contract) -> None:
    for path in ("/{tenant}/v2.0/.well-known/openid-configuration", "/{tenant}/discovery/v2.0/keys"):
        answer = client.http.get(path.replace("{tenant}", "organizations"))
        contract.check_answer(path, answer)


def test_tokens(client: Client, person: Person, contract: Contract) -> None:
    tokens = client.connect(person)
    contract.check("tokenResponse", tokens)
    contract.check("tokenResponse", client.refresh(tokens["refresh_token"]).json())
    with pytest.raises(ValidationError):
        contract.check("tokenResponse", {**tokens, "token_type": "MAC"})


def test_refusals(client: Client, contract: Contract) -> None:
    for answer in (client.redeem("made-up"), client.redeem("made-up", client_secret="guess")):
        contract.check("tokenError", answer.json())
        assert answer.status_code in (400, 401)
    with pytest.raises(ValidationError):
        contract.check("tokenError", {"error_codes": ["54005"]})


def test_what_the_sandbox_takes_the_contract_allows(
    client: Client, person: Person, contract: Contract
) -> None:
    client.authorize(person).sign_in("sato@sample.example").press("承諾")
    form = {
        "client_id": APP_ID,
        "client_secret": SECRET,
        "grant_type": "authorization_code",
        "code": person.returned["code"],
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    contract.check("tokenRequest", form)
    assert client.token(**form).status_code == 200


@pytest.mark.parametrize("missing", ["code", "redirect_uri"])
def test_what_the_contract_refuses_the_sandbox_refuses(
    client: Client, person: Person, contract: Contract, missing: str
) -> None:
    client.authorize(person).sign_in("sato@sample.example").press("承諾")
    form = {"grant_type": "authorization_code", "code": person.returned["code"], "redirect_uri": REDIRECT}
    form = {name: value for name, value in form.items() if name != missing}
    with pytest.raises(ValidationError):
        contract.check("tokenRequest", {"client_id": APP_ID, **form})
    assert client.token(**form).json()["error"] == "invalid_request"


def test_errors_of_graph_have_its_shape(client: Client, contract: Contract) -> None:
    contract.check("odataError", client.graph("made-up").json())
