"""Lays a mailbox's week out as Outlook does: a column a day, overlapping events side by side. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chosei.sandbox.graph.model import Instance

DAY_MINUTES = 24 * 60
FIRST_HOUR, LAST_HOUR = 8, 20


@dataclass(frozen=True, slots=True)
class Shown:
    """Something with a time, which it has in the reader's own zone. `instance` is whatever the page shows of
    it."""

    instance: Any
    start: datetime
    end: datetime
    all_day: bool


@dataclass(frozen=True, slots=True)
class Block:
    """An event, or its part on one day. Minutes from that day's midnight; `lane` of `lanes` side by side."""

    instance: Any
    start: datetime
    end: datetime
    first_minute: int
    last_minute: int
    lane: int = 0
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class Day:
    """One column: all-day events above, the others as blocks."""

    date: date
    all_day: tuple[Block, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday; hours from `first_hour` (inclusive) to `last_hour` (exclusive) are worth showing."""

    monday: date
    days: tuple[Day, ...]
    first_hour: int
    last_hour: int

    @property
    def hours(self) -> range:
        """The hours to draw."""
        return range(self.first_hour, self.last_hour)


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def lay_out(monday: date, instances: list[Instance], zone: ZoneInfo) -> Week:
    """The week that begins on `monday`, its wall times in `zone`."""
    return arranged(monday, [Shown(one, *local_span(one, zone), one.event.all_day) for one in instances])


def arranged(monday: date, shown: list[Shown]) -> Week:
    """The week that begins on `monday`."""
    days = tuple(_day(monday + timedelta(days=offset), shown) for offset in range(7))
    blocks = [block for day in days for block in day.blocks]
    first = min([FIRST_HOUR, *(block.first_minute // 60 for block in blocks)])
    last = max([LAST_HOUR, *(-(-block.last_minute // 60) for block in blocks)])
    return Week(monday, days, first, min(last, 24))


def local_span(instance: Instance, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end as the reader's clock shows them; an all-day event keeps its own dates."""
    if instance.event.all_day:
        start = datetime.fromisoformat(instance.event.start).replace(tzinfo=zone)
        length = datetime.fromisoformat(instance.event.end) - datetime.fromisoformat(instance.event.start)
        if instance.original is not None and not instance.event.exceptions.get(instance.original.isoformat()):
            start = start.replace(
                year=instance.original.year, month=instance.original.month, day=instance.original.day
            )
        return start, start + length
    return instance.starts.astimezone(zone), instance.ends.astimezone(zone)


def _day(day: date, shown: list[Shown]) -> Day:
    all_day: list[Block] = []
    timed: list[Block] = []
    for one in shown:
        block = _part(one, day)
        if block is not None:
            (all_day if one.all_day else timed).append(block)
    return Day(day, tuple(all_day), tuple(_in_lanes(timed)))


def _part(shown: Shown, day: date) -> Block | None:
    """What of an event falls on `day`, in wall minutes; None for nothing."""
    start, end = shown.start, shown.end
    first = 0 if start.date() < day else start.hour * 60 + start.minute
    last = DAY_MINUTES if end.date() > day else end.hour * 60 + end.minute
    touches = start.date() <= day and (end.date() > day or (end.date() == day and (last > 0 or start == end)))
    if not touches:
        return None
    return Block(shown.instance, start, end, first, max(last, first))


def _in_lanes(blocks: list[Block]) -> list[Block]:
    """Give blocks that overlap a lane each; a run of overlapping ones shares the width evenly."""
    placed: list[Block] = []
    run: list[tuple[Block, int]] = []
    ends: list[int] = []

    def close() -> None:
        for block, lane in run:
            placed.append(
                Block(
                    block.instance,
                    block.start,
                    block.end,
                    block.first_minute,
                    block.last_minute,
                    lane,
                    len(ends),
                )
            )
        run.clear()
        ends.clear()

    for block in sorted(blocks, key=lambda b: (b.first_minute, -b.last_minute)):
        if run and block.first_minute >= max(ends):
            close()
        lane = next((n for n, end in enumerate(ends) if end <= block.first_minute), len(ends))
        shown_end = max(block.last_minute, block.first_minute + 15)  # a point in time needs some height too
        ends[lane : lane + 1] = [shown_end]
        run.append((block, lane))
    close()
    return placed
