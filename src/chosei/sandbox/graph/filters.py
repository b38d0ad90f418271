"""The part of OData's $filter that Graph's calendars and directory understand.

comparison   member (eq|ne|gt|ge|lt|le) literal; members of members by slash
functions    startsWith(member,'…'), endsWith, contains
lambdas      singleValueExtendedProperties/Any(ep: ep/id eq '…' and ep/value eq '…')
combined     and, or, not, brackets
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chosei.sandbox.graph.problems import bad_query

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?(?![\d\-:T]))"
    r"|(?P<date>\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?)"
    r"|(?P<name>[A-Za-z_][\w.]*(?:/[A-Za-z_]\w*)*)|(?P<mark>[(),:]))"
)
_COMPARE = {"eq", "ne", "gt", "ge", "lt", "le"}
_FUNCTIONS = {"startswith", "endswith", "contains"}


@dataclass(frozen=True)
class Node:
    """One operator; `path` names the member it looks at, `value` the literal, `parts` what it combines."""

    kind: str
    path: tuple[str, ...] = ()
    value: Any = None
    parts: tuple[Node, ...] = ()

    def matches(self, item: dict[str, Any]) -> bool:
        """Whether a resource, as it would be answered with nothing left out, satisfies the filter."""
        if self.kind == "and":
            return all(part.matches(item) for part in self.parts)
        if self.kind == "or":
            return any(part.matches(item) for part in self.parts)
        if self.kind == "not":
            return not self.parts[0].matches(item)
        if self.kind == "any":
            return any(self.parts[0].matches(entry) for entry in member(item, list(self.path)) or [])
        return _compare(self.kind, member(item, list(self.path)), self.value)

    def paths(self) -> set[str]:
        """Every first-level member the filter names."""
        own = {self.path[0]} if self.path else set()
        return own if self.kind == "any" else own.union(*(part.paths() for part in self.parts))


def parse(text: str) -> Node:
    """Raises GraphError 400 where Graph could not read the filter either."""
    reader = _Reader(text)
    node = reader.alternatives({})
    if reader.peek():
        raise reader.error()
    return node


def member(item: Any, path: list[str]) -> Any:
    """The value at a path, names compared without case; None where there is nothing."""
    for name in path:
        if not isinstance(item, dict):
            return None
        item = next((value for key, value in item.items() if key.lower() == name.lower()), None)
    return item


def _compare(kind: str, found: Any, wanted: Any) -> bool:
    if kind in _FUNCTIONS:
        text, part = str(found or "").casefold(), str(wanted).casefold()
        return {"startswith": text.startswith, "endswith": text.endswith}.get(kind, text.__contains__)(part)
    if isinstance(found, str) and isinstance(wanted, str):
        found, wanted = _comparable(found), _comparable(wanted)
        if type(found) is not type(wanted):
            return kind == "ne"
    if kind in ("eq", "ne"):
        return bool(found == wanted) == (kind == "eq")
    if found is None or wanted is None or type(found) is not type(wanted):
        return False
    return bool(
        {"gt": found > wanted, "ge": found >= wanted, "lt": found < wanted, "le": found <= wanted}[kind]
    )


def _comparable(text: str) -> str | datetime:
    if not re.match(r"\d{4}-\d{2}-\d{2}(T|$)", text):
        return text.casefold()
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        return text.casefold()
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.tokens: list[tuple[str, str]] = []
        while self.at < len(text.rstrip()):
            match = _TOKEN.match(text, self.at)
            if match is None:
                raise self.error()
            self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            self.at = match.end()
        self.position = 0

    def error(self) -> Exception:
        return bad_query(f"Invalid filter clause: syntax error in '{self.text}'.")

    def peek(self, ahead: int = 0) -> str:
        index = self.position + ahead
        return self.tokens[index][1] if index < len(self.tokens) else ""

    def take(self, *expected: str) -> tuple[str, str]:
        if self.position >= len(self.tokens):
            raise self.error()
        token = self.tokens[self.position]
        if expected and token[1].lower() not in expected:
            raise self.error()
        self.position += 1
        return token

    def alternatives(self, scope: dict[str, str]) -> Node:
        parts = [self.conjunction(scope)]
        while self.peek().lower() == "or":
            self.take()
            parts.append(self.conjunction(scope))
        return parts[0] if len(parts) == 1 else Node("or", parts=tuple(parts))

    def conjunction(self, scope: dict[str, str]) -> Node:
        parts = [self.term(scope)]
        while self.peek().lower() == "and":
            self.take()
            parts.append(self.term(scope))
        return parts[0] if len(parts) == 1 else Node("and", parts=tuple(parts))

    def term(self, scope: dict[str, str]) -> Node:
        if self.peek() == "(":
            self.take()
            inner = self.alternatives(scope)
            self.take(")")
            return inner
        if self.peek().lower() == "not":
            self.take()
            return Node("not", parts=(self.term(scope),))
        kind, name = self.take()
        if kind != "name":
            raise self.error()
        if self.peek() == "(":
            return self.call(name, scope)
        operator = self.take(*_COMPARE)[1].lower()
        return Node(operator, self.path(name, scope), self.literal())

    def call(self, name: str, scope: dict[str, str]) -> Node:
        self.take("(")
        if name.lower().endswith("/any"):
            variable = self.take()[1]
            self.take(":")
            inner = self.alternatives({**scope, variable: ""})
            self.take(")")
            return Node("any", tuple(name.split("/")[:-1]), parts=(inner,))
        if name.lower() not in _FUNCTIONS:
            raise self.error()
        kind, subject = self.take()
        if kind != "name":
            raise self.error()
        self.take(",")
        wanted = self.literal()
        self.take(")")
        return Node(name.lower(), self.path(subject, scope), wanted)

    def path(self, name: str, scope: dict[str, str]) -> tuple[str, ...]:
        parts = name.split("/")
        return tuple(parts[1:]) if parts[0] in scope else tuple(parts)

    def literal(self) -> Any:
        kind, text = self.take()
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "date":
            return text
        if text.lower() in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[text.lower()]
        raise self.error()
