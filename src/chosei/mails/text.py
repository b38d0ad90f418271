"""A body as plain text: short lines, a mark before each part, every URL on a line of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chosei.core.language import Language
from chosei.mails.blocks import (
    Action,
    Addressee,
    Aside,
    Block,
    Body,
    Code,
    Fact,
    Facts,
    Quote,
    Say,
    Signature,
    Times,
)
from chosei.mails.wrap import COLUMNS, width, wrap


@dataclass(frozen=True, slots=True)
class _Marks:
    part: str
    item: str
    link: str
    colon: str
    rule: str
    note: str


_MARKS = {
    Language.JA: _Marks("■ ", "・", "▼ ", ": ", "─" * 20, "※ "),
    Language.EN: _Marks("", "- ", "> ", ": ", "-- ", "Time zone: "),
}


def render_text(body: Body, language: Language) -> str:
    """What a button leads to stands with the button alone: an address twice is hard to read."""
    marks = _MARKS[language]
    pressed = {block.url for block in body.blocks if isinstance(block, Action)}
    blocks = [_without(block, pressed) if isinstance(block, Facts) else block for block in body.blocks]
    return "\n\n".join(text for block in blocks if (text := _block(block, marks))) + "\n"


def _without(facts: Facts, urls: set[str]) -> Facts:
    return replace(facts, rows=tuple(row for row in facts.rows if row.url not in urls))


def _block(block: Block, marks: _Marks) -> str:
    match block:
        case Addressee():
            return "\n".join(wrap(line) for line in block.lines)
        case Say():
            return wrap(block.text)
        case Times():
            return _times(block, marks)
        case Facts():
            return "\n".join(_fact(fact, marks) for fact in block.rows)
        case Action():
            note = f"\n{wrap(block.note)}" if block.note else ""
            return f"{wrap(marks.link + block.label)}\n{block.url}{note}"
        case Aside():
            return f"{wrap(block.text)}\n{block.url}"
        case Code():
            return f"{marks.part}{block.label}\n{wrap(block.digits, indent='  ')}\n{wrap(block.note)}"
        case Quote():
            return f"{marks.part}{block.label}\n{wrap(block.text, indent='  ')}"
        case Signature():
            footer = ("", wrap(block.footer)) if block.footer else ()
            return "\n".join((marks.rule, *(wrap(line) for line in block.lines), *footer))


def _times(block: Times, marks: _Marks) -> str:
    lines = [f"{marks.part}{block.label}", *(wrap(f"{marks.item}{row}", indent="  ") for row in block.rows)]
    lines.append(wrap(f"{marks.note}{block.zone}", indent="  "))
    if block.elsewhere:
        lines.append(wrap(f"= {block.elsewhere}", indent="  "))
    return "\n".join(lines)


def _fact(fact: Fact, marks: _Marks) -> str:
    if fact.url:
        return f"{marks.part}{fact.label}\n{fact.url}"
    line = f"{marks.part}{fact.label}{marks.colon}{fact.value}"
    if width(line) <= COLUMNS:
        return line
    return f"{marks.part}{fact.label}\n{wrap(fact.value, indent='  ')}"
