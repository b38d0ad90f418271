"""Plain text in columns: a Japanese character takes two, and may be parted almost anywhere.

The rule for where not to break (禁則処理) is the common one of JIS X 4051, in its simple form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

COLUMNS = 74
"""A reply's "> " fits before it within 78."""
_HANG = 4
"""A last 「た。」 is not worth a line of its own."""

_NOT_FIRST = frozenset(
    "、。,.,.・:;:;?!?!ー〜~…‥々ゝゞヽヾ」』)】〕〉》]})ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ様"
)
_NOT_LAST = frozenset("「『(【〔〈《[{(")
# A run of narrow signs (a word, an address, a number with its unit) stays together; all else goes one by one.
_PIECES = re.compile(r"[\x21-\x7e]+|\s+|.", re.DOTALL)


def width(text: str) -> int:
    """How many columns ``text`` takes in a terminal font."""
    return sum(_columns(sign) for sign in text)


def _columns(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WFA" else 1


def wrap(text: str, columns: int = COLUMNS, indent: str = "") -> str:
    """``text`` with lines of at most ``columns``; a longer word, such as a URL, keeps a line of its own."""
    return "\n".join(
        line for part in text.split("\n") for line in _lines(part, columns - width(indent), indent)
    )


def _lines(line: str, columns: int, indent: str) -> Iterator[str]:
    current, rest = "", line
    for piece in _unbroken(line):
        too_long = current and width(current + piece.rstrip()) > columns
        if too_long and width(current + rest.rstrip()) > columns + _HANG:
            yield (indent + current).rstrip()
            current = piece.lstrip()
        else:
            current += piece
        rest = rest[len(piece) :]
    yield (indent + current).rstrip()


def _unbroken(line: str) -> Iterator[str]:
    """Pieces that no line end may part: what may not begin a line clings to what is before it, and so on."""
    held = ""
    for piece in _PIECES.findall(line):
        if held and not (piece[0] in _NOT_FIRST or held[-1] in _NOT_LAST or _joins(held, piece)):
            yield held
            held = ""
        held += piece
    if held:
        yield held


def _joins(held: str, piece: str) -> bool:
    """Marks that combine, and emoji held together by a joiner."""
    return _columns(piece[0]) == 0 or held[-1] == "\u200d"
