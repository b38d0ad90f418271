"""The components as tags: pages name what they show, and never write its markup twice.

`/style-guide` shows each of them with the line that makes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any, Protocol
from uuid import uuid4

from django import template
from django.conf import settings
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from chosei.web.icons import ICONS

register = template.Library()

STYLESHEETS = (
    "tokens",
    "base",
    "layout",
    "components/buttons",
    "components/forms",
    "components/choices",
    "components/notices",
    "components/badges",
    "components/navigation",
    "components/tables",
    "components/dialog",
    "components/calendar",
    "components/times",
    "components/reception",
    "print",
)
BADGE_KINDS = frozenset({"", "accent", "hold", "settled", "attention", "unknown"})
NOTICE_SIGNS = {"success": "settled", "attention": "warning", "info": "info", "hold": "clock"}
_COMPANY_WORDS = (
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "一般社団法人",
    "一般財団法人",
    "(株)",
    "㈱",
)


@register.simple_tag
def stylesheets() -> SafeString:
    """The design system's own files, in their order."""
    return _stylesheets(settings.STATIC_URL)


@lru_cache(maxsize=2)
def _stylesheets(static_url: str) -> SafeString:
    """Kept: their addresses change with a release, never while a process lives."""
    return format_html_join(
        "\n  ", '<link rel="stylesheet" href="{}">', ((static(f"css/{name}.css"),) for name in STYLESHEETS)
    )


@register.simple_tag
@lru_cache(maxsize=len(ICONS))
def icon(name: str) -> SafeString:
    """A drawing beside words, hidden from screen readers: the words say it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>',
        mark_safe(ICONS[name]),  # noqa: S308 (our own constants)
    )


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, optional: bool = False, **attrs: Any) -> dict[str, Any]:
    """A control with label, hint and error. More attributes go to the control, "_" for "-" (`hx_get=…`)."""
    given = {name.replace("_", "-"): value for name, value in attrs.items()}
    return {"field": bound, "optional": optional, "control": bound.as_widget(attrs=given)}


@register.inclusion_tag("components/check.html")
def check(bound: BoundField, note: str = "") -> dict[str, Any]:
    """One checkbox with its words at its side, and a small note in a badge."""
    return {"field": bound, "note": note}


@register.inclusion_tag("components/choices.html")
def choices(bound: BoundField, across: bool = False, optional: bool = False) -> dict[str, Any]:
    """Radios or checkboxes of a choice field as cards, below each other or across."""
    described = [f"{bound.auto_id}_helptext"] * bool(bound.help_text) + [f"{bound.auto_id}_error"] * bool(
        bound.errors
    )
    return {"field": bound, "across": across, "optional": optional, "describedby": " ".join(described)}


@register.simple_tag
def badge(kind: str, text: str, working: bool = False) -> SafeString:
    """A state as a word with a colour; `working` adds a turning ring (登録中, 再試行中)."""
    if kind not in BADGE_KINDS:
        raise template.TemplateSyntaxError(f"badge: unknown kind {kind!r}")
    return format_html('<span class="badge {}{}">{}</span>', kind, " working" if working else "", text)


@register.simple_block_tag
def notice(content: str, kind: str, title: str = "", role: str = "") -> SafeString:
    """A message with its next step: success, attention, info, hold. `role` (status, alert) announces it."""
    sign = icon(NOTICE_SIGNS[kind])
    heading = format_html("<strong>{}</strong>", title) if title else ""
    spoken = format_html(' role="{}"', role) if role else ""
    return format_html(
        '<div class="notice {}"{}>{}<div class="notice-body">{}{}</div></div>',
        kind,
        spoken,
        sign,
        heading,
        content,
    )


@register.simple_block_tag
def empty(content: str, title: str, sign: str = "calendar") -> SafeString:
    """Nothing here yet: why, and what to do first."""
    return format_html('<div class="empty">{}<h2>{}</h2>{}</div>', icon(sign), title, content)


class Chip(Protocol):
    """One time to choose: the form's value, what is shown, and the end of the control's id."""

    @property
    def value(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def chosen(self) -> bool: ...


@register.simple_tag
def time_chips(chips: Iterable[Chip], field: str, prefix: str) -> SafeString:
    """Times to choose from as radio chips. Written out at once: a page shows a hundred of them."""
    return mark_safe("".join([_chip(chip, escape(field), escape(prefix)) for chip in chips]))  # noqa: S308


def _chip(chip: Chip, field: str, prefix: str) -> str:
    # format_html, which looks at each argument's type, takes four times as long.
    key, value, checked = escape(chip.key), escape(chip.value), " checked" if chip.chosen else ""
    return (
        f'<label class="time-chip" for="{prefix}-{key}"><input type="radio" name="{field}" value="{value}"'
        f' id="{prefix}-{key}" required{checked}>{escape(chip.name)}</label>'
    )


@register.simple_tag
def avatar(name: str, kind: str = "") -> SafeString:
    """The first letter of a person's or (`kind` "company") a company's name."""
    bare = name
    for word in _COMPANY_WORDS:
        bare = bare.replace(word, "")
    letter = (bare.strip() or name.strip() or "?")[:1].upper()
    return format_html('<span class="avatar {}" aria-hidden="true">{}</span>', kind, letter)


@register.inclusion_tag("components/copy.html")
def copy_text(text: str, label: str, button: str = "", rows: int = 0) -> dict[str, Any]:
    """A text to take along. `rows` makes it an area. The page loads js/copy.js."""
    return {
        "text": text,
        "label": label,
        "button": button or gettext("コピー"),
        "rows": rows,
        "id": f"copy-{uuid4().hex[:8]}",
    }


@register.simple_tag
def nav_item(url: str, label: str, current: bool = False) -> SafeString:
    """An item of the main menu; `current` marks where the reader is."""
    return format_html('<li><a href="{}"{}>{}</a></li>', url, _current(current), label)


@register.simple_tag
def tab(url: str, label: str, current: bool = False, count: int | None = None) -> SafeString:
    """One of `<nav class="tabs">`: links, so that each tab has its own address."""
    number = format_html('<span class="count">{}</span>', count) if count is not None else ""
    return format_html('<a href="{}"{}>{}{}</a>', url, _current(current), conditional_escape(label), number)


def _current(current: bool) -> SafeString:
    return mark_safe(' aria-current="page"') if current else mark_safe("")


@register.inclusion_tag("components/pagination.html")
def pagination(previous: str = "", following: str = "", here: str = "") -> dict[str, str]:
    """Addresses of the pages before and after; `here` says where one is."""
    return {"previous": previous, "next": following, "here": here}
