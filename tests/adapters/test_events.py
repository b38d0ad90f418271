"""Events in Graph's wire format, where it is peculiar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chosei.adapters.microsoft import bodies, drafts, events
from chosei.adapters.wire import Unreadable
from chosei.ports.calendar import Attendee, AttendeeKind, AttendeeResponse, EventDraft, ShowAs

TEN = datetime(2026, 12, 3, 1, 0, tzinfo=UTC)  # 10:00 in Tokyo
ROOM = Attendee("room-a@sample.example", "会議室 A", AttendeeKind.ROOM)
OTHER_ROOM = Attendee("room-b@sample.example", "会議室 B", AttendeeKind.ROOM)
DRAFT = EventDraft(
    key="key-1",
    title="商談",
    body_html="<p>文面</p>",
    start=TEN,
    end=TEN + timedelta(hours=1),
    zone="Asia/Tokyo",
    show_as=ShowAs.BUSY,
)


def stored(**changes: Any) -> dict[str, Any]:
    """The event of DRAFT as Graph answers it."""
    raw: dict[str, Any] = {
        "@odata.etag": 'W/"1"',
        "id": "AAMk1",
        "subject": "商談",
        "start": {"dateTime": "2026-12-03T01:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-12-03T02:00:00.0000000", "timeZone": "UTC"},
        "showAs": "busy",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": True,
        "iCalUId": "0400",
        "location": {"displayName": "", "locationType": "default"},
        "locations": [],
        "attendees": [],
        "organizer": {"emailAddress": {"name": "佐藤 健一", "address": "sato@sample.example"}},
        "isOnlineMeeting": False,
        "onlineMeeting": None,
        "body": {"contentType": "html", "content": bodies.wrapped("<p>文面</p>")},
        "isReminderOn": True,
        "reminderMinutesBeforeStart": 15,
        "singleValueExtendedProperties": [
            {"id": events.KEY_PROPERTY.upper(), "value": "key-1"},
            {"id": events.TEXT_PROPERTY, "value": bodies.digest("<p>文面</p>")},
        ],
    }
    return raw | changes


def change(raw: dict[str, Any], draft: EventDraft = DRAFT) -> dict[str, Any]:
    """The PATCH without our own properties, which go with every one."""
    body = drafts.difference(raw, draft, "Asia/Tokyo")
    if body:
        assert body.pop("singleValueExtendedProperties")[0] == {"id": events.KEY_PROPERTY, "value": draft.key}
    return body


def room(name: str, address: str) -> dict[str, str]:
    return {"displayName": name, "locationEmailAddress": address, "locationType": "conferenceRoom"}


def test_nothing_differs_nothing_is_sent() -> None:
    assert change(stored()) == {}


def test_only_what_differs_is_sent() -> None:
    assert change(stored(subject="変更前")) == {"subject": "商談"}
    assert change(stored(showAs="tentative")) == {"showAs": "busy"}
    assert change(stored(), replace(DRAFT, reminder_minutes=30)) == {
        "isReminderOn": True,
        "reminderMinutesBeforeStart": 30,
    }
    assert change(stored(), replace(DRAFT, reminder_minutes=15)) == {}


def test_a_new_time_is_written_in_the_zone_of_the_draft() -> None:
    later = replace(DRAFT, start=TEN + timedelta(hours=1), end=TEN + timedelta(hours=2))
    assert change(stored(), later) == {
        "start": {"dateTime": "2026-12-03T11:00:00", "timeZone": "Tokyo Standard Time"},
        "end": {"dateTime": "2026-12-03T12:00:00", "timeZone": "Tokyo Standard Time"},
        "isAllDay": False,
    }


def test_an_event_that_somebody_made_all_day_gets_its_time_back() -> None:
    whole_day = stored(
        isAllDay=True,
        start={"dateTime": "2026-12-03T00:00:00.0000000", "timeZone": "UTC"},
        end={"dateTime": "2026-12-04T00:00:00.0000000", "timeZone": "UTC"},
    )
    assert change(whole_day)["isAllDay"] is False


def test_the_text_is_sent_only_when_ours_changed() -> None:
    rewritten = {"contentType": "html", "content": "<html><body>Exchange が書き換えた文面</body></html>"}
    assert change(stored(body=rewritten)) == {}
    sent = change(stored(), replace(DRAFT, body_html="<p>新</p>"))
    assert sent == {"body": {"contentType": "html", "content": bodies.wrapped("<p>新</p>")}}


def test_a_text_for_an_online_meeting_keeps_its_block() -> None:
    block = '<div class="me-email-text"><a href="https://teams.example/x">参加</a></div>'
    online = stored(
        isOnlineMeeting=True,
        onlineMeeting={"joinUrl": "https://teams.example/x"},
        body={"contentType": "html", "content": f"<html><body>{block}</body></html>"},
        singleValueExtendedProperties=[],
    )
    sent = change(online, replace(DRAFT, web_meeting=True))
    assert block in sent["body"]["content"]
    assert "isOnlineMeeting" not in sent


def test_a_hold_is_made_an_online_meeting() -> None:
    sent = change(stored(), replace(DRAFT, web_meeting=True))
    assert sent == {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}


def test_a_meeting_that_is_no_longer_wanted_online_is_left_so() -> None:
    online = stored(isOnlineMeeting=True, onlineMeeting={"joinUrl": "https://teams.example/x"})
    assert change(online) == {}


def test_a_room_is_invited_and_named_as_the_place() -> None:
    with_room = replace(DRAFT, attendees=(ROOM,), location="12F 会議室 A")
    assert change(stored(), with_room) == {
        "attendees": [{"type": "resource", "emailAddress": {"address": ROOM.address, "name": "会議室 A"}}],
        "location": room("12F 会議室 A", ROOM.address),
    }


def test_the_same_people_are_not_invited_again() -> None:
    invited = stored(
        attendees=[
            {
                "type": "resource",
                "emailAddress": {"address": "Room-A@Sample.example", "name": "A"},
                "status": {"response": "accepted"},
            },
            # Exchange may list the organizer, who invites nobody.
            {"type": "required", "emailAddress": {"address": "sato@sample.example", "name": "佐藤 健一"}},
        ],
        locations=[{"displayName": "会議室 A", "locationEmailAddress": "room-a@sample.example"}],
    )
    assert change(invited, replace(DRAFT, attendees=(ROOM,))) == {}
    [person] = events.observed(invited, "Asia/Tokyo").attendees
    assert (person.kind, person.response) == (AttendeeKind.ROOM, AttendeeResponse.ACCEPTED)


def test_letting_the_room_go_clears_people_and_place() -> None:
    held = stored(
        attendees=[{"type": "resource", "emailAddress": {"address": ROOM.address}}],
        location={"displayName": "会議室 A", "locationEmailAddress": ROOM.address},
        locations=[room("会議室 A", ROOM.address)],
    )
    assert change(held) == {"attendees": [], "location": {"displayName": "", "locationType": "default"}}


def test_two_rooms_are_two_places() -> None:
    sent = change(stored(), replace(DRAFT, attendees=(ROOM, OTHER_ROOM), location="本社"))
    assert sent["locations"] == [room("会議室 A", ROOM.address), room("会議室 B", OTHER_ROOM.address)]
    assert "location" not in sent


def test_the_place_that_teams_writes_is_nobodys_change() -> None:
    online = stored(
        isOnlineMeeting=True,
        onlineMeeting={"joinUrl": "https://teams.example/x"},
        location={"displayName": "Microsoft Teams 会議", "locationType": "default"},
        locations=[{"displayName": "Microsoft Teams 会議", "locationType": "default"}],
    )
    assert change(online, replace(DRAFT, web_meeting=True)) == {}
    assert events.observed(online, "Asia/Tokyo").location == ""


def test_a_new_event_carries_token_key_and_time() -> None:
    body = drafts.creation(DRAFT, "token-1")
    assert body["transactionId"] == "token-1"
    assert body["start"] == {"dateTime": "2026-12-03T10:00:00", "timeZone": "Tokyo Standard Time"}
    assert body["singleValueExtendedProperties"][0] == {"id": events.KEY_PROPERTY, "value": "key-1"}
    assert body["attendees"] == []
    assert not {"isOnlineMeeting", "reminderMinutesBeforeStart", "location"} & set(body)


def test_a_cancelled_and_a_declined_event_say_so() -> None:
    cancelled = events.busy(stored(isCancelled=True), "UTC")
    declined = events.busy(stored(responseStatus={"response": "declined"}, isOrganizer=False), "UTC")
    assert (cancelled.cancelled, cancelled.declined) == (True, False)
    assert (declined.cancelled, declined.declined) == (False, True)
    assert not events.observed(stored(isOrganizer=False), "UTC").organizes


@pytest.mark.parametrize("value", ["somethingNew", None, 3, ""])
def test_an_unknown_status_is_not_free(value: Any) -> None:
    assert events.busy(stored(showAs=value), "UTC").show_as is ShowAs.UNKNOWN


@pytest.mark.parametrize("status", list(ShowAs))
def test_every_status_is_read_in_any_case(status: ShowAs) -> None:
    assert events.busy(stored(showAs=status.value.upper()), "UTC").show_as is status


def test_the_version_may_come_as_a_change_key() -> None:
    raw = stored(changeKey="abc==")
    del raw["@odata.etag"]
    assert events.observed(raw, "UTC").etag == 'W/"abc=="'


@pytest.mark.parametrize(
    "change_",
    [{"id": None}, {"id": 5}, {"start": None}, {"@odata.etag": None}, {"subject": ["x"]}, {"end": {}}],
)
def test_an_event_that_cannot_be_read_is_not_guessed(change_: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        events.observed(stored(**change_), "UTC")


def test_a_subject_or_place_of_null_is_empty() -> None:
    event = events.observed(stored(subject=None, location=None), "UTC")
    assert (event.title, event.location) == ("", "")


def test_a_key_with_a_quote_cannot_break_out_of_the_filter() -> None:
    assert events.find_filter("a' or 1 eq 1").endswith("ep/value eq 'a'' or 1 eq 1')")
