"""A cancellation: first what the reader has to do next, then why."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.letter_texts import Wording
from chosei.core.states import AppointmentState
from chosei.mails import facts
from chosei.mails.attached import gets_calendar_object
from chosei.mails.blocks import Action, Block, Body, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.links import console_appointment_url
from chosei.mails.wordings import greeting, words
from chosei.records.models import Appointment

BY_GUEST = "guest"


def cancelled_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None unless the appointment is cancelled."""
    if appointment.state != AppointmentState.CANCELLED:
        return None
    by_guest = appointment.cancelled_by == BY_GUEST
    said = words(Wording.CANCELLED_BY_GUEST if by_guest else Wording.CANCELLED_GUEST, appointment, reader)
    tells_companion = by_guest and reader.companion is not None
    when = facts.appointment_times(appointment, reader, "gone")
    blocks: list[Block] = [
        facts.visitor_addressee(appointment, reader),
        *(_to_companion(appointment, reader) if tells_companion else said.opening),
        when,
        Facts(tuple(facts.optional((pgettext("mail", "件名"), appointment.title)))),
        *([] if by_guest else facts.quoted(pgettext("mail", "理由"), appointment.cancel_reason)),
        *facts.book_again(appointment, reader),
        Say(_("カレンダーに登録された予定は、添付のお知らせ(invite.ics)で取り消されます。")),
        *said.closing,
        facts.signature(appointment),
    ]
    headline = (
        pgettext("mail", "キャンセルを承りました") if by_guest else pgettext("mail", "キャンセルのお知らせ")
    )
    next_step = (
        _("お手続きは完了しております。")
        if by_guest
        else _("下記の日時にご予定いただく必要はなくなりました。")
    )
    return Body(said.subject, next_step, headline, _without_empty(blocks))


def _to_companion(appointment: Appointment, reader: Reader) -> list[Say]:
    said = _("%(guest)sより、下記のアポイントメントのキャンセルを承りました。")
    return [greeting(appointment, reader), Say(said % {"guest": facts.customer_name(appointment)})]


def cancelled_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None unless the appointment is cancelled."""
    if appointment.state != AppointmentState.CANCELLED:
        return None
    by_guest = appointment.cancelled_by == BY_GUEST
    wording = Wording.CANCELLED_BY_GUEST_HOST if by_guest else Wording.CANCELLED_HOST
    said = words(wording, appointment, reader)
    calendar = (
        _("カレンダーの予定は、添付のお知らせ(invite.ics)で取り消してください。")
        if gets_calendar_object(appointment, reader.member)
        else _("カレンダーの予定とWeb会議URLは自動で取り消されます。お手続きは不要です。")
    )
    when = facts.appointment_times(appointment, reader, "gone")
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        *said.opening,
        Say(calendar),
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
        *said.closing,
    ]
    return Body(
        said.subject,
        f"{when.rows[0]} {when.zone}",
        _("アポイントメントがキャンセルされました"),
        _without_empty(blocks),
    )


def _without_empty(blocks: list[Block]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if not (isinstance(block, Facts) and not block.rows))
