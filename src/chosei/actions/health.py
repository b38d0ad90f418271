"""The health of a connection, told to the person who can mend it."""

from __future__ import annotations

from django.db import transaction

from chosei.actions.outbox import queue_mail, to_member
from chosei.core.states import ConnectionState
from chosei.records.models import Connection, MailKind, MailMessage


def connection_lost(connection_id: int, code: str) -> None:
    """The account's permission is gone: pause the connection and tell its owner, once each time."""
    with transaction.atomic():
        connection = Connection.objects.select_for_update().select_related("member").get(pk=connection_id)
        if connection.state != ConnectionState.ACTIVE:
            return
        connection.state = ConnectionState.NEEDS_RECONNECT
        connection.problem = code[:80]
        connection.save(update_fields=["state", "problem", "changed_at"])
        earlier = MailMessage.objects.filter(connection=connection, kind=MailKind.RECONNECT).count()
        queue_mail(MailKind.RECONNECT, connection, to_member(connection.member), revision=earlier)
