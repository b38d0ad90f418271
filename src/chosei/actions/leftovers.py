"""Events and web meetings in accounts where Chosei cannot remove them any more: a person has to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from chosei.actions.asking import proposal_of
from chosei.actions.connections import MAY_STAND, has_leftovers
from chosei.actions.errors import Closed
from chosei.actions.timeline import note
from chosei.core.entries import DesiredEntry, EntryState
from chosei.core.states import ConnectionState
from chosei.core.troubles import Trouble
from chosei.core.web_meetings import DesiredMeeting
from chosei.records.locks import for_change
from chosei.records.models import CalendarEntry, Connection, Member, WebMeeting

_LET_GO = (ConnectionState.ENDING, ConnectionState.ENDED)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Leftover:
    """An event or a web meeting as it was last written: how a person finds it. Not ``certain``: it may stand
    there, since the answer to its creation was lost."""

    entry: CalendarEntry | WebMeeting
    title: str
    start: datetime
    end: datetime

    @property
    def certain(self) -> bool:
        return bool(self.entry.remote_id)

    @property
    def connection(self) -> Connection:
        return self.entry.connection

    @property
    def is_meeting(self) -> bool:
        return isinstance(self.entry, WebMeeting)

    @property
    def number(self) -> str:
        """By which the service knows a web meeting, and its people find it there."""
        return self.entry.remote_id if self.is_meeting else ""


def leftovers_of(member: Member, *, now: datetime) -> list[Leftover]:
    """Those of the ``member``'s accounts that have not passed, by time."""
    events = _events().filter(connection__member=member).select_related("connection__member")
    meetings = _meetings().filter(connection__member=member)
    meetings = meetings.select_related("connection__member", "appointment")
    found = [*(_event(entry) for entry in events), *(_meeting(row) for row in meetings)]
    return sorted(
        (one for one in found if one.end > now), key=lambda one: (one.start, one.is_meeting, one.entry.pk)
    )


def members_with_leftovers(organization_id: int) -> list[Member]:
    """Whose accounts may hold any, former employees among them."""
    events = _events().filter(connection__member__organization=organization_id)
    meetings = _meetings().filter(connection__member__organization=organization_id)
    whose = Q(pk__in=events.values("connection__member")) | Q(pk__in=meetings.values("connection__member"))
    return list(Member.objects.filter(whose).order_by("name", "pk"))


def removed_by_hand(by: Member, entry: CalendarEntry | WebMeeting) -> None:
    """``by`` has removed it in the account itself. Raises Closed("decided") when that is done."""
    with transaction.atomic():
        current: CalendarEntry | WebMeeting | None
        if isinstance(entry, WebMeeting):
            meetings = _meetings().select_related("appointment__proposal", "connection")
            current = for_change(meetings).filter(pk=entry.pk).first()
        else:
            events = _events().select_related("candidate__proposal", "appointment__proposal", "connection")
            current = for_change(events).filter(pk=entry.pk).first()
        if current is None:
            raise Closed("decided")
        _forget(current)
        is_meeting = isinstance(current, WebMeeting)
        note(
            "meeting_removed_by_hand" if is_meeting else "removed_by_hand",
            appointment=current.appointment,
            proposal=current.appointment.proposal
            if isinstance(current, WebMeeting)
            else proposal_of(current),
            member=by,
            actor="member",
        )


def forget_passed(*, now: datetime) -> None:
    """Of meetings in an account that is erased, only what a person needs to find them was kept, and only
    until they have passed."""
    rows = _stranded().filter(connection__state=ConnectionState.ENDED, appointment__ends_at__lte=now)
    for row in rows.select_related("connection", "appointment")[:_AT_ONCE]:
        if _meeting(row).end <= now:
            with transaction.atomic():
                _forget(row)


def _forget(row: CalendarEntry | WebMeeting) -> None:
    """Of an account that is erased its name was kept, too, for as long as a person needs it."""
    gone: dict[str, Any] = {
        "remote_id": "",
        "problem": "",
        "written": None,
        "create_begun": False,
        "state": EntryState.GONE,
        "changed_at": timezone.now(),
    }
    if isinstance(row, WebMeeting):
        WebMeeting.objects.filter(pk=row.pk).update(**gone, join_url="", doubted=False)
    else:
        CalendarEntry.objects.filter(pk=row.pk).update(**gone, etag="", observed=None)
    if not has_leftovers(row.connection):
        erased = Connection.objects.filter(pk=row.connection_id, state=ConnectionState.ENDED)
        erased.update(address="", display_name="")


def _events() -> QuerySet[CalendarEntry]:
    """Not wanted any more, and refused: for good by an account that was let go, until who knows when by one
    that has lost its mailbox."""
    stands = Q(written__isnull=False) | Q(observed__isnull=False)
    let_go = Q(connection__state__in=_LET_GO, state=EntryState.PARKED)
    lost = Q(connection__trouble=Trouble.NO_MAILBOX, state__in=[EntryState.PARKED, EntryState.RETRYING])
    return CalendarEntry.objects.filter(MAY_STAND, stands, let_go | lost, desired__isnull=True)


def _meetings() -> QuerySet[WebMeeting]:
    """Not wanted any more, and refused for good: by an account that is gone, or by the service."""
    return _stranded().filter(desired__isnull=True)


def _stranded() -> QuerySet[WebMeeting]:
    return WebMeeting.objects.filter(MAY_STAND, state=EntryState.PARKED)


def _event(entry: CalendarEntry) -> Leftover:
    stored = entry.written or entry.observed or {}
    start, end = (datetime.fromisoformat(stored[name]) for name in ("start", "end"))
    title = DesiredEntry.from_json(entry.written).title if entry.written else str(stored["title"])
    return Leftover(entry, title, start, end)


def _meeting(row: WebMeeting) -> Leftover:
    """Of one that was found again, and whose account was gone before it could be compared, we know only what
    it was for."""
    if row.written is None:
        return Leftover(row, row.appointment.title, row.appointment.starts_at, row.appointment.ends_at)
    written = DesiredMeeting.from_json(row.written)
    return Leftover(row, written.title, written.start, written.end)
