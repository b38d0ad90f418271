"""The fault switch and the limit of concurrent calls, as a client meets them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import httpx2
import pytest

from chosei.sandbox.clock import ManualClock
from chosei.sandbox.faults import EVERYBODY, FaultKind, Faults
from tests.sandbox.identity.conftest import START, Client
from tests.support.person import Person
from tests.support.sandbox import Sandbox, running_sandbox

SATO = "sato@sample.example"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """On the machine's clock, so that being slow takes time."""
    with running_sandbox() as running:
        yield running


@pytest.fixture
def faults(sandbox: Sandbox) -> Faults:
    return sandbox.context.faults


@pytest.fixture
def token(client: Client, person: Person) -> str:
    return str(client.connect(person)["access_token"])


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (FaultKind.THROTTLED, 429, "TooManyRequests"),
        (FaultKind.UNAVAILABLE, 503, "serviceNotAvailable"),
        (FaultKind.REVOKED, 401, "InvalidAuthenticationToken"),
    ],
)
def test_a_refusal_lasts_as_many_requests_as_told(
    client: Client, faults: Faults, token: str, kind: FaultKind, status: int, code: str
) -> None:
    faults.add(kind, SATO, seconds=7, count=2)
    for _ in range(2):
        answer = client.graph(token)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert answer.json()["error"]["innerError"]["request-id"] == answer.headers["request-id"]
        assert answer.headers.get("retry-after") == ("7" if status != 401 else None)
    assert client.graph(token).status_code == 200
    assert faults.active() == []


def test_without_a_count_it_lasts_until_removed(client: Client, faults: Faults, token: str) -> None:
    fault = faults.add(FaultKind.UNAVAILABLE)
    assert [client.graph(token).status_code for _ in range(5)] == [503] * 5
    faults.remove(fault.id)
    assert client.graph(token).status_code == 200


def test_a_fault_of_one_mailbox_leaves_others_alone(client: Client, faults: Faults, token: str) -> None:
    faults.add(FaultKind.UNAVAILABLE, "suzuki@sample.example")
    assert client.graph(token).status_code == 200
    assert client.graph(token, "/users/suzuki@sample.example/calendar").status_code == 503


def test_slow_is_slow(client: Client, faults: Faults, token: str) -> None:
    faults.add(FaultKind.SLOW, EVERYBODY, seconds=0.4, count=1)
    began = time.monotonic()
    assert client.graph(token).status_code == 200
    assert time.monotonic() - began >= 0.4


def test_a_lost_reply_was_carried_out(client: Client, faults: Faults, token: str) -> None:
    faults.add(FaultKind.LOST_REPLY, SATO, count=1)
    event = {
        "subject": "一度だけ",
        "start": {"dateTime": "2026-12-03T10:00:00", "timeZone": "Asia/Tokyo"},
        "end": {"dateTime": "2026-12-03T11:00:00", "timeZone": "Asia/Tokyo"},
    }
    headers = {"Authorization": f"Bearer {token}"}
    with pytest.raises((httpx2.ReadError, httpx2.RemoteProtocolError)):
        client.http.post("/v1.0/me/events", json=event, headers=headers)
    found = client.graph(token, "/me/events").json()["value"]
    assert [one["subject"] for one in found].count("一度だけ") == 1


def test_a_torn_reply_is_half_of_what_was_to_be_told(client: Client, faults: Faults, token: str) -> None:
    whole = client.graph(token, "/me").content
    faults.add(FaultKind.TORN, SATO, count=1)
    answer = client.graph(token, "/me")
    assert (answer.status_code, answer.content) == (200, whole[: len(whole) // 2])
    faults.add(FaultKind.TORN, SATO, count=1)
    body = {"requests": [{"id": str(n), "method": "GET", "url": "/me"} for n in range(2)]}
    batch = client.http.post("/v1.0/$batch", json=body, headers={"Authorization": f"Bearer {token}"})
    bodies = [item["body"] for item in batch.json()["responses"]]
    assert sorted(type(one).__name__ for one in bodies) == ["dict", "str"]


class TestAtTheTokenEndpoint:
    @pytest.mark.parametrize(
        ("kind", "status", "error"),
        [
            (FaultKind.THROTTLED, 429, "temporarily_unavailable"),
            (FaultKind.UNAVAILABLE, 503, "temporarily_unavailable"),
            (FaultKind.REVOKED, 400, "invalid_grant"),
        ],
    )
    def test_a_refresh_is_refused(
        self, client: Client, person: Person, faults: Faults, kind: FaultKind, status: int, error: str
    ) -> None:
        refresh_token = client.connect(person)["refresh_token"]
        faults.add(kind, SATO, count=1)
        answer = client.refresh(refresh_token)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        if kind is FaultKind.REVOKED:
            assert answer.json()["error_codes"] == [50173]
        assert client.refresh(refresh_token).status_code == 200

    def test_a_lost_reply_has_spent_the_code(self, client: Client, person: Person, faults: Faults) -> None:
        client.authorize(person).sign_in(SATO).press("承諾")
        faults.add(FaultKind.LOST_REPLY, SATO, count=1)
        with pytest.raises((httpx2.ReadError, httpx2.RemoteProtocolError)):
            client.redeem(person.returned["code"])
        assert client.redeem(person.returned["code"]).json()["error_codes"] == [54005]


class TestConcurrentCalls:
    """On a clock that stands still, so that slow calls last until told."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock(START)

    @pytest.fixture
    def sandbox(self, clock: ManualClock) -> Iterator[Sandbox]:
        with running_sandbox(clock=clock) as running:
            yield running

    @pytest.fixture
    def pool(self) -> Iterator[ThreadPoolExecutor]:
        with ThreadPoolExecutor(6) as threads:
            yield threads

    def begin(
        self, pool: ThreadPoolExecutor, client: Client, token: str, path: str, calls: int
    ) -> list[Future[httpx2.Response]]:
        """Calls that are under way when this returns, and stay so until the clock moves."""
        client.sandbox.context.faults.add(FaultKind.SLOW, SATO, seconds=60, count=calls)
        begun = [pool.submit(client.graph, token, path) for _ in range(calls)]
        deadline = time.monotonic() + 30
        while client.sandbox.context.guard.under_way(SATO) < calls:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return begun

    def test_the_fifth_at_once_is_throttled(
        self, client: Client, token: str, pool: ThreadPoolExecutor, clock: ManualClock
    ) -> None:
        begun = self.begin(pool, client, token, "/me/calendar", 4)
        refused = client.graph(token, "/me/calendar")
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "ApplicationThrottled"
        assert "MailboxConcurrency" in refused.json()["error"]["message"]
        assert refused.headers["retry-after"] == "1"
        assert client.graph(token, "/me").status_code == 200, "the directory is no mailbox"
        assert client.graph(token, "/users/suzuki@sample.example/calendar").status_code != 429
        clock.advance(timedelta(seconds=60))
        assert [one.result().status_code for one in begun] == [200] * 4
        assert client.graph(token, "/me/calendar").status_code == 200, "all places are free again"

    def test_the_directory_has_no_such_limit(
        self, client: Client, token: str, pool: ThreadPoolExecutor, clock: ManualClock
    ) -> None:
        begun = self.begin(pool, client, token, "/me", 6)
        clock.advance(timedelta(seconds=60))
        assert [one.result().status_code for one in begun] == [200] * 6

    def test_a_refused_call_counts_down_no_fault(
        self, client: Client, token: str, pool: ThreadPoolExecutor, clock: ManualClock, faults: Faults
    ) -> None:
        begun = self.begin(pool, client, token, "/me/calendar", 4)
        waiting = faults.add(FaultKind.UNAVAILABLE, SATO, count=1)
        assert client.graph(token, "/me/calendar").status_code == 429
        assert faults.active() == [waiting]
        clock.advance(timedelta(seconds=60))
        assert [one.result().status_code for one in begun] == [200] * 4


def test_senseless_numbers_are_refused(faults: Faults) -> None:
    with pytest.raises(ValueError, match="negative"):
        faults.add(FaultKind.SLOW, seconds=-1)
    with pytest.raises(ValueError, match="at least 1"):
        faults.add(FaultKind.SLOW, count=0)
