"""Another calendar instead of the one in use (切り替え): what stands in the old one goes along, or is
finished there.

Nothing here speaks to a provider. What is wanted in the new calendar is written down together with what is no
longer wanted in the old one; converge creates there first, then removes here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from chosei.actions.appointing import LINK_PATIENCE
from chosei.actions.changes import changed
from chosei.actions.connections import converge_all, hold_again
from chosei.actions.meeting_wishes import want_appointment, want_buffers
from chosei.actions.people import Attending, attending_at, organizer_of
from chosei.actions.room_booking import take_rooms_over
from chosei.actions.room_reach import can_invite
from chosei.actions.timeline import note
from chosei.actions.web_meetings import settle_issuer
from chosei.actions.wishes import converge_soon
from chosei.core.states import AppointmentState, ConnectionState
from chosei.core.troubles import Trouble
from chosei.ports.errors import PortError
from chosei.records.locks import for_change, lock_hosts
from chosei.records.models import Appointment, CalendarEntry, Connection, Member, Room
from chosei.records.places import rooms_of

MOVE, LEAVE = "move", "leave"
"""What becomes of what is to come: it moves to the new calendar, or stays in the old one until it has passed.
"""


def take_over(member: Member, old: Connection, *, choice: str, now: datetime) -> None:
    """The member's other account is in use instead of ``old``, which has been let go.

    The holds of proposals that run follow in any case; and everything does where ``old`` could finish nothing
    any more. Inside a transaction, under the member's host lock.
    """
    hold_again(member)
    gone = is_gone(old)
    if gone and not old.problem:
        old.problem = old.trouble
        old.save(update_fields=["problem", "changed_at"])
    if choice == MOVE or gone:
        for appointment in standing_in(old, now=now):
            move_away(appointment, old, now=now, gone=gone)
    converge_all(old)


def is_gone(connection: Connection) -> bool:
    """Whether the account, by all that is known, cannot even finish what it has: it lets nobody in, or has
    lost its mailbox."""
    return bool(connection.problem) or connection.trouble == Trouble.NO_MAILBOX


def standing_in(connection: Connection, *, now: datetime) -> list[Appointment]:
    """The coming appointments that have an event in the account's calendar, under their row locks."""
    entries = CalendarEntry.objects.filter(connection=connection, desired__isnull=False)
    rows = for_change(Appointment.objects).select_related(
        "organization", "organizer", "proposal", "booking_page"
    )
    coming = rows.filter(state=AppointmentState.CONFIRMED, ends_at__gt=now)
    return list(coming.filter(pk__in=entries.values("appointment")).order_by("pk"))


def hosts_of(appointment: Appointment) -> list[Member]:
    """Whose time is promised to it, in order."""
    promises = appointment.promises.filter(standing=True, host__isnull=False).select_related("host")
    return [promise.host for promise in promises if promise.host is not None]


def keeps_link(appointment: Appointment, hosts: Sequence[Attending]) -> bool:
    """Whether the web meeting's link goes on: one that came with the organiser's event, while that account
    attends; one of a service of its own is no calendar's."""
    linked = {host.connection.pk for host in hosts if host.connection is not None}
    return not appointment.link_with_event or appointment.organizer_id in (None, *linked)


def can_move(appointment: Appointment, hosts: Sequence[Attending]) -> bool:
    """Whether somebody can issue another link where the old one does not go on."""
    organizer = organizer_of(hosts, appointment.link)
    return keeps_link(appointment, hosts) or (organizer is not None and organizer.web_meeting)


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a switch would mean for an appointment: its link is issued anew (``link_changes``), or it stays
    in the old calendar since nobody could issue one (``stays``); the rooms that cannot follow."""

    appointment: Appointment
    link_changes: bool
    stays: bool
    rooms_lost: tuple[Room, ...]
    rooms_anew: tuple[Room, ...]


def prospect_of(appointment: Appointment, member: Member, new: Connection) -> Prospect:
    """``new`` is the account that is to be used instead, as far as it is known: it need not exist yet."""
    hosts = [
        Attending(one.member, new if one.member == member else one.connection)
        for one in attending_at(appointment, hosts_of(appointment))
    ]
    organizer = appointment.organizer
    keeps = keeps_link(appointment, hosts)
    if organizer is None or organizer.pk not in {one.connection.pk for one in hosts if one.connection}:
        organizer = _next_organizer(appointment, hosts)
    stays = not can_move(appointment, hosts)
    rooms = [room for room in rooms_of(appointment) if room.address]
    moves = not stays and organizer != appointment.organizer
    lost = [room for room in rooms if moves and (organizer is None or not can_invite(organizer, room))]
    anew = [room for room in rooms if moves and room not in lost]
    return Prospect(appointment, not keeps and not stays, stays, tuple(lost), tuple(anew))


def move_away(appointment: Appointment, old: Connection, *, now: datetime, gone: bool = False) -> bool:
    """Have its event of ``old`` stand in the calendar that its owner uses now. Returns whether it was moved.

    A web meeting whose link nobody could issue anew stays where it is, unless that account is ``gone``.
    """
    hosts = attending_at(appointment, hosts_of(appointment), leaving=old)
    if not gone and not can_move(appointment, hosts):
        return False
    settle_with(appointment, hosts, now=now)
    note("entries_moved", appointment=appointment, proposal=appointment.proposal, actor="chosei")
    return True


def settle_with(
    appointment: Appointment,
    hosts: Sequence[Attending],
    *,
    now: datetime,
    was: Mapping[str, Any] | None = None,
    joined: Collection[int] = (),
    stays: bool = False,
) -> None:
    """These attend, through these accounts. Whoever organised goes on while they can; else the next does.
    ``stays``: the organiser's event stays where it is, although nobody attends through that account.

    The customer is told what of theirs changed: a new link, or ``was`` (see ``changes.changed``).
    """
    before, issuer = appointment.organizer, appointment.issuer
    linked = [host.connection for host in hosts if host.connection is not None]
    if not stays and (before is None or before not in linked):
        appointment.organizer = _next_organizer(appointment, hosts)
    organizer = appointment.organizer
    told = dict(was or {})
    if appointment.link_with_event and organizer and appointment.web_service not in ("", organizer.provider):
        appointment.web_service = ""  # nobody has that calendar any more: whatever the new one offers
    settle_issuer(appointment, hosts)
    issues = appointment.web_apart or (organizer is not None and organizer.web_meeting)
    if appointment.web_meeting and issues and issuer is not None and appointment.issuer not in (None, issuer):
        if appointment.join_url:
            told["link"] = appointment.join_url
        appointment.join_url, appointment.link_wanted_at = "", now
    if organizer != before:
        take_rooms_over(appointment)
    appointment.save()
    want_appointment(appointment, organizer, list(hosts))
    want_buffers(appointment, hosts)
    converge_soon(appointment)
    if told:
        until = now + LINK_PATIENCE if "link" in told else None
        changed(appointment, before=None, was=told, joined=joined, wait_for_link_until=until, now=now)


def _next_organizer(appointment: Appointment, hosts: Sequence[Attending]) -> Connection | None:
    """As at confirmation; among those who can issue the link, rather somebody whose calendar can book the
    rooms that are promised."""
    first = organizer_of(hosts, appointment.link)
    rooms = [room for room in rooms_of(appointment) if room.address]
    booking = [
        one for one in hosts if one.connection and all(can_invite(one.connection, room) for room in rooms)
    ]
    other = organizer_of(booking, appointment.link)
    loses_link = appointment.link_with_event and first is not None and first.web_meeting
    return first if other is None or (loses_link and not other.web_meeting) else other


def account_gone(connection_id: int, error: PortError, *, now: datetime) -> None:
    """The account that was to finish its entries lets nobody in any more, or has no mailbox. What is to come
    stands in the calendars that its hosts use now; what it has left behind, a person has to remove. Nothing
    happens to an account that is in use.
    """
    with transaction.atomic():
        connection = Connection.objects.select_related("member").get(pk=connection_id)
        lock_hosts([connection.member_id])
        locked = for_change(Connection.objects).get(pk=connection_id)
        if locked.state != ConnectionState.ENDING or locked.problem:
            return
        locked.problem = error.code[:80]
        locked.save(update_fields=["problem", "changed_at"])
        for appointment in standing_in(locked, now=now):
            move_away(appointment, locked, now=now, gone=True)
