"""What counts as busy."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

FRESHNESS = timedelta(minutes=20)
"""A calendar read longer ago than this is Unknown."""

CHOICES = ("tentative", "oof", "workingElsewhere", "free")
"""Outlook's statuses about which a member decides, as they are stored. ``busy`` always blocks, and so does
one that we do not know."""

USUAL = frozenset({"tentative", "oof"})
"""Those of ``CHOICES`` that block unless a member says otherwise."""


def usual() -> list[str]:
    """``USUAL`` as it is stored."""
    return [status for status in CHOICES if status in USUAL]


def blocks(
    show_as: str, *, cancelled: bool = False, declined: bool = False, chosen: Collection[str] = USUAL
) -> bool:
    """Whether an event with Outlook's status ``show_as`` takes its owner's time. ``chosen``: those of
    ``CHOICES`` that do for this owner.
    """
    return not cancelled and not declined and (show_as not in CHOICES or show_as in chosen)


@dataclass(frozen=True, slots=True)
class Counting:
    """What a page makes of events, in place of what the calendar's owner chose: ``statuses`` by show_as
    (True: takes time), and titles with one of ``free_words`` never do.
    """

    statuses: Mapping[str, bool] = field(default_factory=dict)
    free_words: Sequence[str] = ()

    def blocks(
        self,
        show_as: str,
        title: str,
        *,
        cancelled: bool = False,
        declined: bool = False,
        chosen: Collection[str] = USUAL,
    ) -> bool:
        """Like ``blocks``; the title is the event's."""
        if any(contains(title, word) for word in self.free_words):
            return False
        if show_as in self.statuses and not cancelled and not declined:
            return self.statuses[show_as]
        return blocks(show_as, cancelled=cancelled, declined=declined, chosen=chosen)


AS_CHOSEN = Counting()


def contains(title: str, word: str) -> bool:
    """Whether a keyword stands in a title, whatever the width and case of the letters."""
    wanted = _folded(word)
    return bool(wanted) and wanted in _folded(title)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
