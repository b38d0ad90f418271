"""The web meeting's link, for those whose confirmation had to go without it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.letter_texts import Wording
from chosei.core.states import AppointmentState
from chosei.mails import facts
from chosei.mails.blocks import Action, Aside, Block, Body, Fact, Facts
from chosei.mails.facts import Reader
from chosei.mails.links import appointment_url, console_appointment_url
from chosei.mails.wordings import words
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
    said = words(Wording.LINK_GUEST, appointment, reader)
    when = facts.appointment_times(appointment, reader, "settled")
    blocks = (
        facts.visitor_addressee(appointment, reader),
        *said.opening,
        when,
        Action(pgettext("mail", "Web会議に参加する"), appointment.join_url),
        Facts(
            (
                *facts.optional((pgettext("mail", "件名"), appointment.title)),
                facts.format_fact(appointment),
                Fact(pgettext("mail", "Web会議URL"), appointment.join_url, appointment.join_url),
            )
        ),
        *_page(appointment, reader),
        *said.closing,
        facts.signature(appointment),
    )
    return Body(said.subject, f"{when.rows[0]} {when.zone}", pgettext("mail", "Web会議URLのご案内"), blocks)


def _page(appointment: Appointment, reader: Reader) -> list[Block]:
    if reader.companion is not None:
        return []
    sentence = _("内容のご確認とキャンセルは、下記のページから承ります。")
    return [Aside(sentence, pgettext("mail", "アポイントメントを確認する"), appointment_url(appointment))]


def link_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None without a link, after a cancellation, and once the meeting is over."""
    if _void(appointment, now):
        return None
    said = words(Wording.LINK_HOST, appointment, reader)
    when = facts.appointment_times(appointment, reader, "settled")
    blocks: tuple[Block, ...] = (
        facts.guest_addressee("", reader.name),
        *said.opening,
        when,
        Facts(
            (
                facts.format_fact(appointment),
                Fact(pgettext("mail", "Web会議URL"), appointment.join_url, appointment.join_url),
            )
        ),
        Action(pgettext("mail", "Choseiで開く"), console_appointment_url(appointment)),
        *said.closing,
    )
    return Body(
        said.subject, f"{when.rows[0]} {when.zone}", pgettext("mail", "Web会議URLを発行しました"), blocks
    )
