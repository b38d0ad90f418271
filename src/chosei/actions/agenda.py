"""What is known of hosts' time: the mirror of their calendars, and what Chosei has promised and holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from psycopg.types.range import TimestamptzRange

from chosei.actions.people import Attending
from chosei.actions.taken import taken
from chosei.core.availability import Availability, Known, Unknown, UnknownReason
from chosei.core.blocking import AS_CHOSEN, FRESHNESS, Counting
from chosei.core.intervals import Interval
from chosei.core.states import ConnectionState
from chosei.records.models import CalendarEntry, Candidate, Connection, Promise

BusyByHost = dict[int, list[Interval]]


def promised(host_ids: Iterable[int], window: Interval, *, apart_from: int | None = None) -> BusyByHost:
    """What customers were promised of these hosts' time; the appointment ``apart_from`` does not count."""
    during = TimestamptzRange(window.start, window.end)
    rows = Promise.objects.filter(standing=True, host_id__in=list(host_ids), during__overlap=during)
    if apart_from is not None:
        rows = rows.exclude(appointment=apart_from)
    busy: BusyByHost = defaultdict(list)
    for host_id, during_it in rows.values_list("host_id", "during"):
        busy[host_id].append(Interval(during_it.lower, during_it.upper))
    return busy


def trust_in(connection: Connection | None, window: Interval, *, now: datetime) -> UnknownReason | None:
    """Why the mirror of this calendar says nothing about ``window`` now; None when it can be relied on."""
    if connection is None:
        return UnknownReason.NOT_CONNECTED
    if connection.state == ConnectionState.ADDRESS_MISMATCH:
        return UnknownReason.ADDRESS_MISMATCH
    if connection.state != ConnectionState.ACTIVE:
        return UnknownReason.NEEDS_RECONNECT
    if connection.mirror_read_at is None or connection.mirror_from is None or connection.mirror_until is None:
        return UnknownReason.READ_FAILED if connection.mirror_error else UnknownReason.NOT_READ_YET
    if connection.mirror_read_at < now - FRESHNESS:
        return UnknownReason.READ_FAILED if connection.mirror_error else UnknownReason.STALE
    if window.start < connection.mirror_from or window.end > connection.mirror_until:
        return UnknownReason.NOT_READ_YET
    return None


def accepted_under(candidates: Iterable[Candidate]) -> dict[int, set[str]]:
    """By candidate, the remote ids of events that never make it unavailable: those the author kept it over,
    and its own holds, wherever a person moved them.
    """
    accepted = {candidate.pk: set(candidate.accepted_conflicts) for candidate in candidates}
    holds = CalendarEntry.objects.filter(candidate__in=list(accepted)).exclude(remote_id="")
    for candidate_id, remote_id in holds.values_list("candidate_id", "remote_id"):
        if candidate_id is not None:
            accepted[candidate_id].add(remote_id)
    return accepted


def availability(
    hosts: Sequence[Attending],
    window: Interval,
    *,
    now: datetime,
    live: dict[int, list[Interval]] | None = None,
    counting: Counting = AS_CHOSEN,
    apart_from: int | None = None,
) -> list[Availability]:
    """Each host's time in ``window``, in order. ``live``: foreign busy time by connection, read just now.

    The appointment ``apart_from`` does not count.
    """
    live = live or {}
    doubts = {
        host.member.pk: trust_in(host.connection, window, now=now)
        for host in hosts
        if host.connection is None or host.connection.pk not in live
    }
    trusted = [
        h.connection.pk for h in hosts if h.connection and h.member.pk in doubts and not doubts[h.member.pk]
    ]
    ids = [host.member.pk for host in hosts]
    ours = taken(ids, trusted, window, now=now, counting=counting, apart_from=apart_from)
    foreign = {**ours.mirrored, **live}
    return [
        Unknown(doubt)
        if (doubt := doubts.get(host.member.pk))
        else Known(
            [
                *foreign.get(host.connection.pk if host.connection else 0, ()),
                *ours.promised.get(host.member.pk, ()),
                *ours.held.get(host.member.pk, ()),
            ]
        )
        for host in hosts
    ]
