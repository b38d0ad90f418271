"""One read for all who ask the same calendar at about the same time.

Nobody gets an answer to a read that began before they asked: it could not know what was entered in between.
So a read under way takes no more askers; those who come now share the next one, which begins when this one
is over and covers what each of them asked for. However many ask, a process has one read of a calendar under
way and one waiting, and each asker waits for at most two.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from chosei.core.intervals import Interval
from chosei.ports.calendar import BusyEvent
from chosei.records.models import Connection

Answer = list[BusyEvent]


@dataclass
class _Round:
    """A read that has not begun. ``connection`` and ``window`` are what it will ask for."""

    connection: Connection
    window: Interval
    answer: Future[Answer] = field(default_factory=Future)

    def join(self, window: Interval) -> None:
        self.window = Interval(min(self.window.start, window.start), max(self.window.end, window.end))


class SharedReads:
    """Reads by ``read``, in at most ``threads`` threads, one at a time for each connection."""

    def __init__(self, read: Callable[[Connection, Interval], Answer], threads: int) -> None:
        self._read = read
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="live-read")
        self._lock = Lock()
        self._waiting: dict[int, _Round] = {}
        self._running: set[int] = set()

    def ask(self, connection: Connection, window: Interval) -> Future[Answer]:
        """What stands in the connection's calendars in ``window``, and maybe around it, read from now on."""
        with self._lock:
            waiting = self._waiting.get(connection.pk)
            if waiting is not None:
                waiting.join(window)
                return waiting.answer
            mine = self._waiting[connection.pk] = _Round(connection, window)
            if connection.pk not in self._running:
                self._running.add(connection.pk)
                self._threads.submit(self._work, connection.pk)
            return mine.answer

    def _work(self, key: int) -> None:
        while (round_ := self._next(key)) is not None:
            try:
                events = self._read(round_.connection, round_.window)
            except BaseException as error:  # noqa: BLE001 (told to everybody who asked)
                round_.answer.set_exception(error)
            else:
                round_.answer.set_result(events)

    def _next(self, key: int) -> _Round | None:
        """The round that waits, closed to further askers before it begins."""
        with self._lock:
            found = self._waiting.pop(key, None)
            if found is None:
                self._running.discard(key)
            return found
