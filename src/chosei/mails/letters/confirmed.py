"""「アポイントメントの日程が確定しました」 to the guest, 「社名:氏名様」 to each host."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.letter_texts import Wording
from chosei.core.states import AppointmentState
from chosei.core.text import one_line
from chosei.mails import facts, times
from chosei.mails.attached import gets_calendar_object
from chosei.mails.blocks import Action, Aside, Block, Body, Fact, Facts, Say, Times
from chosei.mails.facts import Reader
from chosei.mails.links import appointment_url, cancellation_url, change_url, console_appointment_url
from chosei.mails.wordings import Words, greeting, words
from chosei.records.codes import code_digits
from chosei.records.guest_rules import may_cancel, may_change
from chosei.records.models import Appointment


def confirmed_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once the appointment has been cancelled: another letter says so."""
    if appointment.state != AppointmentState.CONFIRMED:
        return None
    said = words(Wording.CONFIRMED_GUEST, appointment, reader)
    when = facts.appointment_times(appointment, reader, "settled")
    blocks: list[Block] = [
        facts.visitor_addressee(appointment, reader),
        *(said.opening if reader.companion is None else _to_companion(appointment, reader)),
        when,
        *facts.reception_code(appointment),
        Facts(tuple(guest_facts(appointment, reader))),
        *facts.quoted(pgettext("mail", "ご案内"), appointment.guidance),
        *visitor_action(appointment, reader),
        Say(_("添付の予定(invite.ics)から、お使いのカレンダーにご登録いただけます。")),
        *change_or_cancel(appointment, reader, now),
        *said.closing,
        facts.signature(appointment),
    ]
    headline = pgettext("mail", "日程が確定しました")
    return Body(said.subject, f"{when.rows[0]} {when.zone}", headline, tuple(blocks))


def _to_companion(appointment: Appointment, reader: Reader) -> list[Say]:
    said = _("%(guest)sとご一緒いただくアポイントメントが、下記のとおり確定いたしました。")
    return [greeting(appointment, reader), Say(said % {"guest": facts.customer_name(appointment)})]


def visitor_action(appointment: Appointment, reader: Reader) -> list[Block]:
    """The one next step; a companion without a link has none, since the page is the guest's."""
    if appointment.join_url:
        note = _("当日、お時間になりましたらお開きください。")
        return [Action(pgettext("mail", "Web会議に参加する"), appointment.join_url, note)]
    if reader.companion is not None:
        return []
    return [Action(pgettext("mail", "アポイントメントを確認する"), appointment_url(appointment))]


def change_or_cancel(appointment: Appointment, reader: Reader, now: datetime) -> list[Block]:
    """How to change or cancel, as far as the organisation allows."""
    if reader.companion is not None:
        return []
    change, cancel = may_change(appointment, now), may_cancel(appointment, now)
    if not (change or cancel):
        return [Say(_("ご都合がつかなくなられた場合は、このメールへのご返信でお知らせください。"))]
    blocks: list[Block] = []
    if change:
        sentence = _("日時の変更をご希望の場合は、下記のページからお知らせください。")
        blocks.append(Aside(sentence, pgettext("mail", "日時の変更"), change_url(appointment)))
    if cancel:
        sentence = (
            _("ご都合がつかなくなられた場合は、下記のページからお知らせください。")
            if change
            else _(
                "ご都合がつかなくなられた場合は、下記のページからお知らせください。日時のご変更は、このメールへのご返信で承ります。"
            )
        )
        label = pgettext("mail", "キャンセルのお手続き")
        blocks.append(Aside(sentence, label, cancellation_url(appointment)))
    return blocks


def guest_facts(appointment: Appointment, reader: Reader) -> list[Fact]:
    names = times.listed([host.name for host in facts.hosts_of(appointment)])
    return [
        *facts.optional((pgettext("mail", "件名"), appointment.title)),
        facts.length_fact(appointment, reader.language),
        facts.format_fact(appointment),
        *_link_facts(appointment, for_guest=True),
        *facts.place_facts(appointment),
        *facts.optional(
            (pgettext("mail", "担当"), names),
            (pgettext("mail", "ご連絡先"), appointment.contact),
        ),
        # What the guest said of themselves is theirs: whoever comes along is not told.
        *(facts.answer_facts(appointment, reader.language) if reader.companion is None else ()),
        *_page_fact(appointment, reader),
    ]


def _page_fact(appointment: Appointment, reader: Reader) -> list[Fact]:
    if reader.companion is not None:
        return []
    label, text = pgettext("mail", "確認ページ"), pgettext("mail", "アポイントメントの内容を見る")
    return [Fact(label, text, appointment_url(appointment))]


def confirmed_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once the appointment has been cancelled."""
    if appointment.state != AppointmentState.CONFIRMED:
        return None
    said = words(Wording.CONFIRMED_HOST, appointment, reader)
    when = facts.appointment_times(appointment, reader, "settled")
    blocks = host_blocks(appointment, reader, said, when)
    if gets_calendar_object(appointment, reader.member):
        blocks.append(Say(_("カレンダーを連携されていないため、添付の予定(invite.ics)からご登録ください。")))
    if appointment.guest_email:
        blocks.append(Say(_("このメールに返信すると、お客様に届きます。")))
    return Body(
        said.subject,
        f"{when.rows[0]} {when.zone}",
        pgettext("mail", "アポイントメントが確定しました"),
        (*blocks, *said.closing),
    )


def host_blocks(appointment: Appointment, reader: Reader, said: Words, when: Times) -> list[Block]:
    """What a host's letters about an appointment begin with, up to the way into the console."""
    return [
        facts.guest_addressee("", reader.name),
        *said.opening,
        when,
        Facts(tuple(host_facts(appointment, reader))),
        *facts.quoted(pgettext("mail", "お客様からのメッセージ"), appointment.guest_message),
        Action(pgettext("mail", "Choseiで開く"), console_appointment_url(appointment)),
    ]


def host_facts(appointment: Appointment, reader: Reader) -> list[Fact]:
    """Who comes, how to reach them, and what the host needs on the day."""
    names = times.listed([host.name for host in facts.hosts_of(appointment)])
    return [
        *request_facts(appointment, reader),
        *_link_facts(appointment, for_guest=False),
        *facts.place_facts(appointment),
        *facts.optional(
            (pgettext("mail", "受付コード"), code_digits(appointment)),
            (pgettext("mail", "会議室"), facts.rooms_of(appointment)),
            (pgettext("mail", "担当者"), names),
        ),
    ]


def request_facts(appointment: Appointment, reader: Reader) -> list[Fact]:
    """Who asks for it, what they said, and for what kind of meeting."""
    return [
        *facts.optional(
            (pgettext("mail", "会社"), appointment.guest_company),
            (pgettext("mail", "お名前"), appointment.guest_name),
            (pgettext("mail", "メール"), appointment.guest_email),
            (pgettext("mail", "同席者"), companions_text(appointment)),
            (pgettext("mail", "件名"), appointment.title),
        ),
        *facts.answer_facts(appointment, reader.language),
        facts.length_fact(appointment, reader.language),
        facts.format_fact(appointment),
    ]


def companions_text(appointment: Appointment) -> str:
    """三田次郎様、…: everybody the customer brings along."""
    names = [one_line(one.name) for one in appointment.companions.all()]
    return times.listed([pgettext("customer", "%(name)s様") % {"name": name} for name in names])


def _link_facts(appointment: Appointment, *, for_guest: bool) -> list[Fact]:
    if appointment.join_url:
        return [Fact(pgettext("mail", "Web会議URL"), appointment.join_url, appointment.join_url)]
    if not appointment.web_meeting:
        return []
    if appointment.link_is_to_come:
        said = _("準備ができ次第、あらためてメールでお送りします")
        if not for_guest:
            said = _(
                "準備ができ次第、あらためてメールでお送りします。"
                "発行されないときは、会議を作成するライセンスと会社の設定をIT担当者にご確認ください"
            )
    elif for_guest:
        said = _("担当より、あらためてご案内いたします")
    elif appointment.organizer_id is not None:
        said = _(
            "接続したアカウントではWeb会議を作成できないため、発行されません(ライセンスまたは会社の設定)。"
            "お客様へは直接ご案内ください"
        )
    else:
        said = _("連携されたカレンダーがないため発行されません。お客様へは直接ご案内ください")
    return [Fact(pgettext("mail", "Web会議URL"), said)]
