"""Answers of calendarView/delta that the sandbox does not give by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from chosei.adapters.microsoft.calendar import MicrosoftCalendar
from chosei.core.intervals import Interval
from chosei.ports.calendar import ShowAs
from chosei.ports.errors import Missing, Rejected, Throttled, Transient
from tests.adapters.wire import BASE, Reaction, Service, graph_on, refused, reply

WINDOW = Interval(datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC))
TOKEN = "/me/calendarView/delta?$deltatoken=one"
LINK = f"{BASE}/v1.0/me/calendarView/delta?$deltatoken=two"


def calendar(*reactions: Reaction) -> tuple[MicrosoftCalendar, Service]:
    service = Service(*reactions)
    return MicrosoftCalendar(graph_on(service)[0], owner_zone="Asia/Tokyo"), service


def page(*items: Any, link: str = LINK, name: str = "@odata.deltaLink") -> httpx2.Response:
    return reply(200, {"value": list(items), name: link})


def at(day: int, hour: int) -> dict[str, str]:
    return {"dateTime": f"2026-12-{day:02d}T{hour:02d}:00:00.0000000", "timeZone": "UTC"}


def event(number: str = "e1", **members: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "singleInstance",
        "subject": "商談",
        "start": at(3, 1),
        "end": at(3, 2),
        "showAs": "busy",
        "isAllDay": False,
        **members,
    }


def sketch(number: str = "o1", **members: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "occurrence",
        "seriesMasterId": "s1",
        "start": at(3, 1),
        "end": at(3, 2),
        **members,
    }


def series(**members: Any) -> dict[str, Any]:
    return event("s1", type="seriesMaster", subject="定例", showAs="free", **members)


def batched(*bodies: tuple[int, Any]) -> httpx2.Response:
    rows = [{"id": str(n), "status": status, "body": body} for n, (status, body) in enumerate(bodies)]
    return reply(200, {"responses": rows})


def test_the_stretch_and_the_size_of_pages_are_asked_for_and_the_link_followed_as_it_came() -> None:
    port, service = calendar(
        page(event(), link=f"{BASE}/v1.0/me/calendarView/delta?$skiptoken=x%2Fy", name="@odata.nextLink"),
        page(event("e2")),
        page(),
    )
    token = port.track(WINDOW)
    assert token == "/me/calendarView/delta?$deltatoken=two"
    port.changes(WINDOW, token)
    first, second, third = service.requests
    assert str(first.url).startswith(f"{BASE}/v1.0/me/calendarView/delta?startDateTime=2026-11-30T10:00:00Z")
    assert str(second.url).endswith("?$skiptoken=x%2Fy")
    assert str(third.url) == LINK
    assert {request.headers["prefer"] for request in service.requests} == {
        'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=250'
    }


def test_a_series_that_is_not_in_the_answer_is_asked_for_once() -> None:
    port, service = calendar(
        page(sketch(), sketch("o2", start=at(10, 1), end=at(10, 2))), reply(200, series())
    )
    told = port.changes(WINDOW, TOKEN)
    assert [(one.title, one.show_as, one.series) for one in told.events] == [("定例", ShowAs.FREE, "s1")] * 2
    assert [request.url.path for request in service.requests[1:]] == ["/v1.0/me/events/s1"]
    assert told.series == ()  # it has not changed: it was only asked for


def test_several_series_are_asked_for_in_one_batch() -> None:
    port, service = calendar(
        page(sketch(), sketch("o2", seriesMasterId="s2")), batched((200, series()), (200, series(id="s2")))
    )
    assert len(port.changes(WINDOW, TOKEN).events) == 2
    assert [one["url"].split("?")[0] for one in json.loads(service.requests[1].content)["requests"]] == [
        "/me/events/s1",
        "/me/events/s2",
    ]


def test_busy_until_known() -> None:
    port, _ = calendar(page(sketch()), refused(404, "ErrorItemNotFound"))
    [unknown] = port.changes(WINDOW, TOKEN).events
    assert (unknown.show_as, unknown.title) == (ShowAs.UNKNOWN, "")


def test_a_series_that_cannot_be_read_now_fails_the_whole_reading() -> None:
    port, _ = calendar(
        page(sketch(), sketch("o2", seriesMasterId="s2")),
        batched((200, series()), (429, {"error": {"code": "ApplicationThrottled", "message": ""}})),
    )
    with pytest.raises(Throttled):
        port.changes(WINDOW, TOKEN)


def test_an_all_day_series_covers_its_owners_days() -> None:
    days = {"start": at(3, 0), "end": at(4, 0)}
    port, _ = calendar(page(series(isAllDay=True, **days), sketch(**days)))
    told = port.changes(WINDOW, TOKEN)
    assert told.events[0].start == datetime(2026, 12, 2, 15, tzinfo=UTC)
    assert [one.remote_id for one in told.series] == ["s1"]


def test_the_last_word_on_an_event_counts() -> None:
    removed = {"id": "e1", "@removed": {"reason": "deleted"}}
    port, _ = calendar(page(event(), removed, event("e2"), {**removed, "id": "e3"}, event("e3")))
    told = port.changes(WINDOW, TOKEN)
    assert {one.remote_id for one in told.events} == {"e2", "e3"}
    assert told.gone == {"e1"}


def test_what_the_wider_stretch_brought_along_is_gone_from_the_one_asked_for() -> None:
    outside = {"start": at(31, 3), "end": at(31, 4)}
    port, _ = calendar(page(event("near", **outside)))
    assert port.changes(Interval(WINDOW.start, WINDOW.end - timedelta(hours=1)), TOKEN).gone == {"near"}


@pytest.mark.parametrize(
    "refusal",
    [
        refused(410, "syncStateNotFound"),
        refused(410, "resyncRequired"),
        refused(400, "ErrorInvalidSyncStateData"),
        refused(404, "ErrorItemNotFound"),
    ],
)
def test_a_token_that_is_not_known_asks_for_everything(refusal: httpx2.Response) -> None:
    port, _ = calendar(refusal)
    with pytest.raises(Missing):
        port.changes(WINDOW, TOKEN)


def test_another_refusal_stays_one() -> None:
    port, _ = calendar(refused(403, "ErrorAccessDenied"))
    with pytest.raises(Rejected):
        port.changes(WINDOW, TOKEN)


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, {"value": [event()]}),  # neither more nor an end
        reply(200, {"value": {"id": "e1"}, "@odata.deltaLink": LINK}),
        page(event(), {"type": "singleInstance"}),
        page(event(start=None)),
        page(sketch(end={"dateTime": "soon", "timeZone": "UTC"}), series()),
        page(event(), link="https://elsewhere.example/v1.0/me/calendarView/delta?$deltatoken=x"),
        httpx2.Response(200, content=b'{"value": [{"id": "e1"'),
        httpx2.Response(200, content=b"<html>sign in to the network</html>"),
        httpx2.Response(410, content=b"<html>gone</html>"),
    ],
)
def test_what_cannot_be_understood_is_no_reading(answer: httpx2.Response) -> None:
    port, _ = calendar(answer)
    with pytest.raises(Transient):
        port.changes(WINDOW, TOKEN)
