"""Reading a company's rooms from the provider's directory, through whichever account may."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db.models import Q, QuerySet
from django.utils import timezone

from chosei import wiring
from chosei.actions.rooms import keep_directory
from chosei.core.states import ConnectionState
from chosei.ports.errors import Misconfigured, PortError
from chosei.ports.providers import about
from chosei.records.locks import exclusively
from chosei.records.models import Connection, RoomDirectory

EVERY = timedelta(days=1)
AGAIN = timedelta(hours=1)
NOBODY = "nobody_connected"
_READERS = 5
"""How many accounts are tried: where the company has approved the first will do, else hardly any."""

log = structlog.get_logger(__name__)


def fetch_rooms(directory_id: int) -> None:
    """One reading. What fails is shown to the administrator, and tried again by the sweep."""
    with exclusively(f"rooms:{directory_id}") as ours:
        directory = RoomDirectory.objects.filter(pk=directory_id).select_related("reader").first()
        if ours and directory is not None:
            _fetch(directory)


def due(now: datetime) -> QuerySet[RoomDirectory]:
    """Directories to be read again: a day after they were, an hour after that failed."""
    old = Q(fetched_at__isnull=True) | Q(fetched_at__lt=now - EVERY)
    return RoomDirectory.objects.filter(old).filter(Q(tried_at__isnull=True) | Q(tried_at__lt=now - AGAIN))


def _fetch(directory: RoomDirectory) -> None:
    problem = NOBODY
    for reader in _readers(directory):
        try:
            port = wiring.directory_of(reader)
            rooms, lists = port.rooms(), port.room_lists()
        except PortError as error:
            log.warning(
                "rooms_not_fetched",
                connection=reader.pk,
                error_code=error.code,
                request_id=error.request_id,
            )
            problem = error.code
            if isinstance(error, Misconfigured):
                break  # the same for everybody
        else:
            keep_directory(directory, reader, rooms, lists, now=timezone.now())
            return
    RoomDirectory.objects.filter(pk=directory.pk).update(problem=problem[:80], tried_at=timezone.now())


def _readers(directory: RoomDirectory) -> list[Connection]:
    """Who could read last, then who signed in with the permission, then administrators, then others."""
    active = Connection.objects.filter(
        member__organization=directory.organization_id,
        provider=directory.provider,
        state=ConnectionState.ACTIVE,
    ).select_related("member")
    first = active.filter(pk=directory.reader_id or 0)
    permission = about(directory.provider).rooms_permission
    allowed = active.filter(scopes__contains=permission).order_by("pk")[:_READERS]
    chiefs = active.filter(member__role="administrator").order_by("pk")[:_READERS]
    found = {one.pk: one for rows in (first, allowed, chiefs, active.order_by("pk")[:2]) for one in rows}
    return list(found.values())[:_READERS]
