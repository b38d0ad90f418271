"""Weekly opening hours as wall times in a zone, exceptions by date, and the instants they mean.

A span says what the clocks on the wall show, counted from the midnight at which its day begins: 22:00 to
26:00 runs until two in the morning after. On the days when the clocks change it is open exactly while they
show such a time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import NoReturn

from chosei.core.intervals import Interval, merge
from chosei.core.walltime import Stretch, midnight, stretches, zone_of

DAY_MINUTES = 24 * 60
_WEEK = 7 * DAY_MINUTES
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")


class HoursProblemKind(StrEnum):
    """What is wrong with hours somebody entered; the form has the sentence for it."""

    BAD_TIME = "bad_time"
    ENDS_BEFORE_START = "ends_before_start"
    STARTS_TOO_LATE = "starts_too_late"
    TOO_LONG = "too_long"
    OVERLAP = "overlap"
    BAD_DATE = "bad_date"
    UNKNOWN_ZONE = "unknown_zone"
    BAD_SHAPE = "bad_shape"


@dataclass(frozen=True, slots=True)
class HoursProblem:
    """``day`` is a weekday (0 = Monday) or a date, ``position`` counts that day's spans from 0."""

    kind: HoursProblemKind
    day: int | date | None = None
    position: int | None = None


class InvalidHours(ValueError):
    """Hours that cannot be kept, with everything that is wrong with them."""

    def __init__(self, *problems: HoursProblem) -> None:
        super().__init__("; ".join(f"{p.kind.value} (day {p.day}, span {p.position})" for p in problems))
        self.problems = problems


def _refuse(kind: HoursProblemKind) -> NoReturn:
    raise InvalidHours(HoursProblem(kind))


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Wall minutes since the midnight at which the day begins, ``end_minute`` excluded.

    Begins before 24:00 and lasts at most a day. Raises InvalidHours.
    """

    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_minute < DAY_MINUTES:
            _refuse(HoursProblemKind.STARTS_TOO_LATE)
        if self.end_minute <= self.start_minute:
            _refuse(HoursProblemKind.ENDS_BEFORE_START)
        if self.end_minute - self.start_minute > DAY_MINUTES:
            _refuse(HoursProblemKind.TOO_LONG)

    @classmethod
    def parse(cls, start: str, end: str) -> Span:
        """From what a person typed, such as 9:00 and 26:00. Raises InvalidHours."""
        return cls(parse_clock(start), parse_clock(end))

    def to_json(self) -> list[str]:
        return [clock(self.start_minute), clock(self.end_minute)]


def parse_clock(text: str) -> int:
    """Minutes since midnight for 9:00, ９：００ or 26:00. Raises InvalidHours."""
    match = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        _refuse(HoursProblemKind.BAD_TIME)
    minute = int(match[1]) * 60 + int(match[2])
    if minute > 2 * DAY_MINUTES:
        _refuse(HoursProblemKind.BAD_TIME)
    return minute


def clock(minute: int) -> str:
    """09:00 for 540; hours past midnight go on counting, 26:00 for 1560."""
    return f"{minute // 60:02}:{minute % 60:02}"


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """``weekdays`` holds the spans of Monday to Sunday, ``zone`` is the IANA name they are meant in.

    Touching spans are fine, overlapping ones are refused, also when one reaches past midnight into the next
    day's. Raises InvalidHours.
    """

    weekdays: tuple[tuple[Span, ...], ...]
    zone: str

    def __post_init__(self) -> None:
        if len(self.weekdays) != 7:
            _refuse(HoursProblemKind.BAD_SHAPE)
        object.__setattr__(self, "weekdays", tuple(tuple(sorted(spans)) for spans in self.weekdays))
        problems = _weekly_overlaps(self.weekdays)
        try:
            zone_of(self.zone)
        except ValueError:
            problems.append(HoursProblem(HoursProblemKind.UNKNOWN_ZONE))
        if problems:
            raise InvalidHours(*problems)

    def meets(self, other: WeeklyHours) -> bool:
        """Whether both are open at some time of a week, by the clock on the wall of one zone."""
        ours, theirs = _placed(self.weekdays), _placed(other.weekdays)
        # Sunday night runs into Monday.
        again = [(start + week, end + week) for start, end in theirs for week in (-_WEEK, 0, _WEEK)]
        return any(start < end2 and start2 < end for start, end in ours for start2, end2 in again)

    @classmethod
    def parse(cls, weekdays: Sequence[Sequence[tuple[str, str]]], zone: str) -> WeeklyHours:
        """From the pairs of times a person typed, Monday first. Raises InvalidHours naming each bad span."""
        problems: list[HoursProblem] = []
        days = tuple(_parse_day(day, pairs, problems) for day, pairs in enumerate(weekdays))
        if problems:
            raise InvalidHours(*problems)
        return cls(days, zone)

    @classmethod
    def from_json(cls, data: object) -> WeeklyHours:
        """What ``to_json`` gave. Raises InvalidHours for anything else."""
        match data:
            case {"zone": str(zone), "weekdays": [*weekdays]}:
                return cls.parse([_pairs(spans) for spans in weekdays], zone)
            case _:
                _refuse(HoursProblemKind.BAD_SHAPE)

    def to_json(self) -> dict[str, object]:
        """{"zone": "Asia/Tokyo", "weekdays": [[["09:00", "18:00"]], … seven in all]}"""
        return {"zone": self.zone, "weekdays": [[span.to_json() for span in day] for day in self.weekdays]}


@dataclass(frozen=True, slots=True)
class DateOverrides:
    """The spans of single dates in place of their weekday's; no span means closed. Raises InvalidHours."""

    days: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        days = {day: tuple(sorted(spans)) for day, spans in sorted(self.days.items())}
        object.__setattr__(self, "days", days)
        problems = [
            HoursProblem(HoursProblemKind.OVERLAP, day, position)
            for day, spans in days.items()
            for position in range(1, len(spans))
            if spans[position].start_minute < spans[position - 1].end_minute
        ]
        if problems:
            raise InvalidHours(*problems)

    @classmethod
    def from_json(cls, data: object) -> DateOverrides:
        """What ``to_json`` gave. Raises InvalidHours for anything else."""
        if not isinstance(data, Mapping):
            _refuse(HoursProblemKind.BAD_SHAPE)
        problems: list[HoursProblem] = []
        days: dict[date, tuple[Span, ...]] = {}
        for text, spans in data.items():
            try:
                day = date.fromisoformat(text)
            except (TypeError, ValueError):
                problems.append(HoursProblem(HoursProblemKind.BAD_DATE))
            else:
                days[day] = _parse_day(day, _pairs(spans), problems)
        if problems:
            raise InvalidHours(*problems)
        return cls(days)

    def to_json(self) -> dict[str, list[list[str]]]:
        """{"2026-12-29": [], "2026-12-30": [["09:00", "12:00"]]}"""
        return {day.isoformat(): [span.to_json() for span in spans] for day, spans in self.days.items()}


@dataclass(frozen=True, slots=True)
class DateRange:
    """Dates from ``first`` to ``last``, both included. Raises ValueError when they are the wrong way
    round.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the last date {self.last} is before the first {self.first}")

    @property
    def reach(self) -> DateRange:
        """With the dates whose spans may touch meetings that begin on these.

        A span of the day before reaches into the first date, a meeting of the last one into the day after,
        which is two dates later where the calendar jumps over one (Samoa, 30 December 2011).
        """
        return DateRange(self.first - timedelta(1), self.last + timedelta(2))


@dataclass(frozen=True, slots=True)
class Opening:
    """When somebody is open: the week's hours and the dates that differ."""

    weekly: WeeklyHours
    overrides: DateOverrides = field(default_factory=DateOverrides)

    def spans_on(self, day: date) -> tuple[Span, ...]:
        spans = self.overrides.days.get(day)
        return self.weekly.weekdays[day.weekday()] if spans is None else spans


def windows(opening: Opening, dates: DateRange) -> list[Stretch]:
    """The spans that begin on ``dates``, whole: one stretch each, or two around a change of the clocks."""
    zone = zone_of(opening.weekly.zone)
    found: list[Stretch] = []
    for number in range((dates.last - dates.first).days + 1):
        day = dates.first + timedelta(number)
        dawn = midnight(day)
        for span in opening.spans_on(day):
            begin, end = timedelta(0, span.start_minute * 60), timedelta(0, span.end_minute * 60)
            found += stretches(zone, dawn + begin, dawn + end)
    return found


def expand(
    hours: WeeklyHours, first: date, last: date, overrides: DateOverrides | None = None
) -> list[Interval]:
    """When ``hours`` are open, for the spans that begin on ``first`` to ``last``; a normal list."""
    opening = Opening(hours, overrides or DateOverrides())
    return merge(Interval(w.start, w.end) for w in windows(opening, DateRange(first, last)))


def _placed(weekdays: tuple[tuple[Span, ...], ...]) -> list[tuple[int, int]]:
    """Minutes since Monday's midnight."""
    return [
        (day * DAY_MINUTES + span.start_minute, day * DAY_MINUTES + span.end_minute)
        for day, spans in enumerate(weekdays)
        for span in spans
    ]


def _weekly_overlaps(weekdays: tuple[tuple[Span, ...], ...]) -> list[HoursProblem]:
    placed = sorted(
        (day * DAY_MINUTES + span.start_minute, day * DAY_MINUTES + span.end_minute, day, position)
        for day, spans in enumerate(weekdays)
        for position, span in enumerate(spans)
    )
    if not placed:
        return []
    # Sunday night runs into Monday: the last span is followed by the first one, a week later.
    start, end, day, position = placed[0]
    following = [*placed[1:], (start + _WEEK, end + _WEEK, day, position)]
    return [
        HoursProblem(HoursProblemKind.OVERLAP, later[2], later[3])
        for earlier, later in zip(placed, following, strict=True)
        if later[0] < earlier[1]
    ]


def _parse_day(
    day: int | date, pairs: Sequence[tuple[str, str]], problems: list[HoursProblem]
) -> tuple[Span, ...]:
    spans: list[Span] = []
    for position, (start, end) in enumerate(pairs):
        try:
            spans.append(Span.parse(start, end))
        except InvalidHours as error:
            problems += (HoursProblem(problem.kind, day, position) for problem in error.problems)
    return tuple(spans)


def _pairs(spans: object) -> list[tuple[str, str]]:
    if not isinstance(spans, list | tuple):
        _refuse(HoursProblemKind.BAD_SHAPE)
    pairs: list[tuple[str, str]] = []
    for span in spans:
        match span:
            case [str(start), str(end)]:
                pairs.append((start, end))
            case _:
                _refuse(HoursProblemKind.BAD_SHAPE)
    return pairs
