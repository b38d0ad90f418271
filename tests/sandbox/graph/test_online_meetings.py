"""Teams meetings of events and by themselves."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from tests.sandbox.graph.conftest import Graph, World

pytestmark = pytest.mark.contract

TEAMS: dict[str, Any] = {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}


def thread_of(url: str) -> str:
    return unquote(url.split("/l/meetup-join/")[1].split("/")[0])


def alive(world: World, url: str) -> bool:
    meeting = world.store.meeting(thread_of(url))
    assert meeting is not None
    return meeting.alive


def test_create_with_teams(world: World, sato: Graph) -> None:
    event = sato.create(body={"contentType": "html", "content": "<p>よろしくお願いします</p>"}, **TEAMS)
    url = event["onlineMeeting"]["joinUrl"]
    assert url.startswith("http://127.0.0.1:8100/l/meetup-join/19%3Ameeting_")
    assert (event["isOnlineMeeting"], event["onlineMeetingProvider"]) == (True, "teamsForBusiness")
    assert event["onlineMeetingUrl"] is None
    assert "よろしくお願いします" in event["body"]["content"]
    assert "Microsoft Teams" in event["body"]["content"]
    assert alive(world, url)


def test_patch_makes_an_event_online_for_good(world: World, sato: Graph) -> None:
    path = f"/me/events/{sato.create()['id']}"
    event = sato.call("PATCH", path, TEAMS).json()
    url = event["onlineMeeting"]["joinUrl"]
    assert "Microsoft Teams" in event["body"]["content"]
    again = sato.call("PATCH", path, {"isOnlineMeeting": False}).json()
    assert (again["isOnlineMeeting"], again["onlineMeeting"]["joinUrl"]) == (True, url)


def test_without_licence_it_is_created_offline(world: World) -> None:
    yamamoto = world.graph("yamamoto@sample.example")
    event = yamamoto.create(**TEAMS)
    assert (event["isOnlineMeeting"], event["onlineMeetingProvider"]) == (False, "unknown")
    assert event["onlineMeeting"] is None
    calendar = yamamoto.get("/me/calendar")
    assert calendar["allowedOnlineMeetingProviders"] == []
    error = world.refused(yamamoto, "POST", "/me/onlineMeetings", {"subject": "x"})
    assert error["status"] == 403


def test_a_body_without_the_block_ends_the_meeting(world: World, sato: Graph) -> None:
    event = sato.create(**TEAMS)
    path, url = f"/me/events/{event['id']}", event["onlineMeeting"]["joinUrl"]
    kept = event["body"]["content"].replace("<body>", "<body><p>追記</p>")
    changed = sato.call("PATCH", path, {"body": {"contentType": "html", "content": kept}}).json()
    assert changed["isOnlineMeeting"] is True
    assert alive(world, url)
    changed = sato.call("PATCH", path, {"body": {"contentType": "html", "content": "<p>新</p>"}}).json()
    assert (changed["isOnlineMeeting"], changed["onlineMeeting"]) == (False, None)
    assert not alive(world, url)


@pytest.mark.parametrize("how", ["delete", "cancel"])
def test_the_link_dies_with_the_event(world: World, sato: Graph, how: str) -> None:
    event = sato.create(**TEAMS)
    path = f"/me/events/{event['id']}"
    if how == "delete":
        sato.call("DELETE", path)
    else:
        sato.post(f"{path}/cancel", {})
    assert not alive(world, event["onlineMeeting"]["joinUrl"])


def test_the_meeting_follows_the_event(world: World, sato: Graph) -> None:
    event = sato.create(**TEAMS)
    sato.call("PATCH", f"/me/events/{event['id']}", {"subject": "新しい件名"})
    meeting = world.store.meeting(thread_of(event["onlineMeeting"]["joinUrl"]))
    assert meeting is not None
    assert meeting.document["subject"] == "新しい件名"


def test_stand_alone_meetings(world: World, sato: Graph) -> None:
    body: dict[str, Any] = {
        "subject": "相談",
        "startDateTime": "2027-03-03T01:00:00Z",
        "endDateTime": "2027-03-03T02:00:00Z",
    }
    meeting = sato.post("/me/onlineMeetings", body)
    path = f"/me/onlineMeetings/{meeting['id']}"
    assert alive(world, meeting["joinWebUrl"])
    assert sato.call("PATCH", path, {"subject": "変更"}).json()["joinWebUrl"] == meeting["joinWebUrl"]
    assert sato.get(path)["subject"] == "変更"
    assert world.refused(sato, "PATCH", path, {"topic": "x"})["status"] == 400
    assert sato.call("DELETE", path).status_code == 204
    assert world.refused(sato, "GET", path)["status"] == 404
    assert not alive(world, meeting["joinWebUrl"])
