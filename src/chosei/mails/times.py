"""Times in letters: `core.wording` over our records.

What is settled carries its year, because it is read later; candidates and deadlines, read at once, carry it
only in another year than ``now``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import pgettext

from chosei.core import wording
from chosei.core.intervals import Interval
from chosei.core.language import Language
from chosei.core.text import one_line
from chosei.core.walltime import zone_of
from chosei.records.models import Appointment, Candidate


def span(time: Appointment | Candidate, zone: str, language: Language, now: datetime | None = None) -> str:
    """2026年12月3日(木) 14:00〜15:00"""
    return wording.interval_text(Interval(time.starts_at, time.ends_at), zone, language, now)


def span_with_zone(time: Candidate, zone: str, language: Language, now: datetime) -> str:
    """3月27日(土) 10:00〜11:00 (GMT+0)"""
    interval = Interval(time.starts_at, time.ends_at)
    return wording.interval_text(interval, zone, language, now, with_zone=True)


def length(time: Appointment | Candidate, language: Language) -> str:
    return wording.duration_text((time.ends_at - time.starts_at) // timedelta(minutes=1), language)


def same_clocks(zone: str, other: str, time: Appointment) -> bool:
    """Whether the clocks of both zones show the same from start to end."""
    return all(
        at.astimezone(zone_of(zone)).utcoffset() == at.astimezone(zone_of(other)).utcoffset()
        for at in (time.starts_at, time.ends_at)
    )


def known_zone(name: str) -> str:
    """``name`` where there is such a zone, else nothing: a browser may call its zone anything."""
    try:
        zone_of(name)
    except ValueError:
        return ""
    return name


def listed(names: Iterable[str]) -> str:
    return pgettext("mail", "、").join(one_line(name) for name in names)
