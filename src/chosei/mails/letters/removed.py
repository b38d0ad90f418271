"""To a member who no longer is one of an appointment's hosts."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.states import AppointmentState
from chosei.core.titles import HostMail, host_subject
from chosei.mails import facts, times
from chosei.mails.attached import gets_calendar_object
from chosei.mails.blocks import Block, Body, Facts, Say
from chosei.mails.facts import Reader
from chosei.records.models import Appointment


def removed_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once the appointment is cancelled, and when the member attends again."""
    hosts = facts.hosts_of(appointment)
    if appointment.state != AppointmentState.CONFIRMED or reader.member in hosts:
        return None
    calendar = (
        _("カレンダーの予定は、添付のお知らせ(invite.ics)で取り消してください。")
        if gets_calendar_object(appointment, reader.member, left=True)
        else _("カレンダーの予定は自動で取り消されます。お手続きは不要です。")
    )
    said = _("%(customer)sとのアポイントメントの担当から外れました。ご出席の必要はありません。")
    when = facts.appointment_times(appointment, reader, "gone")
    names = times.listed([host.name for host in hosts])
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        Say(said % {"customer": facts.customer_name(appointment)} + "\n" + calendar),
        when,
        Facts(tuple(facts.optional((pgettext("mail", "新しい担当者"), names)))),
    ]
    subject = host_subject(HostMail.REMOVED, facts.customer_of(appointment), language=reader.language)
    return Body(
        subject, f"{when.rows[0]} {when.zone}", _("アポイントメントの担当が変わりました"), tuple(blocks)
    )
