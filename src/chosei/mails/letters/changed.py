"""A confirmed appointment has changed: first what changed, then everything as it stands now."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core import wording
from chosei.core.intervals import Interval
from chosei.core.states import AppointmentState
from chosei.core.titles import GuestMail, HostMail, guest_subject, host_subject
from chosei.mails import facts
from chosei.mails.attached import gets_calendar_object
from chosei.mails.blocks import Action, Aside, Block, Body, Facts, Say, Times
from chosei.mails.facts import Reader
from chosei.mails.letters.confirmed import customer_name, guest_facts, host_facts
from chosei.mails.links import appointment_url, cancellation_url, console_appointment_url
from chosei.records.models import Appointment


def changed_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once the appointment has been cancelled: another letter says so."""
    if appointment.state != AppointmentState.CONFIRMED:
        return None
    speaker, organization = facts.spokesperson(appointment), appointment.organization
    before, when = _before(appointment, reader), _after(appointment, reader)
    blocks: list[Block] = [
        facts.guest_addressee(appointment.guest_company, appointment.guest_name),
        Say(facts.introduction(organization, speaker)),
        Say(
            _("アポイントメントの日時が下記のとおり変更となりましたので、お知らせいたします。")
            if before
            else _("アポイントメントの内容が下記のとおり変更となりましたので、お知らせいたします。")
        ),
        *before,
        when,
        Facts(tuple(guest_facts(appointment, reader))),
        *facts.quoted(pgettext("mail", "ご案内"), appointment.guidance),
        _guest_action(appointment),
        Say(_("カレンダーに登録された予定は、添付の予定(invite.ics)で新しい内容に変わります。")),
        Aside(
            _(
                "ご都合がつかない場合は、誠に恐れ入りますが、このメールへのご返信か、下記のページからお知らせください。"
            ),
            pgettext("mail", "キャンセルのお手続き"),
            cancellation_url(appointment),
        ),
        Say(_("急なご連絡となり恐縮ですが、何卒よろしくお願いいたします。")),
        facts.signature(organization, speaker),
    ]
    subject = guest_subject(GuestMail.CHANGED, organization.name, reader.language)
    return Body(subject, _preview(when), _headline(bool(before)), tuple(blocks))


def changed_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once the appointment has been cancelled."""
    if appointment.state != AppointmentState.CONFIRMED:
        return None
    before, when = _before(appointment, reader), _after(appointment, reader)
    said = (
        _("%(customer)sとのアポイントメントの日時が変更されました。お客様にもお知らせしています。")
        if before
        else _("%(customer)sとのアポイントメントの内容が変更されました。お客様にもお知らせしています。")
    )
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        Say(said % {"customer": customer_name(appointment)}),
        *before,
        when,
        Facts(tuple(host_facts(appointment, reader))),
        Action(pgettext("mail", "Choseiで開く"), console_appointment_url(appointment)),
    ]
    if gets_calendar_object(appointment, reader.member):
        blocks.append(Say(_("カレンダーの予定は、添付の予定(invite.ics)で新しい内容に変わります。")))
    if appointment.guest_email:
        blocks.append(Say(_("このメールに返信すると、お客様に届きます。")))
    subject = host_subject(HostMail.CHANGED, facts.customer_of(appointment), language=reader.language)
    return Body(subject, _preview(when), _headline(bool(before)), tuple(blocks))


def _before(appointment: Appointment, reader: Reader) -> list[Block]:
    """The time that no longer counts, struck through; nothing where the time is the same."""
    start, end = appointment.previous_starts_at, appointment.previous_ends_at
    if start is None or end is None or (start, end) == (appointment.starts_at, appointment.ends_at):
        return []
    zone = reader.zone or appointment.zone
    row = wording.interval_text(Interval(start, end), zone, reader.language, None)
    label = pgettext("mail", "変更前の日時")
    return [Times(label, (row,), wording.zone_text(zone, start, reader.language), "gone")]


def _after(appointment: Appointment, reader: Reader) -> Times:
    return facts.appointment_times(appointment, reader, "settled")


def _guest_action(appointment: Appointment) -> Action:
    if appointment.join_url:
        note = _("当日、お時間になりましたらお開きください。")
        return Action(pgettext("mail", "Web会議に参加する"), appointment.join_url, note)
    return Action(pgettext("mail", "アポイントメントを確認する"), appointment_url(appointment))


def _preview(when: Times) -> str:
    return f"{when.rows[0]} {when.zone}"


def _headline(moved: bool) -> str:
    return pgettext("mail", "日時が変更されました") if moved else pgettext("mail", "内容が変更されました")
