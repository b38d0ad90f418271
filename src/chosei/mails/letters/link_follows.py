"""The web meeting's link, for those whose confirmation had to go without it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.states import AppointmentState
from chosei.core.titles import GuestMail, HostMail, guest_subject, host_subject
from chosei.mails import facts
from chosei.mails.blocks import Action, Aside, Block, Body, Fact, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.letters.confirmed import customer_name
from chosei.mails.links import appointment_url, console_appointment_url
from chosei.records.codes import code_digits
from chosei.records.models import Appointment


def _void(appointment: Appointment, now: datetime) -> bool:
    return (
        appointment.state != AppointmentState.CONFIRMED
        or not appointment.join_url
        or appointment.ends_at <= now
    )


def link_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None without a link, after a cancellation, and once the meeting is over."""
    if _void(appointment, now):
        return None
    speaker, organization = facts.spokesperson(appointment), appointment.organization
    when = facts.appointment_times(appointment, reader, "settled")
    blocks = (
        facts.visitor_addressee(appointment, reader),
        Say(facts.introduction(organization, speaker)),
        Say(
            _(
                "先にご案内いたしましたアポイントメントのWeb会議URLをお送りいたします。\nお時間になりましたら、下記よりご参加ください。"
            )
        ),
        when,
        Action(pgettext("mail", "Web会議に参加する"), appointment.join_url),
        Facts(
            (
                *facts.optional((pgettext("mail", "件名"), appointment.title)),
                Fact(pgettext("mail", "Web会議URL"), appointment.join_url, appointment.join_url),
            )
        ),
        *_page(appointment, reader),
        Say(_("それでは、当日は何卒よろしくお願いいたします。")),
        facts.signature(organization, speaker),
    )
    subject = guest_subject(GuestMail.DETAILS, organization.name, reader.language)
    return Body(subject, f"{when.rows[0]} {when.zone}", pgettext("mail", "Web会議URLのご案内"), blocks)


def _page(appointment: Appointment, reader: Reader) -> list[Block]:
    if reader.companion is not None:
        return []
    sentence = _("内容のご確認とキャンセルは、下記のページから承ります。")
    return [Aside(sentence, pgettext("mail", "アポイントメントを確認する"), appointment_url(appointment))]


def link_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None without a link, after a cancellation, and once the meeting is over."""
    if _void(appointment, now):
        return None
    when = facts.appointment_times(appointment, reader, "settled")
    blocks = (
        facts.guest_addressee("", reader.name),
        Say(
            _("%(customer)sとのアポイントメントのWeb会議URLを発行しました。お客様にもお送りしています。")
            % {"customer": customer_name(appointment)}
        ),
        when,
        Facts((Fact(pgettext("mail", "Web会議URL"), appointment.join_url, appointment.join_url),)),
        Action(pgettext("mail", "Choseiで開く"), console_appointment_url(appointment)),
    )
    subject = host_subject(
        HostMail.DETAILS, facts.customer_of(appointment), code_digits(appointment), reader.language
    )
    return Body(subject, f"{when.rows[0]} {when.zone}", pgettext("mail", "Web会議URLを発行しました"), blocks)
