"""Telling a person's change in a calendar from what we wrote there."""

from __future__ import annotations

from datetime import datetime, timedelta

_ROUNDING = timedelta(minutes=1)

PROOF_AFTER = timedelta(minutes=2)
"""A deletion counts when direct reads have said so twice, this far apart."""

MANY, MANY_WITHIN = 5, timedelta(minutes=10)
"""More deletions than this in one mailbox in such a time are rather an accident than a decision."""


def moved(written: tuple[datetime, datetime], seen: tuple[datetime, datetime]) -> bool:
    """Whether an event stands at another time (start, end) than we wrote; calendars may drop the seconds."""
    return any(abs(ours - theirs) >= _ROUNDING for ours, theirs in zip(written, seen, strict=True))


def is_proven(first_missing: datetime | None, now: datetime) -> bool:
    """Whether an event that is missing ``now`` was found missing long enough ago."""
    return first_missing is not None and now - first_missing >= PROOF_AFTER
