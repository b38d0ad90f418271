"""A body as HTML: one column of tables that holds in Outlook, Gmail and Apple Mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from chosei.core.language import Language
from chosei.core.text import one_line
from chosei.mails.blocks import Block, Body, Code, Quote, Say, Signature, Times
from chosei.mails.logo import HeadLogo
from chosei.mails.look import styles
from chosei.mails.markup import linked


@dataclass(frozen=True, slots=True)
class _Shown:
    """A block with what the template cannot work out itself."""

    block: Block
    template: str
    styles: dict[str, str]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose letter it is: the logo, or else the name."""

    organization: str
    logo: HeadLogo | None = None


def render_html(body: Body, head: Letterhead, language: Language) -> str:
    """The whole document. Everything typed by people is escaped."""
    look = styles(language)
    context: dict[str, Any] = {
        "body": body,
        "language": language.value,
        "organization": one_line(head.organization),
        "logo": head.logo,
        "s": look,
        "shown": [_shown(block, look) for block in body.blocks],
    }
    return render_to_string("mails/letter.html", context)


def _shown(block: Block, look: dict[str, str]) -> _Shown:
    typed = block.text if isinstance(block, Say | Quote) else ""
    if isinstance(block, Signature):
        typed = block.footer
    words = linked(typed, look["link"])
    own = {}
    if isinstance(block, Times):
        own = {part: look[f"{block.tone}_{part}"] for part in ("box", "label", "row")}
    if isinstance(block, Code):
        own = {part: look[f"settled_{part}"] for part in ("box", "label")}
    return _Shown(block, f"mails/blocks/{block.kind}.html", own, words)
