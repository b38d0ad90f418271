"""Finding people by parts of their names: pairs of neighbouring characters, as the database keeps them."""

from __future__ import annotations

import unicodedata

SHORTEST = 2


def grams(wanted: str) -> list[str]:
    """The pairs that a text must have to be found by every word of ``wanted``; empty when it says too little.

    The same as the database's ``chosei_grams`` (migration 0018): NFKC, lower case, no spaces.
    """
    found: set[str] = set()
    for word in unicodedata.normalize("NFKC", wanted).lower().split():
        found |= {word[i : i + SHORTEST] for i in range(len(word) - SHORTEST + 1)}
    return sorted(found)
