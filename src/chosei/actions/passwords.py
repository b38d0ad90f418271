"""A forgotten password."""

from __future__ import annotations

from django.db import transaction

from chosei.actions.outbox import queue_mail, to_member
from chosei.records.locks import for_change
from chosei.records.models import MailKind, MailMessage, Member


def ask_password_reset(email: str) -> None:
    """Mail the member a link to set a password; nothing happens for an address that is nobody's.

    Also for members without a password yet. The mail goes by the queue: how long the answer takes tells
    nothing, and a mail server that is away loses nothing.
    """
    with transaction.atomic():
        member = for_change(Member.objects).filter(email__iexact=email, is_active=True).first()
        if member is None:
            return
        earlier = MailMessage.objects.filter(member=member, kind=MailKind.NEW_PASSWORD).count()
        queue_mail(MailKind.NEW_PASSWORD, member, to_member(member), revision=earlier)
