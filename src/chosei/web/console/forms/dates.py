"""特定の日: rows of a date and its hours. A date without hours is closed; rows of one date are one day."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext

from chosei.core.hours import DateOverrides, HoursProblemKind, InvalidHours, Span
from chosei.web.console.forms.hours import PROBLEMS, SpanRow, end_of, span_row, typed_pair

MOST = 100  # rows to which the page adds another
_DAY = re.compile(r"date-([0-9]{1,4})-day")
_FREE = 2  # empty rows to go on with


@dataclass(slots=True)
class DateRow:
    """What stands in one row, as typed."""

    day: str
    span: SpanRow

    @property
    def is_empty(self) -> bool:
        return not (self.day or self.span.start or self.span.end)

    def read(self) -> tuple[date, Span | None]:
        """Raises InvalidHours for times that are none, ValueError for such a date."""
        day = date.fromisoformat(unicodedata.normalize("NFKC", self.day).replace("/", "-"))
        if not self.span.start and not self.span.end:
            return day, None
        return day, Span.parse(self.span.start, end_of(self.span))


@dataclass(slots=True)
class DatesEditor:
    """Rows to show, and the exceptions they mean."""

    rows: list[DateRow] = field(default_factory=list)
    most: int = MOST

    @classmethod
    def showing(cls, overrides: DateOverrides) -> DatesEditor:
        written = [(day, *pair) for day, spans in overrides.to_json().items() for pair in spans or [["", ""]]]
        return cls._of([(day, (start, end)) for day, start, end in written])

    @classmethod
    def typed(cls, data: Mapping[str, str]) -> DatesEditor:
        """What came with the form, however many rows that were; empty ones are closed up."""
        numbers = sorted(int(found[1]) for key in data if (found := _DAY.fullmatch(key)))
        rows = [(data.get(f"date-{n}-day", "").strip(), typed_pair(data, f"date-{n}")) for n in numbers]
        return cls._of([(day, pair) for day, pair in rows if day or any(pair)])

    @classmethod
    def _of(cls, rows: list[tuple[str, tuple[str, str]]]) -> DatesEditor:
        shown = [*rows, *[("", ("", ""))] * min(_FREE, max(0, MOST - len(rows)))]
        return cls([DateRow(day, span_row(f"date-{n}", pair)) for n, (day, pair) in enumerate(shown)])

    def overrides(self) -> DateOverrides | None:
        """The exceptions typed, or None with each problem beside its row."""
        days: dict[date, tuple[Span, ...]] = {}
        for row in self.rows:
            if not row.is_empty:
                row.span.error = _add(row, days)
        return None if any(row.span.error for row in self.rows) else DateOverrides(days)


def _add(row: DateRow, days: dict[date, tuple[Span, ...]]) -> str:
    """Put the row among the days; else what is wrong with it."""
    try:
        day, span = row.read()
    except InvalidHours as wrong:
        return str(PROBLEMS.get(wrong.problems[0].kind, PROBLEMS[HoursProblemKind.BAD_TIME]))
    except ValueError:
        return gettext("日付を選んでください。")
    there = days.get(day)
    if there is not None and bool(there) != bool(span):
        return gettext("同じ日に、休みと時間帯があります。どちらかだけにしてください。")
    spans = (*(there or ()), *([span] if span else ()))
    try:
        DateOverrides({day: spans})
    except InvalidHours:
        return str(PROBLEMS[HoursProblemKind.OVERLAP])
    days[day] = spans
    return ""
