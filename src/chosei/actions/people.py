"""Who attends, and through which account their calendar is reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chosei.core.entries import EntryPurpose
from chosei.core.providers import ConnectionKind
from chosei.core.states import LIVE, ConnectionState
from chosei.core.web_meetings import Link
from chosei.records.models import Appointment, CalendarEntry, Connection, Member, Proposal, Role
from chosei.records.prepared import Prepared, is_any_of

# Unsealing two tokens each would cost more than all the rest; whoever reads a calendar asks anew.
_connections = Prepared(
    lambda: Connection.objects.filter(is_any_of("member_id", "members"), state__in=LIVE).defer(
        "access_token", "refresh_token"
    )
)


@dataclass(frozen=True, slots=True)
class Attending:
    """A host, the account that stands for their calendar, and the one they hold web meetings with beside it;
    None where they have connected none."""

    member: Member
    connection: Connection | None
    meetings: Connection | None = None

    @property
    def is_readable(self) -> bool:
        """Whether their calendar is connected and may be read."""
        return self.connection is not None and self.connection.state == ConnectionState.ACTIVE

    def issues(self, service: str) -> bool:
        """Whether one of their accounts can issue a link of ``service``; empty: any calendar's."""
        calendar = self.connection
        with_event = calendar is not None and calendar.web_meeting
        if with_event and calendar is not None and service in ("", calendar.provider):
            return True
        return self.meetings is not None and self.meetings.provider == service


def attending(members: Sequence[Member]) -> list[Attending]:
    """The hosts in their order, each with the connected account; one who has left has none any more."""
    present = [member for member in members if member.is_active]
    members_here = {member.pk: member for member in present}
    linked: dict[tuple[int, str], Connection] = {}
    for connection in _connections(members=list(members_here)):
        connection.member = members_here[connection.member_id]
        linked[connection.member_id, connection.kind] = connection
    return [
        Attending(
            member,
            linked.get((member.pk, ConnectionKind.CALENDAR)),
            linked.get((member.pk, ConnectionKind.MEETINGS)),
        )
        for member in members
    ]


def attending_at(
    appointment: Appointment, members: Sequence[Member], *, leaving: Connection | None = None
) -> list[Attending]:
    """The hosts, each with the account through which their event of this appointment is kept.

    One that was let go (終了処理のみ) keeps what it has until that has passed; not one that is gone, nor the
    one that they are ``leaving`` for another.
    """
    kept = CalendarEntry.objects.filter(
        appointment=appointment,
        purpose__in=[EntryPurpose.APPOINTMENT, EntryPurpose.ATTENDANCE],
        desired__isnull=False,
        connection__state=ConnectionState.ENDING,
        connection__problem="",
    ).select_related("connection")
    kept = kept.exclude(connection=leaving) if leaving is not None else kept
    owners = {entry.connection.member_id: entry.connection for entry in kept}
    return [
        replace(host, connection=owners.get(host.member.pk, host.connection)) for host in attending(members)
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


def organizer_of(hosts: Iterable[Attending], link: Link) -> Connection | None:
    """The calendar of the first host who can issue the link; without a link, or with nobody able to, the
    first linked.
    """
    linked = [host for host in hosts if host.connection is not None]
    able = [host for host in linked if host.issues(link.service)] if link.wanted else []
    return next((host.connection for host in able or linked), None)
