"""A connected account's affairs with us: taken up again, and finished when it is let go (接続解除)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from chosei.actions.hold_wishes import settle_holds
from chosei.actions.meeting_wishes import want_request
from chosei.actions.notices import look_after_soon
from chosei.actions.people import attending, hosts_here
from chosei.actions.taken import RUNNING
from chosei.actions.wishes import converge_soon, drop
from chosei.core.entries import EntryPurpose, EntryState
from chosei.core.providers import ConnectionKind
from chosei.core.states import CONNECTION, LIVE, AppointmentState, ConnectionEvent, ConnectionState, advance
from chosei.jobs import queue
from chosei.records.locks import for_change, lock_hosts
from chosei.records.models import Appointment, CalendarEntry, Connection, Member, Proposal, Room, Subscription

_TOKENS = ("access_token", "refresh_token", "claims", "login_names", "scopes", "mirror_token")
MAY_STAND = ~Q(remote_id="") | Q(create_begun=True)
"""Of an entry or a web meeting: it stands in the account, or may, since the answer to its creation was
lost."""
SPEAKING = (ConnectionState.ACTIVE, ConnectionState.ADDRESS_MISMATCH, ConnectionState.ENDING)
"""Whose permission may be used."""


def disconnect(member: Member, connection: Connection, *, now: datetime) -> None:
    """Let the account go: its holds are removed, confirmed events stay and can still be cancelled through it.

    A room that its holds carried is carried by those of a colleague who is still linked, if there is one.
    The connection reads nothing more; the sweep erases its tokens when its last entry is finished.
    """
    with transaction.atomic():
        lock_hosts([member.pk])  # whoever confirms or offers now decides before us or sees what we did
        running = _running_of(member)
        locked = for_change(Connection.objects).get(pk=connection.pk)
        if locked.state not in (*LIVE, ConnectionState.APPROVAL_ONLY):
            return
        let_go(locked, now=now)
        _settle(running)
        drop(
            CalendarEntry.objects.filter(
                connection=locked,
                purpose__in=(EntryPurpose.HOLD, EntryPurpose.REQUEST),
                desired__isnull=False,
            )
        )
        converge_all(locked)


def let_go(connection: Connection, *, now: datetime) -> None:
    """From now on the account only finishes what it has (終了処理のみ), and reads nothing. Inside a
    transaction, under the row's lock.
    """
    connection.state = advance(CONNECTION, ConnectionState(connection.state), ConnectionEvent.DISCONNECT)
    connection.state_since = now
    connection.mirror_read_at = connection.mirror_from = connection.mirror_until = None
    connection.mirror_token = ""
    mirror = ("mirror_token", "mirror_read_at", "mirror_from", "mirror_until")
    connection.save(update_fields=["state", "state_since", "changed_at", *mirror])
    connection.mirrored_events.all().delete()
    look_after_soon(connection.pk, now=now)


def hold_again(member: Member) -> None:
    """What is held for running proposals and for bookings that wait for approval is held in the calendar that
    the member has connected, too.

    Inside a transaction, under the member's host lock.
    """
    _settle(_running_of(member))
    waiting = Appointment.objects.filter(
        state=AppointmentState.PENDING, promises__host=member, promises__standing=True
    )
    for appointment in for_change(waiting).order_by("pk"):
        promises = appointment.promises.filter(standing=True, host__isnull=False).select_related("host")
        want_request(appointment, attending([promise.host for promise in promises if promise.host]))
        converge_soon(appointment)


def _running_of(member: Member) -> list[Proposal]:
    """The running proposals that the member is to attend, under their row locks."""
    attended = Proposal.objects.filter(state__in=RUNNING, hosts__member=member).values("pk")
    rows = for_change(Proposal.objects).select_related("organization", "author")
    return list(rows.filter(pk__in=attended).order_by("pk"))


def _settle(proposals: Iterable[Proposal]) -> None:
    for proposal in proposals:
        settle_holds(proposal, attending(hosts_here(proposal)))
        converge_soon(proposal)


def is_finished(connection: Connection, *, now: datetime) -> bool:
    """Whether the account was let go and nothing of ours in it needs it any more."""
    if connection.state != ConnectionState.ENDING:
        return False
    # What is parked cannot be done through this account any more, and is shown to its owner.
    unfinished = connection.entries.filter(state__in=[EntryState.WAITING, EntryState.RETRYING])
    to_come = connection.entries.filter(
        Q(purpose=EntryPurpose.HOLD) | Q(appointment__ends_at__gt=now), desired__isnull=False
    )
    meetings = connection.web_meetings.filter(
        Q(state__in=[EntryState.WAITING, EntryState.RETRYING])
        | Q(desired__isnull=False, appointment__ends_at__gt=now)
    )
    # A colleague's row of the same account may have nothing left but our permission to finish with.
    borrowing = same_account(connection).filter(
        state=ConnectionState.ENDING, refresh_due_at__lt=connection.refresh_due_at
    )
    # What is still watched is ended through this account, or runs out.
    watched = Subscription.objects.filter(connection=connection, expires_at__gt=now).exclude(remote_id="")
    return not any(rows.exists() for rows in (unfinished, to_come, meetings, watched, borrowing))


def of_account(provider: str, account_tenant: str, account_object: str) -> QuerySet[Connection]:
    """Every row of the same account at the provider, whoever's it is."""
    return Connection.objects.filter(
        provider=provider, account_tenant=account_tenant, account_object=account_object
    )


def same_account(connection: Connection) -> QuerySet[Connection]:
    """The other rows of the connection's account."""
    same = of_account(connection.provider, connection.account_tenant, connection.account_object)
    return same.exclude(pk=connection.pk)


def speaks_for(connection: Connection) -> Connection:
    """Through whose permission an account that was let go finishes what it has: the newest, if a colleague
    has connected the same account since. A sign-in may end the permission before it (contracts/zoom.md)."""
    if connection.state != ConnectionState.ENDING:
        return connection
    newer = same_account(connection).filter(state__in=SPEAKING, refresh_due_at__gt=connection.refresh_due_at)
    return newer.order_by("-refresh_due_at", "-pk").first() or connection


def finish_ending(connection_id: int, *, now: datetime) -> None:
    """Erase an account that ``is_finished``: its tokens, and what it said of its owner. What it is known by
    stays with its entries, and while a person has something to remove there, so does its name.
    """
    with transaction.atomic():
        connection = for_change(Connection.objects).get(pk=connection_id)
        if not is_finished(connection, now=now):
            return
        connection.state = advance(CONNECTION, ConnectionState.ENDING, ConnectionEvent.FINISH)
        for field in _TOKENS:
            setattr(connection, field, "")
        connection.addresses, connection.further_calendars = [], []
        if not has_leftovers(connection):
            connection.address = connection.display_name = ""
        connection.save()


def has_leftovers(connection: Connection) -> bool:
    """Whether something that could not be finished there stands in the account, or may."""
    parked = (connection.entries, connection.web_meetings)
    return any(rows.filter(MAY_STAND, state=EntryState.PARKED).exists() for rows in parked)


def resume(connection: Connection) -> None:
    """Take up everything that waited for this account. Inside a transaction."""
    queue.enqueue(queue.OBSERVE, str(connection.pk))
    look_after_soon(connection.pk, now=timezone.now())
    again = {"state": EntryState.WAITING, "attempts": 0, "problem": ""}
    connection.entries.filter(state=EntryState.PARKED, question="").update(**again)
    connection.web_meetings.filter(state=EntryState.PARKED).update(**again)
    converge_all(connection)
    if connection.kind == ConnectionKind.CALENDAR:
        _look_at_unread_rooms(connection.member.organization_id)


def _look_at_unread_rooms(organization_id: int) -> None:
    """Rooms are read through somebody's calendar: those nobody could read so far may be read through this."""
    Room.objects.filter(organization=organization_id, mirror_read_at=None).update(mirror_tried_at=None)
    queue.enqueue(queue.OBSERVE_ROOMS, str(organization_id))


def converge_all(connection: Connection) -> None:
    """Enqueue every negotiation and appointment with something unfinished in this calendar."""
    unfinished = connection.entries.exclude(state__in=[EntryState.WRITTEN, EntryState.GONE])
    keys = set()
    for candidate_of, appointment_id, appointment_of in unfinished.values_list(
        "candidate__proposal_id", "appointment_id", "appointment__proposal_id"
    ):
        proposal_id = appointment_of or candidate_of
        keys.add(f"proposal:{proposal_id}" if proposal_id else f"appointment:{appointment_id}")
    for key in sorted(keys):  # in one order: two that enqueue the same keys wait for each other
        queue.enqueue(queue.CONVERGE, key)
    meetings = connection.web_meetings.exclude(state__in=[EntryState.WRITTEN, EntryState.GONE])
    for pk in sorted(set(meetings.values_list("appointment_id", flat=True))):
        queue.enqueue(queue.MEET, str(pk))
