"""What a connected calendar says: everything, or what has changed since it was read last."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from chosei import wiring
from chosei.core.entries import EntryState
from chosei.core.intervals import Interval
from chosei.ports.calendar import BusyEvent, CalendarChanges, CalendarPort, MailboxProfile
from chosei.ports.errors import Missing, PortError, Rejected, Transient
from chosei.records.models import CalendarEntry, Connection

BEHIND, AHEAD = timedelta(days=14), timedelta(days=110)
"""How far the mirror reaches when it is begun: past weeks for the composing grid; ahead, until it is begun
anew, beyond the longest booking window (90 days)."""

WHOLE_EVERY = timedelta(days=7)
"""The stretch that changes are told of stands still: it is moved on by reading everything."""

_HOPELESS_AFTER = timedelta(minutes=12)
"""Changes that could not be read for so long may be the trouble themselves."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """A complete reading of ``window``, begun at ``begun``. ``whole`` is all that stands in the default
    calendar; without it ``changes`` lead there from the reading before. ``further``: all that stands in each
    of the further calendars, of which ``missing`` are not there. ``token`` tells what changes afterwards.
    ``profile``: what the mailbox can do, where that was asked.
    """

    begun: datetime
    window: Interval
    token: str
    whole: list[BusyEvent] | None = None
    changes: CalendarChanges | None = None
    further: dict[str, list[BusyEvent]] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    profile: MailboxProfile | None = None


def read(connection: Connection, begun: datetime) -> Reading:
    """The connection's calendars, wholly known afterwards. Raises any ``PortError``: then nothing is."""
    port = wiring.calendar_of(connection)
    window = _known_window(connection)
    changes = None
    if window is not None and not _due_whole(connection, begun):
        try:
            changes = port.changes(window, connection.mirror_token)
        except Missing as error:
            log.info("mirror_token_lost", connection=connection.pk, error_code=error.code)
    if window is None or changes is None:
        return _whole(port, connection, begun)
    further, missing = _further(port, connection, window)
    return Reading(begun, window, changes.token, changes=changes, further=further, missing=missing)


def _known_window(connection: Connection) -> Interval | None:
    """The stretch that the connection's token is for."""
    if not connection.mirror_token or connection.mirror_from is None or connection.mirror_until is None:
        return None
    return Interval(connection.mirror_from, connection.mirror_until)


def _due_whole(connection: Connection, now: datetime) -> bool:
    if connection.mirror_whole_at is None or connection.mirror_whole_at < now - WHOLE_EVERY:
        return True
    if connection.mirror_error and (
        connection.mirror_read_at is None or connection.mirror_read_at < now - _HOPELESS_AFTER
    ):
        return True
    # Changes are told without our mark: an event whose creation's answer was lost is known by nothing else.
    return CalendarEntry.objects.filter(
        connection=connection,
        create_begun=True,
        remote_id="",
        state__in=[EntryState.WAITING, EntryState.RETRYING],
    ).exists()


def _whole(port: CalendarPort, connection: Connection, begun: datetime) -> Reading:
    window = Interval(begun - BEHIND, begun + AHEAD)
    profile = _profile(port)
    if profile and profile.zone and profile.zone != connection.mailbox_zone:
        connection.mailbox_zone = profile.zone
        port = wiring.calendar_of(connection)  # all-day events are days of this zone
    # The token first: what changes while we read is told again under it, and never lost between the two.
    try:
        token = port.track(window)
    except (Rejected, Transient) as error:
        # A mailbox that tells no changes is read whole each time; one that is away says so there as well.
        log.warning("mirror_not_tracked", connection=connection.pk, error_code=error.code)
        token = ""
    whole = port.read_busy(window)
    further, missing = _further(port, connection, window)
    return Reading(begun, window, token, whole=whole, further=further, missing=missing, profile=profile)


def _profile(port: CalendarPort) -> MailboxProfile | None:
    try:
        return port.profile()
    except PortError:
        return None  # the reading itself will say what that means


def _further(
    port: CalendarPort, connection: Connection, window: Interval
) -> tuple[dict[str, list[BusyEvent]], frozenset[str]]:
    """All that stands in each further calendar. One that is not there, while the mailbox answers, has been
    deleted: nothing stands in it."""
    read: dict[str, list[BusyEvent]] = {}
    missing: set[str] = set()
    for one in connection.further_calendars:
        try:
            read[one["id"]] = port.read_busy(window, calendar=one["id"])
        except Missing:
            read[one["id"]] = []
            missing.add(one["id"])
    return read, frozenset(missing)
