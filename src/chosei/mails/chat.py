"""From a ChatMessage, an identity and an intention, to the notice that is posted."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core import wording
from chosei.core.chat import MENTIONED_IN
from chosei.core.intervals import Interval
from chosei.core.language import Language, language_of
from chosei.core.states import AppointmentState
from chosei.core.text import one_line, shorten
from chosei.mails import facts, times
from chosei.mails.letters.arrived import arrival_time
from chosei.mails.links import console_appointment_url
from chosei.ports.chat import ChatNotice, Mention
from chosei.records.models import Appointment, ChatKind, ChatMessage, Member, Visit

_LONGEST_VALUE = 300


def compose_notice(message: ChatMessage, *, now: datetime) -> ChatNotice | None:
    """The notice as things stand, in the organisation's language, or None when they no longer warrant it."""
    organization = message.destination.organization
    language = language_of(organization.language)
    with translation.override(language.value):
        if message.appointment is None:
            return _test(message)
        return _about(message, message.appointment, now)


def _about(message: ChatMessage, appointment: Appointment, now: datetime) -> ChatNotice | None:
    kind, language = ChatKind(message.kind), language_of(appointment.organization.language)
    cancelled = appointment.state == AppointmentState.CANCELLED
    if cancelled != (kind is ChatKind.CANCELLED):
        return None
    own: list[tuple[str, str]] = []
    if kind is ChatKind.ARRIVED:
        visit = Visit.objects.select_related("arrived_at_desk").get(pk=message.revision)
        if visit.left_at is not None:
            return None
        arrival = arrival_time(visit, appointment.organization.zone, language, now)
        own = [
            (pgettext("mail", "ご到着"), arrival),
            (pgettext("mail", "受付"), visit.arrived_at_desk.name),
        ]
    if kind is ChatKind.CHANGED:
        own = _earlier_time(appointment, language, now)
    return ChatNotice(
        headline=_headlines()[kind],
        facts=_shown([*own, *_facts(appointment, language, now)]),
        link=console_appointment_url(appointment),
        link_text=pgettext("mail", "Choseiで開く"),
        thread=f"chosei-{appointment.pk}",
        mentions=_mentions(message.destination.service, facts.hosts_of(appointment)),
    )


def _earlier_time(appointment: Appointment, language: Language, now: datetime) -> list[tuple[str, str]]:
    start, end = appointment.previous_starts_at, appointment.previous_ends_at
    if start is None or end is None:
        return []
    before = wording.interval_text(Interval(start, end), appointment.zone, language, now)
    return [(pgettext("mail", "変更前の日時"), before)]


def _test(message: ChatMessage) -> ChatNotice:
    return ChatNotice(
        headline=_("Choseiからのテスト通知です"),
        facts=_shown([(pgettext("mail", "会社"), message.destination.organization.name)]),
        link=f"{settings.CHOSEI_PUBLIC_URL.rstrip('/')}/settings/chat",
        link_text=pgettext("mail", "Choseiで開く"),
        thread="chosei-test",
    )


def _headlines() -> dict[ChatKind, str]:
    return {
        ChatKind.BOOKED: _("アポイントメントが確定しました"),
        ChatKind.CHANGED: _("アポイントメントが変更されました"),
        ChatKind.CANCELLED: _("アポイントメントがキャンセルされました"),
        ChatKind.ARRIVED: _("お客様が受付にいらっしゃいました"),
    }


def _facts(appointment: Appointment, language: Language, now: datetime) -> list[tuple[str, str]]:
    hosts = times.listed([host.name for host in facts.hosts_of(appointment)])
    return [
        (pgettext("mail", "お客様"), facts.customer_name(appointment)),
        (pgettext("mail", "日時"), times.span(appointment, appointment.zone, language, now)),
        (pgettext("mail", "件名"), appointment.title),
        (pgettext("mail", "形式"), facts.format_text(appointment)),
        (pgettext("mail", "場所"), appointment.location),
        (pgettext("mail", "会議室"), facts.rooms_of(appointment)),
        (pgettext("mail", "担当者"), hosts),
    ]


def _shown(rows: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """On one line each, not too long, and none without a value."""
    return tuple((label, shorten(clean, _LONGEST_VALUE)) for label, text in rows if (clean := one_line(text)))


def _mentions(service: str, hosts: list[Member]) -> tuple[Mention, ...]:
    known = MENTIONED_IN.get(service, service)
    return tuple(Mention(host.chat_ids[known], host.name) for host in hosts if host.chat_ids.get(known))
