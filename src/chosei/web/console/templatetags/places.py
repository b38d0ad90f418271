"""Where the reader is, for menus and tabs."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def within(path: str, address: str) -> bool:
    """Whether ``path`` is ``address`` or lies below it."""
    return path == address or path.startswith(address.rstrip("/") + "/")


@register.filter
def same(path: str, address: str) -> bool:
    """Whether ``path`` is ``address``, and not only below it."""
    return path == address
