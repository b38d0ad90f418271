"""One world after the other for the same tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from starlette.types import ASGIApp

from chosei.sandbox.clock import ManualClock
from tests.contract.google_world import GoogleWorld
from tests.contract.worlds import MemoryWorld, MicrosoftWorld, UnreliableLine, World
from tests.support.contracts import checked
from tests.support.sandbox import running_sandbox

__all__ = ["checked"]

START = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)  # Tuesday, 10:00 in Tokyo


@pytest.fixture
def microsoft(checked: Callable[[ASGIApp], ASGIApp]) -> Iterator[MicrosoftWorld]:
    lines: list[UnreliableLine] = []

    def wrap(app: ASGIApp) -> ASGIApp:
        lines.append(UnreliableLine(checked(app)))
        return lines[0]

    with running_sandbox(wrap=wrap, clock=ManualClock(START)) as sandbox:
        world = MicrosoftWorld(sandbox, lines[0])
        yield world
        world.close()


@pytest.fixture
def google(checked: Callable[[ASGIApp], ASGIApp]) -> Iterator[GoogleWorld]:
    lines: list[UnreliableLine] = []

    def wrap(app: ASGIApp) -> ASGIApp:
        lines.append(UnreliableLine(checked(app)))
        return lines[0]

    with running_sandbox(wrap=wrap, clock=ManualClock(START)) as sandbox:
        world = GoogleWorld(sandbox, lines[0])
        yield world
        world.close()


@pytest.fixture(
    params=[
        "memory",
        pytest.param("microsoft", marks=pytest.mark.contract),
        pytest.param("google", marks=pytest.mark.contract),
    ]
)
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "memory":
        return MemoryWorld()
    found: World = request.getfixturevalue(request.param)
    return found
