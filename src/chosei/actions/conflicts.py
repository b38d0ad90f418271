"""What stands in the hosts' calendars where a confirmed appointment might go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chosei.actions.agenda import promised, trust_in
from chosei.actions.people import Attending
from chosei.actions.taken import taken
from chosei.core.intervals import Interval


class ConflictKind(StrEnum):
    """PROMISED cannot be overridden; the others are the host's to judge."""

    PROMISED = "promised"  # to another customer
    BUSY = "busy"
    HELD = "held"  # a candidate of a running proposal
    UNKNOWN = "unknown"  # the calendar cannot be read, or is not connected


@dataclass(frozen=True, slots=True)
class HostConflict:
    """``time`` is when the host has something on; None where nothing is known."""

    host: Attending
    kind: ConflictKind
    time: Interval | None = None


def conflicts_at(
    hosts: Sequence[Attending],
    time: Interval,
    *,
    now: datetime,
    apart_from: int | None = None,
    live: Mapping[int, Sequence[Interval]] | None = None,
) -> list[HostConflict]:
    """By host, what the time would lie over; the appointment ``apart_from`` does not count.

    ``live``: foreign busy time by connection, read just now; otherwise the mirror speaks.
    """
    live = live or {}
    ids = [host.member.pk for host in hosts]
    ours = promised(ids, time, apart_from=apart_from)
    linked = [host.connection.pk for host in hosts if host.connection]
    others = taken(ids, linked, time, now=now)
    seen = {**others.mirrored, **live}
    found: list[HostConflict] = []
    for host in hosts:
        found += [HostConflict(host, ConflictKind.PROMISED, one) for one in ours.get(host.member.pk, ())]
        if _is_known(host, time, live, now):
            busy = seen.get(host.connection.pk if host.connection else 0, ())
            found += [HostConflict(host, ConflictKind.BUSY, one) for one in busy if one.overlaps(time)]
        else:
            found.append(HostConflict(host, ConflictKind.UNKNOWN))
        found += [HostConflict(host, ConflictKind.HELD, one) for one in others.held.get(host.member.pk, ())]
    return found


def _is_known(host: Attending, time: Interval, live: Mapping[int, Sequence[Interval]], now: datetime) -> bool:
    if host.connection is not None and host.connection.pk in live:
        return True
    return trust_in(host.connection, time, now=now) is None
