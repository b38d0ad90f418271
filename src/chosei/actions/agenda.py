"""What is known of hosts' time: the mirror of their calendars, and what Chosei has promised and holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import BigIntegerField, F, Func, Q
from psycopg.types.range import TimestamptzRange

from chosei.actions.keywords import digest
from chosei.actions.people import Attending
from chosei.core.availability import Availability, Known, Unknown, UnknownReason
from chosei.core.blocking import AS_CHOSEN, FRESHNESS, Counting
from chosei.core.intervals import Interval
from chosei.core.states import CandidateState, ConnectionState, ProposalState
from chosei.records.models import CalendarEntry, Candidate, Connection, MirroredEvent, Promise

RUNNING = (ProposalState.OPEN.value, ProposalState.READJUSTMENT_REQUESTED.value)

BusyByHost = dict[int, list[Interval]]

_LONGEST_BUFFER = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def promised(host_ids: Iterable[int], window: Interval, *, apart_from: int | None = None) -> BusyByHost:
    """What customers were promised of these hosts' time; the appointment ``apart_from`` does not count."""
    during = TimestamptzRange(window.start, window.end)
    rows = Promise.objects.filter(standing=True, host_id__in=list(host_ids), during__overlap=during)
    if apart_from is not None:
        rows = rows.exclude(appointment=apart_from)
    busy: BusyByHost = defaultdict(list)
    for host_id, taken in rows.values_list("host_id", "during"):
        busy[host_id].append(Interval(taken.lower, taken.upper))
    return busy


def occupied(host_ids: Iterable[int], window: Interval, *, apart_from: int | None = None) -> BusyByHost:
    """The same with the buffers that belong to it, those apart that their host gave back."""
    during = TimestamptzRange(window.start - _LONGEST_BUFFER, window.end + _LONGEST_BUFFER)
    rows = Promise.objects.filter(standing=True, host_id__in=list(host_ids), during__overlap=during)
    if apart_from is not None:
        rows = rows.exclude(appointment=apart_from)
    busy: BusyByHost = defaultdict(list)
    for host_id, taken, before, no_before, after, no_after in rows.values_list(
        "host_id",
        "during",
        "appointment__buffer_before_minutes",
        "before_given_back",
        "appointment__buffer_after_minutes",
        "after_given_back",
    ):
        start = taken.lower - timedelta(minutes=0 if no_before else before)
        end = taken.upper + timedelta(minutes=0 if no_after else after)
        if start < window.end and window.start < end:
            busy[host_id].append(Interval(start, end))
    return busy


def held(host_ids: Iterable[int], window: Interval, *, now: datetime) -> BusyByHost:
    """What stands as candidates of running proposals that hold their times."""
    rows = Candidate.objects.filter(
        Q(proposal__deadline__isnull=True) | Q(proposal__deadline__gt=now),
        state=CandidateState.OPEN,
        proposal__state__in=RUNNING,
        proposal__write_holds=True,
        proposal__hosts__member_id__in=list(host_ids),
        ends_at__gt=max(window.start, now),
        starts_at__lt=window.end,
    )
    busy: BusyByHost = defaultdict(list)
    for host_id, starts_at, ends_at in rows.values_list("proposal__hosts__member_id", "starts_at", "ends_at"):
        busy[host_id].append(Interval(starts_at, ends_at))
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


def mirrored(
    connections: Sequence[Connection], window: Interval, counting: Counting = AS_CHOSEN
) -> dict[int, list[Interval]]:
    """Foreign events that block, by connection. Our own are left out: our records speak for them."""
    rows = MirroredEvent.objects.filter(
        blocking(counting),
        connection__in=[connection.pk for connection in connections],
        entry_key="",
        ends_at__gt=window.start,
        starts_at__lt=window.end,
    )
    busy: dict[int, list[Interval]] = defaultdict(list)
    for connection_id, start, end in rows.values_list(
        "connection_id", _microseconds("starts_at"), _microseconds("ends_at")
    ):
        if end > start:
            busy[connection_id].append(
                Interval(_EPOCH + timedelta(microseconds=start), _EPOCH + timedelta(microseconds=end))
            )
    return busy


def blocking(counting: Counting) -> Q:
    """Which mirrored events take their owner's time."""
    freed = [status for status, takes in counting.statuses.items() if not takes]
    taken = [status for status, takes in counting.statuses.items() if takes]
    wanted = Q(blocks=True)
    if freed:
        wanted &= ~Q(show_as__in=freed)
    if taken:
        wanted |= Q(show_as__in=taken, declined=False)
    if counting.free_words:
        wanted &= ~Q(free_words__overlap=[digest(word) for word in counting.free_words])
    return wanted


def _microseconds(column: str) -> Func:
    """An instant as microseconds since 1970. Pages read hundreds of them, and PostgreSQL's text of an instant
    takes Python ten times as long to read as a number.
    """
    template = "(EXTRACT(EPOCH FROM %(expressions)s) * 1000000)::bigint"
    return Func(F(column), template=template, output_field=BigIntegerField())


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
    host_ids = [host.member.pk for host in hosts]
    ours, holds = occupied(host_ids, window, apart_from=apart_from), held(host_ids, window, now=now)
    doubts = {
        host.member.pk: trust_in(host.connection, window, now=now)
        for host in hosts
        if host.connection is None or host.connection.pk not in live
    }
    trusted = [
        h.connection for h in hosts if h.connection and h.member.pk in doubts and not doubts[h.member.pk]
    ]
    foreign = mirrored(trusted, window, counting) | live
    return [
        Unknown(doubt)
        if (doubt := doubts.get(host.member.pk))
        else Known(
            [
                *foreign.get(host.connection.pk if host.connection else 0, ()),
                *ours.get(host.member.pk, ()),
                *holds.get(host.member.pk, ()),
            ]
        )
        for host in hosts
    ]
