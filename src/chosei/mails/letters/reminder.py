"""A reminder before the meeting: when, where, and the way in."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.states import AppointmentState
from chosei.core.titles import GuestMail, HostMail, guest_subject, host_subject
from chosei.mails import facts
from chosei.mails.blocks import Action, Block, Body, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.letters.confirmed import (
    change_or_cancel,
    customer_name,
    guest_facts,
    host_facts,
    visitor_action,
)
from chosei.mails.links import console_appointment_url
from chosei.records.codes import code_digits
from chosei.records.models import Appointment


def _void(appointment: Appointment, now: datetime) -> bool:
    return appointment.state != AppointmentState.CONFIRMED or appointment.starts_at <= now


def reminder_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None after a cancellation, and once the meeting has begun."""
    if _void(appointment, now):
        return None
    speaker, organization = facts.spokesperson(appointment), appointment.organization
    when = facts.appointment_times(appointment, reader, "settled")
    blocks: list[Block] = [
        facts.visitor_addressee(appointment, reader),
        Say(facts.introduction(organization, speaker)),
        Say(_("アポイントメントの日時が近づいてまいりましたので、あらためてご案内申し上げます。"), "opening"),
        when,
        *facts.reception_code(appointment),
        Facts(tuple(guest_facts(appointment, reader))),
        *facts.quoted(pgettext("mail", "ご案内"), appointment.guidance),
        *visitor_action(appointment, reader),
        *change_or_cancel(appointment, reader, now),
        Say(_("それでは、当日は何卒よろしくお願いいたします。"), "closing"),
        facts.signature(organization, speaker),
    ]
    subject = guest_subject(GuestMail.REMINDER, organization.name, reader.language)
    headline = pgettext("mail", "アポイントメントのご案内")
    return Body(subject, f"{when.rows[0]} {when.zone}", headline, tuple(blocks))


def reminder_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None after a cancellation, and once the meeting has begun."""
    if _void(appointment, now):
        return None
    when = facts.appointment_times(appointment, reader, "settled")
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        Say(
            _("%(customer)sとのアポイントメントが近づいています。") % {"customer": customer_name(appointment)}
        ),
        when,
        Facts(tuple(host_facts(appointment, reader))),
        *facts.quoted(pgettext("mail", "お客様からのメッセージ"), appointment.guest_message),
        Action(pgettext("mail", "Choseiで開く"), console_appointment_url(appointment)),
    ]
    subject = host_subject(
        HostMail.REMINDER, facts.customer_of(appointment), code_digits(appointment), reader.language
    )
    headline = pgettext("mail", "アポイントメントが近づいています")
    return Body(subject, f"{when.rows[0]} {when.zone}", headline, tuple(blocks))
