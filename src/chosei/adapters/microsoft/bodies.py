"""The text of an event, which Chosei shares with Microsoft's Teams block and with what a person adds.

Ours stands in one marked element. It can so be renewed without touching the rest: an online meeting whose
block is missing from the body is switched off (reference page event-update). Exchange may rewrite the HTML,
so whether ours is still current is told by a digest that is kept beside the event, never by comparing texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser
from typing import Any

MARK = "chosei-text"


def digest(html: str) -> str:
    """A short fingerprint of our text."""
    return hashlib.sha256(html.encode()).hexdigest()[:32]


def wrapped(html: str) -> str:
    """Our text as it is written into an event; nothing stays nothing."""
    return f'<div id="{MARK}">{html}</div>' if html else ""


def renewed(current: Mapping[str, Any] | None, html: str) -> str:
    """The body with our text replaced by ``html`` and everything else kept.

    Where our element is not found any more, ours comes first and nothing is removed.
    """
    content = (current or {}).get("content") or ""
    if str((current or {}).get("contentType", "html")).lower() == "text":
        content = escape(content).replace("\n", "<br>\n")
    finder = _Finder(content)
    if finder.found:
        start, end = finder.found
        return content[:start] + wrapped(html) + content[end:]
    at = finder.body_start
    return content[:at] + wrapped(html) + content[at:]


class _Finder(HTMLParser):
    """Where our element begins and ends, and where the body's content begins."""

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: tuple[int, int] | None = None
        self.body_start = 0
        self._content = content
        self._lines = [0]  # where each begins; the parser counts \n alone
        for line in content.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._begun: int | None = None
        self._depth = 0
        self.feed(content)
        self.close()

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.body_start = self._here() + len(self.get_starttag_text() or "")
        if tag != "div" or self.found:
            return
        if self._begun is not None:
            self._depth += 1
        # Outlook on the web puts "x_" before the ids of a text it shows inside another.
        elif (dict(attrs).get("id") or "").endswith(MARK):
            self._begun, self._depth = self._here(), 1

    def handle_endtag(self, tag: str) -> None:
        if tag != "div" or self._begun is None or self.found:
            return
        self._depth -= 1
        if self._depth == 0:
            self.found = self._begun, self._content.index(">", self._here()) + 1
