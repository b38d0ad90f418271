"""Texts with placeholders: 「{氏名}様」. Braces may be full-width, as Japanese keyboards have them."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

_PLACEHOLDER = re.compile(r"[{\uff5b]([^{}\uff5b\uff5d]*)[}\uff5d]")


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """``pattern`` with the values of the names it holds; a name that is not among them stays as typed.

    What looks like a placeholder inside a value stays as it is.
    """
    return _PLACEHOLDER.sub(lambda found: values.get(found[1].strip(), found[0]), pattern)


def unknown(pattern: str, names: Container[str]) -> list[str]:
    """The names in ``pattern`` that are not among ``names``, in order."""
    return [found for found in _PLACEHOLDER.findall(pattern) if found.strip() not in names]
