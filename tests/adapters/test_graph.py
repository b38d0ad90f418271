"""The Graph client: what it sends, and how it judges what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from chosei.adapters.http import Unreachable
from chosei.adapters.microsoft.calls import GraphCall, Reply, path
from chosei.adapters.microsoft.graph import Graph
from chosei.adapters.microsoft.problems import Duplicate, refusal
from chosei.ports.errors import (
    Conflict,
    Missing,
    NeedsReconnect,
    PortError,
    Rejected,
    Throttled,
    Transient,
)
from tests.adapters.wire import BASE, Places, Service, Tokens, graph_on, refused, reply

LIST = GraphCall("GET", "/me/events?$top=2", "/me/events")


def deletions(count: int) -> list[GraphCall]:
    return [GraphCall("DELETE", f"/me/events/{n}", "/me/events/{}") for n in range(count)]


def answered(*answers: tuple[int, int] | tuple[int, int, Any] | tuple[int, int, Any, Any]) -> httpx2.Response:
    """A $batch answer: (id, status, body, headers) for each."""
    rows = []
    for number, status, *rest in answers:
        row: dict[str, Any] = {"id": str(number), "status": status}
        if rest:
            row["body"] = rest[0]
        if len(rest) > 1:
            row["headers"] = rest[1]
        rows.append(row)
    return reply(200, {"responses": rows})


def test_every_call_asks_for_lasting_ids_in_utc() -> None:
    service = Service(reply(200, {"value": []}))
    graph, _, places = graph_on(service)
    graph.pages(LIST)
    request = service.requests[0]
    assert request.headers["prefer"] == 'IdType="ImmutableId", outlook.timezone="UTC"'
    assert request.headers["authorization"] == "Bearer secret-token-0"
    assert (places.taken, places.open) == ([1], 0)


def test_ids_and_queries_are_quoted() -> None:
    made = path("/me/events/{}", "AAMk/+=é", filter="ep/value eq 'a''b&c'", top="5")
    parts = urlsplit(made)
    assert parts.path == "/me/events/AAMk%2F%2B%3D%C3%A9"
    assert parse_qs(parts.query) == {"$filter": ["ep/value eq 'a''b&c'"], "$top": ["5"]}
    assert "+" not in made
    assert " " not in made


# --- paging -------------------------------------------------------------------------------------------------


def test_pages_are_read_to_the_end() -> None:
    service = Service(
        reply(200, {"value": [{"id": "1"}], "@odata.nextLink": f"{BASE}/v1.0/me/events?$skiptoken=a%2Fb"}),
        reply(200, {"value": [], "@odata.nextLink": f"{BASE}/v1.0/me/events?$skiptoken=c"}),
        reply(200, {"value": [{"id": "2"}]}),
    )
    graph, _, _ = graph_on(service)
    assert [item["id"] for item in graph.pages(LIST)] == ["1", "2"]
    assert [request.url.query for request in service.requests[1:]] == [b"$skiptoken=a%2Fb", b"$skiptoken=c"]
    assert all("ImmutableId" in request.headers["prefer"] for request in service.requests)


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        (refused(429, "TooManyRequests", {"Retry-After": "9"}), Throttled),
        (refused(500, "InternalServerError"), Transient),
        (reply(200, {"error": "none"}), Transient),
        (reply(200, {"value": ["not an event"]}), Transient),
        (httpx2.Response(200, content=b"<html>proxy</html>"), Transient),
        (httpx2.ReadTimeout("slow"), Transient),
        (refused(404, "ErrorItemNotFound"), Missing),
    ],
)
def test_half_a_read_is_never_returned(second: Any, kind: type[PortError]) -> None:
    first = reply(200, {"value": [{"id": "1"}], "@odata.nextLink": f"{BASE}/v1.0/me/events?$skip=1"})
    graph, _, _ = graph_on(Service(first, second))
    with pytest.raises(kind):
        graph.pages(LIST)


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/me/events",
        "http://graph.example/v1.0/me/events",
        "https://graph.example:8443/v1.0/me/events",
        "https://graph.example@evil.example/v1.0/me/events",
        "https://graph.example/beta/me/events",
        "//evil.example/v1.0/me/events",
        "/v1.0/me/events?$skip=1",
        "https://[graph.example/v1.0/me/events",
        "https://graph.example/v1.0/me/../../beta/me",
        "",
        {"href": "x"},
        17,
    ],
)
def test_a_next_link_leads_nowhere_else(link: Any) -> None:
    service = Service(reply(200, {"value": [], "@odata.nextLink": link}))
    graph, _, _ = graph_on(service)
    with pytest.raises(Transient):
        graph.pages(LIST)
    assert len(service.requests) == 1


def test_pages_may_be_shorter_than_asked() -> None:
    def page(request: httpx2.Request) -> httpx2.Response:
        number = len(service.requests)
        more = {"@odata.nextLink": f"{BASE}/v1.0/me/events?n={number}"} if number < 300 else {}
        return reply(200, {"value": [{"id": str(number)}], **more})

    service = Service(page)
    graph, _, _ = graph_on(service)
    assert len(graph.pages(LIST)) == 300


def test_pages_that_go_round_in_a_circle_are_an_error() -> None:
    link = f"{BASE}/v1.0/me/events?$skip=1"
    service = Service(reply(200, {"value": [{"id": "1"}], "@odata.nextLink": link}))
    graph, _, _ = graph_on(service)
    with pytest.raises(Transient) as failed:
        graph.pages(LIST)
    assert failed.value.code == "paging_loop"
    assert len(service.requests) == 2


def test_pages_without_end_are_an_error() -> None:
    def more(request: httpx2.Request) -> httpx2.Response:
        return reply(
            200, {"value": [], "@odata.nextLink": f"{BASE}/v1.0/me/events?n={len(service.requests)}"}
        )

    service = Service(more)
    graph, _, _ = graph_on(service)
    with pytest.raises(Transient) as failed:
        graph.pages(LIST)
    assert failed.value.code == "too_many_pages"


# --- tokens -------------------------------------------------------------------------------------------------


def test_a_refused_token_is_renewed_once() -> None:
    service = Service(refused(401, "InvalidAuthenticationToken"), reply(200, {"id": "1"}))
    graph, tokens, _ = graph_on(service)
    assert graph.send(LIST).body == {"id": "1"}
    assert [request.headers["authorization"] for request in service.requests] == [
        "Bearer secret-token-0",
        "Bearer secret-token-1",
    ]
    assert tokens.refusals == []


def test_a_new_token_that_is_refused_too_needs_the_owner() -> None:
    service = Service(refused(401, "InvalidAuthenticationToken"))
    graph, tokens, _ = graph_on(service)
    with pytest.raises(NeedsReconnect) as failed:
        graph.send(LIST)
    assert failed.value.code == "InvalidAuthenticationToken"
    assert (tokens.renewed, tokens.refusals, len(service.requests)) == (1, ["InvalidAuthenticationToken"], 2)


def test_items_of_a_batch_that_were_refused_go_again_with_a_new_token() -> None:
    denied = {"error": {"code": "InvalidAuthenticationToken", "message": ""}}
    service = Service(answered((0, 204), (1, 401, denied), (2, 204)), answered((0, 204)))
    graph, tokens, _ = graph_on(service)
    assert [isinstance(outcome, Reply) for outcome in graph.send_all(deletions(3))] == [True] * 3
    assert [item["url"] for item in service.bodies[1]["requests"]] == ["/me/events/1"]
    assert (tokens.renewed, tokens.refusals) == (1, [])


# --- batches ------------------------------------------------------------------------------------------------


def test_a_batch_has_twenty_items_at_most_each_with_its_headers() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        return answered(*((n, 204) for n in reversed(range(len(service.bodies[-1]["requests"])))))

    service = Service(answer)
    graph, _, places = graph_on(service)
    outcomes = graph.send_all(deletions(45))
    assert all(isinstance(outcome, Reply) for outcome in outcomes)
    assert [len(body["requests"]) for body in service.bodies] == [20, 20, 5]
    items = [item for body in service.bodies for item in body["requests"]]
    assert [item["url"] for item in items] == [f"/me/events/{n}" for n in range(45)]
    assert all('IdType="ImmutableId"' in item["headers"]["Prefer"] for item in items)
    assert len({item["headers"]["client-request-id"] for item in items}) == 45
    assert (places.taken, places.open) == ([4, 4, 4], 0)


def test_each_item_is_judged_by_its_own_answer() -> None:
    gone = {"error": {"code": "ErrorItemNotFound", "message": ""}}
    busy = {"error": {"code": "ApplicationThrottled", "message": ""}}
    changed = {"error": {"code": "ErrorIrresolvableConflict", "message": ""}}
    graph, _, _ = graph_on(
        Service(
            answered(
                (4, 200, "no object"),
                (3, 429, busy, {"Retry-After": "11"}),
                (1, 404, gone),
                (0, 204),
                (5, 412, changed),
            )
        )
    )
    outcomes = graph.send_all(deletions(6))
    assert [type(outcome) for outcome in outcomes] == [
        Reply,
        Missing,
        Transient,
        Throttled,
        Transient,
        Conflict,
    ]
    assert isinstance(outcomes[2], Transient)
    assert outcomes[2].code == "answer_missing"
    assert isinstance(outcomes[3], Throttled)
    assert outcomes[3].retry_after == 11


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, '{"id": "AAMk"}', Reply),
        (200, "eyJpZCI6ICJBQU1rIn0", Reply),  # base64url of the same, without padding
        (404, "eyJlcnJvciI6IHsiY29kZSI6ICJFcnJvckl0ZW1Ob3RGb3VuZCJ9fQ==", Missing),
        (404, "PGh0bWw+Z29uZTwvaHRtbD4=", Transient),  # a page of HTML proves nothing
        (412, "<html>", Transient),
        (404, "", Missing),
        (404, None, Missing),
    ],
)
def test_the_body_of_an_item_may_come_as_text(status: int, body: str | None, kind: type) -> None:
    graph, _, _ = graph_on(Service(answered((0, status, body), (1, 204))))
    outcome = graph.send_all(deletions(2))[0]
    assert type(outcome) is kind
    assert not isinstance(outcome, Reply) or outcome.body == {"id": "AAMk"}


def test_after_a_throttled_item_no_further_batch_is_sent() -> None:
    busy = {"error": {"code": "ApplicationThrottled", "message": ""}}
    service = Service(answered(*((n, 204) for n in range(19)), (19, 429, busy, {"Retry-After": "3"})))
    graph, _, _ = graph_on(service)
    outcomes = graph.send_all(deletions(30))
    assert len(service.requests) == 1
    assert sum(isinstance(outcome, Reply) for outcome in outcomes) == 19
    assert all(isinstance(outcome, Throttled) for outcome in outcomes[19:])


@pytest.mark.parametrize(
    ("reaction", "kind"),
    [
        (httpx2.ConnectError("refused"), Unreachable),
        (httpx2.ReadTimeout("slow"), Transient),
        (refused(429, "TooManyRequests"), Throttled),
        (reply(200, {"answers": []}), Transient),
        (httpx2.Response(200, content=b"{not json"), Transient),
        (httpx2.Response(200, content=b""), Transient),
    ],
)
def test_a_lost_envelope_is_told_of_every_item(reaction: Any, kind: type[PortError]) -> None:
    graph, _, _ = graph_on(Service(reaction))
    outcomes = graph.send_all(deletions(3))
    assert len(outcomes) == 3
    assert all(isinstance(outcome, kind) for outcome in outcomes)


def test_nothing_to_send_sends_nothing() -> None:
    service = Service(reply())
    graph, _, _ = graph_on(service)
    assert graph.send_all([]) == []
    assert service.requests == []


# --- errors -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "ErrorInvalidRequest", Rejected),
        (401, "InvalidAuthenticationToken", NeedsReconnect),
        (403, "ErrorAccessDenied", Rejected),
        (404, "ErrorItemNotFound", Missing),
        (400, "ErrorItemNotFound", Missing),
        (400, "ErrorIrresolvableConflict", Conflict),
        (409, "ErrorSomethingElse", Conflict),
        (409, "ErrorMailboxMoveInProgress", Transient),
        (403, "ErrorServerBusy", Transient),
        (410, "ErrorItemGone", Missing),
        (412, "ErrorIrresolvableConflict", Conflict),
        (423, "ErrorLocked", Transient),
        (424, "FailedDependency", Transient),
        (429, "TooManyRequests", Throttled),
        (500, "ErrorInternalServerError", Transient),
        (400, "ErrorInternalServerTransientError", Transient),
        (502, "BadGateway", Transient),
        (503, "serviceNotAvailable", Transient),
        (504, "GatewayTimeout", Transient),
        (302, "http_302", Transient),
    ],
)
def test_each_refusal_says_what_to_do_next(status: int, code: str, kind: type[PortError]) -> None:
    error = refusal(status, {"error": {"code": code, "message": "for people"}}, {"request-id": "r-9"})
    assert type(error) is kind
    assert (error.code, error.request_id) == (code, "r-9")


@pytest.mark.parametrize("status", [400, 403, 404, 405, 407, 409, 410, 412])
@pytest.mark.parametrize("content", [b"<html>blocked</html>", b'{"error": {"co', b"[]"])
def test_a_page_of_somebody_in_between_proves_nothing(status: int, content: bytes) -> None:
    graph, _, _ = graph_on(Service(httpx2.Response(status, content=content)))
    with pytest.raises(PortError) as failed:
        graph.send(LIST)
    assert type(failed.value) is Transient
    assert failed.value.code == f"foreign_answer_{status}"


def test_a_missing_event_may_be_told_without_words() -> None:
    graph, _, _ = graph_on(Service(httpx2.Response(404)))
    with pytest.raises(Missing):
        graph.send(LIST)


def test_a_service_that_names_a_time_is_throttling_even_under_503() -> None:
    error = refusal(503, None, {"Retry-After": "30"})
    assert isinstance(error, Throttled)
    assert error.retry_after == 30


@pytest.mark.parametrize(
    "code", ["MailboxNotEnabledForRESTAPI", "mailboxnotenabledforrestapi", "extensionError"]
)
def test_no_mailbox_is_refused_for_good(code: str) -> None:
    error = refusal(404, {"error": {"code": code, "message": ""}}, {})
    assert isinstance(error, Rejected)
    assert error.code == "no_mailbox"


@pytest.mark.parametrize("status", [400, 409])
@pytest.mark.parametrize(
    "extra",
    [
        {"error": {"@event.existingEventId": "AAMk"}},
        {"error": {"innerError": {"@event.existingEventId": "AAMk"}}},
        {"@event.existingEventId": "AAMk", "error": {}},
        {"error": {}},
    ],
)
def test_a_spent_transaction_id_is_known_in_every_shape(status: int, extra: dict[str, Any]) -> None:
    body = {**extra, "error": {"code": "ErrorDuplicateTransactionId", "message": "", **extra["error"]}}
    error = refusal(status, body, {})
    assert isinstance(error, Duplicate)
    assert error.existing_id == ("AAMk" if "existing" in str(extra) else "")


@pytest.mark.parametrize(
    "body", [None, [], "text", {"error": "text"}, {"error": {"code": 7}}, {"error": {"code": "x y\n" * 50}}]
)
def test_an_error_without_a_usable_code_has_its_status(body: Any) -> None:
    assert refusal(400, body, {}).code == "http_400"


def test_even_a_short_wish_to_wait_is_told_to_all_before_the_place_is_free_again() -> None:
    happened: list[str] = []

    @contextmanager
    def place(count: int) -> Iterator[None]:
        yield
        happened.append("free")

    service = Service(refused(503, "serviceNotAvailable", {"Retry-After": "1"}), reply(200, {"value": []}))
    graph = Graph(
        service.http, BASE, Tokens(), place, pause=lambda seconds: happened.append(f"wait {seconds:g}")
    )
    with pytest.raises(Throttled):
        graph.send(GraphCall("GET", "/me/calendar", "/me/calendar"))
    assert happened == ["wait 1", "free"]
    assert len(service.requests) == 1


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 509])
def test_retry_after_counts_whichever_fault_it_comes_with(status: int) -> None:
    error = refusal(status, {"error": {"code": "InternalServerError"}}, {"Retry-After": "30"})
    assert isinstance(error, Throttled)
    assert error.retry_after == 30
    assert isinstance(refusal(status, None, {}), Transient)


def test_a_wish_to_wait_is_passed_on_whoever_it_was_told_to() -> None:
    asked: list[float] = []
    wait = {"Retry-After": "7"}
    service = Service(
        refused(429, "ApplicationThrottled", wait),
        refused(503, "serviceNotAvailable", {"Retry-After": "20"}),
        answered((0, 204), (1, 429, {"error": {"code": "ApplicationThrottled"}}, {"Retry-After": "9"})),
        refused(429, "ApplicationThrottled"),
        refused(500, "InternalServerError"),
    )
    graph = Graph(service.http, BASE, Tokens(), Places(), pause=asked.append)
    for _ in range(2):
        with pytest.raises(Throttled):
            graph.send(GraphCall("POST", "/me/events", "/me/events", {}, repeatable=False))
    done, throttled = graph.send_all(deletions(2))
    assert (isinstance(done, Reply), isinstance(throttled, Throttled)) == (True, True)
    for _ in range(2):
        with pytest.raises(PortError):
            graph.send(GraphCall("POST", "/me/events", "/me/events", {}, repeatable=False))
    assert asked == [7, 20, 9, 10]  # ten where it was not said how long
