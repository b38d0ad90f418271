"""$batch, faults within it, throttling."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from chosei.sandbox.faults import FaultKind
from tests.sandbox.graph.conftest import Graph, World, wait_for

pytestmark = pytest.mark.contract

JSON = {"Content-Type": "application/json"}
SATO = "sato@sample.example"


def get(number: str, url: str = "/me/calendar", **members: Any) -> dict[str, Any]:
    return {"id": number, "method": "GET", "url": url, **members}


def make(number: str, start: str, **members: Any) -> dict[str, Any]:
    body = {
        "subject": number,
        "start": {"dateTime": f"{start}T10:00:00", "timeZone": "UTC"},
        "end": {"dateTime": f"{start}T11:00:00", "timeZone": "UTC"},
    }
    headers = {**JSON, "Prefer": 'IdType="ImmutableId"'}
    return {"id": number, "method": "POST", "url": "/me/events", "headers": headers, "body": body, **members}


def run(graph: Graph, *items: dict[str, Any]) -> dict[str, Any]:
    return {one["id"]: one for one in graph.post("/$batch", {"requests": list(items)})["responses"]}


def test_each_item_has_its_own_answer(sato: Graph) -> None:
    found = run(
        sato,
        get("a"),
        make("b", "2027-03-03"),
        get("c", "/me/events/AAAA"),
        get("d", "/me/events?$top=2&$filter=subject eq '打合せ'"),
        {"id": "e", "method": "DELETE", "url": "/me/events/AAAA"},
    )
    assert {number: one["status"] for number, one in found.items()} == {
        "a": 200, "b": 201, "c": 400, "d": 200, "e": 400,
    }  # fmt: skip
    assert found["b"]["body"]["subject"] == "b"
    assert sato.event(found["b"]["body"]["id"])["subject"] == "b"


def test_twenty_items_run_without_being_throttled(sato: Graph) -> None:
    found = run(sato, *(make(f"n{n}", f"2027-03-{n + 1:02d}") for n in range(20)))
    assert {one["status"] for one in found.values()} == {201}


def test_what_depends_on_a_failure_fails(sato: Graph) -> None:
    found = run(
        sato,
        get("a", "/me/events/AAAA"),
        get("b", dependsOn=["a"]),
        get("c", dependsOn=["b"]),
        get("d"),
        get("e", dependsOn=["d"]),
    )
    assert [found[number]["status"] for number in "abcde"] == [400, 424, 424, 200, 200]


def test_one_item_alone_can_meet_a_fault(world: World, sato: Graph) -> None:
    world.context.faults.add(FaultKind.THROTTLED, SATO, seconds=7, count=1)
    found = run(sato, *(get(str(n)) for n in range(5)))
    statuses = sorted(one["status"] for one in found.values())
    assert statuses == [200, 200, 200, 200, 429]
    throttled = next(one for one in found.values() if one["status"] == 429)
    assert throttled["headers"]["Retry-After"] == "7"
    assert throttled["body"]["error"]["code"]


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [get(str(n)) for n in range(21)],
        [get("a"), get("a")],
        [get("a", dependsOn=["b"]), get("b")],
        [{"id": "a", "method": "GET"}],
        [{"id": "a", "method": "BREW", "url": "/me"}],
        [{"id": "a", "method": "POST", "url": "/me/events", "body": {}}],
        [get("a", colour="blue")],
        [{"id": "a", "method": "POST", "url": "/$batch", "headers": JSON, "body": {"requests": []}}],
        "nonsense",
    ],
)
def test_wrong_batches_are_refused_whole(world: World, sato: Graph, requests: Any) -> None:
    assert world.refused(sato, "POST", "/$batch", {"requests": requests})["status"] == 400


def test_more_than_four_calls_at_once_are_throttled(world: World, sato: Graph) -> None:
    world.context.faults.add(FaultKind.SLOW, SATO, seconds=60)
    answers: list[Any] = []
    calls = [
        threading.Thread(target=lambda: answers.append(sato.call("GET", "/me/calendar"))) for _ in range(6)
    ]
    for call in calls:
        call.start()
    wait_for(lambda: len(answers) == 2)
    assert {answer.status_code for answer in answers} == {429}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers)
    world.context.faults.clear()
    world.clock.advance(timedelta(seconds=61))
    for call in calls:
        call.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [429] * 2
