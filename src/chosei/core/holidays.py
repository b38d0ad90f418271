"""What becomes of a page's hours on public holidays (祝日の扱い). Which dates those are, others know."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from chosei.core.hours import DateOverrides, HoursProblem, HoursProblemKind, InvalidHours, Opening, Span


class HolidayRule(StrEnum):
    """休業 / 通常どおり / 専用の時間帯. Stored."""

    CLOSED = "closed"
    AS_USUAL = "usual"
    OWN_HOURS = "own"


def with_holidays(
    opening: Opening, holidays: Iterable[date], rule: HolidayRule, own: tuple[Span, ...] = ()
) -> Opening:
    """The same hours with ``holidays`` treated as the rule says; a date override wins over a holiday.

    A span of the evening before that runs past midnight still does: it belongs to the day it begins on.
    """
    if rule is HolidayRule.AS_USUAL:
        return opening
    spans = own if rule is HolidayRule.OWN_HOURS else ()
    days = {**dict.fromkeys(holidays, spans), **opening.overrides.days}
    return Opening(opening.weekly, DateOverrides(days))


def parse_spans(pairs: Iterable[tuple[str, str]]) -> tuple[Span, ...]:
    """The spans of one kind of day, sorted. Raises InvalidHours naming the first that overlaps."""
    spans = tuple(sorted(Span.parse(start, end) for start, end in pairs))
    for position in range(1, len(spans)):
        if spans[position].start_minute < spans[position - 1].end_minute:
            raise InvalidHours(HoursProblem(HoursProblemKind.OVERLAP, position=position))
    return spans
