"""What a service for web meetings tells us: believed once its signature is right, and only as far as
needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from chosei import wiring
from chosei.actions.outbox import queue_mail, to_member
from chosei.actions.web_links import DEAUTHORISED, drop_account
from chosei.core.states import CONNECTION, LIVE, ConnectionEvent, ConnectionState, advance
from chosei.jobs import queue
from chosei.ports.meeting_notices import Deauthorised, Handshake, MeetingTouched
from chosei.records.locks import for_change
from chosei.records.models import Connection, ConnectionAttempt, MailKind, MailMessage, WebMeeting


def hear(
    provider: str, headers: Mapping[str, str], body: bytes, *, now: datetime
) -> Mapping[str, str] | None:
    """Act on a notice; what is to be answered to a handshake, else None. May be told twice.

    Raises ``ports.meeting_notices.NotGenuine``, and ValueError for one that cannot be read.
    """
    notice = wiring.meeting_notices(provider).read(headers, body, now=now)
    match notice:
        case Handshake(answer):
            return answer
        case Deauthorised():
            forget_account(provider, notice, now=now)
        case MeetingTouched(remote_id):
            _doubt(provider, remote_id)
    return None


def _doubt(provider: str, remote_id: str) -> None:
    rows = WebMeeting.objects.filter(
        connection__provider=provider, remote_id=remote_id, desired__isnull=False
    )
    with transaction.atomic():
        for row in for_change(rows):
            row.doubted = True
            row.save(update_fields=["doubted", "changed_at"])
            queue.enqueue(queue.MEET, str(row.appointment_id))


def forget_account(provider: str, notice: Deauthorised, *, now: datetime) -> None:
    """The account has removed Chosei: everything we had of it is erased, and its owner is told what that
    means. Whoever has connected it again since keeps it: a notice may be repeated, or late.

    Appointments stand, with the links that customers have: the meetings themselves stay with the service.
    """
    rows = Connection.objects.filter(
        provider=provider, account_tenant=notice.tenant_id, account_object=notice.object_id
    ).order_by("pk")
    with transaction.atomic():
        for connection in for_change(rows).select_related("member"):
            if notice.at is not None and _signed_in_after(connection, notice.at):
                continue
            used = connection.state in (*LIVE, ConnectionState.ENDING)
            _end(connection)
            drop_account(connection, now=now)
            if used and connection.member.is_active:
                earlier = MailMessage.objects.filter(connection=connection, kind=MailKind.RECONNECT).count()
                queue_mail(MailKind.RECONNECT, connection, to_member(connection.member), revision=earlier)


def _signed_in_after(connection: Connection, moment: datetime) -> bool:
    """Compared by whole seconds, as such notices tell them."""
    later = ConnectionAttempt.objects.filter(
        member=connection.member_id,
        provider=connection.provider,
        result="connected",
        returned_at__gte=moment.replace(microsecond=0) + timedelta(seconds=1),
    )
    return connection.state in LIVE and later.exists()


def _end(connection: Connection) -> None:
    state = ConnectionState(connection.state)
    if state in LIVE:
        state = advance(CONNECTION, state, ConnectionEvent.DISCONNECT)
    if state == ConnectionState.ENDING:
        state = advance(CONNECTION, state, ConnectionEvent.FINISH)
    connection.state, connection.state_since = state, timezone.now()
    connection.problem, connection.trouble, connection.claims = DEAUTHORISED, "", ""
    connection.access_token = connection.refresh_token = connection.scopes = ""
    connection.access_expires_at = None
    connection.address = connection.display_name = connection.login_names = ""
    connection.addresses = []
    # Not even which account it was stays; the number keeps rows of one member apart.
    connection.account_tenant, connection.account_object = "erased", f"erased-{connection.pk}"
    connection.save()
