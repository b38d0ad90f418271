"""The shared HTTP client: limits, retries, what it logs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest
from structlog.testing import capture_logs

from chosei.adapters.http import (
    Call,
    Deadline,
    Unreachable,
    checked_base,
    close_shared,
    is_loopback,
    retry_after,
    shared,
)
from chosei.ports.errors import Misconfigured, Transient
from tests.adapters.wire import Service, reply

CALL = Call("GET", "https://service.example/people/42?token=abc", "/people/{}", repeatable=True)
WRITE = Call("POST", "https://service.example/people", "/people")


def test_a_repeatable_call_is_tried_three_times() -> None:
    service = Service(httpx2.ReadTimeout("slow"), reply(503), reply(200, {"ok": True}))
    assert service.http.send(CALL).status == 200
    assert len(service.requests) == 3


def test_the_last_answer_counts_when_it_stays_bad() -> None:
    service = Service(reply(504))
    assert service.http.send(CALL).status == 504
    assert len(service.requests) == 3


def test_a_call_that_may_not_be_repeated_is_sent_once() -> None:
    service = Service(httpx2.ReadError("cut"))
    with pytest.raises(Transient) as failed:
        service.http.send(WRITE)
    assert not isinstance(failed.value, Unreachable)
    assert len(service.requests) == 1


@pytest.mark.parametrize("status", [200, 400, 401, 404, 409, 412, 429, 500, 502])
def test_other_answers_are_not_repeated(status: int) -> None:
    service = Service(reply(status))
    assert service.http.send(CALL).status == status
    assert len(service.requests) == 1


def test_a_long_retry_after_is_not_waited_for() -> None:
    service = Service(reply(503, headers={"Retry-After": "60"}))
    assert service.http.send(CALL).retry_after == 60
    assert len(service.requests) == 1


def test_a_short_retry_after_is_waited_for_unless_others_must_hear_of_it_first() -> None:
    short = {"Retry-After": "0.01"}
    service = Service(reply(503, headers=short), reply(200))
    assert service.http.send(CALL).status == 200
    service = Service(reply(503, headers=short), reply(200))
    assert service.http.send(replace(CALL, waits=False)).retry_after == 0.01


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (httpx2.ConnectError("refused"), Unreachable, "unreachable"),
        (httpx2.ConnectTimeout("silent"), Unreachable, "unreachable"),
        (httpx2.ReadTimeout("slow"), Transient, "timeout"),
        (httpx2.RemoteProtocolError("hung up"), Transient, "network"),
        (httpx2.InvalidURL("not an address"), Transient, "network"),
    ],
)
def test_faults_of_the_network_are_transient(fault: Exception, kind: type[Transient], code: str) -> None:
    with pytest.raises(kind) as failed:
        Service(fault).http.send(WRITE)
    assert failed.value.code == code


def test_a_deadline_that_has_passed_sends_nothing() -> None:
    service = Service(reply())
    with pytest.raises(Transient) as failed:
        service.http.send(CALL, Deadline.within(-1))
    assert failed.value.code == "deadline"
    assert service.requests == []


def test_a_deadline_shortens_every_wait() -> None:
    service = Service(reply())
    service.http.send(CALL, Deadline.within(3))
    timeouts = service.requests[0].extensions["timeout"]
    assert 0 < timeouts["read"] <= 3
    assert 0 < timeouts["connect"] <= 3


def test_close_to_the_deadline_nothing_is_repeated() -> None:
    service = Service(reply(503))
    assert service.http.send(CALL, Deadline.within(1)).status == 503
    assert len(service.requests) == 1


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chosei.adapters.http.MAX_BYTES", 1000)

    def flood() -> Iterator[bytes]:
        while True:
            yield b"x" * 300

    with pytest.raises(Transient) as failed:
        Service(lambda request: httpx2.Response(200, content=flood())).http.send(WRITE)
    assert failed.value.code == "answer_too_large"


def test_an_answer_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each drop comes in time, and so no single wait is too long."""
    monkeypatch.setattr("chosei.adapters.http.WHOLE_SECONDS", 0.05)
    drops: list[bytes] = []

    def drip() -> Iterator[bytes]:
        for _ in range(1000):
            time.sleep(0.01)
            drops.append(b"x")
            yield drops[-1]

    with pytest.raises(Transient) as failed:
        Service(lambda request: httpx2.Response(200, content=drip())).http.send(WRITE)
    assert failed.value.code == "deadline"
    assert len(drops) < 1000


def test_cookies_of_one_account_do_not_reach_the_next() -> None:
    service = Service(reply(200, headers={"Set-Cookie": "session=sato; Path=/"}), reply())
    service.http.send(CALL)
    service.http.send(CALL)
    assert "cookie" not in service.requests[1].headers


def test_redirects_are_not_followed() -> None:
    service = Service(reply(302, headers={"Location": "https://elsewhere.example/"}))
    assert service.http.send(CALL).status == 302
    assert len(service.requests) == 1


def test_every_request_has_an_id_of_its_own() -> None:
    service = Service(reply(503), reply())
    service.http.send(CALL)
    ids = {request.headers["client-request-id"] for request in service.requests}
    assert len(ids) == 2


def test_the_log_line_names_the_route_and_no_secret() -> None:
    service = Service(reply(200, {"mail": "sato@sample.example"}, {"request-id": "r-1"}))
    secret = Call(
        "GET",
        "https://service.example/people/sato@sample.example?code=0.AbC",
        "/people/{}",
        {"Authorization": "Bearer ey.secret"},
    )
    with capture_logs() as lines:
        service.http.send(secret)
    [line] = lines
    assert {name: line[name] for name in ("service", "method", "route", "status", "request_id")} == {
        "service": "test",
        "method": "GET",
        "route": "/people/{}",
        "status": 200,
        "request_id": "r-1",
    }
    assert line["ms"] >= 0
    assert not any(word in str(lines) for word in ("sato", "secret", "0.AbC", "Bearer"))
    assert not any(word in repr(secret) for word in ("ey.secret",))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17),
        ("0", 0),
        (" 2.5 ", 2.5),
        ("-3", 0),
        ("999999999", 86_400),
        ("Thu, 03 Dec 2026 01:00:30 GMT", 30),
        ("Thu, 03 Dec 2026 00:59:00 GMT", 0),
        ("soon", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, seconds: float | None) -> None:
    now = datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
    assert retry_after({"Retry-After": value}, now) == seconds


def test_a_date_to_wait_for_is_one_of_the_services_clock() -> None:
    """Ours may be wrong by hours; the service told its own time with the same answer."""
    told = {"Date": "Tue, 01 Jan 2030 00:00:00 GMT", "Retry-After": "Tue, 01 Jan 2030 00:00:20 GMT"}
    assert retry_after(told) == 20


@pytest.mark.parametrize("url", ["http://127.0.0.1:8100", "http://localhost:1", "http://[::1]:2"])
def test_http_is_taken_on_this_machine(url: str) -> None:
    assert is_loopback(url)
    assert checked_base(f"{url}/") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.microsoft.com",
        "http://127.0.0.1.example.com",
        "ftp://localhost",
        "https://",
        "localhost:8100",
        "",
    ],
)
def test_anything_else_that_is_not_https_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured):
        checked_base(url)


def test_one_client_serves_a_service() -> None:
    try:
        assert shared("test", "https://a.example") is shared("test", "https://a.example")
        assert shared("test", "https://a.example") is not shared("test", "https://b.example")
    finally:
        close_shared()
