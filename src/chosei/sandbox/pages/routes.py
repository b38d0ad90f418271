"""The addresses of the pages."""

from __future__ import annotations

from starlette.routing import BaseRoute


def page_routes() -> list[BaseRoute]:
    """Every page, in order of matching."""
    return []
