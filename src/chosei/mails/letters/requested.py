"""A booking that waits for approval: received, declined, or left without an answer."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core import wording
from chosei.core.letter_texts import Wording
from chosei.core.states import AppointmentState
from chosei.mails import facts, times
from chosei.mails.blocks import Action, Block, Body, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.letters.confirmed import request_facts
from chosei.mails.links import appointment_url, console_appointment_url
from chosei.mails.wordings import words
from chosei.records.models import Appointment


def requested_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once it has been answered."""
    if appointment.state != AppointmentState.PENDING:
        return None
    said = words(Wording.REQUESTED_GUEST, appointment, reader)
    when = facts.appointment_times(appointment, reader, "hold")
    blocks: list[Block] = [
        facts.visitor_addressee(appointment, reader),
        *said.opening,
        when,
        *_subject_of(appointment),
    ]
    if reader.companion is None:
        blocks.append(Action(pgettext("mail", "申し込みの内容を見る"), appointment_url(appointment)))
    blocks += [*said.closing, facts.signature(appointment)]
    return Body(said.subject, when.rows[0], pgettext("mail", "申し込みを承りました"), tuple(blocks))


def requested_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once it has been answered."""
    if appointment.state != AppointmentState.PENDING:
        return None
    when = facts.appointment_times(appointment, reader, "hold")
    said = words(Wording.REQUESTED_HOST, appointment, reader)
    blocks: list[Block] = [facts.guest_addressee("", reader.name), *said.opening]
    if appointment.approve_until is not None:
        until = wording.instant_text(
            appointment.approve_until, reader.zone or appointment.zone, reader.language, now
        )
        blocks.append(
            Say(_("%(until)sまでに回答がない場合は、お受けできない旨をお知らせします。") % {"until": until})
        )
    names = times.listed([host.name for host in facts.hosts_of(appointment)])
    rows = [*request_facts(appointment, reader), *facts.place_facts(appointment)]
    rows += facts.optional((pgettext("mail", "担当者"), names))
    blocks += [when, Facts(tuple(rows))]
    blocks += facts.quoted(pgettext("mail", "お客様からのメッセージ"), appointment.guest_message)
    blocks.append(Action(pgettext("mail", "承認または却下する"), console_appointment_url(appointment)))
    headline = pgettext("mail", "承認をお待ちの予約があります")
    return Body(said.subject, when.rows[0], headline, (*blocks, *said.closing))


def declined_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None unless it was declined, by a person or by nobody's answer."""
    if appointment.state != AppointmentState.DECLINED:
        return None
    said = words(Wording.DECLINED_GUEST, appointment, reader)
    blocks: list[Block] = [
        facts.visitor_addressee(appointment, reader),
        *said.opening,
        facts.appointment_times(appointment, reader, "gone"),
        *_subject_of(appointment),
        *facts.quoted(pgettext("mail", "理由"), appointment.cancel_reason),
    ]
    blocks += [*facts.book_again(appointment, reader), *said.closing, facts.signature(appointment)]
    headline = pgettext("mail", "お受けできませんでした")
    return Body(said.subject, _("この日時にご予定いただく必要はございません。"), headline, tuple(blocks))


def lapsed_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """Nobody answered in time."""
    if appointment.state != AppointmentState.DECLINED:
        return None
    said = words(Wording.LAPSED_HOST, appointment, reader)
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        *said.opening,
        facts.appointment_times(appointment, reader, "gone"),
        *_subject_of(appointment, with_address=True),
        Action(pgettext("mail", "Choseiで開く"), console_appointment_url(appointment)),
        *said.closing,
    ]
    headline = pgettext("mail", "承認の期限を過ぎました")
    return Body(said.subject, said.subject, headline, tuple(blocks))


def _subject_of(appointment: Appointment, *, with_address: bool = False) -> list[Block]:
    rows = facts.optional(
        (pgettext("mail", "件名"), appointment.title),
        (pgettext("mail", "メール"), appointment.guest_email if with_address else ""),
    )
    return [Facts(tuple(rows))] if rows else []
