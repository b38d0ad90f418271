"""The visitor stands at the front desk: who, since when, and where."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core import wording
from chosei.core.language import Language
from chosei.core.titles import HostMail, host_subject
from chosei.mails import facts, times
from chosei.mails.blocks import Action, Body, Fact, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.links import console_appointment_url
from chosei.records.codes import code_digits
from chosei.records.models import Appointment, Visit


def arrived(visit: Visit, reader: Reader, now: datetime) -> Body | None:
    """None once the visitor has left again: nobody waits any more."""
    if visit.left_at is not None:
        return None
    appointment = visit.appointment
    zone = reader.zone or appointment.zone
    said = _("%(customer)sが受付にいらっしゃいました。お迎えをお願いいたします。") % {
        "customer": facts.customer_name(appointment)
    }
    blocks = (
        facts.guest_addressee("", reader.name),
        Say(said),
        Facts(
            (
                Fact(pgettext("mail", "ご到着"), arrival_time(visit, zone, reader.language, now)),
                Fact(pgettext("mail", "受付"), visit.arrived_at_desk.name),
                Fact(pgettext("mail", "お約束"), times.span(appointment, zone, reader.language, now)),
                *facts.optional(
                    (pgettext("mail", "件名"), appointment.title),
                    (pgettext("mail", "場所"), appointment.location),
                    (pgettext("mail", "会議室"), facts.rooms_of(appointment)),
                    (
                        pgettext("mail", "担当者"),
                        times.listed([host.name for host in facts.hosts_of(appointment)]),
                    ),
                ),
            )
        ),
        Action(pgettext("mail", "Choseiで開く"), console_appointment_url(appointment)),
    )
    customer, code = facts.customer_of(appointment), code_digits(appointment)
    subject = host_subject(HostMail.ARRIVED, customer, code, reader.language)
    return Body(subject, said, pgettext("mail", "お客様がお見えです"), blocks)


def arrival_time(visit: Visit, zone: str, language: Language, now: datetime) -> str:
    return wording.instant_text(visit.arrived_at, zone, language, now)


def visit_told_of(occasion: str, appointment: Appointment) -> Visit:
    """The visit that a message is about, by its ``occasion``. Raises ValueError."""
    found = Visit.objects.filter(appointment=appointment, pk=int(occasion.partition(":")[2] or 0))
    visit = found.select_related("arrived_at_desk", "appointment__organization").first()
    if visit is None:
        raise ValueError("news of an arrival needs its visit")
    return visit
