"""Free/busy and suggestions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.graph.conftest import Graph, World

pytestmark = pytest.mark.contract

SUZUKI = "suzuki@sample.example"


def ask(*schedules: str, **changes: Any) -> dict[str, Any]:
    body = {
        "schedules": list(schedules),
        "startTime": {"dateTime": "2027-03-03T09:00:00", "timeZone": "Tokyo Standard Time"},
        "endTime": {"dateTime": "2027-03-03T13:00:00", "timeZone": "Tokyo Standard Time"},
        "availabilityViewInterval": 60,
    }
    return {**body, **changes}


def free_of_seed(world: World) -> None:
    for address in ("sato@sample.example", SUZUKI):
        owner = world.store.mailbox(address)
        assert owner is not None
        for event in world.store.repository.events(owner.key):
            world.store.repository.remove(event)


def test_view_and_items(world: World, sato: Graph, suzuki: Graph) -> None:
    free_of_seed(world)
    suzuki.create("秘密の商談", start="2027-03-03T10:00:00", location={"displayName": "D社"})
    suzuki.create("仮", start="2027-03-03T12:00:00", showAs="tentative")
    suzuki.create("無視", start="2027-03-03T09:00:00", showAs="free")
    (found,) = sato.post("/me/calendar/getSchedule", ask(SUZUKI))["value"]
    assert found["availabilityView"] == "0201"
    assert [one["status"] for one in found["scheduleItems"]] == ["busy", "tentative"]
    assert found["scheduleItems"][0]["start"] == {
        "dateTime": "2027-03-03T01:00:00.0000000",
        "timeZone": "UTC",
    }
    assert "subject" not in found["scheduleItems"][0]
    assert found["workingHours"]["timeZone"]["name"] == "Tokyo Standard Time"


def test_own_and_shared_calendars_tell_subjects_but_not_private_ones(
    world: World, sato: Graph, suzuki: Graph
) -> None:
    free_of_seed(world)
    suzuki.create("商談", start="2027-03-03T10:00:00", location={"displayName": "D社"})
    suzuki.create("通院", start="2027-03-03T11:00:00", sensitivity="private")
    world.store.repository.share(world.key(SUZUKI), world.key("sato@sample.example"), "limited")
    for graph in (sato, suzuki):
        items = graph.post("/me/calendar/getSchedule", ask(SUZUKI))["value"][0]["scheduleItems"]
        assert (items[0]["subject"], items[0]["location"]) == ("商談", "D社")
        assert "subject" not in items[1]
        assert items[1]["isPrivate"] is True


def test_unknown_addresses_have_their_own_error(sato: Graph) -> None:
    asked = ask(
        "nobody@sample.example", "room-yaesu-a@sample.example", "mita@test.example", "watanabe@sample.example"
    )
    value = sato.post("/me/calendar/getSchedule", asked)["value"]
    assert [one["scheduleId"] for one in value] == asked["schedules"]
    assert ["error" in one for one in value] == [True, False, True, True]
    assert value[0]["error"]["responseCode"] == "ErrorMailRecipientNotFound"


def test_either_capitalisation_and_the_preferred_zone(world: World, sato: Graph) -> None:
    body = {name[0].upper() + name[1:]: value for name, value in ask(SUZUKI).items()}
    answer = sato.call("POST", "/me/calendar/getSchedule", body, Prefer='outlook.timezone="Asia/Tokyo"')
    assert answer.status_code == 200
    assert world.layer.take()  # the contract gives one spelling
    assert answer.json()["value"][0]["scheduleId"] == SUZUKI


def test_working_elsewhere_counts_as_zero_but_is_listed(world: World, sato: Graph, suzuki: Graph) -> None:
    free_of_seed(world)
    suzuki.create("在宅", start="2027-03-03T10:00:00", showAs="workingElsewhere")
    (found,) = sato.post("/me/calendar/getSchedule", ask(SUZUKI))["value"]
    assert found["availabilityView"] == "0000"
    assert [one["status"] for one in found["scheduleItems"]] == ["workingElsewhere"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"schedules": [f"p{n}@sample.example" for n in range(21)]}, "ErrorMailboxDataArrayTooBig"),
        ({"schedules": []}, "ErrorInvalidParameter"),
        ({"endTime": {"dateTime": "2027-05-04T09:00:00", "timeZone": "UTC"}}, "ErrorTimeIntervalTooBig"),
        ({"endTime": {"dateTime": "2027-03-03T09:00:00", "timeZone": "Asia/Tokyo"}}, "ErrorInvalidParameter"),
        ({"availabilityViewInterval": 4}, "ErrorInvalidMergedFreeBusyInterval"),
        ({"availabilityViewInterval": 1441}, "ErrorInvalidMergedFreeBusyInterval"),
        ({"interval": 30}, "BadRequest"),
    ],
)
def test_limits(world: World, sato: Graph, change: dict[str, Any], code: str) -> None:
    error = world.refused(sato, "POST", "/me/calendar/getSchedule", ask(SUZUKI, **change))
    assert (error["status"], error["code"]) == (400, code)


def test_find_meeting_times(world: World, sato: Graph, suzuki: Graph) -> None:
    free_of_seed(world)
    suzuki.create(start="2027-03-03T10:00:00")
    body = {
        "attendees": [{"type": "required", "emailAddress": {"address": SUZUKI}}],
        "meetingDuration": "PT1H",
        "timeConstraint": {"timeSlots": [{"start": ask()["startTime"], "end": ask()["endTime"]}]},
    }
    found = sato.post("/me/findMeetingTimes", body)["meetingTimeSuggestions"]
    starts = [one["meetingTimeSlot"]["start"]["dateTime"][11:16] for one in found]
    assert starts == ["00:00", "02:00", "02:30", "03:00"]
