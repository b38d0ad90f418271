"""What the pages say. Japanese is the source; `english.json` maps it to English."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def english() -> dict[str, str]:
    """Japanese text to English text."""
    catalog: dict[str, str] = json.loads(Path(__file__).with_name("english.json").read_text("utf-8"))
    return catalog


def translated(language: str, japanese: str, **values: object) -> str:
    """A text in `language`, with `values` filled in. Raises KeyError for a text that has no English."""
    text = english()[japanese] if language == "en" else japanese
    return text.format(**values) if values else text
