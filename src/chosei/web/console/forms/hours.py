"""Weekly hours as rows of times, several a day. Empty rows mean nothing; a day without any is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.core.hours import HoursProblem, HoursProblemKind, InvalidHours, WeeklyHours
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
    error: str = ""

    @property
    def late(self) -> bool:
        """Whether an end past midnight needs a text field: a time field knows no 26:00."""
        hour = self.end.partition(":")[0]
        return hour.isdecimal() and int(hour) >= 24


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
                [self._row(number, place, pair) for place, pair in enumerate(_padded(pairs))],
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

        def pair(day: int, place: int) -> tuple[str, str]:
            name = f"hours-{day}-{place}"
            return data.get(f"{name}-start", "").strip(), data.get(f"{name}-end", "").strip()

        return cls([[pair(day, place) for place in range(MAX_SPANS)] for day in range(7)])

    def hours(self, zone: str) -> WeeklyHours | None:
        """The hours typed, or None with each problem beside its row."""
        filled = [[row for row in day.rows if row.start or row.end] for day in self.days]
        pairs = [[(row.start, _end(row.end)) for row in rows] for rows in filled]
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

    @staticmethod
    def _row(day: int, place: int, pair: tuple[str, str]) -> SpanRow:
        start, end = pair
        return SpanRow(f"hours-{day}-{place}", start, "00:00" if end == _MIDNIGHT else end)


def _end(text: str) -> str:
    """0:00 as an end is the midnight that closes the day."""
    return _MIDNIGHT if text in ("00:00", "0:00") else text


def _padded(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is there, then one empty row to go on with; two rows at least."""
    used = max((place + 1 for place, pair in enumerate(pairs) if any(pair)), default=0)
    rows = min(max(used + 1, 2), max(MAX_SPANS, used))
    return [*pairs[:used], *[("", "")] * (rows - used)]
