"""Making what people typed safe to put on one line: a title, a subject, a header."""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "…"

# Line and paragraph breaks of every script become a space. Other controls, the marks that turn the direction
# of all that follows, and halves of characters are dropped: they serve forgery, not writing.
_BREAKS = re.compile("[\\t\\n\\v\\f\\r\\x1c-\\x1f\\x85\\u2028\\u2029]+")
_UNSEEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff\\ud800-\\udfff]"
)
_SPACES = re.compile(" {2,}")


def one_line(text: str) -> str:
    """``text`` on one line, without control characters, composed (NFC), trimmed."""
    joined = _BREAKS.sub(" ", text)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", _UNSEEN.sub("", joined))).strip()


def shorten(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` UTF-16 units, as Microsoft counts; what is cut shows as 「…」.

    Never cuts a character in two, nor the marks off their letter.
    """
    if utf16_length(text) <= limit:
        return text
    room = limit - len(ELLIPSIS)
    end = 0
    for character in text:
        room -= utf16_length(character)
        if room < 0:
            break
        end += 1
    while end and _belongs_to_previous(text, end):
        end -= 1
    return text[:end].rstrip() + ELLIPSIS


def utf16_length(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _belongs_to_previous(text: str, at: int) -> bool:
    """Whether the character at ``at`` is drawn together with the one before it."""
    joiner = "\u200d"
    here = text[at]
    return unicodedata.combining(here) > 0 or here in ("\ufe0e", "\ufe0f", joiner) or text[at - 1] == joiner
