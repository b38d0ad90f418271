"""The description of an event, which Chosei shares with what a person adds.

Google keeps no ids and drops what it does not know, so ours stands between two rows of invisible signs, which
are text. Whether ours is still current is told by a digest kept beside the event.
"""

from __future__ import annotations

import hashlib

_BEGIN, _END = "\u2063\u2062\u2063", "\u2063\u2064\u2063"
"""Invisible separator, times, plus: nothing is shown, and nobody types them."""


def digest(html: str) -> str:
    """A short fingerprint of our text."""
    return hashlib.sha256(html.encode()).hexdigest()[:32]


def wrapped(html: str) -> str:
    """Our text as it is written; nothing stays nothing."""
    return f"{_BEGIN}{html}{_END}" if html else ""


def renewed(current: str, html: str) -> str:
    """The description with our text replaced and everything else kept. Where ours is not found any more, it
    comes first and nothing is removed."""
    before, begun, rest = current.partition(_BEGIN)
    _, ended, after = rest.partition(_END)
    if begun and ended:
        return f"{before}{wrapped(html)}{after}"
    return wrapped(html) + (f"<br>{current}" if html and current else current)
