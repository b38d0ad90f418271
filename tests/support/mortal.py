"""A provider whose process dies: before or after the n-th call that leaves for the real adapter.

What runs in between two calls is only our own database, so dying around every call is dying at every step.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from chosei import wiring
from chosei.core.providers import About
from chosei.ports.providers import MICROSOFT, PROVIDERS, about, named

CALLS = ("apply", "accept", "find", "get", "read_busy", "track", "changes", "create", "update", "delete")


class Killed(BaseException):
    """As if by kill -9: nothing that catches errors catches it."""


@dataclass
class Fate:
    """Dies at call number ``at`` (from 0), after it was carried out or before; counts every call."""

    at: int = -1
    after: bool = False
    calls: int = 0
    log: list[str] = field(default_factory=list)

    def around(self, name: str, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        mine, self.calls = self.calls, self.calls + 1
        self.log.append(name)
        if mine == self.at and not self.after:
            raise Killed
        answer = call(*arguments, **named)
        if mine == self.at:
            raise Killed
        return answer


@dataclass
class EachOnce(Fate):
    """Dies before and, the next time, after every call; what it has met on both sides goes through."""

    met: set[tuple[str, str, bool]] = field(default_factory=set)

    def around(self, name: str, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        self._meet(name, arguments, after=False)
        answer = call(*arguments, **named)
        self._meet(name, arguments, after=True)
        return answer

    def _meet(self, name: str, arguments: tuple[Any, ...], *, after: bool) -> None:
        if (name, repr(arguments), after) not in self.met:
            self.met.add((name, repr(arguments), after))
            raise Killed

    @property
    def deaths(self) -> set[tuple[str, bool]]:
        return {(name, after) for name, _, after in self.met}


class MortalProvider:
    """The real provider, each account's calendar and meetings under a fate."""

    about: ClassVar[About]
    real: ClassVar[str]
    fate: ClassVar[Fate] = Fate()

    def __init__(self, settings: Any) -> None:
        self._real = named(self.real)(settings)

    def authorization(self) -> Any:
        return self._real.authorization()

    def notification_url(self, public_url: str) -> str:
        return str(self._real.notification_url(public_url))

    def calendar(self, access: Any) -> Any:
        return _MortalPort(self._real.calendar(access))

    def meetings(self, access: Any) -> Any:
        return _MortalPort(self._real.meetings(access))


class _MortalPort:
    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._real, name)
        if name not in CALLS:
            return call
        return lambda *arguments, **named: MortalProvider.fate.around(name, call, *arguments, **named)


@contextmanager
def mortal(fate: Fate, *providers: str) -> Iterator[Fate]:
    """While the block lasts, calls to the providers, by default Microsoft 365, meet ``fate``."""
    MortalProvider.fate = fate
    before = {key: PROVIDERS[key] for key in providers or (MICROSOFT,)}
    for key, path in before.items():
        name = f"Mortal_{key}"
        made = type(name, (MortalProvider,), {"about": about(key), "real": path})
        setattr(sys.modules[__name__], name, made)
        PROVIDERS[key] = f"{__name__}.{name}"
    wiring.forget()
    try:
        yield fate
    finally:
        PROVIDERS.update(before)
        wiring.forget()
