"""The morning on which tests begin, and times that are free at the demo company."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from chosei.core.intervals import Interval

NOW = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # Tuesday, 9:00 in Tokyo


def late(day: int, minutes: int = 60) -> Interval:
    """21:00 in Tokyo, ``day`` days from today: nobody there has anything on."""
    start = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=day)
    return Interval(start, start + timedelta(minutes=minutes))
