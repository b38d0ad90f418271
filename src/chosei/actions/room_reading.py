"""Asking the provider for rooms' time, through any healthy connection of their company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from time import monotonic

import structlog
from django.db import Error as DatabaseTrouble
from django.db import connections as database

from chosei import wiring
from chosei.actions.live import LIVE_SECONDS
from chosei.actions.room_reach import providers_of
from chosei.core.intervals import Interval
from chosei.core.providers import ConnectionKind
from chosei.core.states import ConnectionState
from chosei.ports.calendar import ScheduleAnswer
from chosei.ports.errors import PortError
from chosei.records.models import Connection, Room

log = structlog.get_logger(__name__)
_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="live-rooms")


def readers_of(rooms: Iterable[Room]) -> list[tuple[list[Connection], list[Room]]]:
    """Rooms that one account can ask for together, with the accounts that could, the healthiest first.

    Rooms of one tenant are seen from that tenant; of a room entered by hand the address tells as much as it
    does.
    """
    groups: dict[tuple[int, str, tuple[str, ...]], list[Room]] = defaultdict(list)
    for room in rooms:
        if room.address:
            groups[(room.organization_id, room.tenant_id, providers_of(room))].append(room)
    return [(_healthy(*key), members) for key, members in groups.items()]


def _healthy(organization_id: int, tenant_id: str, providers: Sequence[str]) -> list[Connection]:
    rows = Connection.objects.filter(
        member__organization=organization_id,
        provider__in=providers,
        kind=ConnectionKind.CALENDAR,
        state=ConnectionState.ACTIVE,
        mirror_error="",
    )
    if tenant_id:
        rows = rows.filter(account_tenant=tenant_id)
    rows = rows.select_related("member").defer("access_token", "refresh_token")
    return list(rows.order_by("-mirror_read_at", "pk")[:3])


@dataclass(frozen=True, slots=True)
class LiveRooms:
    """Rooms that are being asked for; ``until`` by the monotonic clock."""

    asked: tuple[Future[list[ScheduleAnswer]], ...]
    rooms: tuple[Room, ...]
    until: float

    def busy(self) -> dict[int, list[Interval]]:
        """Busy time by room, waiting no longer than ``until``. A room that was not told, or told with an
        error, is left out: not known.
        """
        wait(self.asked, timeout=max(0.0, self.until - monotonic()))
        answers = [answer for future in self.asked for answer in _answered(future)]
        told = {answer.address.lower(): answer for answer in answers if not answer.error}
        return {
            room.pk: list(told[room.address.lower()].busy)
            for room in self.rooms
            if room.address.lower() in told
        }


def ask_rooms(rooms: Sequence[Room], window: Interval) -> LiveRooms:
    """Begin to ask, beside whatever else is read live; at most three seconds from now. Not inside a
    transaction.
    """
    asked = [
        _threads.submit(_read, readers[0], [room.address for room in group], window)
        for readers, group in readers_of(rooms)
        if readers
    ]
    return LiveRooms(tuple(asked), tuple(rooms), monotonic() + LIVE_SECONDS)


def _read(connection: Connection, addresses: Sequence[str], window: Interval) -> list[ScheduleAnswer]:
    try:
        return wiring.calendar_of(connection, within=LIVE_SECONDS).schedules(addresses, window)
    finally:
        database.close_all()  # the thread lives on; its database connection must not


def _answered(future: Future[list[ScheduleAnswer]]) -> list[ScheduleAnswer]:
    if not future.done():
        log.warning("live_rooms_too_slow")
        return []
    try:
        return future.result()
    except PortError as error:
        log.warning("live_rooms_failed", error_code=error.code, request_id=error.request_id)
    except DatabaseTrouble as error:
        log.warning("live_rooms_failed", error_code=type(error).__name__)
    return []
