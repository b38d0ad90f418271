"""What follows when the provider has issued the web meeting's link."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chosei.actions.outbox import queue_mail, recipient_of
from chosei.actions.room_answers import rewrite
from chosei.actions.timeline import note
from chosei.core.states import AppointmentState
from chosei.jobs import queue
from chosei.records.locks import for_change, lock_people
from chosei.records.models import Appointment, MailKind, MailMessage, MailState

_FOLLOWS = {
    MailKind.CONFIRMED_GUEST.value: MailKind.LINK_FOLLOWS_GUEST,
    MailKind.CONFIRMED_HOST.value: MailKind.LINK_FOLLOWS_HOST,
    MailKind.CHANGED_GUEST.value: MailKind.LINK_FOLLOWS_GUEST,
    MailKind.CHANGED_HOST.value: MailKind.LINK_FOLLOWS_HOST,
}


def link_issued(appointment_id: int, join_url: str, *, through: int) -> None:
    """Keep the link, let the mails go that waited for it, and send it after those that went without.

    ``through``: the account that issued it, which another may have replaced since: then nothing is kept. The
    link of a service of its own is named in the calendars' events, too.
    """
    with transaction.atomic():
        lock_people(Appointment.objects.get(pk=appointment_id))
        appointment = for_change(Appointment.objects).get(pk=appointment_id)
        if appointment.join_url == join_url or appointment.state != AppointmentState.CONFIRMED:
            return
        if appointment.issuer != through:
            return
        appointment.join_url = join_url
        appointment.save(update_fields=["join_url", "changed_at"])
        if appointment.web_apart:
            rewrite(appointment)
        actor = "chosei" if appointment.web_apart else "provider"
        note("link_issued", appointment=appointment, proposal=appointment.proposal, actor=actor)
        for mail in MailMessage.objects.filter(appointment=appointment, kind__in=list(_FOLLOWS)):
            if mail.state == MailState.WAITING:
                queue.enqueue(queue.POST, str(mail.pk))
            elif mail.state == MailState.SENT and not mail.told_link:
                _follow(mail, appointment)


def mail_went(mail: MailMessage, *, told_link: bool, now: datetime) -> None:
    """Record that the letter was taken. A link that came while it was on its way follows it.

    Under the same lock as ``link_issued``: one of the two sees what the other did.
    """
    with transaction.atomic():
        about = mail.appointment_id
        appointment = for_change(Appointment.objects).get(pk=about) if about else None
        MailMessage.objects.filter(pk=mail.pk).update(
            state=MailState.SENT, sent_at=now, told_link=told_link, retry_at=None, problem=""
        )
        if appointment and appointment.join_url and not told_link and mail.kind in _FOLLOWS:
            _follow(mail, appointment)


def _follow(mail: MailMessage, appointment: Appointment) -> None:
    queue_mail(_FOLLOWS[mail.kind], appointment, recipient_of(mail), revision=appointment.revision)
