"""「アポイントメントの日程が確定しました」 to the guest, 「社名:氏名様」 to each host."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.states import AppointmentState
from chosei.core.text import one_line
from chosei.core.titles import GuestMail, HostMail, guest_subject, host_subject
from chosei.mails import facts, times
from chosei.mails.attached import gets_calendar_object
from chosei.mails.blocks import Action, Aside, Block, Body, Fact, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.links import appointment_url, cancellation_url, console_appointment_url
from chosei.records.models import Appointment


def confirmed_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once the appointment has been cancelled: another letter says so."""
    if appointment.state != AppointmentState.CONFIRMED:
        return None
    speaker, organization = facts.spokesperson(appointment), appointment.organization
    when = facts.appointment_times(appointment, reader, "settled")
    blocks: list[Block] = [
        facts.guest_addressee(appointment.guest_company, appointment.guest_name),
        Say(facts.introduction(organization, speaker)),
        Say(
            _(
                "日程をお選びいただき、誠にありがとうございます。\n下記のとおり確定いたしましたので、ご案内申し上げます。"
            )
        ),
        when,
        Facts(tuple(guest_facts(appointment, reader))),
        *facts.quoted(pgettext("mail", "ご案内"), appointment.guidance),
        _guest_action(appointment),
        Say(_("添付の予定(invite.ics)から、お使いのカレンダーにご登録いただけます。")),
        Aside(
            _(
                "ご都合がつかなくなられた場合は、下記のページからお知らせください。日時のご変更は、このメールへのご返信で承ります。"
            ),
            pgettext("mail", "キャンセルのお手続き"),
            cancellation_url(appointment),
        ),
        Say(_("それでは、当日は何卒よろしくお願いいたします。")),
        facts.signature(organization, speaker),
    ]
    subject = guest_subject(GuestMail.CONFIRMED, organization.name, reader.language)
    return Body(subject, f"{when.rows[0]} {when.zone}", pgettext("mail", "日程が確定しました"), tuple(blocks))


def _guest_action(appointment: Appointment) -> Block:
    page = appointment_url(appointment)
    if appointment.join_url:
        return Action(
            pgettext("mail", "Web会議に参加する"),
            appointment.join_url,
            _("当日、お時間になりましたらお開きください。"),
        )
    return Action(pgettext("mail", "アポイントメントを確認する"), page)


def guest_facts(appointment: Appointment, reader: Reader) -> list[Fact]:
    names = times.listed([host.name for host in facts.hosts_of(appointment)])
    return [
        *facts.optional((pgettext("mail", "件名"), appointment.title)),
        facts.length_fact(appointment, reader.language),
        facts.format_fact(appointment),
        *_link_facts(appointment, for_guest=True),
        *facts.optional(
            (pgettext("mail", "場所"), appointment.location),
            (pgettext("mail", "担当"), names),
            (pgettext("mail", "ご連絡先"), appointment.contact),
        ),
        *facts.answer_facts(appointment),
        Fact(
            pgettext("mail", "確認ページ"),
            pgettext("mail", "アポイントメントの内容を見る"),
            appointment_url(appointment),
        ),
    ]


def confirmed_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once the appointment has been cancelled."""
    if appointment.state != AppointmentState.CONFIRMED:
        return None
    when = facts.appointment_times(appointment, reader, "settled")
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        Say(_("%(customer)sとのアポイントメントが確定しました。") % {"customer": customer_name(appointment)}),
        when,
        Facts(tuple(host_facts(appointment, reader))),
        *facts.quoted(pgettext("mail", "お客様からのメッセージ"), appointment.guest_message),
        Action(pgettext("mail", "Choseiで開く"), console_appointment_url(appointment)),
    ]
    if gets_calendar_object(appointment, reader.member):
        blocks.append(Say(_("カレンダーを連携されていないため、添付の予定(invite.ics)からご登録ください。")))
    if appointment.guest_email:
        blocks.append(Say(_("このメールに返信すると、お客様に届きます。")))
    subject = host_subject(HostMail.CONFIRMED, facts.customer_of(appointment), language=reader.language)
    return Body(
        subject,
        f"{when.rows[0]} {when.zone}",
        pgettext("mail", "アポイントメントが確定しました"),
        tuple(blocks),
    )


def host_facts(appointment: Appointment, reader: Reader) -> list[Fact]:
    """Who comes, how to reach them, and what the host needs on the day."""
    names = times.listed([host.name for host in facts.hosts_of(appointment)])
    return [
        *facts.optional(
            (pgettext("mail", "会社"), appointment.guest_company),
            (pgettext("mail", "お名前"), appointment.guest_name),
            (pgettext("mail", "メール"), appointment.guest_email),
            (pgettext("mail", "件名"), appointment.title),
        ),
        *facts.answer_facts(appointment),
        facts.length_fact(appointment, reader.language),
        facts.format_fact(appointment),
        *_link_facts(appointment, for_guest=False),
        *facts.optional(
            (pgettext("mail", "場所"), appointment.location),
            (pgettext("mail", "会議室"), facts.rooms_of(appointment)),
            (pgettext("mail", "担当者"), names),
        ),
    ]


def customer_name(appointment: Appointment) -> str:
    """株式会社テスト 三田花子様, as much of it as is known."""
    company, name = one_line(appointment.guest_company), one_line(appointment.guest_name)
    if company and name:
        return pgettext("customer", "%(company)s %(name)s様") % {"company": company, "name": name}
    if company or name:
        return pgettext("customer", "%(name)s様") % {"name": company or name}
    return pgettext("customer", "お客様")


def _link_facts(appointment: Appointment, *, for_guest: bool) -> list[Fact]:
    if appointment.join_url:
        return [Fact(pgettext("mail", "Web会議URL"), appointment.join_url, appointment.join_url)]
    if not appointment.web_meeting:
        return []
    if appointment.organizer_id is not None:
        return [Fact(pgettext("mail", "Web会議URL"), _("準備ができ次第、あらためてメールでお送りします"))]
    if for_guest:
        return [Fact(pgettext("mail", "Web会議URL"), _("担当より、あらためてご案内いたします"))]
    return [
        Fact(
            pgettext("mail", "Web会議URL"),
            _("連携されたカレンダーがないため発行されません。お客様へは直接ご案内ください"),
        )
    ]
