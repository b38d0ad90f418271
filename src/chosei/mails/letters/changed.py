"""A confirmed appointment has changed: first what changed, then everything as it stands now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core import wording
from chosei.core.intervals import Interval
from chosei.core.letter_texts import Wording
from chosei.core.states import AppointmentState
from chosei.core.text import one_line
from chosei.mails import facts, times
from chosei.mails.attached import gets_calendar_object
from chosei.mails.blocks import Action, Block, Body, Fact, Facts, Say, Times
from chosei.mails.facts import Reader
from chosei.mails.letters.confirmed import (
    change_or_cancel,
    guest_facts,
    host_facts,
    visitor_action,
)
from chosei.mails.links import console_appointment_url
from chosei.mails.wordings import words
from chosei.records.models import Appointment
from chosei.records.places import place_of


def changed_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once the appointment has been cancelled: another letter says so."""
    if appointment.state != AppointmentState.CONFIRMED:
        return None
    before, when = _before(appointment, reader), _after(appointment, reader)
    said = words(Wording.MOVED_GUEST if before else Wording.CHANGED_GUEST, appointment, reader)
    blocks: list[Block] = [
        facts.visitor_addressee(appointment, reader),
        *said.opening,
        *before,
        when,
        *what_changed(appointment, reader),
        *facts.reception_code(appointment),
        Facts(tuple(guest_facts(appointment, reader))),
        *facts.quoted(pgettext("mail", "ご案内"), appointment.guidance),
        *visitor_action(appointment, reader),
        Say(_("カレンダーに登録された予定は、添付の予定(invite.ics)で新しい内容に変わります。")),
        *change_or_cancel(appointment, reader, now),
        *said.closing,
        facts.signature(appointment),
    ]
    return Body(said.subject, _preview(when), _headline(bool(before)), tuple(blocks))


def changed_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None once the appointment has been cancelled."""
    if appointment.state != AppointmentState.CONFIRMED:
        return None
    before, when = _before(appointment, reader), _after(appointment, reader)
    said = words(Wording.MOVED_HOST if before else Wording.CHANGED_HOST, appointment, reader)
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        *said.opening,
        *before,
        when,
        *what_changed(appointment, reader),
        Facts(tuple(host_facts(appointment, reader))),
        Action(pgettext("mail", "Choseiで開く"), console_appointment_url(appointment)),
    ]
    if gets_calendar_object(appointment, reader.member):
        blocks.append(Say(_("カレンダーの予定は、添付の予定(invite.ics)で新しい内容に変わります。")))
    if appointment.guest_email:
        blocks.append(Say(_("このメールに返信すると、お客様に届きます。")))
    return Body(said.subject, _preview(when), _headline(bool(before)), (*blocks, *said.closing))


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


def what_changed(appointment: Appointment, reader: Reader) -> list[Block]:
    """What else changed, old → new; nothing where only the time did."""
    now_named: dict[str, str] = {
        "title": one_line(appointment.title),
        "format": facts.format_name(appointment.format),
        "location": place_of(appointment, for_guest=reader.member is None),
        "hosts": times.listed([host.name for host in facts.hosts_of(appointment)]),
    }
    rows = []
    for name, label in _changed_labels().items():
        if name not in appointment.previous:
            continue
        old, new = _named(name, appointment.previous[name]), now_named[name]
        if old != new:
            rows.append(Fact(label, f"{old or _none()} → {new or _none()}"))
    if "guidance" in appointment.previous and appointment.previous["guidance"] != appointment.guidance:
        rows.append(Fact(pgettext("mail", "ご案内の変更"), _("ご案内の内容が変わりました。")))
    if (
        appointment.web_meeting
        and appointment.previous.get("link", appointment.join_url) != appointment.join_url
    ):
        said = _("新しいURLに変わりました。以前のURLはお使いになれません。")
        if not appointment.join_url:
            said = _("新しいURLは、あらためてお送りします。以前のURLはお使いになれません。")
        rows.append(Fact(pgettext("mail", "URLの変更"), said))
    return [Facts(tuple(rows))] if rows else []


def _changed_labels() -> dict[str, str]:
    return {
        "title": pgettext("mail", "件名の変更"),
        "format": pgettext("mail", "形式の変更"),
        "location": pgettext("mail", "場所の変更"),
        "hosts": pgettext("mail", "担当の変更"),
    }


def _named(name: str, value: Any) -> str:
    if name == "format":
        return facts.format_name(value)
    return times.listed(value) if name == "hosts" else one_line(value)


def _none() -> str:
    return pgettext("mail", "なし")


def _preview(when: Times) -> str:
    return f"{when.rows[0]} {when.zone}"


def _headline(moved: bool) -> str:
    return pgettext("mail", "日時が変更されました") if moved else pgettext("mail", "内容が変更されました")
