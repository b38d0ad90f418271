"""Attendees, answers, cancellations, the mails Exchange sends, and rooms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.graph.conftest import Graph, World, wait_for

pytestmark = pytest.mark.contract

DAY = ("2027-03-03T00:00:00Z", "2027-03-04T00:00:00Z")
SUZUKI = "suzuki@sample.example"
GUEST = "mita@customer.example"
ROOM = "room-yaesu-a@sample.example"


def person(address: str, kind: str = "required") -> dict[str, Any]:
    return {"emailAddress": {"address": address, "name": address.split("@")[0]}, "type": kind}


def answers(event: Any) -> dict[str, str]:
    return {one["emailAddress"]["address"]: one["status"]["response"] for one in event["attendees"]}


def mails(world: World) -> list[tuple[str, str]]:
    return [(mail.kind, mail.recipient) for mail in world.store.mails()]


def test_a_hold_sends_no_mail_ever(world: World, sato: Graph) -> None:
    hold = sato.create(showAs="tentative")
    sato.call("PATCH", f"/me/events/{hold['id']}", {"subject": "確定", "showAs": "busy"})
    sato.call("DELETE", f"/me/events/{hold['id']}")
    assert mails(world) == []


def test_an_invitation_stands_in_the_attendees_mailbox(world: World, sato: Graph, suzuki: Graph) -> None:
    event = sato.create(attendees=[person(SUZUKI), person(GUEST)])
    assert answers(event) == {SUZUKI: "none", GUEST: "none"}
    (copy,) = suzuki.view(*DAY)
    assert copy["iCalUId"] == event["iCalUId"]
    assert copy["id"] != event["id"]
    assert (copy["isOrganizer"], copy["responseRequested"], copy["showAs"]) == (False, True, "tentative")
    assert copy["responseStatus"]["response"] == "notResponded"
    assert copy["organizer"]["emailAddress"]["address"] == "sato@sample.example"
    assert mails(world) == [("invitation", SUZUKI), ("invitation", GUEST)]
    assert [mail.external for mail in world.store.mails()] == [False, True]


def test_an_answer_reaches_the_organizer_only_when_sent(world: World, sato: Graph, suzuki: Graph) -> None:
    event = sato.create(attendees=[person(SUZUKI)])
    path = f"/me/events/{suzuki.view(*DAY)[0]['id']}"
    suzuki.post(f"{path}/accept", {"sendResponse": False})
    mine = suzuki.get(path)
    assert (mine["responseStatus"]["response"], mine["showAs"]) == ("accepted", "busy")
    assert answers(sato.event(event["id"])) == {SUZUKI: "none"}
    suzuki.post(f"{path}/tentativelyAccept", {"comment": "たぶん", "sendResponse": True})
    assert answers(sato.event(event["id"])) == {SUZUKI: "tentativelyAccepted"}
    assert mails(world)[-1] == ("response", "sato@sample.example")


def test_declining_takes_the_own_copy_away(world: World, sato: Graph, suzuki: Graph) -> None:
    event = sato.create(attendees=[person(SUZUKI)])
    suzuki.post(f"/me/events/{suzuki.view(*DAY)[0]['id']}/decline", {})
    assert suzuki.view(*DAY) == []
    assert answers(sato.event(event["id"])) == {SUZUKI: "declined"}


def test_the_organizer_cannot_answer_nor_an_attendee_cancel(world: World, sato: Graph, suzuki: Graph) -> None:
    event = sato.create(attendees=[person(SUZUKI)])
    assert world.refused(sato, "POST", f"/me/events/{event['id']}/accept", {})["status"] == 400
    copy = suzuki.view(*DAY)[0]["id"]
    assert world.refused(suzuki, "POST", f"/me/events/{copy}/cancel", {})["code"] == "ErrorInvalidRequest"


def test_no_answer_where_none_is_requested(world: World, sato: Graph, suzuki: Graph) -> None:
    sato.create(attendees=[person(SUZUKI)], responseRequested=False)
    path = f"/me/events/{suzuki.view(*DAY)[0]['id']}/accept"
    assert world.refused(suzuki, "POST", path, {"sendResponse": True})["status"] == 400
    suzuki.post(path, {"sendResponse": False})


def test_a_new_time_resets_answers_and_tells_everybody(world: World, sato: Graph, suzuki: Graph) -> None:
    event = sato.create(attendees=[person(SUZUKI), person(GUEST)])
    suzuki.post(f"/me/events/{suzuki.view(*DAY)[0]['id']}/accept", {})
    change = {
        "start": {"dateTime": "2027-03-03T14:00:00", "timeZone": "Tokyo Standard Time"},
        "end": {"dateTime": "2027-03-03T15:00:00", "timeZone": "Tokyo Standard Time"},
    }
    moved = sato.call("PATCH", f"/me/events/{event['id']}", change).json()
    assert answers(moved) == {SUZUKI: "none", GUEST: "none"}
    (copy,) = suzuki.view(*DAY)
    assert copy["start"]["dateTime"] == "2027-03-03T05:00:00.0000000"
    assert copy["responseStatus"]["response"] == "notResponded"
    assert mails(world)[-2:] == [("update", SUZUKI), ("update", GUEST)]


def test_a_changed_list_of_attendees_tells_only_those_concerned(
    world: World, sato: Graph, suzuki: Graph
) -> None:
    event = sato.create(attendees=[person(SUZUKI)])
    suzuki.post(f"/me/events/{suzuki.view(*DAY)[0]['id']}/accept", {})
    path = f"/me/events/{event['id']}"
    grown = sato.call("PATCH", path, {"attendees": [person(SUZUKI), person(GUEST)]}).json()
    assert answers(grown) == {SUZUKI: "accepted", GUEST: "none"}
    assert mails(world)[-1] == ("invitation", GUEST)
    sato.call("PATCH", path, {"attendees": [person(GUEST)]})
    assert mails(world)[-1] == ("cancellation", SUZUKI)
    assert suzuki.view(*DAY)[0]["isCancelled"] is True


def test_private_changes_tell_nobody(world: World, sato: Graph) -> None:
    event = sato.create(attendees=[person(GUEST)])
    sato.call("PATCH", f"/me/events/{event['id']}", {"showAs": "oof", "categories": ["調整"]})
    assert mails(world) == [("invitation", GUEST)]


@pytest.mark.parametrize("how", ["cancel", "delete"])
def test_the_organizers_end_reaches_everybody(world: World, sato: Graph, suzuki: Graph, how: str) -> None:
    path = f"/me/events/{sato.create(attendees=[person(SUZUKI), person(GUEST)])['id']}"
    if how == "cancel":
        assert sato.call("POST", f"{path}/cancel", {"comment": "中止します"}).status_code == 202
    else:
        sato.call("DELETE", path)
    assert sato.view(*DAY) == []
    (copy,) = suzuki.view(*DAY)
    assert (copy["isCancelled"], copy["showAs"]) == (True, "free")
    assert copy["subject"].startswith("キャンセル済み: ")
    assert mails(world)[-2:] == [("cancellation", SUZUKI), ("cancellation", GUEST)]
    assert world.store.mails()[-1].body == ("中止します" if how == "cancel" else "")


def test_an_attendees_delete_is_the_own_affair(world: World, sato: Graph, suzuki: Graph) -> None:
    event = sato.create(attendees=[person(SUZUKI)])
    suzuki.call("DELETE", f"/me/events/{suzuki.view(*DAY)[0]['id']}")
    assert suzuki.view(*DAY) == []
    assert answers(sato.event(event["id"])) == {SUZUKI: "none"}
    assert mails(world) == [("invitation", SUZUKI)]


def test_hidden_attendees_see_only_themselves(sato: Graph, suzuki: Graph) -> None:
    sato.create(attendees=[person(SUZUKI), person(GUEST)], hideAttendees=True)
    assert list(answers(suzuki.view(*DAY)[0])) == [SUZUKI]


def book(graph: Graph, **members: Any) -> Any:
    return graph.create(
        "商談",
        attendees=[person(ROOM, "resource")],
        location={
            "displayName": "会議室 八重洲A",
            "locationEmailAddress": ROOM,
            "locationType": "conferenceRoom",
        },
        **members,
    )


def room_answer(world: World, graph: Graph, event: Any) -> str:
    world.clock.advance(timedelta(seconds=3))
    wait_for(lambda: world.store.work.pending("room") == 0)
    return answers(graph.event(event["id"]))[ROOM]


def test_a_free_room_accepts_after_its_delay(world: World, sato: Graph) -> None:
    event = book(sato)
    assert answers(event)[ROOM] == "none"
    assert answers(sato.event(event["id"]))[ROOM] == "none"
    assert room_answer(world, sato, event) == "accepted"
    (copy,) = world.store.repository.view(world.key(ROOM), *_instants())
    assert (copy.event.subject, copy.event.body, copy.event.show_as) == ("佐藤 健一", "", "busy")


def test_a_taken_room_declines(world: World, sato: Graph, suzuki: Graph) -> None:
    assert room_answer(world, sato, book(sato)) == "accepted"
    assert room_answer(world, suzuki, book(suzuki)) == "declined"


def test_a_room_keeps_its_yes_through_a_new_subject(world: World, sato: Graph) -> None:
    event = book(sato, showAs="tentative")
    assert room_answer(world, sato, event) == "accepted"
    change = {"subject": "確定", "showAs": "busy"}
    changed = sato.call("PATCH", f"/me/events/{event['id']}", change).json()
    assert answers(changed)[ROOM] == "accepted"
    assert world.store.work.pending("room") == 0


def test_a_room_answers_again_to_a_new_time_and_is_free_after_the_end(world: World, sato: Graph) -> None:
    event = book(sato)
    room_answer(world, sato, event)
    change = {
        "start": {"dateTime": "2027-03-03T12:00:00", "timeZone": "Tokyo Standard Time"},
        "end": {"dateTime": "2027-03-03T13:00:00", "timeZone": "Tokyo Standard Time"},
    }
    moved = sato.call("PATCH", f"/me/events/{event['id']}", change).json()
    assert answers(moved)[ROOM] == "none"
    assert room_answer(world, sato, moved) == "accepted"
    (copy,) = world.store.repository.view(world.key(ROOM), *_instants())
    assert copy.starts.hour == 3
    sato.call("DELETE", f"/me/events/{event['id']}")
    assert world.store.repository.view(world.key(ROOM), *_instants()) == []


def test_rooms_decline_what_is_too_far_or_too_long(world: World, sato: Graph) -> None:
    far = book(sato, start="2027-08-03T10:00:00")
    assert room_answer(world, sato, far) == "declined"


def test_a_delegate_leaves_it_tentative(world: World, sato: Graph) -> None:
    world.context.directory.set_room_policy(ROOM, auto_accept=False, answer_seconds=1)
    assert room_answer(world, sato, book(sato)) == "tentativelyAccepted"


def _instants() -> tuple[Any, Any]:
    from datetime import UTC, datetime

    return datetime(2027, 3, 3, tzinfo=UTC), datetime(2027, 3, 4, tzinfo=UTC)
