"""Who and what a meeting needs, as a small expression: hosts and rooms, joined by "all of" and "any of".

``AllOf((Host(a), Host(b), AnyOf((Room(x), Room(y)))))`` reads: both people, in either room. A page's quota is
a part like the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chosei.core.availability import Availability, Unknown
from chosei.core.caps import Quota
from chosei.core.hostchoice import Participation
from chosei.core.intervals import Interval


@dataclass(frozen=True, slots=True)
class Host:
    """A person. The rules' buffers are kept free around the meeting.

    ``hours``: the person's own opening hours, in which the meeting (not its buffers) must lie; None for no
    limit. ``who`` is for explanations alone.
    """

    availability: Availability
    hours: Sequence[Interval] | None = None
    who: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """A room. It is needed for the meeting alone, without buffers. ``which`` is for explanations alone."""

    availability: Availability
    which: int = 0


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part is free. Raises ValueError without any: a meeting of nobody would always fit."""

    parts: tuple[Requirement, ...]

    def __post_init__(self) -> None:
        _insist_on_parts(self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part is free for the whole meeting. Raises ValueError without any."""

    parts: tuple[Requirement, ...]

    def __post_init__(self) -> None:
        _insist_on_parts(self.parts)


Requirement = Host | Room | Quota | AllOf | AnyOf


def all_hosts(availabilities: Sequence[Availability]) -> AllOf:
    """全員が参加: everybody attends."""
    return AllOf(tuple(Host(availability) for availability in availabilities))


def any_host(availabilities: Sequence[Availability]) -> AnyOf:
    """誰か1人が参加: one of them attends."""
    return AnyOf(tuple(Host(availability) for availability in availabilities))


def attendance(participation: Participation, groups: Sequence[Sequence[Host]]) -> Requirement:
    """What the rule asks of the hosts: two groups for 2つのグループから1人ずつ, else one; none empty."""
    match participation:
        case Participation.ALL:
            return AllOf(tuple(host for group in groups for host in group))
        case Participation.ANY:
            return AnyOf(tuple(host for group in groups for host in group))
        case Participation.ONE_OF_EACH:
            return AllOf(tuple(AnyOf(tuple(group)) for group in groups))


def is_unknowable(need: Requirement) -> bool:
    """Whether nothing can be offered because of calendars that cannot be relied on now."""
    match need:
        case Host(availability) | Room(availability):
            return isinstance(availability, Unknown)
        case Quota():
            return False
        case AllOf(parts):
            return any(is_unknowable(part) for part in parts)
        case AnyOf(parts):
            return all(is_unknowable(part) for part in parts)


def _insist_on_parts(parts: tuple[Requirement, ...]) -> None:
    if not parts:
        raise ValueError("a requirement needs at least one part")
