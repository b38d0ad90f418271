"""Reading what changed instead of everything, on each service behind the port."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from chosei.core.intervals import Interval
from chosei.ports.calendar import BusyEvent, CalendarChanges, ShowAs
from chosei.ports.errors import Missing, NeedsReconnect, Throttled, Transient
from tests.contract.drafts import DAY, HOUR, TEN, create, draft
from tests.contract.worlds import MicrosoftWorld, PersonsEvent, World

MONTH = Interval(DAY.start, DAY.start + timedelta(days=28))


def meeting(title: str = "商談", hour: int = 0, **values: object) -> PersonsEvent:
    start = TEN + hour * HOUR
    return PersonsEvent(title, start, start + HOUR, **values)  # type: ignore[arg-type]


def titles(events: Sequence[BusyEvent]) -> list[str]:
    return [event.title for event in events]


def mirrored(before: Sequence[BusyEvent], told: CalendarChanges) -> list[tuple[str, str, str, object]]:
    """What a mirror holds that stood as ``before`` and took the changes over."""
    new = {event.remote_id for event in told.events}
    kept = [e for e in before if e.remote_id not in new | told.gone and e.series not in told.gone]
    return sorted((e.remote_id, e.title, e.show_as.value, e.start) for e in (*kept, *told.events))


def whole(world: World) -> list[tuple[str, str, str, object]]:
    read = world.calendar.read_busy(MONTH)
    return sorted((e.remote_id, e.title, e.show_as.value, e.start) for e in read)


def test_what_is_new_changed_and_gone_is_told(world: World) -> None:
    renamed, moved, deleted = (world.person_adds(meeting(name, n)) for n, name in enumerate("一二三"))
    before = world.calendar.read_busy(MONTH)
    token = world.calendar.track(MONTH)
    assert world.calendar.changes(MONTH, token).events == ()
    world.person_renames(renamed, "改題")
    world.person_moves(moved, TEN + 5 * HOUR, TEN + 6 * HOUR)
    world.person_deletes(deleted)
    new = world.person_adds(meeting("新規", 7, show_as=ShowAs.OUT_OF_OFFICE, private=True))
    told = world.calendar.changes(MONTH, token)
    assert titles(told.events) == ["改題", "二", "新規"]
    assert {event.remote_id for event in told.events} == {renamed, moved, new}
    assert (told.events[2].show_as, told.events[2].private) == (ShowAs.OUT_OF_OFFICE, True)
    assert deleted in told.gone
    assert mirrored(before, told) == whole(world)


def test_nothing_is_told_twice_under_the_new_token_and_all_again_under_the_old(world: World) -> None:
    token = world.calendar.track(MONTH)
    world.person_adds(meeting())
    told = world.calendar.changes(MONTH, token)
    assert world.calendar.changes(MONTH, told.token).events == ()
    assert titles(world.calendar.changes(MONTH, token).events) == ["商談"]


def test_leaving_the_stretch_is_being_gone_from_it_and_coming_in_is_new(world: World) -> None:
    leaving = world.person_adds(meeting("出る"))
    coming = world.person_adds(PersonsEvent("入る", MONTH.end + 50 * HOUR, MONTH.end + 51 * HOUR))
    token = world.calendar.track(MONTH)
    world.person_moves(leaving, MONTH.end + 30 * HOUR, MONTH.end + 31 * HOUR)
    world.person_moves(coming, TEN, TEN + HOUR)
    told = world.calendar.changes(MONTH, token)
    assert titles(told.events) == ["入る"]
    assert leaving in told.gone
    assert world.calendar.get(leaving).start == MONTH.end + 30 * HOUR


def test_what_ends_up_just_outside_the_stretch_is_gone(world: World) -> None:
    event = world.person_adds(meeting())
    token = world.calendar.track(MONTH)
    world.person_moves(event, MONTH.end + HOUR, MONTH.end + 2 * HOUR)
    told = world.calendar.changes(MONTH, token)
    assert (told.events, event in told.gone) == ((), True)


def test_our_own_events_are_told_by_their_ids(world: World) -> None:
    token = world.calendar.track(MONTH)
    ours = create(world, draft())
    assert [event.remote_id for event in world.calendar.changes(MONTH, token).events] == [ours.remote_id]


def test_many_changes_take_several_pages(world: World) -> None:
    token = world.calendar.track(MONTH)
    for number in range(30):
        start = TEN + timedelta(minutes=10 * number)
        world.person_adds(PersonsEvent(f"予定{number:02d}", start, start + HOUR))
    told = world.calendar.changes(MONTH, token)
    assert titles(told.events) == [f"予定{number:02d}" for number in range(30)]


def test_a_forgotten_token_asks_for_everything(world: World) -> None:
    token = world.calendar.track(MONTH)
    world.forget_tokens()
    with pytest.raises(Missing):
        world.calendar.changes(MONTH, token)
    assert world.calendar.changes(MONTH, world.calendar.track(MONTH)).events == ()


def test_a_reading_of_changes_fails_as_a_whole(world: World) -> None:
    token = world.calendar.track(MONTH)
    world.person_adds(meeting())
    world.throttle(seconds=30)
    with pytest.raises(Throttled):
        world.calendar.changes(MONTH, token)
    world.heal()
    world.break_down()
    with pytest.raises(Transient):
        world.calendar.changes(MONTH, token)
    world.heal()
    assert titles(world.calendar.changes(MONTH, token).events) == ["商談"]
    world.revoke()
    with pytest.raises(NeedsReconnect):
        world.calendar.changes(MONTH, token)


def test_a_further_calendar_is_read_by_itself(world: World) -> None:
    further = world.person_adds_elsewhere(meeting("通院"))
    assert [one.remote_id for one in world.calendar.calendars()] == ["", further]
    assert all(one.name for one in world.calendar.calendars())
    assert "通院" not in titles(world.calendar.read_busy(DAY))
    assert titles(world.calendar.read_busy(DAY, calendar=further)) == ["通院"]
    with pytest.raises(Missing):
        world.calendar.read_busy(DAY, calendar="c29tZXRoaW5nfGVsc2V8eA==")


# --- series, which only Microsoft has -----------------------------------------------------------------------


@pytest.mark.contract
def test_occurrences_take_from_their_series_what_they_do_not_say(microsoft: MicrosoftWorld) -> None:
    token = microsoft.calendar.track(MONTH)
    series = microsoft.person_repeats(meeting("定例", show_as=ShowAs.TENTATIVE), 4)
    told = microsoft.calendar.changes(MONTH, token)
    assert [(one.title, one.show_as, one.series) for one in told.events] == [
        ("定例", ShowAs.TENTATIVE, series)
    ] * 4
    assert mirrored([], told) == [row for row in whole(microsoft) if row[1] == "定例"]
    assert all(one.inherits for one in told.events)


@pytest.mark.contract
def test_a_changed_occurrence_speaks_for_itself_and_a_deleted_one_is_gone(microsoft: MicrosoftWorld) -> None:
    microsoft.person_repeats(meeting("定例"), 4)
    before = microsoft.calendar.read_busy(MONTH)
    first, second, third, _ = (event.remote_id for event in before if event.title == "定例")
    token = microsoft.calendar.track(MONTH)
    microsoft.person_changes(first, showAs="free", subject="休み")
    microsoft.person_moves(second, TEN + timedelta(days=8), TEN + timedelta(days=8) + HOUR)
    microsoft.person_deletes(third)
    told = microsoft.calendar.changes(MONTH, token)
    assert third in told.gone
    assert {one.remote_id: one.inherits for one in told.events}[first] is False
    assert mirrored(before, told) == whole(microsoft)


@pytest.mark.contract
def test_a_series_that_becomes_all_day_or_ends_is_followed(microsoft: MicrosoftWorld) -> None:
    series = microsoft.person_repeats(meeting("定例"), 4)
    before = microsoft.calendar.read_busy(MONTH)
    token = microsoft.calendar.track(MONTH)
    midnight = {"dateTime": "2027-03-03T00:00:00", "timeZone": "Tokyo Standard Time"}
    day_after = {"dateTime": "2027-03-04T00:00:00", "timeZone": "Tokyo Standard Time"}
    microsoft.person_changes(series, isAllDay=True, start=midnight, end=day_after)
    told = microsoft.calendar.changes(MONTH, token)
    assert all(one.all_day and one.start.hour == 15 for one in told.events)  # midnight in Tokyo
    assert mirrored(before, told) == whole(microsoft)
    microsoft.person_deletes(series)
    over = microsoft.calendar.changes(MONTH, told.token)
    assert over.events == ()
    assert {one.remote_id for one in told.events} <= over.gone
