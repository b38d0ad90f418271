"""Events that stand in a calendar which Chosei cannot reach any more: a person has to remove them by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from chosei.actions.asking import proposal_of
from chosei.actions.connections import MAY_STAND
from chosei.actions.errors import Closed
from chosei.actions.timeline import note
from chosei.core.entries import DesiredEntry, EntryState
from chosei.core.states import ConnectionState
from chosei.core.troubles import Trouble
from chosei.records.locks import for_change
from chosei.records.models import CalendarEntry, Connection, Member

_LET_GO = (ConnectionState.ENDING, ConnectionState.ENDED)


@dataclass(frozen=True, slots=True)
class Leftover:
    """An event as it was last written: how a person finds it. Not ``certain``: it may stand there, since the
    answer to its creation was lost."""

    entry: CalendarEntry
    title: str
    start: datetime
    end: datetime

    @property
    def certain(self) -> bool:
        return bool(self.entry.remote_id)

    @property
    def connection(self) -> Connection:
        return self.entry.connection


def leftovers_of(member: Member, *, now: datetime) -> list[Leftover]:
    """Those of the ``member``'s former calendars that have not passed, by time."""
    rows = _in_former_calendars().filter(connection__member=member).select_related("connection__member")
    found = [_as_written(entry) for entry in rows]
    return sorted((one for one in found if one.end > now), key=lambda one: (one.start, one.entry.pk))


def members_with_leftovers(organization_id: int) -> list[Member]:
    """Whose former calendars may hold any, former employees among them."""
    rows = _in_former_calendars().filter(connection__member__organization=organization_id)
    return list(Member.objects.filter(pk__in=rows.values("connection__member")).order_by("name", "pk"))


def removed_by_hand(by: Member, entry: CalendarEntry) -> None:
    """``by`` has removed the event in the calendar itself. Raises Closed("decided") when that is done."""
    with transaction.atomic():
        rows = for_change(_in_former_calendars())
        current = (
            rows.select_related("candidate__proposal", "appointment__proposal", "connection")
            .filter(pk=entry.pk)
            .first()
        )
        if current is None:
            raise Closed("decided")
        current.remote_id = current.etag = current.problem = ""
        current.written = current.observed = None
        current.state, current.create_begun = EntryState.GONE, False
        current.save(
            update_fields=[
                *("remote_id", "etag", "problem", "written", "observed"),
                *("state", "create_begun", "changed_at"),
            ]
        )
        _forget_name(current.connection)
        note(
            "removed_by_hand",
            appointment=current.appointment,
            proposal=proposal_of(current),
            member=by,
            actor="member",
        )


def _forget_name(connection: Connection) -> None:
    """Of an account that is erased only its name was kept, for as long as a person needs it."""
    rows = Connection.objects.filter(pk=connection.pk, state=ConnectionState.ENDED)
    if not connection.entries.filter(MAY_STAND, state=EntryState.PARKED).exists():
        rows.update(address="", display_name="")


def _in_former_calendars() -> QuerySet[CalendarEntry]:
    """Not wanted any more, and refused: for good by an account that was let go, until who knows when by one
    that has lost its mailbox."""
    stands = Q(written__isnull=False) | Q(observed__isnull=False)
    let_go = Q(connection__state__in=_LET_GO, state=EntryState.PARKED)
    lost = Q(connection__trouble=Trouble.NO_MAILBOX, state__in=[EntryState.PARKED, EntryState.RETRYING])
    return CalendarEntry.objects.filter(MAY_STAND, stands, let_go | lost, desired__isnull=True)


def _as_written(entry: CalendarEntry) -> Leftover:
    stored = entry.written or entry.observed or {}
    start, end = (datetime.fromisoformat(stored[name]) for name in ("start", "end"))
    title = DesiredEntry.from_json(entry.written).title if entry.written else str(stored["title"])
    return Leftover(entry, title, start, end)
