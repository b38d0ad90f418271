"""What people typed over several lines, made harmless for mails. Single lines: ``core.text.one_line``."""

from __future__ import annotations

import re

from chosei.core.text import one_line

_LINE_ENDS = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_BLANK_LINES = re.compile("\n{3,}")


def paragraphs(text: str) -> str:
    """``text`` with its line breaks as ``\\n``, at most one blank line in a row.

    Control characters and marks that turn the direction of the line go, as in ``one_line``; emoji stay.
    """
    lines = (one_line(line) for line in _LINE_ENDS.sub("\n", text).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
