"""Times that are free at the demo company, whatever the day the tests run on."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from chosei.core.intervals import Interval


def late(day: int, minutes: int = 60) -> Interval:
    """21:00 in Tokyo, ``day`` days from today: nobody there has anything on."""
    start = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=day)
    return Interval(start, start + timedelta(minutes=minutes))
