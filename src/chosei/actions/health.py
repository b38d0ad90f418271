"""The health of a connection, told to the person who can mend it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from chosei.actions.outbox import queue_mail, to_member
from chosei.core.states import ConnectionState
from chosei.records.models import Connection, MailKind, MailMessage, Member, Role

_REMIND = timedelta(days=7)


def connection_lost(connection_id: int, code: str) -> None:
    """The account's permission is gone: pause the connection and tell its owner, once each time."""
    with transaction.atomic():
        connection = Connection.objects.select_for_update().select_related("member").get(pk=connection_id)
        if connection.state not in (ConnectionState.ACTIVE, ConnectionState.ADDRESS_MISMATCH):
            return
        connection.state = ConnectionState.NEEDS_RECONNECT
        connection.problem = code[:80]
        connection.state_since = timezone.now()
        connection.save(update_fields=["state", "state_since", "problem", "changed_at"])
        earlier = MailMessage.objects.filter(connection=connection, kind=MailKind.RECONNECT).count()
        queue_mail(MailKind.RECONNECT, connection, to_member(connection.member), revision=earlier)


def registration_broken(connection_id: int, code: str) -> None:
    """Chosei's own registration is refused (secret wrong or expired): the organisation's administrators learn
    it, once a week at most. The connection stays as it is; what it was to do is tried again.
    """
    with transaction.atomic():
        connection = Connection.objects.select_related("member").get(pk=connection_id)
        Connection.objects.filter(pk=connection_id).update(mirror_error=code[:80])
        administrators = Member.objects.filter(
            organization_id=connection.member.organization_id, role=Role.ADMINISTRATOR, is_active=True
        )
        for member in administrators.order_by("pk"):
            told = MailMessage.objects.filter(about=f"member:{member.pk}", kind=MailKind.REGISTRATION_BROKEN)
            if not told.filter(created_at__gt=timezone.now() - _REMIND).exists():
                queue_mail(MailKind.REGISTRATION_BROKEN, member, to_member(member), revision=told.count())
