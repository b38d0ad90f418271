"""What every calendar behind the port has to do when it is written to, tried unchanged on each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chosei.ports.calendar import (
    Attendee,
    AttendeeKind,
    AttendeeResponse,
    Change,
    CreateEvent,
    DeleteEvent,
    ShowAs,
    UpdateEvent,
    Written,
)
from chosei.ports.errors import Conflict, Missing, Transient
from tests.contract.drafts import DAY, HOUR, ROOM_GUEST, TEN, create, draft, errors, titles, write
from tests.contract.worlds import COLLEAGUE, ROOM, World

ADDED = "tanaka@sample.example"


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


def stands(world: World, remote_id: str) -> bool:
    """What was deleted is missing, or it can still be read and is known to stand nowhere."""
    try:
        return world.calendar.stands(world.calendar.get(remote_id))
    except Missing:
        return False


def test_an_unknown_key_finds_nothing(world: World) -> None:
    create(world, draft())
    assert world.calendar.find("key-2") == []
    assert world.calendar.find("o'clock") == []


def test_an_unknown_event_is_missing(world: World) -> None:
    event = create(world, draft())
    write(world, DeleteEvent(event.remote_id))
    assert not stands(world, event.remote_id)


def test_an_event_stands_until_its_owner_deletes_it(world: World) -> None:
    event, other = create(world, draft(1)), create(world, draft(2))
    assert stands(world, event.remote_id)
    world.person_deletes(event.remote_id)
    assert not stands(world, event.remote_id)
    assert stands(world, other.remote_id)


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


def test_people_whom_the_owner_added_stay_and_those_we_invited_go_when_we_say_so(world: World) -> None:
    ours = Attendee(COLLEAGUE, "鈴木 美咲", AttendeeKind.PERSON)
    event = create(world, draft(attendees=(ours,)))
    world.person_invites(event.remote_id, ADDED)
    moved = draft(start=TEN + HOUR, end=TEN + HOUR * 2, attendees=(ours,))
    [event] = write(world, UpdateEvent(event.remote_id, moved, invited=frozenset({COLLEAGUE})))
    assert {person.address for person in event.attendees} == {COLLEAGUE, ADDED}
    without = replace(moved, attendees=())
    [event] = write(world, UpdateEvent(event.remote_id, without, invited=frozenset({COLLEAGUE})))
    assert [person.address for person in event.attendees] == [ADDED]
    [event] = write(world, UpdateEvent(event.remote_id, replace(without, title="商談")))
    assert event.attendees == (), "whom we invited is not known: the draft's alone"


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
