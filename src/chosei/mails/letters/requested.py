"""A booking that waits for approval: received, declined, or left without an answer."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core import wording
from chosei.core.states import AppointmentState, BookingPageState
from chosei.core.titles import GuestMail, HostMail, guest_subject, host_subject
from chosei.mails import facts
from chosei.mails.blocks import Action, Block, Body, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.letters.confirmed import customer_name
from chosei.mails.links import appointment_url, console_appointment_url, page_url
from chosei.records.models import Appointment


def requested_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once it has been answered."""
    if appointment.state != AppointmentState.PENDING:
        return None
    speaker, organization = facts.spokesperson(appointment), appointment.organization
    when = facts.appointment_times(appointment, reader, "hold")
    blocks: list[Block] = [
        facts.visitor_addressee(appointment, reader),
        Say(facts.introduction(organization, speaker)),
        Say(
            _(
                "下記の日時で、ご予約の申し込みを承りました。まだ確定ではございません。\n"
                "担当者が確認のうえ、確定のお知らせ、またはお受けできない場合のご連絡を、メールでお送りいたします。\n"
                "それまで、この日時はほかの方の予約をお受けせずにお取りしております。"
            ),
            "opening",
        ),
        when,
        *_subject_of(appointment),
    ]
    if reader.companion is None:
        blocks.append(Action(pgettext("mail", "申し込みの内容を見る"), appointment_url(appointment)))
    blocks += [Say(_("今しばらくお待ちくださいますよう、お願い申し上げます。"), "closing")]
    blocks.append(facts.signature(organization, speaker))
    subject = guest_subject(GuestMail.REQUESTED, organization.name, reader.language)
    return Body(subject, when.rows[0], pgettext("mail", "申し込みを承りました"), tuple(blocks))


def requested_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once it has been answered."""
    if appointment.state != AppointmentState.PENDING:
        return None
    when = facts.appointment_times(appointment, reader, "hold")
    said = _("%(customer)sから、予約の申し込みがありました。承認すると確定し、お客様にお知らせします。")
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        Say(said % {"customer": customer_name(appointment)}),
    ]
    if appointment.approve_until is not None:
        until = wording.instant_text(
            appointment.approve_until, reader.zone or appointment.zone, reader.language, now
        )
        blocks.append(
            Say(_("%(until)sまでに回答がない場合は、お受けできない旨をお知らせします。") % {"until": until})
        )
    blocks += [when, *_subject_of(appointment, with_address=True)]
    blocks += facts.quoted(pgettext("mail", "お客様からのメッセージ"), appointment.guest_message)
    blocks.append(Action(pgettext("mail", "承認または却下する"), console_appointment_url(appointment)))
    subject = host_subject(HostMail.REQUESTED, facts.customer_of(appointment), language=reader.language)
    return Body(subject, when.rows[0], pgettext("mail", "承認をお待ちの予約があります"), tuple(blocks))


def declined_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None unless it was declined, by a person or by nobody's answer."""
    if appointment.state != AppointmentState.DECLINED:
        return None
    speaker, organization = facts.spokesperson(appointment), appointment.organization
    page = appointment.booking_page
    blocks: list[Block] = [
        facts.visitor_addressee(appointment, reader),
        Say(facts.introduction(organization, speaker)),
        Say(
            _(
                "お申し込みいただいた下記の日時につきまして、誠に申し訳ございませんが、お受けすることができませんでした。\n"
                "この日時にご予定いただく必要はございません。"
            ),
            "opening",
        ),
        facts.appointment_times(appointment, reader, "gone"),
        *_subject_of(appointment),
        *facts.quoted(pgettext("mail", "理由"), appointment.cancel_reason),
    ]
    if reader.companion is None and page is not None and page.state == BookingPageState.PUBLISHED:
        blocks.append(Action(pgettext("mail", "あらためて日時を選ぶ"), page_url(page)))
    blocks += [Say(_("何卒ご容赦くださいますよう、お願い申し上げます。"), "closing")]
    blocks.append(facts.signature(organization, speaker))
    subject = guest_subject(GuestMail.DECLINED, organization.name, reader.language)
    headline = pgettext("mail", "お受けできませんでした")
    return Body(subject, _("この日時にご予定いただく必要はございません。"), headline, tuple(blocks))


def lapsed_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """Nobody answered in time."""
    if appointment.state != AppointmentState.DECLINED:
        return None
    said = _(
        "%(customer)sからの予約の申し込みは、承認されないまま期限を過ぎたため、お受けできない旨をお客様にお知らせしました。"
    )
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        Say(said % {"customer": customer_name(appointment)}),
        facts.appointment_times(appointment, reader, "gone"),
        *_subject_of(appointment, with_address=True),
        Action(pgettext("mail", "Choseiで開く"), console_appointment_url(appointment)),
    ]
    subject = host_subject(HostMail.EXPIRED, facts.customer_of(appointment), language=reader.language)
    return Body(subject, subject, pgettext("mail", "承認の期限を過ぎました"), tuple(blocks))


def _subject_of(appointment: Appointment, *, with_address: bool = False) -> list[Block]:
    rows = facts.optional(
        (pgettext("mail", "件名"), appointment.title),
        (pgettext("mail", "メール"), appointment.guest_email if with_address else ""),
    )
    return [Facts(tuple(rows))] if rows else []
