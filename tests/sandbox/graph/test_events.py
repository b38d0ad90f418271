"""Creating, reading, changing and deleting single events."""

from __future__ import annotations

from typing import Any

import pytest

from chosei.sandbox.graph.calendars import PERSONAL_CALENDAR
from tests.sandbox.graph.conftest import Graph, World

pytestmark = pytest.mark.contract

KEY = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name ChoseiEntry"
BAD_ID = "ErrorInvalidPropertyId"
TOKYO = "Tokyo Standard Time"


def moment(text: str, zone: str = TOKYO) -> dict[str, str]:
    return {"dateTime": text, "timeZone": zone}


def test_create_answers_the_event_in_utc(sato: Graph) -> None:
    event = sato.create("提案", showAs="tentative", location={"displayName": "A社"})
    assert event["start"] == {"dateTime": "2027-03-03T01:00:00.0000000", "timeZone": "UTC"}
    assert event["end"]["dateTime"] == "2027-03-03T02:00:00.0000000"
    assert event["originalStartTimeZone"] == TOKYO
    assert event["showAs"] == "tentative"
    assert event["isOrganizer"] is True
    assert event["responseStatus"]["response"] == "organizer"
    assert event["location"]["displayName"] == "A社"
    assert event["type"] == "singleInstance"
    assert sato.event(event["id"])["subject"] == "提案"


def test_prefer_gives_times_in_the_zone_asked_for(world: World, sato: Graph) -> None:
    number = sato.create()["id"]
    for name in (TOKYO, "Asia/Tokyo"):
        wish = f'outlook.timezone="{name}", IdType="ImmutableId"'
        event = world.graph(Prefer=wish).event(number)
        assert event["start"] == {"dateTime": "2027-03-03T10:00:00.0000000", "timeZone": name}


@pytest.mark.parametrize("name", ["Asia/Osaka", "JST", "Greenwich Mean Time", "+09:00"])
def test_unknown_zones_are_refused(world: World, sato: Graph, name: str) -> None:
    body = {"start": moment("2027-03-03T10:00:00", name), "end": moment("2027-03-03T11:00:00", name)}
    error = world.refused(sato, "POST", "/me/events", body)
    assert (error["status"], error["code"]) == (400, "TimeZoneNotSupportedException")


def test_an_iana_name_is_kept_as_the_windows_one(sato: Graph) -> None:
    event = sato.create(
        start="2027-03-03T10:00:00", end=moment("2027-03-03T02:00:00", "Etc/GMT"), isReminderOn=False
    )
    assert event["end"]["dateTime"] == "2027-03-03T02:00:00.0000000"
    assert event["isReminderOn"] is False


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"end": moment("2027-03-03T09:00:00")}, "ErrorPropertyValidationFailure"),
        ({"end": moment("2027-03-03T10:00:00")}, "ErrorPropertyValidationFailure"),
        ({"isAllDay": True}, "ErrorInvalidRequest"),
        ({"showAs": "maybe"}, "RequestBodyRead"),
        ({"subjekt": "x"}, "RequestBodyRead"),
        ({"isReminderOn": "yes"}, "RequestBodyRead"),
        ({"start": {"dateTime": "morgen", "timeZone": TOKYO}}, "ErrorInvalidRequest"),
        ({"start": None}, "RequestBodyRead"),
        ({"id": "mine"}, "ErrorInvalidPropertySet"),
        ({"iCalUId": "mine"}, "ErrorInvalidPropertySet"),
        ({"subject": "あ" * 256}, "ErrorPropertyValidationFailure"),
        ({"attendees": [{"emailAddress": {"address": "nobody"}}]}, "ErrorInvalidRecipients"),
        ({"location": {"displayname": "x"}}, "RequestBodyRead"),
        ({"singleValueExtendedProperties": [{"id": "String Name x", "value": "y"}]}, BAD_ID),
        ({"singleValueExtendedProperties": [{"id": KEY, "value": 7}]}, "RequestBodyRead"),
    ],
)
def test_wrong_bodies_are_refused(world: World, sato: Graph, change: dict[str, Any], code: str) -> None:
    body = {"start": moment("2027-03-03T10:00:00"), "end": moment("2027-03-03T11:00:00"), **change}
    error = world.refused(sato, "POST", "/me/events", body)
    assert (error["status"], error["code"]) == (400, code)
    assert "innerError" in error


def test_start_and_end_must_be_given(world: World, sato: Graph) -> None:
    assert world.refused(sato, "POST", "/me/events", {"subject": "x"})["status"] == 400


def test_a_transaction_id_makes_one_event(world: World, sato: Graph) -> None:
    first = sato.create(transactionId="entry-1")
    body = {
        "transactionId": "entry-1",
        "start": moment("2027-03-03T10:00:00"),
        "end": moment("2027-03-03T11:00:00"),
    }
    error = world.refused(sato, "POST", "/me/events", body)
    assert (error["status"], error["code"]) == (409, "ErrorDuplicateTransactionId")
    assert error["@event.existingEventId"] == first["id"]
    assert len(sato.view("2027-03-03T00:00:00Z", "2027-03-04T00:00:00Z")) == 1
    assert world.refused(sato, "PATCH", f"/me/events/{first['id']}", {"transactionId": "x"})["status"] == 400


def test_transaction_ids_outlive_their_event(world: World, sato: Graph) -> None:
    event = sato.create(transactionId="entry-2")
    sato.call("DELETE", f"/me/events/{event['id']}")
    body = {
        "transactionId": "entry-2",
        "start": moment("2027-03-03T10:00:00"),
        "end": moment("2027-03-03T11:00:00"),
    }
    assert world.refused(sato, "POST", "/me/events", body)["status"] == 409


def test_patch_changes_the_etag_and_if_match_guards_it(world: World, sato: Graph) -> None:
    event = sato.create()
    path = f"/me/events/{event['id']}"
    answer = sato.call("PATCH", path, {"subject": "新しい件名"}, If_Match=event["@odata.etag"])
    changed = answer.json()
    assert changed["subject"] == "新しい件名"
    assert changed["@odata.etag"] != event["@odata.etag"]
    assert changed["changeKey"] in changed["@odata.etag"]
    error = world.refused(sato, "PATCH", path, {"subject": "zu spät"}, If_Match=event["@odata.etag"])
    assert (error["status"], error["code"]) == (412, "ErrorIrresolvableConflict")
    assert sato.event(event["id"])["subject"] == "新しい件名"
    error = world.refused(sato, "DELETE", path, If_Match=event["@odata.etag"])
    assert error["status"] == 412
    assert sato.call("DELETE", path, If_Match="*").status_code == 204


def test_patch_of_one_end_is_checked_against_the_other(world: World, sato: Graph) -> None:
    path = f"/me/events/{sato.create()['id']}"
    assert world.refused(sato, "PATCH", path, {"end": moment("2027-03-03T09:00:00")})["status"] == 400
    assert world.refused(sato, "PATCH", path, {"isAllDay": True})["status"] == 400


def test_deleted_events_are_gone(world: World, sato: Graph) -> None:
    event, plain = sato.create(), world.graph()
    day = ("2027-03-03T00:00:00Z", "2027-03-04T00:00:00Z")
    listed = plain.view(*day)[0]["id"]
    path = f"/me/events/{event['id']}"
    assert sato.call("DELETE", path).status_code == 204
    assert plain.view(*day) == []
    names = {one["id"] for one in sato.get("/me/events")["value"]}
    assert event["id"] not in names
    error = world.refused(plain, "GET", f"/me/events/{listed}")
    assert (error["status"], error["code"]) == (404, "ErrorItemNotFound")
    # Deleted Items is a folder of the same mailbox: the immutable id goes on naming what is in it.
    assert sato.event(event["id"])["changeKey"] != event["changeKey"]
    error = world.refused(sato, "DELETE", path)
    assert (error["status"], error["code"]) == (403, "ErrorCannotDeleteObject")


def test_malformed_and_foreign_ids(world: World, sato: Graph, suzuki: Graph) -> None:
    number = sato.create()["id"]
    assert world.refused(sato, "GET", "/me/events/nonsense")["code"] == "ErrorInvalidIdMalformed"
    assert world.refused(sato, "GET", f"/me/events/{number.swapcase()}")["status"] == 400
    assert world.refused(suzuki, "GET", f"/me/events/{number}")["code"] == "ErrorItemNotFound"


def test_two_forms_of_ids(world: World, sato: Graph) -> None:
    event = sato.create()
    plain = world.graph()
    listed = plain.view("2027-03-03T00:00:00Z", "2027-03-04T00:00:00Z")[0]["id"]
    assert listed != event["id"]
    assert plain.event(listed)["iCalUId"] == event["iCalUId"]
    body = {"inputIds": [listed], "sourceIdType": "restId", "targetIdType": "restImmutableEntryId"}
    assert sato.post("/me/translateExchangeIds", body)["value"][0]["targetId"] == event["id"]


def test_a_move_to_another_calendar_changes_only_the_default_id(world: World, sato: Graph) -> None:
    event = sato.create()
    plain = world.graph()
    (listed,) = plain.view("2027-03-03T00:00:00Z", "2027-03-04T00:00:00Z")
    owner = world.store.mailbox("sato@sample.example")
    assert owner is not None
    world.store.move_to_calendar_as(owner, event["id"], PERSONAL_CALENDAR)
    assert world.refused(plain, "GET", f"/me/events/{listed['id']}")["code"] == "ErrorItemNotFound"
    assert sato.event(event["id"])["id"] == event["id"]
    assert plain.view("2027-03-03T00:00:00Z", "2027-03-04T00:00:00Z") == []


def test_all_day_events_are_midnights_in_any_zone(world: World, sato: Graph) -> None:
    event = sato.create(
        start="2027-03-03T00:00:00",
        end=moment("2027-03-05T00:00:00"),
        isAllDay=True,
    )
    assert event["start"] == {"dateTime": "2027-03-03T00:00:00.0000000", "timeZone": "UTC"}
    assert event["end"]["dateTime"] == "2027-03-05T00:00:00.0000000"
    tokyo = world.graph(Prefer=f'outlook.timezone="{TOKYO}"').event(event["id"])
    assert tokyo["start"] == {"dateTime": "2027-03-03T00:00:00.0000000", "timeZone": TOKYO}


def test_extended_properties_show_only_when_expanded(sato: Graph) -> None:
    kept = {"id": KEY, "value": "entry-42"}
    event = sato.create(singleValueExtendedProperties=[kept])
    sato.create("andere")
    assert "singleValueExtendedProperties" not in sato.event(event["id"])
    expand = f"?$expand=singleValueExtendedProperties($filter=id eq '{KEY}')"
    assert sato.event(event["id"], expand)["singleValueExtendedProperties"] == [kept]
    condition = f"singleValueExtendedProperties/Any(ep: ep/id eq '{KEY}' and ep/value eq 'entry-42')"
    found = sato.get(f"/me/events?$filter={condition}")["value"]
    assert [one["id"] for one in found] == [event["id"]]
    assert sato.get(f"/me/events?$filter={condition.replace('42', '43')}")["value"] == []
    window = f"&$expand=singleValueExtendedProperties($filter=id eq '{KEY}')"
    seen = sato.view("2027-03-03T00:00:00Z", "2027-03-04T00:00:00Z", window)
    assert [("singleValueExtendedProperties" in one) for one in seen].count(True) == 1


def test_a_patch_keeps_properties_it_does_not_name(sato: Graph) -> None:
    event = sato.create(singleValueExtendedProperties=[{"id": KEY, "value": "a"}])
    other = KEY.replace("ChoseiEntry", "Other")
    change = {"singleValueExtendedProperties": [{"id": other, "value": "b"}]}
    assert sato.call("PATCH", f"/me/events/{event['id']}", change).status_code == 200
    expand = f"?$expand=singleValueExtendedProperties($filter=id eq '{KEY}' or id eq '{other}')"
    found = sato.event(event["id"], expand)["singleValueExtendedProperties"]
    assert {one["value"] for one in found} == {"a", "b"}


def test_bodies_are_html_unless_text_is_preferred(world: World, sato: Graph) -> None:
    event = sato.create(body={"contentType": "text", "content": "一行目\n<二行目>"})
    assert event["body"]["contentType"] == "html"
    assert "一行目<br>" in event["body"]["content"]
    assert "&lt;二行目&gt;" in event["body"]["content"]
    text = world.graph(Prefer='outlook.body-content-type="text"').event(event["id"])["body"]
    assert text == {"contentType": "text", "content": "一行目\n<二行目>"}
    html = sato.create(body={"contentType": "html", "content": "<p>本文</p><script>x</script>"})["body"]
    assert html["content"].startswith("<html><head>")
    assert "script" not in html["content"]


def test_list_has_options_and_refuses_wrong_ones(world: World, sato: Graph) -> None:
    for number in range(3):
        sato.create(f"会議{number}", start=f"2027-03-0{number + 1}T10:00:00")
    page = sato.get(
        "/me/events?$select=subject,start&$top=2&$orderby=start/dateTime desc"
        "&$filter=startswith(subject,'会議')"
    )
    assert [one["subject"] for one in page["value"]] == ["会議2", "会議1"]
    assert set(page["value"][0]) == {"@odata.etag", "id", "subject", "start"}
    assert [one["subject"] for one in sato.get(page["@odata.nextLink"])["value"]] == ["会議0"]
    for query in (
        "$top=0",
        "$top=1001",
        "$top=x",
        "$skip=-1",
        "$select=nothing",
        "$filter=subject like 'x'",
        "$filter=nothing eq 1",
        "$orderby=nothing",
        "$expand=nothing",
        "$search=x",
        "$wrong=1",
    ):
        assert world.refused(sato, "GET", f"/me/events?{query}")["status"] == 400, query


def test_filter_by_start(sato: Graph) -> None:
    sato.create("früh", start="2027-03-03T08:00:00")
    late = sato.create("spät", start="2027-03-05T08:00:00")
    condition = "start/dateTime ge '2027-03-04T00:00:00' and subject eq 'spät'"
    found = sato.get(f"/me/events?$filter={condition}")["value"]
    assert [one["id"] for one in found] == [late["id"]]


def test_categories_and_sensitivity(sato: Graph) -> None:
    event = sato.create(categories=["調整", "調整"], sensitivity="private", importance="high")
    assert (event["categories"], event["sensitivity"], event["importance"]) == (["調整"], "private", "high")


def test_request_ids(sato: Graph) -> None:
    number = "11111111-2222-4333-8444-555555555555"
    answer = sato.call("GET", "/me", client_request_id=number)
    assert answer.headers["client-request-id"] == number
    assert len(answer.headers["request-id"]) == 36


def test_bodies_need_their_content_type(world: World, sato: Graph) -> None:
    headers = {"Authorization": f"Bearer {sato.token}", "Content-Type": "text/plain"}
    answer = sato.client.post("/v1.0/me/events", content=b"{}", headers=headers)
    assert answer.status_code == 415
    headers["Content-Type"] = "application/json"
    answer = sato.client.post("/v1.0/me/events", content=b"{", headers=headers)
    assert answer.status_code == 400
    assert len(world.layer.take()) >= 2
