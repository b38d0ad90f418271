"""Work that goes on after a reply: a room's answer, a notification, a retry."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

Starter = Callable[[], Coroutine[Any, Any, None]]


class Background:
    """Keeps the tasks of one running sandbox; `close` ends them.

    Nothing here survives a restart: whoever starts a task keeps what is due in the database and registers
    an `at_start` coroutine that picks it up again.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._starters: list[Starter] = []

    def at_start(self, starter: Starter) -> None:
        """Run `starter()` as a task whenever the server starts."""
        self._starters.append(starter)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` on the current loop. An exception in it is logged, never lost."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def start_all(self) -> None:
        """Called once when the server starts."""
        for starter in self._starters:
            self.start(starter())

    async def close(self) -> None:
        """Cancel what is still running and wait for it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("background work failed", exc_info=error)
