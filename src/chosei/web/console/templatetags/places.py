"""Where the reader is, for menus, tabs and heads of pages."""

from __future__ import annotations

from django import template

from chosei.core.states import BookingPageState
from chosei.records.models import BookingPage
from chosei.web.console import words

register = template.Library()

_OWN = ("/settings/profile", "/settings/working-hours", "/settings/connections")


@register.filter
def within(path: str, address: str) -> bool:
    """Whether ``path`` is ``address`` or lies below it."""
    return path == address or path.startswith(address.rstrip("/") + "/")


@register.filter
def same(path: str, address: str) -> bool:
    """Whether ``path`` is ``address``, and not only below it."""
    return path == address


@register.filter
def meeting_of(path: str, address: str) -> bool:
    """Whether ``path`` is the booking page's 会議 at ``address``, or what is reached from there."""
    return path in (address, f"{address}/rooms", f"{address}/embedding")


@register.filter
def state_word(page: BookingPage) -> words.Word:
    """The page's state as its badge says it."""
    return words.PAGE[BookingPageState(page.state)]


@register.filter
def company(path: str) -> bool:
    """Whether ``path`` is among the settings of the company, not of the reader."""
    return path.startswith("/settings/") and not path.startswith(_OWN)
