"""What a service for web meetings tells us of its own accord."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class NotGenuine(Exception):
    """The notice is not the service's, or too old to be believed; ``reason`` is a short word for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Handshake:
    """The service asks whether we are who we say: this is the answer, as JSON."""

    answer: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Deauthorised:
    """Somebody removed Chosei from their account: their data is to be erased. ``tenant_id`` and ``object_id``
    as in ``ports.authorization.Identity``. ``at`` (UTC): when, where that was told; who has signed in
    since is not meant."""

    tenant_id: str
    object_id: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MeetingTouched:
    """Something happened to a meeting; what, is to be read from it."""

    remote_id: str


@dataclass(frozen=True, slots=True)
class NothingForUs:
    """Genuine, and of no concern."""


Notice = Handshake | Deauthorised | MeetingTouched | NothingForUs


class MeetingNotices(Protocol):
    def read(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Notice:
        """What a notice says, its signature and age checked over the raw ``body``. ``headers`` in any case.
        Raises ``NotGenuine``, or ``ValueError`` for one that cannot be read."""
