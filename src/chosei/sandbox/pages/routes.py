"""The addresses of the pages."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

_STATIC = Path(__file__).parent.parent / "static"


def page_routes() -> list[BaseRoute]:
    """Every page, in order of matching."""
    return [
        Mount("/static", StaticFiles(directory=_STATIC), name="static"),
    ]
