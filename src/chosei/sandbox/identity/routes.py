"""The addresses of the identity platform."""

from __future__ import annotations

from starlette.routing import BaseRoute


def identity_routes() -> list[BaseRoute]:
    """Every endpoint; each begins with the tenant."""
    return []
