"""Mails that must go: each has an identity, so that asking twice is asking once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings

from chosei.actions.people import administrators_of
from chosei.jobs import queue
from chosei.records.models import Appointment, Companion, Connection, MailKind, MailMessage, Member, Proposal


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a mail, in which language; ``member`` when it is one of ours, ``companion`` when it is
    somebody whom the customer brings along.
    """

    email: str
    name: str
    language: str
    member: Member | None = None
    companion: Companion | None = None


def to_member(member: Member) -> Recipient:
    return Recipient(member.email, member.name, member.language, member)


def with_author(appointment: Appointment, hosts: Iterable[Member]) -> list[Member]:
    """Whom of our own side a letter goes to: the hosts, and who arranged it on their behalf (代理).

    Once all of them have left, the administrators: what a customer does never reaches nobody.
    """
    told = [host for host in hosts if host.is_active]
    author = appointment.proposal.author if appointment.proposal else None
    if author is not None and author.is_active and author not in told:
        told.append(author)
    return told or administrators_of(appointment.organization_id)


def to_guest(guest: Proposal | Appointment) -> Recipient:
    return Recipient(guest.guest_email, guest.guest_name, guest.guest_language)


def recipient_of(mail: MailMessage) -> Recipient:
    """Who got, or is to get, ``mail``: for another one that follows it."""
    return Recipient(mail.recipient, mail.recipient_name, mail.language, mail.member, mail.companion)


def to_visitors(appointment: Appointment) -> list[Recipient]:
    """The guest, then the companions who have an address; nobody twice."""
    guest = to_guest(appointment)
    found = {guest.email.lower(): guest}
    for companion in appointment.companions.exclude(email=""):
        one = Recipient(companion.email, companion.name, guest.language, companion=companion)
        found.setdefault(companion.email.lower(), one)
    return list(found.values())


def queue_mail(
    kind: MailKind,
    about: Proposal | Appointment | Connection | Member,
    recipient: Recipient,
    *,
    revision: int,
    wait_for_link_until: datetime | None = None,
    occasion: str = "",
    not_before: datetime | None = None,
    listed: Mapping[str, object] | None = None,
) -> None:
    """Have the mail sent once the transaction commits, but ``not_before`` (UTC). ``wait_for_link_until``,
    ``occasion``, ``listed``: see MailMessage.
    """
    subject = _subject(about)
    message, created = MailMessage.objects.get_or_create(
        about=f"{type(about).__name__.lower()}:{about.pk}",
        kind=kind,
        recipient=recipient.email,
        revision=revision,
        occasion=occasion,
        defaults={
            **subject,
            "recipient_name": recipient.name,
            "member": recipient.member,
            "companion": recipient.companion,
            "language": recipient.language,
            "message_id": f"<{uuid4().hex}@{_mail_domain()}>",
            "wait_for_link_until": wait_for_link_until,
            "retry_at": not_before,
            "listed": dict(listed or {}),
        },
    )
    if created:
        queue.enqueue(queue.POST, str(message.pk))


def _subject(about: Proposal | Appointment | Connection | Member) -> dict[str, object]:
    if isinstance(about, Proposal):
        return {"proposal": about, "organization_id": about.organization_id}
    if isinstance(about, Appointment):
        return {"appointment": about, "organization_id": about.organization_id}
    if isinstance(about, Member):
        return {"organization_id": about.organization_id}
    return {"connection": about, "organization_id": about.member.organization_id}


def _mail_domain() -> str:
    address = parseaddr(settings.CHOSEI_EMAIL_FROM)[1]
    return address.rpartition("@")[2] or "localhost"
