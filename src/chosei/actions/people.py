"""Who attends, and through which account their calendar is reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chosei.core.entries import EntryPurpose
from chosei.core.providers import ConnectionKind
from chosei.core.states import ConnectionState
from chosei.records.models import Appointment, CalendarEntry, Connection, Member, Proposal, Role
from chosei.records.prepared import Prepared, is_any_of

LINKED = (
    ConnectionState.ACTIVE.value,
    ConnectionState.NEEDS_RECONNECT.value,
    ConnectionState.ADDRESS_MISMATCH.value,
)
"""Accounts whose calendars we keep entries in; one that needs reconnecting gets them when it is back."""


# Unsealing two tokens each would cost more than all the rest; whoever reads a calendar asks anew.
_connections = Prepared(
    lambda: Connection.objects.filter(
        is_any_of("member_id", "members"), kind=ConnectionKind.CALENDAR, state__in=LINKED
    ).defer("access_token", "refresh_token")
)


@dataclass(frozen=True, slots=True)
class Attending:
    """A host and the account that stands for their calendar; None when they have connected none."""

    member: Member
    connection: Connection | None


def attending(members: Sequence[Member]) -> list[Attending]:
    """The hosts in their order, each with the connected account; one who has left has none any more."""
    present = [member for member in members if member.is_active]
    linked = {one.member_id: one for one in _connections(members=[member.pk for member in present])}
    for member in present:
        if member.pk in linked:
            linked[member.pk].member = member
    return [Attending(member, linked.get(member.pk)) for member in members]


def attending_at(appointment: Appointment, members: Sequence[Member]) -> list[Attending]:
    """The hosts, each with the account through which their event of this appointment is kept.

    One that was let go (終了処理のみ) keeps what it has until that has passed; not one that is gone.
    """
    kept = CalendarEntry.objects.filter(
        appointment=appointment,
        purpose__in=[EntryPurpose.APPOINTMENT, EntryPurpose.ATTENDANCE],
        desired__isnull=False,
        connection__state=ConnectionState.ENDING,
        connection__problem="",
    ).select_related("connection")
    owners = {entry.connection.member_id: entry.connection for entry in kept}
    return [
        Attending(host.member, owners.get(host.member.pk, host.connection)) for host in attending(members)
    ]


def hosts_here(proposal: Proposal) -> list[Member]:
    """Who attends what comes of the proposal, in order, those who have left apart; read anew each time."""
    return [host.member for host in proposal.hosts.select_related("member") if host.member.is_active]


def in_charge(proposal: Proposal) -> list[Member]:
    """Who answers the customer: the author; who has left, the hosts; and else the administrators."""
    author = proposal.author
    found = [author] if author.is_active else hosts_here(proposal)
    return found or administrators_of(proposal.organization_id)


def administrators_of(organization_id: int) -> list[Member]:
    rows = Member.objects.filter(organization_id=organization_id, is_active=True, role=Role.ADMINISTRATOR)
    return list(rows.order_by("pk"))


def organizer_of(hosts: Iterable[Attending], *, web_meeting: bool) -> Connection | None:
    """The first host's account that can issue the link; without a link, or with nobody able to, the first
    linked.
    """
    linked = [host.connection for host in hosts if host.connection is not None]
    able = [connection for connection in linked if connection.web_meeting] if web_meeting else []
    return next(iter(able or linked), None)
