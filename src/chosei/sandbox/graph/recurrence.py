"""Recurring series: the rules of `patternedRecurrence`, checked and unfolded into dates.

Pure. An occurrence is named by its original date in the series' own zone; wall times stay what they are when
DST begins or ends. Source: reference pages recurrencePattern and recurrenceRange.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from chosei.sandbox.graph.problems import invalid_property
from chosei.sandbox.graph.zones import find_zone

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INDEXES = ("first", "second", "third", "fourth", "last")
_PATTERN_MEMBERS = {
    "type", "interval", "daysOfWeek", "dayOfMonth", "month", "index", "firstDayOfWeek", "@odata.type",
}  # fmt: skip
_RANGE_MEMBERS = {
    "type", "startDate", "endDate", "numberOfOccurrences", "recurrenceTimeZone", "@odata.type",
}  # fmt: skip
_MAX_OCCURRENCES = 999  # what Exchange allows for a numbered series


@dataclass(frozen=True)
class Recurrence:
    """A checked rule. `last` and `count` are None where the series is not bounded by them."""

    kind: str
    interval: int
    weekdays: tuple[int, ...]
    day_of_month: int
    month: int
    index: str
    week_starts: int
    first: date
    last: date | None
    count: int | None
    zone_name: str

    def dates(self, until: date | None = None) -> Iterator[date]:
        """Original dates in order, at most up to `until` (included)."""
        seen = 0
        for day in _candidates(self):
            if (until and day > until) or (self.last and day > self.last):
                return
            if day < self.first:
                continue
            if self.count is not None and seen >= self.count:
                return
            seen += 1
            yield day

    def includes(self, day: date) -> bool:
        """Whether the rule itself names this date (exceptions and cancellations aside)."""
        return any(found == day for found in self.dates(day))

    def final(self) -> date | None:
        """The last date of a bounded series, None for one without end."""
        if self.last is None and self.count is None:
            return None
        found = self.first
        for day in self.dates():
            found = day
        return found


def parse(value: Any, start_date: date, zone_name: str) -> Recurrence:
    """Checks a patternedRecurrence against the event's own start date. Raises GraphError 400."""
    if not isinstance(value, dict) or not isinstance(value.get("pattern"), dict):
        raise invalid_property("recurrence", "A recurrence needs a pattern and a range.")
    pattern, span = value["pattern"], value.get("range")
    if not isinstance(span, dict):
        raise invalid_property("recurrence", "A recurrence needs a pattern and a range.")
    if not set(pattern) <= _PATTERN_MEMBERS or not set(span) <= _RANGE_MEMBERS:
        raise invalid_property("recurrence", "The recurrence has a member that does not exist.")
    kind = pattern.get("type")
    if kind not in _RULES:
        raise invalid_property("recurrence.pattern.type", "This recurrence type is not known.")
    first, last, count = _range(span, start_date)
    series_zone = span.get("recurrenceTimeZone") or zone_name
    if find_zone(series_zone) is None:
        raise invalid_property("recurrence.range.recurrenceTimeZone", "This time zone is not supported.")
    return Recurrence(
        kind=kind,
        interval=_whole(pattern, "interval", 1, 999, 1 if kind.endswith("Yearly") else None),
        weekdays=_weekdays(pattern, kind),
        day_of_month=_whole(pattern, "dayOfMonth", 1, 31, None if kind.startswith("absolute") else 1),
        month=_whole(pattern, "month", 1, 12, None if kind.endswith("Yearly") else 1),
        index=_index(pattern),
        week_starts=_day(pattern.get("firstDayOfWeek") or "sunday"),
        first=first,
        last=last,
        count=count,
        zone_name=series_zone,
    )


def render(rule: Recurrence) -> dict[str, Any]:
    """The rule in the shape Graph answers, all members present as Graph writes them."""
    span: dict[str, Any] = {
        "type": "numbered" if rule.count is not None else "endDate" if rule.last else "noEnd",
        "startDate": rule.first.isoformat(),
        "endDate": (rule.last or date(1, 1, 1)).isoformat(),
        "recurrenceTimeZone": rule.zone_name,
        "numberOfOccurrences": rule.count or 0,
    }
    uses_days = rule.kind in ("weekly", "relativeMonthly", "relativeYearly")
    pattern: dict[str, Any] = {
        "type": rule.kind,
        "interval": rule.interval,
        "month": rule.month if rule.kind.endswith("Yearly") else 0,
        "dayOfMonth": rule.day_of_month if rule.kind.startswith("absolute") else 0,
        "daysOfWeek": [DAYS[day] for day in rule.weekdays] if uses_days else [],
        "firstDayOfWeek": DAYS[rule.week_starts],
        "index": rule.index,
    }
    return {"pattern": pattern, "range": span}


def _range(span: dict[str, Any], start_date: date) -> tuple[date, date | None, int | None]:
    first = _date(span, "startDate")
    if first != start_date:
        raise invalid_property("recurrence.range.startDate", "It must be the date of the event's start.")
    kind = span.get("type")
    if kind == "noEnd":
        return first, None, None
    if kind == "numbered":
        return first, None, _whole(span, "numberOfOccurrences", 1, _MAX_OCCURRENCES, None)
    if kind == "endDate":
        last = _date(span, "endDate")
        if last < first:
            raise invalid_property("recurrence.range.endDate", "The series ends before it starts.")
        return first, last, None
    raise invalid_property("recurrence.range.type", "This range type is not known.")


def _date(span: dict[str, Any], member: str) -> date:
    value = span.get(member)
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError as error:
        raise invalid_property(f"recurrence.range.{member}", "This is not a date.") from error


def _whole(owner: dict[str, Any], member: str, low: int, high: int, default: int | None) -> int:
    value = owner.get(member)
    if value in (None, 0) and default is not None and not isinstance(value, bool):
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise invalid_property(f"recurrence.{member}", f"A number from {low} to {high} is needed.")
    return value


def _day(name: Any) -> int:
    if not isinstance(name, str) or name.lower() not in DAYS:
        raise invalid_property("recurrence.pattern.daysOfWeek", f"'{name}' is not a day of the week.")
    return DAYS.index(name.lower())


def _weekdays(pattern: dict[str, Any], kind: str) -> tuple[int, ...]:
    names = pattern.get("daysOfWeek") or []
    if kind not in ("weekly", "relativeMonthly", "relativeYearly"):
        return ()
    if not isinstance(names, list) or not names:
        raise invalid_property("recurrence.pattern.daysOfWeek", "This recurrence needs days of the week.")
    return tuple(sorted({_day(name) for name in names}))


def _index(pattern: dict[str, Any]) -> str:
    index = pattern.get("index") or "first"
    if index not in INDEXES:
        raise invalid_property("recurrence.pattern.index", f"'{index}' is not a week index.")
    return str(index)


def _candidates(rule: Recurrence) -> Iterator[date]:
    yield from _RULES[rule.kind](rule)


def _daily(rule: Recurrence) -> Iterator[date]:
    day = rule.first
    while True:
        yield day
        day += timedelta(days=rule.interval)


def _weekly(rule: Recurrence) -> Iterator[date]:
    week = rule.first - timedelta(days=(rule.first.weekday() - rule.week_starts) % 7)
    offsets = sorted((day - rule.week_starts) % 7 for day in rule.weekdays)
    while True:
        for offset in offsets:
            yield week + timedelta(days=offset)
        week += timedelta(weeks=rule.interval)


def _months(rule: Recurrence, step: int, month: int) -> Iterator[tuple[int, int]]:
    position = rule.first.year * 12 + month - 1
    while True:
        yield divmod(position, 12)
        position += step


def _absolute(rule: Recurrence, step: int, month: int) -> Iterator[date]:
    for year, zero_month in _months(rule, step, month):
        longest = calendar.monthrange(year, zero_month + 1)[1]
        # Exchange takes the last day where a month is too short
        yield date(year, zero_month + 1, min(rule.day_of_month, longest))


def _relative(rule: Recurrence, step: int, month: int) -> Iterator[date]:
    for year, zero_month in _months(rule, step, month):
        longest = calendar.monthrange(year, zero_month + 1)[1]
        days = [date(year, zero_month + 1, number + 1) for number in range(longest)]
        fitting = [day for day in days if day.weekday() in rule.weekdays]
        yield fitting[-1] if rule.index == "last" else fitting[INDEXES.index(rule.index)]


_RULES: dict[str, Callable[[Recurrence], Iterator[date]]] = {
    "daily": _daily,
    "weekly": _weekly,
    "absoluteMonthly": lambda rule: _absolute(rule, rule.interval, rule.first.month),
    "relativeMonthly": lambda rule: _relative(rule, rule.interval, rule.first.month),
    "absoluteYearly": lambda rule: _absolute(rule, 12 * rule.interval, rule.month),
    "relativeYearly": lambda rule: _relative(rule, 12 * rule.interval, rule.month),
}
