"""A mail that the mail server refused, once more: to the address as a person has put it right."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from chosei.actions.checks import check_email
from chosei.actions.errors import Closed
from chosei.actions.outbox import queue_mail, recipient_of
from chosei.actions.timeline import note
from chosei.records.locks import for_change, lock_people
from chosei.records.models import Companion, MailKind, MailMessage, MailState, Member


def send_again(member: Member, mail: MailMessage, address: str) -> None:
    """Put the customer's address right and queue the same letter to it, as a mail of its own.

    A refused mail is followed by one other mail at most: it is superseded in the same transaction. Raises
    InvalidInput(address), and Closed("mail_settled") for what was not refused, was sent again already or
    went to one of our own.
    """
    check_email(address, "address")
    with transaction.atomic():
        about = mail.appointment or mail.proposal
        if about is not None:
            lock_people(about)
        locked = for_change(MailMessage.objects).get(pk=mail.pk)
        if locked.state != MailState.REFUSED or locked.member_id is not None or about is None:
            raise Closed("mail_settled")
        _put_right(locked, address)
        locked.state = MailState.SUPERSEDED
        locked.save(update_fields=["state"])
        queue_mail(
            MailKind(locked.kind),
            about,
            replace(recipient_of(locked), email=address),
            revision=locked.revision,
            occasion=f"again:{locked.pk}",
        )
        note(
            "mail_again",
            appointment=locked.appointment,
            proposal=locked.proposal,
            member=member,
            actor="member",
            mail=locked.kind,
        )


def _put_right(mail: MailMessage, address: str) -> None:
    """The address where the next letters will take it from; one changed meanwhile is left alone."""
    if mail.companion_id is not None:
        Companion.objects.filter(pk=mail.companion_id, email=mail.recipient).update(email=address)
        return
    for about in (mail.appointment, mail.proposal or (mail.appointment and mail.appointment.proposal)):
        if about is not None and about.guest_email.lower() == mail.recipient.lower():
            about.guest_email = address
            about.save(update_fields=["guest_email"])
