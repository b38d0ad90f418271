"""Work Exchange does later: a room's answer, a notification and its retries. It survives a restart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from chosei.sandbox.background import Background
from chosei.sandbox.clock import Clock
from chosei.sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS graph_work (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
);
"""

# receives the payload and how often it was tried before; answers seconds until the next try, None when done
Handler = Callable[[dict[str, Any], int], Awaitable[float | None]]


class Work:
    """A queue in the database; each job runs as one background task once it is due."""

    def __init__(self, database: Database, clock: Clock, background: Background) -> None:
        self._database = database
        self._clock = clock
        self._background = background
        self._handlers: dict[str, Handler] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        database.register(SCHEMA)
        background.at_start(self._resume)

    def handle(self, kind: str, handler: Handler) -> None:
        """Names who does one kind of work."""
        self._handlers[kind] = handler

    def add(self, kind: str, payload: dict[str, Any], seconds: float = 0) -> None:
        """Puts work off by so many seconds; safe within a transaction and from any thread."""
        due = self._clock.now() + timedelta(seconds=seconds)
        with self._database.transaction() as connection:
            number = connection.execute(
                "INSERT INTO graph_work (due, kind, payload) VALUES (?, ?, ?)",
                (due.isoformat(), kind, json.dumps(payload, ensure_ascii=False)),
            ).lastrowid
        self._schedule(int(number or 0))

    def pending(self, kind: str) -> int:
        """How many jobs of a kind wait."""
        row = self._database.row("SELECT count(*) AS number FROM graph_work WHERE kind = ?", (kind,))
        return int(row["number"]) if row else 0

    def _schedule(self, number: int) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # a thread of a synchronous page; without any loop yet, the next start picks the job up
            if self._loop is not None and self._loop.is_running():
                self._loop.call_soon_threadsafe(lambda: self._background.start(self._run(number)))
            return
        self._loop = loop
        self._background.start(self._run(number))

    async def _resume(self) -> None:
        self._loop = asyncio.get_running_loop()
        for row in self._database.rows("SELECT id FROM graph_work ORDER BY due"):
            self._background.start(self._run(row["id"]))

    async def _run(self, number: int) -> None:
        while True:
            row = self._database.row("SELECT * FROM graph_work WHERE id = ?", (number,))
            if row is None:
                return
            wait = (datetime.fromisoformat(row["due"]) - self._clock.now()).total_seconds()
            if wait > 0:
                await self._clock.sleep(wait)
                continue
            again = await self._handlers[row["kind"]](json.loads(row["payload"]), row["attempts"])
            if again is None:
                self._database.execute("DELETE FROM graph_work WHERE id = ?", (number,))
                return
            self._database.execute(
                "UPDATE graph_work SET due = ?, attempts = attempts + 1 WHERE id = ?",
                ((self._clock.now() + timedelta(seconds=again)).isoformat(), number),
            )
