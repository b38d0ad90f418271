"""To hosts: no room could be had for an appointment, and what they can do."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.rooms import RoomState
from chosei.core.states import AppointmentState
from chosei.mails import facts
from chosei.mails.blocks import Action, Body, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.links import console_appointment_url
from chosei.mails.times import listed
from chosei.records.models import Appointment


def room_missing(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once a room stands, the host has done without, or the appointment is off."""
    if appointment.state != AppointmentState.CONFIRMED or appointment.room_state != RoomState.MISSING:
        return None
    when = facts.appointment_times(appointment, reader, "settled")
    who = {"customer": facts.customer_name(appointment)}
    lead = _("%(customer)sとのアポイントメントの会議室を確保できませんでした。") % who
    refused = appointment.promises.filter(room__isnull=False, answer="declined").select_related("room")
    names = listed(dict.fromkeys(one.room.name for one in refused if one.room))
    blocks = (
        facts.guest_addressee("", reader.name),
        Say(_("お手数ですが、下記から別の会議室を選ぶか、「会議室なしで進める」をお選びください。")),
        Action(pgettext("mail", "会議室を選ぶ"), console_appointment_url(appointment) + "#choose-room"),
        Say(lead),
        when,
        Facts(tuple(facts.optional((pgettext("mail", "お断りのあった会議室"), names)))),
        Say(_("日程の約束はそのまま有効です。お客様へは、会議室が決まり次第お知らせします。")),
    )
    subject = _("【会議室】%(customer)sの会議室をお選びください") % who
    return Body(subject, lead, pgettext("mail", "会議室を確保できませんでした"), blocks)
