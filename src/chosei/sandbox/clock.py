"""The sandbox's idea of now, so that tests can let hours pass in an instant."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """Tells instants (aware, UTC) and waits for later ones."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait until this clock shows `seconds` more."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock for tests that stands still until `advance` is called, from any thread."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("the clock needs an aware instant")
        self._now = start.astimezone(UTC)
        self._lock = Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def set(self, instant: datetime) -> None:
        """Put the hands to `instant`, which is aware."""
        with self._lock:
            self._now = instant.astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        """Let `step` pass."""
        with self._lock:
            self._now += step

    async def sleep(self, seconds: float) -> None:
        until = self.now() + timedelta(seconds=seconds)
        while self.now() < until:
            await asyncio.sleep(0.01)  # the clock moves in another thread, which cannot wake this loop
