"""同席者情報の一括登録: lists of people as they are pasted from mails and spreadsheets."""

from __future__ import annotations

import re
import unicodedata

from chosei.core.text import one_line

MAX_COMPANIONS = 50

_ADDRESS = re.compile(r"[^\s,;、<>()\"]+@[^\s,;、<>()\"]+")
_AROUND = " \t,;、<>()\"'・"
_WIDE_AT = "\uff20"  # as a Japanese keyboard types it


def pasted(text: str) -> list[tuple[str, str]]:
    """(name, address) of each line, in order; either may be empty, empty lines are left out.

    Understands 「三田 次郎 jiro@test.example」, the same with a comma or a tab, and 「三田 次郎 <jiro@…>」.
    """
    found = []
    for line in text.splitlines():
        plain = unicodedata.normalize("NFKC", line) if "@" in line or _WIDE_AT in line else line
        match = _ADDRESS.search(plain)
        address = match[0] if match else ""
        name = one_line(plain.replace(address, " ") if address else plain).strip(_AROUND)
        if name or address:
            found.append((one_line(name), address))
    return found
