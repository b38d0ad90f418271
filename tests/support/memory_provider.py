"""A provider whose sign-in side lives in memory. Register its ``PATH`` in ``ports.providers.PROVIDERS``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, ClassVar

from chosei.core.providers import About, ConnectionKind, Words
from chosei.ports.authorization import Grant
from chosei.ports.calendar import CalendarPort
from tests.support.memory_calendar import MemoryCalendar, MemoryProvider

PATH = "tests.support.memory_provider.RememberedProvider"


class Refreshing:
    """Gives out numbered tokens; ``react`` may raise instead, or do something while the network is busy."""

    def __init__(self) -> None:
        self.presented: list[str] = []
        self.given_back: list[str] = []
        self.react: Callable[[], None] = lambda: None
        self._lock = Lock()

    def refresh(self, refresh_token: str, *, also: str = "", claims: str = "") -> Grant:
        with self._lock:
            self.presented.append(refresh_token)
            number = len(self.presented)
        self.react()
        return Grant(
            f"access-{number}",
            f"refresh-{number}",
            datetime.now(UTC) + timedelta(hours=1),
            frozenset({"Calendars.ReadWrite"}),
        )

    def revoke(self, token: str) -> None:
        self.given_back.append(token)


class RememberedProvider:
    """What the wiring makes: its parts are shared, so that a test can look at them."""

    about: ClassVar[About] = About(
        key="memory",
        kind=ConnectionKind.CALENDAR,
        name="Memory",
        calendar=Words("記憶カレンダー", "Memory calendar"),
        place=Words("記憶カレンダー", "Memory calendar"),
        meeting="Recall",
    )
    refreshing: ClassVar[Refreshing]
    service: ClassVar[MemoryProvider]

    def __init__(self, settings: Any) -> None:
        pass

    @classmethod
    def reset(cls) -> type[RememberedProvider]:
        cls.refreshing, cls.service = Refreshing(), MemoryProvider()
        return cls

    def authorization(self) -> Refreshing:
        return self.refreshing

    def calendar(self, access: Any) -> CalendarPort:
        return MemoryCalendar(self.service, access.object_id)

    def notification_url(self, public_url: str) -> str:
        return ""  # nothing here notifies anybody
