"""What every calendar behind the port has to tell, and how it fails, tried unchanged on each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from chosei.core.intervals import Interval
from chosei.ports.calendar import (
    CreateEvent,
    DeleteEvent,
    ShowAs,
)
from chosei.ports.errors import NeedsReconnect, Rejected, Throttled, Transient
from tests.contract.drafts import DAY, HOUR, TEN, create, draft, errors, titles
from tests.contract.worlds import COLLEAGUE, OWNER, ROOM, PersonsEvent, World, whole_days


def test_every_kind_of_time_is_told_apart(world: World) -> None:
    for hour, status in enumerate(
        (ShowAs.FREE, ShowAs.TENTATIVE, ShowAs.BUSY, ShowAs.OUT_OF_OFFICE, ShowAs.WORKING_ELSEWHERE)
    ):
        start = TEN + hour * HOUR
        world.person_adds(PersonsEvent(status.value, start, start + HOUR, status, private=hour == 2))
    read = world.calendar.read_busy(DAY)
    assert [event.show_as.value for event in read] == [event.title for event in read]
    assert [event.private for event in read] == [False, False, True, False, False]
    assert {event.key for event in read} == {""}


def test_our_own_events_are_read_with_their_key(world: World) -> None:
    create(world, draft())
    world.person_adds(PersonsEvent("通院", TEN + HOUR, TEN + 2 * HOUR))
    assert [(event.title, event.key) for event in world.calendar.read_busy(DAY)] == [
        ("仮予約 1", "key-1"),
        ("通院", ""),
    ]


def test_what_only_touches_the_window_is_outside(world: World) -> None:
    world.person_adds(PersonsEvent("前", TEN - HOUR, TEN))
    world.person_adds(PersonsEvent("中", TEN + HOUR / 2, TEN + 2 * HOUR))
    world.person_adds(PersonsEvent("後", TEN + HOUR, TEN + 2 * HOUR))
    assert titles(world, Interval(TEN, TEN + HOUR)) == ["中"]


def test_an_all_day_event_covers_the_owners_day(world: World) -> None:
    world.person_adds(whole_days("出張", date(2027, 3, 3), 2))
    [event] = world.calendar.read_busy(DAY)
    assert event.all_day
    assert event.start == datetime(2027, 3, 2, 15, 0, tzinfo=UTC)  # 3 March 00:00 in Tokyo
    assert event.end == datetime(2027, 3, 4, 15, 0, tzinfo=UTC)  # 5 March 00:00 in Tokyo
    assert titles(world, Interval(DAY.start, DAY.start + HOUR)) == ["出張"]
    assert titles(world, Interval(DAY.start - HOUR, DAY.start)) == []


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Asia/Kolkata", datetime(2027, 3, 3, 4, 30, tzinfo=UTC)),  # 10:00, half an hour off
        ("Asia/Kathmandu", datetime(2027, 3, 3, 4, 15, tzinfo=UTC)),  # 10:00, a quarter off
        (
            "America/New_York",
            datetime(2027, 3, 14, 6, 30, tzinfo=UTC),
        ),  # 01:30, half an hour before it springs
        ("America/New_York", datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),  # 03:30 daylight time
        ("America/New_York", datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),  # 01:30 the first time
        ("America/New_York", datetime(2027, 11, 7, 6, 30, tzinfo=UTC)),  # 01:30 the second time
        ("Europe/London", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),  # 02:00 summer time, its first minute
        ("Antarctica/Troll", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),  # a zone that Windows does not know
    ],
)
def test_an_instant_survives_the_way_through_its_zone(world: World, zone: str, start: datetime) -> None:
    event = create(world, draft(zone=zone, start=start, end=start + HOUR))
    assert (event.start, event.end) == (start, start + HOUR)
    [read] = world.calendar.read_busy(Interval(start, start + HOUR))
    assert (read.start, read.end) == (start, start + HOUR)


def test_free_busy_of_others_is_answered_for_each_address(world: World) -> None:
    world.person_adds(PersonsEvent("商談", TEN, TEN + HOUR))
    world.person_adds(PersonsEvent("在宅", TEN + 2 * HOUR, TEN + 3 * HOUR, ShowAs.WORKING_ELSEWHERE))
    strangers = [f"nobody{n}@sample.example" for n in range(40)]
    answers = world.calendar.schedules([OWNER, *strangers, COLLEAGUE, ROOM], DAY)
    assert [answer.address for answer in answers] == [OWNER, *strangers, COLLEAGUE, ROOM]
    assert answers[0].busy == (Interval(TEN, TEN + HOUR),)
    assert all(answer.error and not answer.busy for answer in answers[1:-2])
    assert [(answer.busy, answer.error) for answer in answers[-2:]] == [((), ""), ((), "")]


def test_free_busy_of_a_long_time_is_put_together(world: World) -> None:
    later = TEN + timedelta(days=100)
    for start in (TEN, later):
        world.person_adds(PersonsEvent("商談", start, start + HOUR))
    [answer] = world.calendar.schedules([OWNER], Interval(DAY.start, DAY.end + timedelta(days=120)))
    # The demo owner has a weekly meeting of their own as well.
    assert {Interval(TEN, TEN + HOUR), Interval(later, later + HOUR)} <= set(answer.busy)
    assert list(answer.busy) == sorted(answer.busy, key=lambda busy: busy.start)


def test_free_busy_of_the_time_of_a_short_meeting(world: World) -> None:
    """A view's slots may not be longer than what is asked for: Graph refuses the whole question."""
    world.person_adds(PersonsEvent("商談", TEN, TEN + HOUR))
    for minutes in (1, 15, 30):
        window = Interval(TEN, TEN + timedelta(minutes=minutes))
        assert world.calendar.schedules([OWNER], window)[0].busy == (window,)


# --- failures -----------------------------------------------------------------------------------------------


def test_a_throttled_service_is_left_alone_for_the_time_it_asks(world: World) -> None:
    world.throttle(seconds=30)
    with pytest.raises(Throttled) as refused:
        world.calendar.read_busy(DAY)
    assert refused.value.retry_after == 30
    found = errors(world, [CreateEvent(draft(n), f"token-{n}") for n in range(1, 30)])
    assert {type(error) for error in found} == {Throttled}
    world.heal()
    assert titles(world) == []


def test_a_service_that_is_down_is_transient_for_reads_and_writes(world: World) -> None:
    world.break_down()
    for read in (
        lambda: world.calendar.read_busy(DAY),
        lambda: world.calendar.find("key-1"),
        lambda: world.calendar.get("some-event"),
        lambda: world.calendar.schedules([COLLEAGUE], DAY),
        lambda: world.calendar.profile(),
    ):
        with pytest.raises(Transient):
            read()
    [error] = errors(world, [DeleteEvent("some-event")])
    assert isinstance(error, Transient)


def test_a_revoked_permission_needs_its_owner(world: World) -> None:
    world.revoke()
    with pytest.raises(NeedsReconnect):
        world.calendar.read_busy(DAY)
    with pytest.raises(NeedsReconnect):
        world.calendar.apply([CreateEvent(draft(), "token-1")])
    with pytest.raises(NeedsReconnect):
        world.calendar.apply([CreateEvent(draft(n), f"token-{n}") for n in (1, 2)])


def test_an_account_without_a_mailbox_is_refused_for_good(world: World) -> None:
    world.take_mailbox()
    for call in (world.calendar.profile, lambda: world.calendar.read_busy(DAY)):
        with pytest.raises(Rejected) as refused:
            call()
        assert refused.value.code == "no_mailbox"
    [error] = errors(world, [DeleteEvent("some-event")])
    assert isinstance(error, Rejected)


def test_the_profile_tells_address_zone_and_meetings(world: World) -> None:
    profile = world.calendar.profile()
    assert (profile.address, profile.zone, profile.web_meeting) == (OWNER, "Asia/Tokyo", True)
