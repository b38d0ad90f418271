"""What counts as busy."""

from __future__ import annotations

from datetime import timedelta

FRESHNESS = timedelta(minutes=20)
"""A calendar read longer ago than this is Unknown."""

_PASSABLE = frozenset({"free", "workingElsewhere"})


def blocks(show_as: str, *, cancelled: bool = False, declined: bool = False) -> bool:
    """Whether an event with Outlook's status ``show_as`` takes its owner's time. A status we do not know
    does.
    """
    return not cancelled and not declined and show_as not in _PASSABLE
