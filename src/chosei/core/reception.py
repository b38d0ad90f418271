"""Reception codes (受付コード): how they are read, and when they are good."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from chosei.core.intervals import Interval
from chosei.core.walltime import day_begins, local_date

CODES = 1_000_000
_ONE_DAY = timedelta(days=1)
_DIGITS = re.compile(r"[0-9]{6}")
_BETWEEN = re.compile(r"[\s‐-―−ー-]+")  # what people put between digits: spaces, and dashes of every kind


def read_code(typed: str) -> int | None:
    """The number that six typed digits mean: full-width digits, spaces and hyphens are all right. None for
    anything else.
    """
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", typed))
    return int(plain) if _DIGITS.fullmatch(plain) else None


def validity(meeting: Interval, zone: str, *, days_before: int = 0, days_after: int = 0) -> Interval:
    """The whole days in ``zone`` (IANA) on which the meeting's visitors are received, as UTC instants."""
    first = local_date(meeting.start, zone) - days_before * _ONE_DAY
    # A meeting that ends at midnight does not reach into the next day.
    last = local_date(meeting.end - timedelta(microseconds=1), zone) + days_after * _ONE_DAY
    return Interval(day_begins(first, zone), day_begins(last + _ONE_DAY, zone))
