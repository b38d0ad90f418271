"""A web meeting at a service of its own (Zoom), as plain facts: what should stand there, and the next
step."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from chosei.core.diff import Step


@dataclass(frozen=True, slots=True)
class Link:
    """The link that a meeting wants. ``service``: the provider that is to issue it; empty for whichever
    calendar's the organiser has."""

    wanted: bool
    service: str = ""


@dataclass(frozen=True, slots=True)
class DesiredMeeting:
    """A web meeting as it should stand. Instants are UTC; ``zone`` is the IANA zone people see it in."""

    title: str
    start: datetime
    end: datetime
    zone: str

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "start": self.start.isoformat(), "end": self.end.isoformat()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> DesiredMeeting:
        start, end = (datetime.fromisoformat(stored[name]) for name in ("start", "end"))
        return cls(stored["title"], start, end, stored["zone"])


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """The states of a meeting. ``create_begun``: a creation may have reached the service although we hold no
    ``remote_id``. ``doubted``: the service told of a change, so that it has to be looked at."""

    desired: DesiredMeeting | None
    written: DesiredMeeting | None
    remote_id: str
    create_begun: bool
    doubted: bool = False


def next_step(facts: MeetingFacts, now: datetime) -> Step:
    """The one step that brings the service closer to what is desired. What is over is left as it is."""
    if not facts.remote_id and facts.create_begun:
        return Step.LOOK
    if facts.desired is None:
        return Step.DELETE if facts.remote_id else Step.NOTHING
    if facts.desired.end <= now:
        return Step.NOTHING
    if not facts.remote_id:
        return Step.CREATE
    if facts.desired != facts.written:
        return Step.UPDATE
    return Step.READ if facts.doubted else Step.NOTHING
