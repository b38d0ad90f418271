"""What counts as busy."""

from __future__ import annotations

from collections.abc import Collection
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
