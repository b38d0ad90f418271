"""Weekly hours as rows of times, several a day. Empty rows mean nothing; a day without any is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.core.hours import (
    DAY_MINUTES,
    HoursProblem,
    HoursProblemKind,
    InvalidHours,
    WeeklyHours,
    clock,
    parse_clock,
)
from chosei.web.console.words import WEEKDAYS

MAX_SPANS = 6
_MIDNIGHT = "24:00"
PROBLEMS = {
    HoursProblemKind.BAD_TIME: _("時刻は 9:00 のように入力してください。"),
    HoursProblemKind.ENDS_BEFORE_START: _("終了は開始より後にしてください。"),
    HoursProblemKind.STARTS_TOO_LATE: _("開始は 23:59 までの時刻にしてください。"),
    HoursProblemKind.TOO_LONG: _("1つの時間帯は24時間までです。"),
    HoursProblemKind.OVERLAP: _("ほかの時間帯と重なっています。"),
}


@dataclass(slots=True)
class SpanRow:
    """What stands in one row, as typed."""

    name: str
    start: str = ""
    end: str = ""
    next_day: bool = False
    error: str = ""


@dataclass(slots=True)
class DayRows:
    number: int
    label: str | Promise
    rows: list[SpanRow] = field(default_factory=list)


class HoursEditor:
    """Rows to show, and the hours they mean. ``errors`` is what does not belong to a single row."""

    def __init__(self, days: list[list[tuple[str, str]]]) -> None:
        self.errors: list[str] = []
        self.days = [
            DayRows(
                number,
                WEEKDAYS[number],
                [span_row(f"hours-{number}-{place}", pair) for place, pair in enumerate(_padded(pairs))],
            )
            for number, pairs in enumerate(days)
        ]

    @property
    def wrong(self) -> bool:
        """Whether anything typed was refused."""
        return bool(self.errors) or any(row.error for day in self.days for row in day.rows)

    @classmethod
    def showing(cls, hours: WeeklyHours) -> HoursEditor:
        stored = hours.to_json()["weekdays"]
        assert isinstance(stored, list)
        return cls([[(start, end) for start, end in day] for day in stored])

    @classmethod
    def typed(cls, data: Mapping[str, str]) -> HoursEditor:
        """What came with the form; an empty row stays where it was."""

        return cls(
            [[typed_pair(data, f"hours-{day}-{place}") for place in range(MAX_SPANS)] for day in range(7)]
        )

    def hours(self, zone: str) -> WeeklyHours | None:
        """The hours typed, or None with each problem beside its row."""
        filled = [[row for row in day.rows if row.start or row.end] for day in self.days]
        pairs = [[(row.start, end_of(row)) for row in rows] for rows in filled]
        try:
            hours = WeeklyHours.parse(pairs, zone)
        except InvalidHours as wrong:
            for problem in wrong.problems:
                self._place(problem, filled)
            return None
        if not any(hours.weekdays):
            self.errors.append(gettext("受付時間を1つ以上入れてください。"))
            return None
        return hours

    def _place(self, problem: HoursProblem, filled: list[list[SpanRow]]) -> None:
        sentence = str(PROBLEMS.get(problem.kind, PROBLEMS[HoursProblemKind.BAD_TIME]))
        if not isinstance(problem.day, int) or problem.position is None:
            if problem.kind != HoursProblemKind.UNKNOWN_ZONE:  # the zone's own field says that
                self.errors.append(sentence)
            return
        rows = filled[problem.day]
        if problem.kind == HoursProblemKind.OVERLAP:  # positions count the sorted spans there
            rows = sorted(rows, key=lambda row: row.start.rjust(5, "0"))
        rows[problem.position].error = sentence


def span_row(name: str, pair: tuple[str, str]) -> SpanRow:
    """A time field knows neither 24:00 nor 26:00: these are 0:00, and 2:00 of the next day."""
    start, end = pair
    shown = _later(end, -DAY_MINUTES)
    return SpanRow(name, start, shown, shown not in (end, "00:00"))


def typed_pair(data: Mapping[str, str], name: str) -> tuple[str, str]:
    """What came with the form for the row called ``name``."""
    end = data.get(f"{name}-end", "").strip()
    if f"{name}-next" in data:
        end = _later(end, DAY_MINUTES)
    return data.get(f"{name}-start", "").strip(), end


def end_of(row: SpanRow) -> str:
    """0:00 as an end is the midnight that closes the day, marked as the next day's or not."""
    if row.end in ("00:00", "0:00"):
        return _MIDNIGHT
    return _later(row.end, DAY_MINUTES) if row.next_day else row.end


def _later(text: str, minutes: int) -> str:
    """The same clock ``minutes`` later; as it is where it is none, or before midnight already."""
    try:
        moved = parse_clock(text) + minutes
    except InvalidHours:
        return text
    return clock(moved) if moved >= 0 else text


def _padded(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is there, then one empty row to go on with; two rows at least."""
    used = max((place + 1 for place, pair in enumerate(pairs) if any(pair)), default=0)
    rows = min(max(used + 1, 2), max(MAX_SPANS, used))
    return [*pairs[:used], *[("", "")] * (rows - used)]
