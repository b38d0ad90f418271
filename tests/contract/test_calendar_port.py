"""What every calendar behind the port has to do, tried unchanged on each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chosei.core.intervals import Interval
from chosei.ports.calendar import (
    Attendee,
    AttendeeKind,
    AttendeeResponse,
    Change,
    CreateEvent,
    DeleteEvent,
    EventDraft,
    Failed,
    ObservedEvent,
    ShowAs,
    UpdateEvent,
    Written,
)
from chosei.ports.errors import Conflict, Missing, NeedsReconnect, PortError, Rejected, Throttled, Transient
from tests.contract.worlds import COLLEAGUE, OWNER, ROOM, PersonsEvent, World, whole_days

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


# --- writing and finding ------------------------------------------------------------------------------------


def test_a_new_event_stands_as_drafted_and_is_found_by_its_key(world: World) -> None:
    event = create(world, draft())
    assert (event.title, event.start, event.end) == ("仮予約 1", TEN, TEN + HOUR)
    assert (event.show_as, event.key, event.join_url, event.cancelled) == (
        ShowAs.TENTATIVE,
        "key-1",
        "",
        False,
    )
    assert event.organizes
    assert event.etag
    assert world.calendar.find("key-1") == [event]
    assert world.calendar.get(event.remote_id) == event


def test_an_unknown_key_finds_nothing(world: World) -> None:
    create(world, draft())
    assert world.calendar.find("key-2") == []
    assert world.calendar.find("o'clock") == []


def test_an_unknown_event_is_missing(world: World) -> None:
    event = create(world, draft())
    write(world, DeleteEvent(event.remote_id))
    with pytest.raises(Missing):
        world.calendar.get(event.remote_id)


def test_creating_again_under_the_same_token_makes_no_second_event(world: World) -> None:
    first = create(world, draft())
    again = create(world, draft())
    assert again.remote_id == first.remote_id
    assert titles(world) == ["仮予約 1"]


def test_creating_again_with_another_draft_brings_the_event_up_to_it(world: World) -> None:
    first = create(world, draft())
    again = create(world, draft(title="仮予約(変更)"))
    assert (again.remote_id, again.title) == (first.remote_id, "仮予約(変更)")
    assert titles(world) == ["仮予約(変更)"]


def test_what_was_removed_is_not_created_again_under_its_token(world: World) -> None:
    event = create(world, draft())
    world.person_deletes(event.remote_id)
    [error] = errors(world, [CreateEvent(draft(), "token-key-1")])
    assert isinstance(error, Conflict)
    assert titles(world) == []


def test_after_a_lost_answer_the_repetition_finds_the_same_event(world: World) -> None:
    world.lose_replies(50)
    [error] = errors(world, [CreateEvent(draft(), "token-key-1")])
    assert isinstance(error, Transient)
    world.heal()
    [found] = world.calendar.find("key-1")
    assert create(world, draft()).remote_id == found.remote_id
    assert titles(world) == ["仮予約 1"]


def test_after_the_lost_answers_of_many_each_stands_once(world: World) -> None:
    changes = [CreateEvent(draft(n), f"token-key-{n}") for n in range(1, 6)]
    world.lose_replies(5)
    assert all(isinstance(error, Transient) for error in errors(world, changes))
    world.heal()
    write(world, *changes)
    assert titles(world) == [f"仮予約 {n}" for n in range(1, 6)]


def test_an_update_changes_the_event_in_place(world: World) -> None:
    event = create(world, draft())
    moved = draft(title="商談", start=TEN + HOUR, end=TEN + 2 * HOUR, show_as=ShowAs.BUSY, location="八重洲")
    [after] = write(world, UpdateEvent(event.remote_id, moved, event.etag))
    assert after.remote_id == event.remote_id
    assert after.etag != event.etag
    assert (after.title, after.start, after.end, after.show_as, after.location, after.key) == (
        "商談",
        TEN + HOUR,
        TEN + 2 * HOUR,
        ShowAs.BUSY,
        "八重洲",
        "key-1",
    )
    assert world.calendar.get(event.remote_id) == after


def test_an_update_that_changes_nothing_leaves_the_version(world: World) -> None:
    event = create(world, draft())
    [after] = write(world, UpdateEvent(event.remote_id, draft(), event.etag))
    assert after == event


def test_a_change_by_a_person_since_then_is_a_conflict(world: World) -> None:
    event = create(world, draft())
    world.person_renames(event.remote_id, "自分で変更")
    [error] = errors(world, [UpdateEvent(event.remote_id, draft(title="商談"), event.etag)])
    assert isinstance(error, Conflict)
    assert titles(world) == ["自分で変更"]
    [after] = write(world, UpdateEvent(event.remote_id, draft(title="商談")))
    assert after.title == "商談"


def test_an_update_whose_answer_was_lost_can_be_repeated(world: World) -> None:
    event = create(world, draft())
    update = UpdateEvent(event.remote_id, draft(title="商談"), event.etag)
    world.lose_replies(50)
    [error] = errors(world, [update])
    assert isinstance(error, Transient)
    world.heal()
    [after] = write(world, update)
    assert (after.remote_id, after.title) == (event.remote_id, "商談")


def test_updating_what_a_person_removed_is_missing(world: World) -> None:
    event = create(world, draft())
    world.person_deletes(event.remote_id)
    [error] = errors(world, [UpdateEvent(event.remote_id, draft(title="商談"), event.etag)])
    assert isinstance(error, Missing)


def test_deleting_twice_is_done_twice(world: World) -> None:
    event = create(world, draft())
    for _ in range(2):
        assert world.calendar.apply([DeleteEvent(event.remote_id)]) == [Written(None)]
    assert titles(world) == []


def test_one_failure_among_several_concerns_that_one_only(world: World) -> None:
    gone = create(world, draft(9))
    world.person_deletes(gone.remote_id)
    changes: list[Change] = [
        CreateEvent(draft(1), "token-1"),
        UpdateEvent(gone.remote_id, draft(9, title="商談"), gone.etag),
        DeleteEvent(gone.remote_id),
        CreateEvent(draft(2), "token-2"),
    ]
    found = errors(world, changes)
    assert [type(error) for error in found] == [type(None), Missing, type(None), type(None)]
    assert titles(world) == ["仮予約 1", "仮予約 2"]


def test_more_than_a_batch_of_changes_are_all_carried_out_in_order(world: World) -> None:
    drafts = [
        draft(n, start=TEN + n * timedelta(minutes=15), end=TEN + (n + 1) * timedelta(minutes=15))
        for n in range(1, 46)
    ]
    events = write(world, *(CreateEvent(one, f"token-{one.key}") for one in drafts))
    assert [event.key for event in events] == [one.key for one in drafts]
    assert len({event.remote_id for event in events}) == 45
    assert sorted(event.key for event in world.calendar.read_busy(DAY)) == sorted(one.key for one in drafts)
    assert write(world, *(DeleteEvent(event.remote_id) for event in events)) == []
    assert titles(world) == []


def test_two_changes_to_one_event_follow_each_other(world: World) -> None:
    event = create(world, draft())
    outcomes = world.calendar.apply([
        UpdateEvent(event.remote_id, draft(title="商談")),
        DeleteEvent(event.remote_id),
    ])  # fmt: skip
    assert all(isinstance(outcome, Written) for outcome in outcomes)
    assert titles(world) == []


# --- from hold to appointment -------------------------------------------------------------------------------


def test_a_hold_becomes_the_appointment_in_place_and_gets_a_link(world: World) -> None:
    hold = create(world, draft())
    wanted = draft(title="株式会社テスト:三田花子様", show_as=ShowAs.BUSY, web_meeting=True)
    [event] = write(world, UpdateEvent(hold.remote_id, wanted, hold.etag))
    assert event.remote_id == hold.remote_id
    assert (event.title, event.show_as) == ("株式会社テスト:三田花子様", ShowAs.BUSY)
    assert event.join_url.startswith("http")
    assert world.is_meeting_alive(event.join_url)
    assert len(world.calendar.find("key-1")) == 1


def test_a_new_text_leaves_the_meeting_link_alive(world: World) -> None:
    event = create(world, draft(web_meeting=True, body_html="<p>はじめの文面</p>"))
    changed = draft(web_meeting=True, body_html="<div><p>あとの文面</p></div>", title="変更後")
    [after] = write(world, UpdateEvent(event.remote_id, changed, event.etag))
    assert after.join_url == event.join_url
    assert world.is_meeting_alive(event.join_url)
    body = world.body_of(event.remote_id)
    assert "あとの文面" in body
    assert "はじめの文面" not in body


def test_without_a_licence_the_event_is_written_without_a_link(world: World) -> None:
    world.take_web_meetings()
    assert not world.calendar.profile().web_meeting
    event = create(world, draft(web_meeting=True))
    assert event.join_url == ""


def test_deleting_the_appointment_ends_its_meeting(world: World) -> None:
    event = create(world, draft(web_meeting=True))
    write(world, DeleteEvent(event.remote_id))
    assert not world.is_meeting_alive(event.join_url)


def test_a_free_room_accepts_and_a_taken_one_declines(world: World) -> None:
    wanted = draft(attendees=(ROOM_GUEST,), location="会議室 八重洲A")
    first = create(world, wanted)
    assert [person.kind for person in first.attendees] == [AttendeeKind.ROOM]
    world.let_rooms_answer()
    [person] = world.calendar.get(first.remote_id).attendees
    assert person.response is AttendeeResponse.ACCEPTED
    second = create(world, replace(wanted, key="key-2"))
    world.let_rooms_answer()
    [person] = world.calendar.get(second.remote_id).attendees
    assert (person.address, person.response) == (ROOM, AttendeeResponse.DECLINED)


def test_a_hold_that_carries_the_room_keeps_it_as_the_appointment(world: World) -> None:
    hold = create(world, draft(attendees=(ROOM_GUEST,), location="会議室 八重洲A"))
    world.let_rooms_answer()
    held = world.calendar.get(hold.remote_id)
    wanted = draft(
        title="商談",
        show_as=ShowAs.BUSY,
        attendees=(ROOM_GUEST,),
        location="会議室 八重洲A",
        web_meeting=True,
    )
    [event] = write(world, UpdateEvent(hold.remote_id, wanted, held.etag))
    assert [person.response for person in event.attendees] == [AttendeeResponse.ACCEPTED]
    assert event.location == "会議室 八重洲A"


# --- reading ------------------------------------------------------------------------------------------------


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
