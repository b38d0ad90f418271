"""The health of a connection, told to the person who can mend it, once each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from chosei.actions.outbox import queue_mail, to_member
from chosei.core.states import CONNECTION, ConnectionEvent, ConnectionState, advance
from chosei.core.troubles import ADMINISTRATORS, NOT_THE_MEMBERS, Trouble
from chosei.ports.errors import Misconfigured, NeedsReconnect
from chosei.records.locks import for_change
from chosei.records.models import Connection, MailKind, MailMessage, MailState, Member, Role

_GATHERED = timedelta(minutes=5)
"""A change of policy hits many accounts one after the other: administrators get one letter about them."""
_AGAIN_AFTER = timedelta(days=1)
_TRIED_AGAIN = timedelta(hours=1)


def connection_lost(connection_id: int, error: NeedsReconnect) -> None:
    """The account's permission is gone: pause the connection and tell who can mend it."""
    with transaction.atomic():
        connection = _locked(connection_id)
        if connection.state not in (ConnectionState.ACTIVE, ConnectionState.ADDRESS_MISMATCH):
            return
        connection.state = advance(CONNECTION, ConnectionState(connection.state), ConnectionEvent.LOSE_ACCESS)
        connection.problem, connection.claims = error.code[:80], error.claims
        connection.state_since = timezone.now()
        connection.save(update_fields=["state", "state_since", "problem", "claims", "changed_at"])
        _in_trouble(connection, error.trouble)


def mailbox_lost(connection_id: int) -> None:
    """The account works, but has no mailbox any more: its licence is gone. It comes back by itself."""
    with transaction.atomic():
        connection = _locked(connection_id)
        if connection.state == ConnectionState.ACTIVE and connection.trouble != Trouble.NO_MAILBOX:
            _in_trouble(connection, Trouble.NO_MAILBOX)


def untroubled(connection_id: int, *troubles: Trouble) -> None:
    """These are over: the account has just shown that it works."""
    Connection.objects.filter(pk=connection_id, trouble__in=troubles).update(trouble="")


def registration_broken(connection_id: int, error: Misconfigured) -> None:
    """Chosei's own registration is refused (secret wrong or expired): the organisation's administrators learn
    it, once a day at most. The connection stays as it is; what it was to do is tried again.
    """
    with transaction.atomic():
        connection = _locked(connection_id)
        Connection.objects.filter(pk=connection_id).update(
            mirror_error=error.code[:80], trouble=error.trouble
        )
        _tell_administrators(connection, MailKind.REGISTRATION_BROKEN, timezone.now())


def _in_trouble(connection: Connection, trouble: Trouble) -> None:
    connection.trouble = trouble
    connection.refresh_due_at = min(connection.refresh_due_at, timezone.now() + _TRIED_AGAIN)
    connection.save(update_fields=["trouble", "refresh_due_at"])
    if trouble not in NOT_THE_MEMBERS:
        earlier = MailMessage.objects.filter(connection=connection, kind=MailKind.RECONNECT).count()
        queue_mail(MailKind.RECONNECT, connection, to_member(connection.member), revision=earlier)
    if trouble in ADMINISTRATORS:
        _tell_administrators(connection, MailKind.ACCOUNTS_IN_TROUBLE, timezone.now() + _GATHERED)


def _tell_administrators(connection: Connection, kind: MailKind, when: datetime) -> None:
    """One letter that waits tells everything that stands when it goes; the next comes after a pause."""
    administrators = Member.objects.filter(
        organization_id=connection.member.organization_id, role=Role.ADMINISTRATOR, is_active=True
    )
    for member in administrators.order_by("pk"):
        told = MailMessage.objects.filter(about=f"member:{member.pk}", kind=kind)
        if told.filter(state=MailState.WAITING).exists():
            continue
        last = told.filter(state=MailState.SENT).order_by("-sent_at").first()
        due = max(when, last.sent_at + _AGAIN_AFTER) if last and last.sent_at else when
        queue_mail(kind, member, to_member(member), revision=told.count(), not_before=due)


def _locked(connection_id: int) -> Connection:
    rows = for_change(Connection.objects).select_related("member")
    return rows.get(pk=connection_id)
