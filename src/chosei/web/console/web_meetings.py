"""Web会議 of an appointment on the console: how far the link is, who can start it, and the next step."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.actions.people import attending, hosts_here, organizer_of
from chosei.actions.web_links import DEAUTHORISED
from chosei.actions.web_starts import hosted
from chosei.core.entries import EntryState
from chosei.core.states import AppointmentState, ConnectionState
from chosei.ports.providers import PROVIDERS, about
from chosei.records.models import Appointment, Member, Proposal, WebMeeting
from chosei.web.console import words
from chosei.web.console.words import Word

ISSUING, ISSUED = Word(_("発行中"), "", working=True), Word(_("発行済み"), "settled")
_WORDS = {
    EntryState.WAITING: ISSUING,
    EntryState.WRITTEN: ISSUED,
    EntryState.RETRYING: words.ENTRY[EntryState.RETRYING],
    EntryState.PARKED: words.TROUBLED,
    EntryState.GONE: words.ENTRY[EntryState.GONE],
}
_DAILY = ("daily_limit", "zoom_daily_limit")


@dataclass(frozen=True, slots=True)
class WebStatus:
    """``problem``: what is wrong and the next step, or empty. ``again``: a button tries once more.
    ``starts``: this member is the one who can start the meeting."""

    service: str
    whose: str
    word: Word
    problem: str | Promise
    again: bool
    starts: bool


def web_status(appointment: Appointment, viewer: Member) -> WebStatus | None:
    """None where the link comes with the calendar's event, or none is wanted."""
    if not appointment.web_apart or appointment.state != AppointmentState.CONFIRMED:
        return None
    service = service_name(appointment.web_service)
    rows = appointment.web_meetings.filter(desired__isnull=False)
    row = rows.select_related("connection__member").first()
    if row is None:
        problem = gettext(
            "担当者の%(service)sが接続されていないため、Web会議URLを発行できません。アポイントメントはそのまま有効です。"
            "担当者が「外部連携」で%(service)sを接続してから、「URLを発行する」を押してください。"
        ) % {"service": service}
        return WebStatus(service, "", words.TROUBLED, problem, again=True, starts=False)
    word, problem = _WORDS[EntryState(row.state)], _problem(row, service)
    if row.connection.state == ConnectionState.NEEDS_RECONNECT and row.state != EntryState.WRITTEN:
        word = words.TROUBLED
    return WebStatus(
        service,
        row.connection.member.name,
        word,
        problem,
        again=row.state == EntryState.PARKED,
        starts=hosted(viewer, appointment) is not None,
    )


def service_name(service: str) -> str:
    """「Zoom」; empty for the calendar's own."""
    return about(service).meeting if service in PROVIDERS else ""


def tool_of(proposal: Proposal) -> str:
    """What the link will be of, as things stand: the tool that was chosen, or the organiser's calendar's."""
    if not proposal.web_meeting or proposal.web_service:
        return service_name(proposal.web_service)
    organizer = organizer_of(attending(hosts_here(proposal)), proposal.link)
    return about(organizer.provider).meeting if organizer is not None and organizer.web_meeting else ""


def _problem(row: WebMeeting, service: str) -> str:
    told = {"service": service, "code": row.problem}
    if row.problem == DEAUTHORISED:
        return (
            gettext(
                "%(service)sの側でChoseiとの連携が解除されました。お客様にお知らせしたURLはそのまま使えますが、"
                "日時の変更やキャンセルは%(service)sに反映されません。もう一度接続してから「URLを発行する」を押すと、"
                "新しいURLをお客様にお知らせします。"
            )
            % told
        )
    if row.state == EntryState.WRITTEN:
        return ""
    if row.connection.state == ConnectionState.NEEDS_RECONNECT:
        return (
            gettext(
                "%(service)sとの接続が切れています。「外部連携」でもう一度接続すると、自動で再開します。"
                "アポイントメントはそのまま有効です。"
            )
            % told
        )
    if row.problem in _DAILY:
        return (
            gettext(
                "%(service)sで1日に作成・変更できる会議の数(100件)に達しました。日本時間の午前9時を過ぎると、自動で再開します。"
            )
            % told
        )
    if row.state == EntryState.RETRYING:
        return gettext("%(service)sが応答していません。自動で再試行しています。(%(code)s)") % told
    if row.state == EntryState.PARKED:
        return (
            gettext(
                "%(service)sが受け付けませんでした(%(code)s)。アポイントメントはそのまま有効です。"
                "%(service)sの設定をご確認のうえ、「URLを発行する」を押してください。"
            )
            % told
        )
    return ""
