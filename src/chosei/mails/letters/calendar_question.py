"""To a host: what was moved or deleted in Outlook and waits for their word, all in one letter."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.text import one_line
from chosei.mails import facts, times
from chosei.mails.blocks import Action, Aside, Block, Body, Say
from chosei.mails.facts import Reader
from chosei.mails.links import console_appointment_url, console_home_url, console_proposal_url
from chosei.records.models import Appointment, CalendarEntry, Candidate, Member, Proposal

_LISTED = 5


def calendar_question(member: Member, reader: Reader) -> Body | None:
    """None once everything is answered."""
    rows = CalendarEntry.objects.filter(connection__member=member).exclude(question="")
    asked = list(rows.select_related("appointment", "candidate__proposal").order_by("id"))
    if not asked:
        return None
    subject = _("カレンダーで変更された予定について、ご確認をお願いします")
    what = _("カレンダーで動かされた、または削除された予定があります。どうするか、お選びください。")
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        Say(what),
        Say(
            _(
                "お選びになるまで、お客様とのお約束は元の日時のままです。お客様には、まだ何もお知らせしていません。"
            )
        ),
    ]
    blocks += [_one(entry, reader) for entry in asked[:_LISTED]]
    if len(asked) > _LISTED:
        blocks.append(Say(_("このほかの予定は、Choseiの「ホーム」にあります。")))
    blocks.append(Action(pgettext("mail", "Choseiで確認する"), console_home_url()))
    return Body(subject, what, subject, tuple(blocks))


def _one(entry: CalendarEntry, reader: Reader) -> Aside:
    if entry.appointment is not None:
        meeting: Appointment | Proposal = entry.appointment
        time: Appointment | Candidate = entry.appointment
        url = console_appointment_url(entry.appointment)
    else:
        assert entry.candidate is not None, "an entry belongs to a candidate or to an appointment"
        meeting, time = entry.candidate.proposal, entry.candidate
        url = console_proposal_url(entry.candidate.proposal)
    when = times.span(time, reader.zone or meeting.zone, reader.language)
    done = (
        _("カレンダーから削除されました。")
        if entry.question == "removed"
        else _("カレンダーで動かされました。")
    )
    who = one_line(f"{meeting.guest_company} {meeting.guest_name}") or pgettext("addressee", "お客様")
    return Aside(f"{who} {when} {done}", pgettext("mail", "予定を開く"), url)
