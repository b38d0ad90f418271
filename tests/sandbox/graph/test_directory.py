"""People, organization, calendars, places, time zones, mail; and what a token may do."""

from __future__ import annotations

import pytest

from tests.sandbox.graph.conftest import EVERYTHING, Graph, World

pytestmark = pytest.mark.contract


def test_me_and_organization(sato: Graph) -> None:
    me = sato.get("/me")
    assert (me["displayName"], me["mail"]) == ("佐藤 健一", "sato@sample.example")
    assert set(sato.get("/me?$select=mail,proxyAddresses")) == {
        "@odata.context", "id", "mail", "proxyAddresses",
    }  # fmt: skip
    (organization,) = sato.get("/organization")["value"]
    assert organization["verifiedDomains"][0]["name"] == "sample.example"


def test_users_are_found_and_paged(world: World, sato: Graph) -> None:
    found = sato.get("/users?$filter=startswith(displayName,'佐藤') or mail eq 'suzuki@sample.example'")[
        "value"
    ]
    assert {one["mail"] for one in found} == {"sato@sample.example", "suzuki@sample.example"}
    page = sato.get("/users?$top=3&$select=id,mail")
    seen = [one["id"] for one in page["value"]]
    while "@odata.nextLink" in page:
        page = sato.get(page["@odata.nextLink"])
        seen += [one["id"] for one in page["value"]]
    assert len(seen) == len(set(seen)) == len(world.context.directory.users(world.graph_tid()))
    assert sato.get('/users?$search="displayName:田中"', ConsistencyLevel="eventual")["value"]
    assert world.refused(sato, "GET", '/users?$search="displayName:田中"')["status"] == 400
    assert world.refused(sato, "GET", "/users?$filter=jobTitle eq 'x'")["status"] == 400


def test_basic_profiles_hide_the_rest(sato: Graph) -> None:
    other = sato.get("/users/suzuki@sample.example")
    assert other["displayName"] == "鈴木 美咲"
    assert other["jobTitle"] is None


def test_users_are_named_by_id_or_principal_name(world: World, sato: Graph) -> None:
    assert sato.get("/users/n.ito@sample.example")["mail"] == "naoki.ito@sample.example"
    for key in ("ito@sample.example", "nobody@sample.example", "mita@test.example"):
        error = world.refused(sato, "GET", f"/users/{key}")
        assert (error["status"], error["code"]) == (404, "Request_ResourceNotFound")


def test_an_account_without_mailbox(world: World) -> None:
    watanabe = world.graph("watanabe@sample.example")
    assert watanabe.get("/me")["mail"] is None
    for path in ("/me/calendar", "/me/events", "/me/mailboxSettings"):
        error = world.refused(watanabe, "GET", path)
        assert (error["status"], error["code"]) == (404, "MailboxNotEnabledForRESTAPI")


def test_calendars(world: World, sato: Graph) -> None:
    default = sato.get("/me/calendar")
    assert default["allowedOnlineMeetingProviders"] == ["teamsForBusiness"]
    assert default["owner"]["address"] == "sato@sample.example"
    listed = sato.get("/me/calendars")["value"]
    assert [one["isDefaultCalendar"] for one in listed] == [True, False]
    window = "startDateTime=2026-11-28T00:00:00Z&endDateTime=2026-12-08T00:00:00Z"
    (private,) = sato.get(f"/me/calendars/{listed[1]['id']}/calendarView?{window}")["value"]
    assert private["subject"] == "子どもの運動会"
    assert private["subject"] not in [
        one["subject"] for one in sato.get(f"/me/calendarView?{window}")["value"]
    ]
    error = world.refused(sato, "GET", f"/me/calendars/nonsense/calendarView?{window}")
    assert error["code"] == "ErrorItemNotFound"
    assert sato.get("/me/mailboxSettings")["timeZone"] == "Tokyo Standard Time"


def test_places(world: World, sato: Graph) -> None:
    for prefix in ("microsoft.graph", "graph"):
        rooms = sato.get(f"/places/{prefix}.room")["value"]
        (building,) = sato.get(f"/places/{prefix}.roomList")["value"]
        of_list = sato.get(f"/places/{building['emailAddress']}/{prefix}.roomList/rooms")["value"]
        assert [one["capacity"] for one in rooms] == [one["capacity"] for one in of_list] == [8, 4, 20]
    assert sato.get(f"/places/{rooms[0]['emailAddress']}")["id"] == rooms[0]["id"]
    assert sato.get(f"/places/{building['id']}")["displayName"] == "東京本社"
    page = sato.get("/places/microsoft.graph.room?$top=2")
    assert len(sato.get(page["@odata.nextLink"])["value"]) == 1
    path = f"/places/{building['id']}/microsoft.graph.roomList/rooms"
    assert world.refused(sato, "GET", path)["status"] == 404
    assert world.refused(sato, "GET", "/places/nowhere@sample.example")["status"] == 404


def test_supported_time_zones(sato: Graph) -> None:
    path = "/me/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'{}')"
    windows = {one["alias"] for one in sato.get(path.format("Windows"))["value"]}
    iana = {one["alias"] for one in sato.get(path.format("Iana"))["value"]}
    assert "Tokyo Standard Time" in windows
    assert "Asia/Tokyo" in iana


def test_send_mail_is_kept(world: World, sato: Graph) -> None:
    message = {
        "subject": "ご案内",
        "body": {"contentType": "Text", "content": "本文"},
        "toRecipients": [{"emailAddress": {"address": "mita@customer.example"}}],
    }
    assert sato.call("POST", "/me/sendMail", {"message": message}).status_code == 202
    (mail,) = world.store.mails()
    assert (mail.kind, mail.recipient, mail.external) == ("mail", "mita@customer.example", True)
    wrong = {"message": {**message, "toRecipients": [{"emailAddress": {"address": "nobody"}}]}}
    assert world.refused(sato, "POST", "/me/sendMail", wrong)["code"] == "ErrorInvalidRecipients"


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("User.Read", "GET", "/me"),
        ("User.ReadBasic.All", "GET", "/users"),
        ("Calendars.ReadWrite", "GET", "/me/calendar"),
        ("Calendars.ReadWrite", "GET", "/me/events"),
        ("Calendars.ReadWrite", "GET", "/subscriptions"),
        ("Place.Read.All", "GET", "/places/microsoft.graph.room"),
        ("MailboxSettings.Read", "GET", "/me/mailboxSettings"),
    ],
)
def test_each_call_needs_its_scope(world: World, scope: str, method: str, path: str) -> None:
    others = " ".join(one for one in EVERYTHING.split() if not one.startswith(scope.split(".")[0]))
    assert world.refused(world.graph(scopes=others or "openid"), method, path)["status"] == 403
    assert world.graph(scopes=scope).call(method, path).status_code == 200


def test_reading_does_not_allow_writing(world: World) -> None:
    reader = world.graph(scopes="Calendars.Read")
    body = {
        "start": {"dateTime": "2027-03-03T10:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2027-03-03T11:00:00", "timeZone": "UTC"},
    }
    error = world.refused(reader, "POST", "/me/events", body)
    assert (error["status"], error["code"]) == (403, "ErrorAccessDenied")


def test_basic_reading_hides_bodies(world: World, sato: Graph) -> None:
    event = sato.create(body={"contentType": "text", "content": "内緒"})
    basic = world.graph(scopes="Calendars.ReadBasic").event(event["id"])
    assert "body" not in basic
    assert basic["subject"] == event["subject"]


def test_other_peoples_calendars_need_sharing(world: World, sato: Graph, suzuki: Graph) -> None:
    path = "/users/suzuki@sample.example"
    suzuki.create("内緒", sensitivity="private")
    assert world.refused(sato, "GET", f"{path}/calendar")["code"] == "ErrorAccessDenied"
    world.store.repository.share(world.key("suzuki@sample.example"), world.key("sato@sample.example"), "read")
    window = "startDateTime=2027-03-03T00:00:00Z&endDateTime=2027-03-04T00:00:00Z"
    (seen,) = sato.get(f"{path}/calendarView?{window}")["value"]
    assert seen["subject"] != "内緒"
    narrow = world.graph(scopes="Calendars.ReadWrite")
    assert world.refused(narrow, "GET", f"{path}/calendar")["status"] == 403
    body = {
        "start": {"dateTime": "2027-03-03T10:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2027-03-03T11:00:00", "timeZone": "UTC"},
    }
    assert world.refused(sato, "POST", f"{path}/events", body)["status"] == 403
    world.store.repository.share(
        world.key("suzuki@sample.example"), world.key("sato@sample.example"), "write"
    )
    sato.post(f"{path}/events", body)


def test_an_application_reaches_every_mailbox_but_is_nobody(world: World) -> None:
    application = world.graph("", "Calendars.ReadWrite User.ReadBasic.All")
    assert application.get("/users/suzuki@sample.example/calendar")["isDefaultCalendar"] is True
    assert application.get("/users/room-yaesu-a@sample.example/calendar")["isDefaultCalendar"] is True
    assert world.refused(application, "GET", "/me")["status"] in (400, 403)
    assert world.refused(application, "GET", "/users/mita@test.example/calendar")["status"] == 404


def test_mailboxes_are_named_by_id_or_principal_name(world: World) -> None:
    application = world.graph("", "Calendars.ReadWrite")
    assert application.get("/users/n.ito@sample.example/calendar")["isDefaultCalendar"] is True
    for key in ("naoki.ito@sample.example", "nobody@sample.example"):
        error = world.refused(application, "GET", f"/users/{key}/calendar")
        assert (error["status"], error["code"]) == (404, "ErrorInvalidUser")


def test_without_a_token(world: World, sato: Graph) -> None:
    sato.token = "nonsense"
    error = world.refused(sato, "GET", "/me")
    assert (error["status"], error["code"]) == (401, "InvalidAuthenticationToken")


def test_unknown_paths(world: World, sato: Graph) -> None:
    assert world.refused(sato, "GET", "/me/nothing")["code"] == "BadRequest"
    assert world.refused(sato, "PUT", "/me/events")["status"] == 400
