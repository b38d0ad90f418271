"""When a reminder is due: so many hours before something begins or ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

MAX_HOURS = 14 * 24
MAX_REMINDERS = 5


def problem_of(hours: Iterable[int]) -> str:
    """Why nobody can be reminded at these hours before: too_many_reminders, out_of_range, or empty."""
    if len(distinct := set(hours)) > MAX_REMINDERS:
        return "too_many_reminders"
    return "" if all(1 <= one <= MAX_HOURS for one in distinct) else "out_of_range"


def due(at: datetime, hours: Iterable[int], since: datetime, now: datetime) -> int | None:
    """The reminder of ``at`` that fell due after ``since``, until ``now``; None where there is none.

    Of several that fell due meanwhile, the latest: after a standstill nobody wants three at once.
    """
    if now >= at:
        return None
    return min((one for one in hours if since < at - timedelta(hours=one) <= now), default=None)


def next_at(at: datetime, hours: Iterable[int], now: datetime) -> datetime | None:
    """When the next one falls due after ``now``."""
    return min((when for one in hours if (when := at - timedelta(hours=one)) > now), default=None)


def occasion(at: datetime, hours: int) -> str:
    """What tells this reminder apart from every other of the same thing: another time is another reminder."""
    return f"{at:%Y-%m-%dT%H:%MZ}-{hours}h"
