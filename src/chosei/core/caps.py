"""How many bookings a page takes: in a day, in a week, in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from chosei.core.walltime import zone_of


@dataclass(frozen=True, slots=True)
class Caps:
    """None for no limit. A week begins on Monday. Raises ValueError for a limit below one."""

    per_day: int | None = None
    per_week: int | None = None
    in_all: int | None = None

    def __post_init__(self) -> None:
        for limit in (self.per_day, self.per_week, self.in_all):
            if limit is not None and limit < 1:
                raise ValueError(f"a limit must be at least 1, got {limit}")


@dataclass(frozen=True)
class Quota:
    """A page that takes so many bookings and no more. ``booked``: when those that stand begin; days and weeks
    are those of ``zone``.
    """

    caps: Caps
    booked: Sequence[datetime]
    zone: str

    @property
    def is_spent(self) -> bool:
        return self.caps.in_all is not None and len(self.booked) >= self.caps.in_all

    @cached_property
    def full_days(self) -> frozenset[date]:
        return _reached(self.caps.per_day, [self.day_of(start) for start in self.booked])

    @cached_property
    def full_weeks(self) -> frozenset[date]:
        """The Mondays of the weeks that take no more."""
        return _reached(self.caps.per_week, [monday_of(self.day_of(start)) for start in self.booked])

    def day_of(self, start: datetime) -> date:
        return start.astimezone(self._clock).date()

    def leaves(self, start: datetime) -> bool:
        """Whether one more booking may begin at ``start``."""
        day = self.day_of(start)
        return not self.is_spent and day not in self.full_days and monday_of(day) not in self.full_weeks

    @cached_property
    def _clock(self) -> ZoneInfo:
        return zone_of(self.zone)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _reached(limit: int | None, taken: Sequence[date]) -> frozenset[date]:
    if limit is None:
        return frozenset()
    return frozenset(day for day, count in Counter(taken).items() if count >= limit)
