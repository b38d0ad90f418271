"""An identity platform in a test's hands: it signs what it is told to, true or forged."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from chosei.adapters.http import Http
from chosei.adapters.microsoft.authorization import MicrosoftAuthorization, Registration
from chosei.ports.authorization import Grant, Identity
from chosei.ports.errors import Rejected
from tests.adapters.wire import reply

LOGIN = "https://login.example"
CLIENT = "5b0c1f4e-0000-4000-8000-000000000001"
TENANT = "11111111-1111-4111-8111-111111111111"
ACCOUNT = "22222222-2222-4222-8222-222222222222"
ISSUER = f"{LOGIN}/{{tenantid}}/v2.0"
NONCE = "the-nonce-we-sent"
REDIRECT = "https://chosei.example/connect/microsoft/callback"
SCOPES = "openid profile email User.Read Calendars.ReadWrite"


@cache
def rsa(kid: str, number: int = 1) -> RSAKey:
    """A key pair; another ``number`` is another pair under the same name. Making one takes a while."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}, private=True)


class Platform:
    """Answers discovery, keys and the token endpoint; every part can be replaced by a test."""

    def __init__(self) -> None:
        self.key = rsa("key-1")
        self.published: list[dict[str, Any]] = [self.public(self.key)]
        self.discovery: Any = {"issuer": ISSUER, "jwks_uri": f"{LOGIN}/organizations/discovery/v2.0/keys"}
        self.tokens: dict[str, Any] = {}
        self.token_answer: Callable[[], httpx2.Response] = lambda: reply(200, self.tokens)
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.http = Http("test", transport=httpx2.MockTransport(self._handle), environment=False)
        registration = Registration(CLIENT, "client-secret", "organizations", LOGIN, "https://graph.example")
        self.port = MicrosoftAuthorization(registration, self.http)
        self.grant()

    @staticmethod
    def public(key: RSAKey, **members: str) -> dict[str, Any]:
        return {**key.as_dict(private=False), **members}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Those of a true token; None takes one away."""
        now = int(time.time())
        true = {
            "aud": CLIENT,
            "iss": f"{LOGIN}/{TENANT}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "tid": TENANT,
            "oid": ACCOUNT,
            "nonce": NONCE,
            "name": "佐藤 健一",
            "preferred_username": "sato@sample.example",
            "sub": "pairwise",
        }
        return {name: value for name, value in (true | changes).items() if value is not None}

    def sign(self, claims: dict[str, Any], *, key: RSAKey | None = None, **header: Any) -> str:
        """A token signed with RS256 by the platform's key, unless told otherwise."""
        told = {"alg": "RS256", "kid": "key-1", **header}
        return jwt.encode(told, claims, key or self.key, algorithms=[told["alg"]])

    def grant(self, **changes: Any) -> None:
        """What the token endpoint answers from now on; None takes a member away."""
        answer = {
            "token_type": "Bearer",
            "scope": SCOPES,
            "expires_in": 3600,
            "access_token": "access-secret",
            "refresh_token": "refresh-secret",
            "id_token": self.sign(self.claims()),
        }
        self.tokens = {name: value for name, value in (answer | changes).items() if value is not None}

    def refuse(self, status: int, error: str, *numbers: int, **members: Any) -> None:
        """The token endpoint refuses from now on."""
        body = {"error": error, "error_description": "AADSTS… for people", "correlation_id": "c-1", **members}
        if numbers:
            body["error_codes"] = list(numbers)
        self.token_answer = lambda: reply(status, body)

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        self.asked.append(path.rsplit("/", 1)[-1])
        if path.endswith("/openid-configuration"):
            return reply(200, self.discovery)
        if path.endswith("/keys"):
            return reply(200, {"keys": self.published})
        if path.endswith("/token"):
            form = parse_qs(request.content.decode(), keep_blank_values=True)
            self.forms.append({name: values[0] for name, values in form.items()})
            return self.token_answer()
        return reply(200, json.loads('{"displayName": "佐藤 健一"}'))


def complete(platform: Platform) -> tuple[Grant, Identity]:
    return platform.port.complete(
        code="code-secret", redirect_uri=REDIRECT, nonce=NONCE, code_verifier="verifier-secret"
    )


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def rejection(platform: Platform) -> str:
    with pytest.raises(Rejected) as refusal:
        complete(platform)
    return refusal.value.code
