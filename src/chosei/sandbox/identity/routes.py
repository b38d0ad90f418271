"""The addresses of the identity platform."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from chosei.sandbox.identity.authorize import admin_consent, authorize
from chosei.sandbox.identity.discovery import metadata, signing_keys
from chosei.sandbox.identity.sign_in import step
from chosei.sandbox.identity.sign_out import sign_out
from chosei.sandbox.identity.token import token


def identity_routes() -> list[BaseRoute]:
    """Every endpoint; each begins with the tenant."""
    return [
        Route("/{tenant}/v2.0/.well-known/openid-configuration", metadata),
        Route("/{tenant}/discovery/v2.0/keys", signing_keys),
        Route("/{tenant}/oauth2/v2.0/authorize", authorize, methods=["GET", "POST"]),
        Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
        Route("/{tenant}/oauth2/v2.0/logout", sign_out),
        Route("/{tenant}/v2.0/adminconsent", admin_consent),
        Route("/{tenant}/signin/{flow}", step, methods=["GET", "POST"]),
    ]
