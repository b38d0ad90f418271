"""Writing: what is sent for a change, and what is made of unusual answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from chosei.adapters.http import Unreachable
from chosei.adapters.microsoft.calendar import MicrosoftCalendar
from chosei.core.intervals import Interval
from chosei.ports.calendar import Change, CreateEvent, DeleteEvent, Failed, Outcome, UpdateEvent, Written
from chosei.ports.errors import Conflict, Missing, PortError, Rejected, Throttled, Transient
from tests.adapters.test_events import DRAFT, stored
from tests.adapters.wire import Service, Tokens, graph_on, refused, reply

ONLINE = replace(DRAFT, web_meeting=True)
IN_VIEW = reply(200, {"value": [{"id": "AAMk1", "type": "singleInstance", "seriesMasterId": None}]})
ELSEWHERE = reply(200, {"value": [{"id": "AAMk2"}]})
MAILBOX = reply(200, {"id": "AQMk"})
LINK = {"joinUrl": "https://teams.example/x"}


def calendar(*reactions: Any) -> tuple[MicrosoftCalendar, Service, Tokens]:
    service = Service(*reactions)
    graph, tokens, _ = graph_on(service)
    return MicrosoftCalendar(graph, owner_zone="Asia/Tokyo"), service, tokens


def sent(service: Service) -> list[str]:
    return [f"{request.method} {request.url.path.removeprefix('/v1.0')}" for request in service.requests]


def written(outcome: Outcome) -> Any:
    assert isinstance(outcome, Written), outcome
    assert outcome.event is not None
    return outcome.event


def failure(outcome: Outcome) -> PortError:
    assert isinstance(outcome, Failed), outcome
    return outcome.error


# --- create -------------------------------------------------------------------------------------------------


def test_a_spent_token_with_an_id_leads_to_that_event() -> None:
    duplicate = refused(409, "ErrorDuplicateTransactionId", None, **{"@event.existingEventId": "AAMk1"})
    port, service, _ = calendar(duplicate, reply(200, stored()), IN_VIEW)
    [outcome] = port.apply([CreateEvent(DRAFT, "token-1")])
    assert written(outcome).remote_id == "AAMk1"
    assert sent(service) == ["POST /me/events", "GET /me/events/AAMk1", "GET /me/calendarView"]


@pytest.mark.parametrize("status", [400, 409])
def test_a_spent_token_without_an_id_leads_to_the_event_with_our_key(status: int) -> None:
    duplicate = refused(status, "ErrorDuplicateTransactionId")
    found = reply(200, {"value": [stored()]})
    port, service, _ = calendar(duplicate, found, reply(200, stored()), IN_VIEW)
    [outcome] = port.apply([CreateEvent(DRAFT, "token-1")])
    assert written(outcome).key == "key-1"
    assert sent(service)[:3] == ["POST /me/events", "GET /me/events", "GET /me/events/AAMk1"]


def test_a_spent_token_whose_event_is_gone_is_a_conflict() -> None:
    duplicate = refused(409, "ErrorDuplicateTransactionId", None, **{"@event.existingEventId": "AAMk1"})
    port, _, _ = calendar(duplicate, refused(404, "ErrorItemNotFound"), MAILBOX)
    [outcome] = port.apply([CreateEvent(DRAFT, "token-1")])
    assert isinstance(failure(outcome), Conflict)


def test_a_spent_token_is_not_settled_while_the_service_is_away() -> None:
    port, _, _ = calendar(refused(400, "ErrorDuplicateTransactionId"), refused(500, "InternalServerError"))
    [outcome] = port.apply([CreateEvent(DRAFT, "token-1")])
    assert isinstance(failure(outcome), Transient)


def test_a_lost_answer_is_asked_for_again_under_the_same_token() -> None:
    port, service, _ = calendar(httpx2.ReadTimeout("lost"), reply(201, stored()))
    [outcome] = port.apply([CreateEvent(DRAFT, "token-1")])
    assert written(outcome).remote_id == "AAMk1"
    assert [body["transactionId"] for body in service.bodies] == ["token-1", "token-1"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(201, content=b"{"),
        httpx2.Response(201, content=b""),
        reply(201, {"id": "AAMk1"}),
        reply(201, stored(start={"dateTime": "soon"})),
    ],
)
def test_an_unreadable_answer_is_as_good_as_a_lost_one(answer: httpx2.Response) -> None:
    port, _, _ = calendar(answer)
    [outcome] = port.apply([CreateEvent(DRAFT, "token-1")])
    assert isinstance(failure(outcome), Transient)


# --- links --------------------------------------------------------------------------------------------------


def test_a_link_that_came_late_is_fetched_once_more() -> None:
    port, service, _ = calendar(
        reply(201, stored()), reply(200, stored(isOnlineMeeting=True, onlineMeeting=LINK))
    )
    [outcome] = port.apply([CreateEvent(ONLINE, "token-1")])
    assert written(outcome).join_url == LINK["joinUrl"]
    assert sent(service) == ["POST /me/events", "GET /me/events/AAMk1"]


@pytest.mark.parametrize("second", [reply(200, stored()), refused(500, "InternalServerError")])
def test_without_a_link_the_event_is_written_all_the_same(second: httpx2.Response) -> None:
    port, _, _ = calendar(reply(201, stored()), second)
    [outcome] = port.apply([CreateEvent(ONLINE, "token-1")])
    assert written(outcome).join_url == ""


def test_a_link_in_the_answer_needs_no_second_look() -> None:
    port, service, _ = calendar(reply(201, stored(isOnlineMeeting=True, onlineMeeting=LINK)))
    port.apply([CreateEvent(ONLINE, "token-1")])
    assert len(service.requests) == 1


# --- update -------------------------------------------------------------------------------------------------


def update(etag: str = 'W/"1"') -> UpdateEvent:
    return UpdateEvent("AAMk1", replace(DRAFT, title="新しい題"), etag)


@pytest.mark.parametrize("etag", ['W/"1"', ""])
def test_an_update_insists_on_the_version_that_was_read(etag: str) -> None:
    port, service, _ = calendar(reply(200, stored()), IN_VIEW, reply(200, stored(subject="新しい題")))
    [outcome] = port.apply([update(etag)])
    assert written(outcome).title == "新しい題"
    assert sent(service) == ["GET /me/events/AAMk1", "GET /me/calendarView", "PATCH /me/events/AAMk1"]
    assert service.requests[2].headers["if-match"] == 'W/"1"'


def test_an_event_in_deleted_items_is_missing_although_it_could_be_changed() -> None:
    calendars = reply(200, {"value": [{"id": "C1", "name": "予定表", "isDefaultCalendar": True}]})
    port, service, _ = calendar(reply(200, stored()), ELSEWHERE, calendars)
    [outcome] = port.apply([update()])
    assert isinstance(failure(outcome), Missing)
    assert sent(service) == ["GET /me/events/AAMk1", "GET /me/calendarView", "GET /me/calendars"]


def test_an_event_that_a_person_put_into_another_calendar_is_changed_there() -> None:
    further = {"id": "C2", "name": "個人用", "isDefaultCalendar": False}
    calendars = reply(200, {"value": [{"id": "C1", "name": "予定表", "isDefaultCalendar": True}, further]})
    changed = reply(200, stored(subject="新しい題"))
    port, service, _ = calendar(reply(200, stored()), ELSEWHERE, calendars, IN_VIEW, changed)
    [outcome] = port.apply([update()])
    assert written(outcome).title == "新しい題"
    assert sent(service)[-2:] == ["GET /me/calendars/C2/calendarView", "PATCH /me/events/AAMk1"]


def test_an_event_that_a_person_made_a_series_stands_by_its_occurrences() -> None:
    view = reply(200, {"value": [{"id": "AAMk1.1", "type": "occurrence", "seriesMasterId": "AAMk1"}]})
    port, _, _ = calendar(reply(200, stored()), view, reply(200, stored(subject="新しい題")))
    [outcome] = port.apply([update()])
    assert written(outcome).title == "新しい題"


def test_a_version_that_is_not_ours_any_more_is_not_written_over() -> None:
    port, service, _ = calendar(reply(200, stored(**{"@odata.etag": 'W/"2"'})), IN_VIEW)
    [outcome] = port.apply([update()])
    assert isinstance(failure(outcome), Conflict)
    assert sent(service) == ["GET /me/events/AAMk1", "GET /me/calendarView"]


def test_a_newer_version_that_says_what_we_want_is_our_own() -> None:
    port, service, _ = calendar(reply(200, stored(**{"@odata.etag": 'W/"2"'}, subject="新しい題")))
    [outcome] = port.apply([update()])
    assert written(outcome).etag == 'W/"2"'
    assert len(service.requests) == 1


def test_a_passing_version_conflict_is_tried_once_more() -> None:
    port, service, _ = calendar(
        reply(200, stored()),
        IN_VIEW,
        refused(412, "ErrorIrresolvableConflict"),
        reply(200, stored()),
        IN_VIEW,
        reply(200, stored(subject="新しい題")),
    )
    [outcome] = port.apply([update()])
    assert written(outcome).title == "新しい題"
    assert len(service.requests) == 6


def test_a_lasting_version_conflict_is_told() -> None:
    port, service, _ = calendar(
        reply(200, stored()),
        IN_VIEW,
        refused(412, "ErrorIrresolvableConflict"),
        reply(200, stored(**{"@odata.etag": 'W/"2"'}, subject="人の変更")),
        IN_VIEW,
    )
    [outcome] = port.apply([update()])
    assert isinstance(failure(outcome), Conflict)
    assert len(service.requests) == 5


def test_without_a_version_a_change_in_between_is_read_again() -> None:
    port, service, _ = calendar(
        reply(200, stored()),
        IN_VIEW,
        refused(412, "ErrorIrresolvableConflict"),
        reply(200, stored(**{"@odata.etag": 'W/"2"'})),
        IN_VIEW,
        reply(200, stored(subject="新しい題")),
    )
    [outcome] = port.apply([update("")])
    assert written(outcome).title == "新しい題"
    assert service.requests[5].headers["if-match"] == 'W/"2"'


def test_a_change_whose_answer_is_lost_is_not_repeated_blindly() -> None:
    port, service, _ = calendar(reply(200, stored()), IN_VIEW, httpx2.ReadTimeout("lost"))
    [outcome] = port.apply([update()])
    assert isinstance(failure(outcome), Transient)
    assert len(service.requests) == 3


def test_an_event_that_cannot_be_looked_for_in_its_calendar_is_not_changed() -> None:
    port, service, _ = calendar(reply(200, stored()), refused(503, "serviceNotAvailable"))
    [outcome] = port.apply([update()])
    assert isinstance(failure(outcome), Transient)
    assert "PATCH /me/events/AAMk1" not in sent(service)


# --- all together -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3, 25])
def test_when_nothing_could_be_sent_it_raises(count: int) -> None:
    port, _, _ = calendar(httpx2.ConnectError("refused"))
    with pytest.raises(Unreachable):
        port.apply([DeleteEvent(f"AAMk{n}") for n in range(count)])


def test_a_deletion_that_finds_nothing_is_done_once_a_reading_says_so_too() -> None:
    missing = refused(404, "ErrorItemNotFound")
    port, service, _ = calendar(missing, missing, MAILBOX)
    assert port.apply([DeleteEvent("AAMk1")]) == [Written(None)]
    assert sent(service) == ["DELETE /me/events/AAMk1", "GET /me/events/AAMk1", "GET /me/calendar"]


@pytest.mark.parametrize("change", [DeleteEvent("AAMk1"), UpdateEvent("AAMk1", DRAFT)])
@pytest.mark.parametrize(
    ("mailbox", "kind"),
    [
        (refused(404, "ErrorItemNotFound"), Rejected),
        (refused(404, "MailboxNotEnabledForRESTAPI"), Rejected),
        (refused(409, "ErrorMailboxMoveInProgress"), Transient),
    ],
)
def test_nothing_is_missing_from_a_mailbox_that_is_away(change: Change, mailbox: Any, kind: type) -> None:
    """Held to be gone, it would be made once more, or left behind, when the mailbox is back."""
    missing = refused(404, "ErrorItemNotFound")
    port, _, _ = calendar(*[missing] * (1 if isinstance(change, UpdateEvent) else 2), mailbox)
    [outcome] = port.apply([change])
    assert type(failure(outcome)) is kind


@pytest.mark.parametrize("answer", [(404, "ErrorItemNotFound"), (403, "ErrorCannotDeleteObject")])
def test_a_deletion_of_what_is_in_deleted_items_is_done(answer: tuple[int, str]) -> None:
    """By an immutable id it is refused with 403 (msgraph-sdk-dotnet issue 3047)."""
    calendars = reply(200, {"value": []})
    port, _, _ = calendar(refused(*answer), reply(200, stored()), ELSEWHERE, calendars)
    assert port.apply([DeleteEvent("AAMk1")]) == [Written(None)]


def test_an_event_that_stands_and_may_not_be_deleted_is_not_forgotten() -> None:
    port, _, _ = calendar(refused(403, "ErrorCannotDeleteObject"), reply(200, stored()), IN_VIEW)
    [outcome] = port.apply([DeleteEvent("AAMk1")])
    assert isinstance(failure(outcome), Transient)


@pytest.mark.parametrize("reading", [reply(200, stored()), refused(503, "serviceNotAvailable")])
def test_an_event_that_stands_although_its_deletion_found_nothing_is_not_forgotten(reading: Any) -> None:
    port, _, _ = calendar(httpx2.Response(404), reading)
    [outcome] = port.apply([DeleteEvent("AAMk1")])
    assert isinstance(failure(outcome), Transient)


def test_no_change_sends_nothing() -> None:
    port, service, _ = calendar(reply())
    assert port.apply([]) == []
    assert service.requests == []


def test_a_throttled_batch_is_told_of_every_change() -> None:
    port, service, _ = calendar(refused(429, "TooManyRequests", {"Retry-After": "8"}))
    outcomes = port.apply([CreateEvent(replace(DRAFT, key=f"k{n}"), f"t{n}") for n in range(30)])
    assert {type(failure(outcome)) for outcome in outcomes} == {Throttled}
    assert len(service.requests) == 1


# --- reading ------------------------------------------------------------------------------------------------

WINDOW = Interval(DRAFT.start, DRAFT.end)


@pytest.mark.parametrize(
    "raw",
    [
        {},
        stored(start={"dateTime": "2026-12-03T10:00:00", "timeZone": "tzone://Microsoft/Custom"}),
        stored(end=None),
        stored(id=""),
    ],
)
def test_one_unreadable_event_makes_the_calendar_unknown(raw: Any) -> None:
    port, _, _ = calendar(reply(200, {"value": [stored(), raw]}))
    with pytest.raises(Transient) as failed:
        port.read_busy(WINDOW)
    assert failed.value.code == "unreadable_answer"
    with pytest.raises(Transient):
        port.find("key-1")


def test_an_event_on_two_pages_counts_once_as_read_last() -> None:
    page = {"value": [stored(showAs="free")], "@odata.nextLink": "https://graph.example/v1.0/me/x?$skip=1"}
    port, _, _ = calendar(reply(200, page), reply(200, {"value": [stored(showAs="busy")]}))
    [event] = port.read_busy(WINDOW)
    assert event.show_as.value == "busy"


def test_a_missing_calendar_is_a_missing_mailbox() -> None:
    port, _, _ = calendar(refused(404, "ErrorItemNotFound"))
    with pytest.raises(PortError) as failed:
        port.profile()
    assert not isinstance(failed.value, Missing)
    assert failed.value.code == "no_mailbox"


def test_the_profile_does_without_a_zone() -> None:
    raw = {"id": "c1", "owner": {"address": "sato@sample.example"}, "allowedOnlineMeetingProviders": []}
    port, _, _ = calendar(reply(200, raw), refused(500, "InternalServerError"))
    profile = port.profile()
    assert (profile.address, profile.zone, profile.web_meeting) == ("sato@sample.example", "", False)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"scheduleId": "A@sample.example", "scheduleItems": []}, ""),
        ({"scheduleId": "a@sample.example", "scheduleItems": None}, "unreadable_answer"),
        ({"scheduleId": "a@sample.example"}, "unreadable_answer"),
        ({"scheduleId": "b@sample.example", "scheduleItems": []}, "answer_missing"),
        (
            {"scheduleId": "a@sample.example", "scheduleItems": [], "error": {"responseCode": "ErrorX"}},
            "ErrorX",
        ),
        ({"scheduleId": "a@sample.example", "scheduleItems": [{"status": "busy"}]}, "unreadable_answer"),
        ({"scheduleId": "a@sample.example", "scheduleItems": ["x"]}, "unreadable_answer"),
        ({"scheduleId": "a@sample.example", "scheduleItems": [{"status": "workingElsewhere"}]}, ""),
    ],
)
def test_a_schedule_is_known_or_an_error(answer: dict[str, Any], error: str) -> None:
    port, _, _ = calendar(reply(200, {"value": [answer]}))
    [found] = port.schedules(["a@sample.example"], WINDOW)
    assert (found.address, found.error, found.busy) == ("a@sample.example", error, ())


def test_a_failed_schedule_call_raises() -> None:
    port, _, _ = calendar(refused(403, "ErrorAccessDenied"))
    with pytest.raises(PortError):
        port.schedules(["a@sample.example"], WINDOW)
