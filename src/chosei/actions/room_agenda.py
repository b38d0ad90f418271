"""What is known of rooms' time: the mirror of their calendars, and what Chosei has promised and holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from psycopg.types.range import TimestamptzRange

from chosei.actions.taken import RUNNING
from chosei.core.availability import Availability, Known, Unknown, UnknownReason
from chosei.core.blocking import FRESHNESS
from chosei.core.intervals import Interval, overlaps
from chosei.core.states import CandidateState
from chosei.jobs import queue
from chosei.records.models import Candidate, Promise, Room, RoomBusy

_LOOK_AGAIN = timedelta(seconds=60)
BusyByRoom = dict[int, list[Interval]]


@dataclass(frozen=True, slots=True)
class Apart:
    """What is not in the way of a meeting: its own appointment's or candidate's rooms, at ``time``.

    A room's calendar does not say whose a booking is: one of exactly that time in a room that is ours then
    is taken for our own (contract sheet, section 4).
    """

    time: Interval
    appointment: int = 0
    candidate: int = 0
    rooms: frozenset[int] = frozenset()


def room_availability(
    rooms: Sequence[Room],
    window: Interval,
    *,
    now: datetime,
    live: Mapping[int, Sequence[Interval]] | None = None,
    apart: Apart | None = None,
) -> list[Availability]:
    """Each room's time in ``window``, in order. ``live``: busy time by room, read just now."""
    live = live or {}
    ids = [room.pk for room in rooms]
    ours = _promised(ids, window, apart), _held(ids, window, now, apart)
    doubts = {room.pk: trust_in_room(room, window, now=now) for room in rooms if room.pk not in live}
    mirror = _mirrored([pk for pk, doubt in doubts.items() if doubt is None], window)
    known: list[Availability] = []
    for room in rooms:
        if doubt := doubts.get(room.pk):
            known.append(Unknown(doubt))
            continue
        outside = live.get(room.pk, mirror.get(room.pk, ()))
        if apart is not None and room.pk in apart.rooms:
            outside = [one for one in outside if one != apart.time]
        known.append(Known([*outside, *(time for rows in ours for time in rows.get(room.pk, ()))]))
    return known


def rooms_at(
    rooms: Sequence[Room], times: Sequence[Interval], *, now: datetime
) -> list[dict[int, bool | None]]:
    """For each time whether each room is free then, as far as we know; None: not known."""
    if not rooms or not times:
        return [{} for _ in times]
    ids = [room.pk for room in rooms]
    around = Interval(min(time.start for time in times), max(time.end for time in times))
    sources = _promised(ids, around, None), _held(ids, around, now, None), _mirrored(ids, around)
    taken = {pk: [time for rows in sources for time in rows.get(pk, ())] for pk in ids}
    return [{room.pk: _free(room, time, taken[room.pk], now) for room in rooms} for time in times]


def _free(room: Room, time: Interval, taken: Sequence[Interval], now: datetime) -> bool | None:
    if any(one.start < time.end and time.start < one.end for one in taken):
        return False
    return None if trust_in_room(room, time, now=now) else True


def free_rooms(rooms: Sequence[Room], known: Sequence[Availability], time: Interval) -> list[Room]:
    """Those that are free for the whole of ``time``, in their order. Unknown is not free."""
    return [
        room
        for room, one in zip(rooms, known, strict=True)
        if isinstance(one, Known) and not overlaps(list(one.busy), time)
    ]


def trust_in_room(room: Room, window: Interval, *, now: datetime) -> UnknownReason | None:
    """Why the mirror of this room says nothing about ``window`` now; None when it can be relied on.

    A room without an address is judged by our own promises alone.
    """
    if not room.address:
        return None
    read, since, until = room.mirror_read_at, room.mirror_from, room.mirror_until
    if read is None or since is None or until is None:
        return UnknownReason.READ_FAILED if room.mirror_error else UnknownReason.NOT_READ_YET
    if read < now - FRESHNESS:
        return UnknownReason.READ_FAILED if room.mirror_error else UnknownReason.STALE
    return UnknownReason.NOT_READ_YET if window.start < since or window.end > until else None


def look_again_at_rooms(rooms: Iterable[Room], *, now: datetime) -> None:
    """Have rooms read again that were last read a while ago; whoever looks again soon sees the answer."""
    stale = [
        room
        for room in rooms
        if room.address and (room.mirror_read_at is None or room.mirror_read_at < now - _LOOK_AGAIN)
    ]
    asked = Room.objects.filter(pk__in=[room.pk for room in stale])
    asked = asked.exclude(mirror_asked_at__gt=now - _LOOK_AGAIN)
    with transaction.atomic():
        if asked.update(mirror_asked_at=now):
            queue.enqueue(queue.OBSERVE_ROOMS, str(stale[0].organization_id))


def _promised(ids: Sequence[int], window: Interval, apart: Apart | None) -> BusyByRoom:
    during = TimestamptzRange(window.start, window.end)
    rows = Promise.objects.filter(standing=True, room_id__in=ids, during__overlap=during)
    if apart is not None and apart.appointment:
        rows = rows.exclude(appointment=apart.appointment)
    busy: BusyByRoom = defaultdict(list)
    for room_id, taken in rows.values_list("room_id", "during"):
        if room_id is not None:
            busy[room_id].append(Interval(taken.lower, taken.upper))
    return busy


def _held(ids: Sequence[int], window: Interval, now: datetime, apart: Apart | None) -> BusyByRoom:
    """Rooms that stand in candidates of running proposals which hold their times."""
    rows = Candidate.objects.filter(
        Q(proposal__deadline__isnull=True) | Q(proposal__deadline__gt=now),
        room_id__in=ids,
        state=CandidateState.OPEN,
        proposal__state__in=RUNNING,
        proposal__write_holds=True,
        ends_at__gt=max(window.start, now),
        starts_at__lt=window.end,
    )
    if apart is not None and apart.candidate:
        rows = rows.exclude(pk=apart.candidate)
    busy: BusyByRoom = defaultdict(list)
    for room_id, start, end in rows.values_list("room_id", "starts_at", "ends_at"):
        if room_id is not None:
            busy[room_id].append(Interval(start, end))
    return busy


def _mirrored(ids: Sequence[int], window: Interval) -> BusyByRoom:
    rows = RoomBusy.objects.filter(room_id__in=ids, ends_at__gt=window.start, starts_at__lt=window.end)
    busy: BusyByRoom = defaultdict(list)
    for room_id, start, end in rows.values_list("room_id", "starts_at", "ends_at"):
        busy[room_id].append(Interval(start, end))
    return busy
