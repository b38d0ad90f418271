"""Web会議 of an appointment on the console: how far the link is, who can start it, and the next step."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.actions.connections import MAY_STAND
from chosei.actions.people import attending, hosts_here, organizer_of
from chosei.actions.web_links import DEAUTHORISED
from chosei.actions.web_meetings import is_past_use, waits_for_hand
from chosei.actions.web_starts import hosted
from chosei.core.entries import EntryState
from chosei.core.states import AppointmentState, ConnectionState
from chosei.core.troubles import Trouble
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
    """None where the link comes with the calendar's event, or none is wanted and none stands any more."""
    rows = appointment.web_meetings.select_related("connection__member")
    if not appointment.web_apart or appointment.state != AppointmentState.CONFIRMED:
        leaving = rows.filter(MAY_STAND, desired__isnull=True).exclude(state=EntryState.GONE).first()
        return _leaving(leaving) if leaving is not None and appointment.ends_at > timezone.now() else None
    service = service_name(appointment.web_service)
    row = rows.filter(desired__isnull=False).first()
    if row is None:
        problem = gettext(
            "担当者の%(service)sが接続されていないため、Web会議URLを発行できません。アポイントメントはそのまま有効です。"
            "担当者が「外部連携」で%(service)sを接続してから、「URLを発行する」を押してください。"
        ) % {"service": service}
        return WebStatus(service, "", words.TROUBLED, problem, again=True, starts=False)
    word, problem = _WORDS[EntryState(row.state)], web_problem(row)
    lost = row.connection.state == ConnectionState.NEEDS_RECONNECT and row.state != EntryState.WRITTEN
    if lost or waits_for_hand(row):
        word = words.TROUBLED
    return WebStatus(
        service,
        row.connection.member.name,
        word,
        problem,
        again=waits_for_hand(row),
        starts=hosted(viewer, appointment) is not None,
    )


def _leaving(row: WebMeeting) -> WebStatus:
    """A meeting that is to go, and has not gone yet."""
    told = {"service": service_name(row.connection.provider)}
    problem = ""
    if row.state == EntryState.PARKED:
        problem = gettext(
            "%(service)sに会議が残っていて、Choseiから削除できません。"
            "%(service)sで削除し、「外部連携」の「手で削除する予定と会議」で「削除しました」を押してください。"
        )
    elif row.connection.state == ConnectionState.NEEDS_RECONNECT:
        problem = gettext(
            "%(service)sとの接続が切れているため、会議がまだ残っています。もう一度接続すると、自動で削除します。"
        )
    word = words.TROUBLED if problem else words.LEAVING
    whose = row.connection.member.name
    return WebStatus(told["service"], whose, word, problem % told, again=False, starts=False)


def service_name(service: str) -> str:
    """「Zoom」; empty for the calendar's own."""
    return about(service).meeting if service in PROVIDERS else ""


def tool_of(proposal: Proposal) -> str:
    """What the link will be of, as things stand: the tool that was chosen, or the organiser's calendar's."""
    if not proposal.web_meeting or proposal.web_service:
        return service_name(proposal.web_service)
    organizer = organizer_of(attending(hosts_here(proposal)), proposal.link)
    return about(organizer.provider).meeting if organizer is not None and organizer.web_meeting else ""


def web_problem(row: WebMeeting) -> str:
    """What is wrong with a meeting that is wanted, and the next step; empty where nothing is."""
    service = service_name(row.connection.provider)
    told = {"service": service, "code": row.problem}
    if row.problem == DEAUTHORISED or is_past_use(row.connection) or _account_deleted(row):
        return _past_use(row) % told
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


def _past_use(row: WebMeeting) -> str:
    """Whose account it was, what becomes of the link that people have, and how to get another."""
    if row.problem == DEAUTHORISED:
        why = gettext("%(service)sの側でChoseiとの連携が解除されました。")
    elif _account_deleted(row):
        why = gettext("この会議を作成した%(service)sのアカウントが使えなくなりました。")
    else:
        why = gettext("この会議を作成した%(service)sのアカウントに、Choseiから接続できなくなりました。")
    if not row.appointment.join_url:
        link = gettext("Web会議URLは発行されていません。")
    elif _account_deleted(row):
        link = gettext("お客様にお知らせしたURLは、使えなくなっていることがあります。")
    else:
        link = gettext(
            "お客様にお知らせしたURLはそのまま使えますが、日時の変更やキャンセルは%(service)sに反映されません。"
        )
    step = gettext(
        "担当者が「外部連携」で%(service)sを接続してから「URLを発行する」を押すと、新しいURLをお客様にお知らせします。"
    )
    return gettext("%(why)s%(link)s%(step)s") % {"why": why, "link": link, "step": step}


def _account_deleted(row: WebMeeting) -> bool:
    return row.connection.trouble == Trouble.ACCOUNT_DELETED
