"""Whether a connected account is the member's: their address against all that the account goes by."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from chosei.actions.connections import resume
from chosei.actions.errors import Closed
from chosei.actions.outbox import queue_mail, to_member
from chosei.core.addresses import goes_by
from chosei.core.providers import ConnectionKind
from chosei.core.states import CONNECTION, ConnectionEvent, ConnectionState, advance
from chosei.records.locks import for_change, lock_hosts
from chosei.records.models import Connection, MailKind, MailMessage, Member


def judge(connection_id: int, *, addresses: Sequence[str] | None = None) -> None:
    """Compare again: with ``addresses`` the account has just told, or with those it told last.

    A mismatch takes the connection out of use and mails its owner; an agreement puts it back to work.
    """
    with transaction.atomic():
        connection = _locked(connection_id)
        member = Member.objects.get(pk=connection.member_id)
        state = ConnectionState(connection.state)
        if addresses is not None:
            connection.addresses, connection.account_checked_at = list(addresses), timezone.now()
            connection.save(update_fields=["addresses", "account_checked_at"])
        # The address decides whose calendar it is; a meeting service may know its owner by another.
        agrees = connection.kind != ConnectionKind.CALENDAR or goes_by(
            connection.addresses, member.email, connection.accepted_address
        )
        if state == ConnectionState.ACTIVE and not agrees:
            _move(connection, ConnectionEvent.MISMATCH)
            earlier = MailMessage.objects.filter(connection=connection, kind=MailKind.ADDRESS_MISMATCH)
            queue_mail(MailKind.ADDRESS_MISMATCH, connection, to_member(member), revision=earlier.count())
        elif state == ConnectionState.ADDRESS_MISMATCH and agrees:
            _move(connection, ConnectionEvent.SETTLE)
            resume(connection)


def found_again(connection_id: int) -> None:
    """A permission that was refused is granted again without its owner's doing: back to work."""
    with transaction.atomic():
        connection = _locked(connection_id)
        if connection.state != ConnectionState.NEEDS_RECONNECT:
            return
        connection.problem = connection.trouble = connection.claims = ""
        connection.save(update_fields=["problem", "trouble", "claims"])
        _move(connection, ConnectionEvent.FIND_AGAIN)
        resume(connection)
        judge(connection_id)


def accept_alias(administrator: Member, connection: Connection) -> None:
    """An administrator vouches that the account is the member's, for the address the member has now.

    Raises Closed("not_administrator") or Closed("settled") when there is nothing to accept any more.
    """
    with transaction.atomic():
        if not Member.objects.filter(pk=administrator.pk, is_active=True, role="administrator").exists():
            raise Closed("not_administrator")
        locked = _locked(connection.pk)
        if locked.state != ConnectionState.ADDRESS_MISMATCH:
            raise Closed("settled")
        locked.accepted_address = Member.objects.get(pk=locked.member_id).email
        locked.save(update_fields=["accepted_address"])
        judge(locked.pk)


def _locked(connection_id: int) -> Connection:
    """Under its owner's lock, too: what waits for the account may be taken up."""
    lock_hosts([Connection.objects.values_list("member_id", flat=True).get(pk=connection_id)])
    return for_change(Connection.objects).get(pk=connection_id)


def _move(connection: Connection, event: ConnectionEvent) -> None:
    connection.state = advance(CONNECTION, ConnectionState(connection.state), event)
    connection.state_since = timezone.now()
    connection.save(update_fields=["state", "state_since", "changed_at"])
