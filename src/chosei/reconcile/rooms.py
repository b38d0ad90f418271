"""Reading rooms' busy time into the local mirror, each room wholly or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from chosei import wiring
from chosei.actions.room_reading import readers_of
from chosei.actions.taken import RUNNING
from chosei.core.intervals import Interval
from chosei.core.states import BookingPageState, CandidateState
from chosei.ports.calendar import ScheduleAnswer
from chosei.ports.errors import PortError
from chosei.reconcile.reading import AHEAD
from chosei.records.locks import exclusively, for_change
from chosei.records.models import Connection, Room, RoomBusy

BEHIND = timedelta(days=1)
EVERY = timedelta(minutes=5)
_LOOKED_AT = timedelta(minutes=30)
"""Rooms that somebody looked at for a proposal stay in the mirror's reach for so long."""

log = structlog.get_logger(__name__)


def observe_rooms(organization_id: int) -> None:
    """Read the rooms of this company that are due. A failed read leaves the old mirror to age."""
    with exclusively(f"observe-rooms:{organization_id}") as ours:
        if ours:
            now = timezone.now()
            rooms = list(due(now).filter(organization=organization_id))
            Room.objects.filter(pk__in=[room.pk for room in rooms]).update(mirror_tried_at=now)
            for readers, group in readers_of(rooms):
                _observe(readers, group, now)


def due(now: datetime) -> QuerySet[Room]:
    """Rooms in the mirror's care that were not read for a while, or that somebody waits for."""
    old = Q(mirror_tried_at__isnull=True) | Q(mirror_tried_at__lt=now - EVERY)
    return wanted(now).filter(old | Q(mirror_asked_at__gt=F("mirror_tried_at")))


def wanted(now: datetime) -> QuerySet[Room]:
    """Rooms that open pages and running proposals use, and those that are being looked at."""
    on_page = Q(pages__page__state=BookingPageState.PUBLISHED)
    held = Q(candidates__state=CandidateState.OPEN, candidates__proposal__state__in=RUNNING)
    listed = Q(
        places__list__candidates__state=CandidateState.OPEN,
        places__list__candidates__proposal__state__in=RUNNING,
    )
    looked_at = Q(mirror_asked_at__gt=now - _LOOKED_AT)
    rows = Room.objects.filter(on_page | held | listed | looked_at, in_use=True, vanished_at__isnull=True)
    return rows.exclude(address="").distinct()


def _observe(readers: Sequence[Connection], rooms: Sequence[Room], now: datetime) -> None:
    window = Interval(now - BEHIND, now + AHEAD)
    problem = "nobody_connected"
    for reader in readers:
        try:
            answers = wiring.calendar_of(reader).schedules([room.address for room in rooms], window)
        except PortError as error:
            log.warning(
                "rooms_not_read", connection=reader.pk, error_code=error.code, request_id=error.request_id
            )
            problem = error.code
        else:
            for room, answer in zip(rooms, answers, strict=True):
                _keep(room, answer, window, now)
            return
    Room.objects.filter(pk__in=[room.pk for room in rooms]).update(mirror_error=problem[:80])


def _keep(room: Room, answer: ScheduleAnswer, window: Interval, now: datetime) -> None:
    if answer.error:
        # Said of this one room: not free, whatever we knew of it.
        log.warning("room_not_read", room=room.pk, error_code=answer.error)
        Room.objects.filter(pk=room.pk).update(mirror_error=answer.error[:80], mirror_read_at=None)
        return
    with transaction.atomic():
        for_change(Room.objects).get(pk=room.pk)
        RoomBusy.objects.filter(room=room).delete()
        RoomBusy.objects.bulk_create(
            RoomBusy(room=room, starts_at=time.start, ends_at=time.end) for time in answer.busy
        )
        Room.objects.filter(pk=room.pk).update(
            mirror_read_at=now, mirror_from=window.start, mirror_until=window.end, mirror_error=""
        )
