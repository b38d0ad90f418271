"""What the contract writes, and short ways to write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chosei.core.intervals import Interval
from chosei.ports.calendar import (
    Attendee,
    AttendeeKind,
    Change,
    CreateEvent,
    EventDraft,
    Failed,
    ObservedEvent,
    ShowAs,
    Written,
)
from chosei.ports.errors import PortError
from tests.contract.worlds import ROOM, World

TEN = datetime(2027, 3, 3, 1, 0, tzinfo=UTC)  # Wednesday 3 March 2027, 10:00 in Tokyo
DAY = Interval(datetime(2027, 3, 2, 15, 0, tzinfo=UTC), datetime(2027, 3, 3, 15, 0, tzinfo=UTC))
HOUR = timedelta(hours=1)
ROOM_GUEST = Attendee(ROOM, "会議室 八重洲A", AttendeeKind.ROOM)


def draft(number: int = 1, **values: object) -> EventDraft:
    """A hold of an hour on 3 March, ``number`` hours after nine o'clock in Tokyo."""
    start = TEN + (number - 1) * HOUR
    wanted = EventDraft(
        key=f"key-{number}",
        title=f"仮予約 {number}",
        body_html="<p>候補日時です。</p>",
        start=start,
        end=start + HOUR,
        zone="Asia/Tokyo",
        show_as=ShowAs.TENTATIVE,
    )
    return replace(wanted, **values)  # type: ignore[arg-type]


def write(world: World, *changes: Change) -> list[ObservedEvent]:
    """Apply changes that must succeed; the events they left."""
    outcomes = world.calendar.apply(changes)
    assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
    return [outcome.event for outcome in outcomes if isinstance(outcome, Written) and outcome.event]


def create(world: World, wanted: EventDraft) -> ObservedEvent:
    [event] = write(world, CreateEvent(wanted, f"token-{wanted.key}"))
    return event


def errors(world: World, changes: Sequence[Change]) -> list[PortError | None]:
    """The error of each change, None where it was carried out; a refusal of all counts for each."""
    try:
        outcomes = world.calendar.apply(changes)
    except PortError as error:
        return [error] * len(changes)
    return [outcome.error if isinstance(outcome, Failed) else None for outcome in outcomes]


def titles(world: World, window: Interval = DAY) -> list[str]:
    return [event.title for event in world.calendar.read_busy(window)]
