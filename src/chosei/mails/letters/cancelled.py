"""A cancellation: first what the reader has to do next, then why."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.states import AppointmentState, BookingPageState
from chosei.core.titles import GuestMail, HostMail, guest_subject, host_subject
from chosei.mails import facts
from chosei.mails.attached import gets_calendar_object
from chosei.mails.blocks import Action, Block, Body, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.letters.confirmed import customer_name
from chosei.mails.links import console_appointment_url, page_url
from chosei.records.models import Appointment

BY_GUEST = "guest"


def cancelled_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None unless the appointment is cancelled."""
    if appointment.state != AppointmentState.CANCELLED:
        return None
    speaker, organization = facts.spokesperson(appointment), appointment.organization
    by_guest = appointment.cancelled_by == BY_GUEST
    when = facts.appointment_times(appointment, reader, "gone")
    blocks: list[Block] = [
        facts.visitor_addressee(appointment, reader),
        Say(facts.introduction(organization, speaker)),
        Say(
            _("キャンセルのお手続きを承りました。お客様のお手続きは、これで完了しております。")
            if by_guest and reader.companion is None
            else _("%(guest)sより、下記のアポイントメントのキャンセルを承りました。")
            % {"guest": customer_name(appointment)}
            if by_guest
            else _apology(),
            "opening",
        ),
        when,
        Facts(tuple(facts.optional((pgettext("mail", "件名"), appointment.title)))),
        *([] if by_guest else facts.quoted(pgettext("mail", "理由"), appointment.cancel_reason)),
        *([] if reader.companion else _again(appointment)),
        Say(_("カレンダーに登録された予定は、添付のお知らせ(invite.ics)で取り消されます。")),
        Say(
            _("またの機会がございましたら、何卒よろしくお願いいたします。")
            if by_guest
            else _("何卒ご容赦くださいますよう、お願い申し上げます。"),
            "closing",
        ),
        facts.signature(organization, speaker),
    ]
    subject = guest_subject(GuestMail.CANCELLED, organization.name, reader.language)
    headline = (
        pgettext("mail", "キャンセルを承りました") if by_guest else pgettext("mail", "キャンセルのお知らせ")
    )
    return Body(subject, _next_step(appointment, by_guest=by_guest), headline, _without_empty(blocks))


def _apology() -> str:
    return _(
        "下記の日時にご予定いただく必要はなくなりました。\n"
        "あらためて日程をご相談できます場合は、お手数ですが、このメールへのご返信でお知らせいただけますと幸いです。\n"
        "ご予定いただいておりましたところ、こちらの都合によりキャンセルとなり、誠に申し訳ございません。"
    )


def _next_step(appointment: Appointment, *, by_guest: bool) -> str:
    return (
        _("お手続きは完了しております。")
        if by_guest
        else _("下記の日時にご予定いただく必要はなくなりました。")
    )


def _again(appointment: Appointment) -> list[Block]:
    """Another time, where the page that was booked still offers some."""
    page = appointment.booking_page
    if page is None or page.state != BookingPageState.PUBLISHED:
        return []
    return [Action(pgettext("mail", "あらためて日時を選ぶ"), page_url(page))]


def cancelled_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None unless the appointment is cancelled."""
    if appointment.state != AppointmentState.CANCELLED:
        return None
    by_guest = appointment.cancelled_by == BY_GUEST
    who = {"customer": customer_name(appointment)}
    said = (
        _("%(customer)sが、下記のアポイントメントをキャンセルされました。")
        if by_guest
        else _("%(customer)sとのアポイントメントがキャンセルされました。お客様にもお知らせしています。")
    )
    calendar = (
        _("カレンダーの予定は、添付のお知らせ(invite.ics)で取り消してください。")
        if gets_calendar_object(appointment, reader.member)
        else _("カレンダーの予定とWeb会議URLは自動で取り消されます。お手続きは不要です。")
    )
    when = facts.appointment_times(appointment, reader, "gone")
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        Say(said % who + "\n" + calendar),
        when,
        Facts(
            tuple(
                facts.optional(
                    (pgettext("mail", "件名"), appointment.title),
                    (pgettext("mail", "メール"), appointment.guest_email),
                )
            )
        ),
        *facts.quoted(pgettext("mail", "理由"), appointment.cancel_reason),
        Action(pgettext("mail", "Choseiで開く"), console_appointment_url(appointment)),
    ]
    subject = host_subject(HostMail.CANCELLED, facts.customer_of(appointment), language=reader.language)
    return Body(
        subject,
        f"{when.rows[0]} {when.zone}",
        _("アポイントメントがキャンセルされました"),
        _without_empty(blocks),
    )


def _without_empty(blocks: list[Block]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if not (isinstance(block, Facts) and not block.rows))
