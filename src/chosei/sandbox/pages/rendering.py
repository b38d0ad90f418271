"""Templates in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chosei.sandbox.context import context_of
from chosei.sandbox.pages.texts import translated
from chosei.sandbox.pages.wording import Wording

_FOLDER = Path(__file__).parent.parent / "templates"
LANGUAGES = ("ja", "en")


def plain(html: str) -> str:
    """The text of a mail's HTML, a line for each of its lines."""
    broken = re.sub(r"<(br|hr|/p|/div|/tr|/li)\b[^>]*>", "\n", html, flags=re.IGNORECASE)
    # striptags gives plain text, which the template escapes again
    texts = (Markup(line).striptags() for line in broken.split("\n"))  # noqa: S704
    return "\n".join(text for text in texts if text)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = plain
    return environment


def language_of(request: Request) -> str:
    """`ja` or `en`: the browser's first choice of the two, Japanese where it has none."""
    ranked: list[tuple[float, str]] = []
    for item in request.headers.get("accept-language", "").split(","):
        name, _, weight = item.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), name.split("-")[0].casefold()))
        except ValueError:
            continue
    return next((name for _, name in sorted(ranked, key=lambda entry: entry[0]) if name in LANGUAGES), "ja")


def render(request: Request, template: str, values: Mapping[str, Any], status: int = 200) -> Response:
    """A page. Besides `values`, templates have `t` (translate), `w` (wording of times), `lang` and
    `request`."""
    language = language_of(request)
    always = {
        "t": partial(translated, language),
        "w": Wording(language),
        "lang": language,
        "request": request,
        "fault_count": len(context_of(request).faults.active()),
    }
    html = _environment().get_template(template).render({**always, **values})
    return HTMLResponse(html, status, {"Content-Language": language, "Cache-Control": "no-store"})
