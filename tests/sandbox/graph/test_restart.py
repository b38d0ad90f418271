"""What survives a restart, and what a first start finds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from chosei.sandbox.clock import ManualClock
from tests.sandbox.graph.conftest import START, Graph, World, sandbox_at, wait_for
from tests.sandbox.graph.test_delta import FIRST, follow
from tests.sandbox.graph.test_meetings import ROOM, answers, book

pytestmark = pytest.mark.contract


def test_everything_survives_a_restart(checked: Callable[[ASGIApp], ASGIApp], tmp_path: Path) -> None:
    clock = ManualClock(START)
    with sandbox_at(tmp_path, clock, checked) as world:
        sato = world.graph(Prefer='IdType="ImmutableId"')
        token = sato.token
        _, link = follow(sato, FIRST)
        event = book(sato, transactionId="once", isOnlineMeeting=True)
        before = len(sato.get("/me/events?$top=1000")["value"])
    clock.advance(timedelta(minutes=1))
    with sandbox_at(tmp_path, clock, checked) as world:
        sato = Graph(world.client, token, {"Prefer": 'IdType="ImmutableId"'})
        # the room's answer was due while nothing ran
        wait_for(lambda: answers(sato.event(event["id"]))[ROOM] == "accepted")
        assert sato.event(event["id"])["onlineMeeting"] == event["onlineMeeting"]
        assert len(sato.get("/me/events?$top=1000")["value"]) == before
        assert [one["id"] for one in follow(sato, link)[0]] == [event["id"]]
        assert [mail.kind for mail in world.store.mails()] == ["invitation", "response"]


def test_the_first_start_seeds_believable_weeks(world: World, sato: Graph) -> None:
    week = sato.view("2026-11-29T15:00:00Z", "2026-12-06T15:00:00Z")
    subjects = [one["subject"] for one in week]
    assert "部内定例" in subjects
    assert "A社訪問" in subjects
    assert {one["showAs"] for one in week} >= {"busy", "tentative", "free"}
    assert any(one["isAllDay"] for one in week)
    meeting = next(one for one in week if one["subject"] == "部内定例")
    assert set(answers(meeting).values()) == {"accepted"}
    following = sato.view("2026-12-06T15:00:00Z", "2026-12-13T15:00:00Z")
    moved = next(one for one in following if one["subject"] == "部内定例")
    assert (moved["type"], moved["start"]["dateTime"][11:16]) == ("exception", "01:30")
    cancelled = sato.view("2026-12-20T15:00:00Z", "2026-12-27T15:00:00Z")
    assert "部内定例" not in [one["subject"] for one in cancelled]
    assert world.store.mails() == []
    for address in ("suzuki", "tanaka", "takahashi", "admin"):
        assert world.graph(f"{address}@sample.example").get("/me/events")["value"]
