"""空かない理由: why a time is not offered: what forbids it, and where that is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chosei.actions.holidays import holiday_name
from chosei.actions.why_not import SpecialDay, Verdict, WhyNot, why_not
from chosei.core import wording
from chosei.core.availability import UnknownReason
from chosei.core.explain import Hurdle
from chosei.core.language import language_of
from chosei.core.states import BookingPageState
from chosei.core.walltime import zone_of
from chosei.records import gates
from chosei.records.models import BookingPage
from chosei.web.console import reasons, words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import DateInput, TimeInput

_SENTENCES: dict[Hurdle, str | Promise] = {
    Hurdle.PAST: _("過ぎた日時です。"),
    Hurdle.TOO_SOON: _("予約の締め切りを過ぎています。"),
    Hurdle.TOO_EARLY: _("予約の受付開始より前です。"),
    Hurdle.OUTSIDE_WINDOW: _("受付期間の外です。"),
    Hurdle.OUTSIDE_HOURS: _("会議の全体が、曜日ごとの受付時間に収まっていません。"),
    Hurdle.OFF_GRID: _("開始時刻の間隔に合っていません。"),
    Hurdle.HOST_BUSY: _("%(who)sさんの予定と重なっています(前後のバッファを含みます): %(what)s。"),
    Hurdle.HOST_HOURS: _("%(who)sさんの受付時間か勤務時間の外です。"),
    Hurdle.HOST_UNKNOWN: _("%(who)sさんのカレンダーを確かめられません。%(what)s"),
    Hurdle.ROOM_BUSY: _("会議室「%(who)s」が空いていません。"),
    Hurdle.ROOM_UNKNOWN: _("会議室「%(who)s」の空きを確かめられません。"),
    Hurdle.DAY_FULL: _("この日の予約は上限に達しています。"),
    Hurdle.WEEK_FULL: _("この週の予約は上限に達しています。"),
    Hurdle.PAGE_FULL: _("このページの予約は上限に達しています。"),
}
_SOURCES = {
    "calendar": _("カレンダーの予定"),
    "appointment": _("アポイントメント"),
    "hold": _("仮予約"),
}
# What is wrong with a calendar, without what its owner has to do: the way says who does it.
_DOUBTS = {
    **reasons.UNKNOWN,
    UnknownReason.NEEDS_RECONNECT: _("カレンダーとの接続が切れています。"),
    UnknownReason.ADDRESS_MISMATCH: _("接続したアカウントのアドレスが、社員情報と一致していません。"),
    UnknownReason.NOT_CONNECTED: _("カレンダーが接続されていません。"),
}
_PAGE, _ROOMS, _OPENING, _CONNECTIONS, _HOURS = (
    "console:page",
    "console:page-rooms",
    "console:page-opening",
    "console:connections",
    "console:working-hours",
)
# Where each is changed: a page of settings, and what to do there.
_WAYS: dict[Hurdle, tuple[str, str | Promise]] = {
    Hurdle.TOO_SOON: (_OPENING, _("「営業日時」で予約の締め切りを変える")),
    Hurdle.TOO_EARLY: (_OPENING, _("「営業日時」で受付開始を変える")),
    Hurdle.OUTSIDE_WINDOW: (_OPENING, _("「営業日時」で受付期間を変える")),
    Hurdle.OUTSIDE_HOURS: (_OPENING, _("「営業日時」で曜日ごとの受付時間を変える")),
    Hurdle.OFF_GRID: (_OPENING, _("「営業日時」で開始時刻の間隔を変える")),
    Hurdle.DAY_FULL: (_OPENING, _("「営業日時」で件数の上限を変える")),
    Hurdle.WEEK_FULL: (_OPENING, _("「営業日時」で件数の上限を変える")),
    Hurdle.PAGE_FULL: (_OPENING, _("「営業日時」で件数の上限を変える")),
    Hurdle.ROOM_BUSY: (_ROOMS, _("「会議室候補一覧」に会議室を加える")),
    Hurdle.ROOM_UNKNOWN: (_ROOMS, _("「会議室候補一覧」を確かめる")),
}

# Where other hours than the week's hold: the sentence, and what to do in 「営業日時」.
_SPECIAL: dict[SpecialDay, tuple[str | Promise, str | Promise]] = {
    SpecialDay.OVERRIDE: (
        _("会議の全体が、この日のために決めた受付時間に収まっていません。"),
        _("「営業日時」で特定の日の受付時間を変える"),
    ),
    SpecialDay.CLOSED_HOLIDAY: (
        _("%(holiday)sのため、受け付けません。"),
        _("「営業日時」で祝日の扱いを変える"),
    ),
    SpecialDay.HOLIDAY_HOURS: (
        _("%(holiday)sのため、祝日用の時間帯だけで受け付けます。"),
        _("「営業日時」で祝日用の時間帯を変える"),
    ),
}


class WhyNotForm(forms.Form):
    day = forms.DateField(label=_("日付"), widget=DateInput())
    time = forms.TimeField(label=_("開始時刻"), widget=TimeInput())


@dataclass(frozen=True, slots=True)
class Reason:
    text: str
    how: str = ""
    url: str = ""
    one_of: bool = False


@require_safe
@member_required
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    page = gates.booking_page_for_member(member, pk)
    asked = "day" in request.GET
    form = WhyNotForm(request.GET if asked else None)
    context: dict[str, object] = {"page": page, "form": form, "asked": False}
    if asked and form.is_valid():
        now = timezone.now()
        wall = datetime.combine(form.cleaned_data["day"], form.cleaned_data["time"])
        start = wall.replace(tzinfo=zone_of(page.zone))
        verdict = why_not(page, start, now=now)
        language = language_of(get_language())
        context |= {
            "asked": True,
            "when": wording.instant_text(start, page.zone, language, now),
            "reasons": _reasons(page, verdict, member.pk, wall.date()),
        }
    return render(request, "console/page_why_not.html", context)


def _reasons(page: BookingPage, verdict: Verdict, viewer: int, day: date) -> list[Reason]:
    found: list[Reason] = []
    here = reverse(_PAGE, args=[page.pk])
    if verdict.closed:
        state = words.PAGE[BookingPageState(verdict.closed)].text
        found.append(
            Reason(
                gettext("この予約ページは公開されていません(%(state)s)。") % {"state": state},
                gettext("「会議」で公開する"),
                here,
            )
        )
    if verdict.nobody:
        people = reverse("console:page-people", args=[page.pk])
        found.append(Reason(gettext("出席できる担当者がいません。"), gettext("「メンバー」で加える"), people))
    return found + [
        _special(page, one.special, day) if one.special else _reason(page, one, viewer)
        for one in verdict.reasons
    ]


def _special(page: BookingPage, special: SpecialDay, day: date) -> Reason:
    sentence, how = _SPECIAL[special]
    holiday = holiday_name(page.holiday_country, day, language_of(get_language()))
    return Reason(
        str(sentence) % {"holiday": holiday or gettext("祝日")}, str(how), reverse(_OPENING, args=[page.pk])
    )


def _reason(page: BookingPage, one: WhyNot, viewer: int) -> Reason:
    obstacle = one.obstacle
    what = gettext("、").join(str(_SOURCES[name]) for name in one.sources)
    if obstacle.hurdle is Hurdle.ROOM_BUSY and one.room is None:
        none = gettext("会議室候補一覧に、いま使える会議室がありません。")
        return Reason(none, *_way(page, one, viewer))
    if obstacle.unknown is not None:
        what = str(_DOUBTS[obstacle.unknown])
    named = one.member or one.room
    who = named.name if named else ""
    sentence = str(_SENTENCES[obstacle.hurdle])
    text = sentence % {"who": who, "what": what} if "%(who)s" in sentence else sentence
    how, url = _way(page, one, viewer)
    return Reason(text, how, url, obstacle.one_of)


def _way(page: BookingPage, one: WhyNot, viewer: int) -> tuple[str, str]:
    """The way to change it. A person's own calendar, hours and connection are theirs alone to change."""
    hurdle = one.obstacle.hurdle
    if hurdle in _WAYS:
        name, how = _WAYS[hurdle]
        return str(how), reverse(name, args=[page.pk])
    own = one.member is not None and one.member.pk == viewer
    who = {"who": one.member.name if one.member else ""}
    if hurdle is Hurdle.HOST_UNKNOWN:
        if own:
            return gettext("「外部連携」を開く"), reverse(_CONNECTIONS)
        return gettext("%(who)sさんに「外部連携」の確認をお願いしてください。") % who, ""
    if hurdle is Hurdle.HOST_HOURS:
        assert one.member is not None
        if page.hosts.filter(member=one.member, hours__isnull=False).exists():
            url = reverse("console:page-host-hours", args=[page.pk, one.member.pk])
            return gettext("このページでの%(who)sさんの受付時間を変える") % who, url
        if own:
            return gettext("勤務時間を変える"), reverse(_HOURS)
        return gettext(
            "%(who)sさんに確認をお願いするか、「営業日時」で勤務時間を守る設定を外します。"
        ) % who, ""
    if hurdle is Hurdle.HOST_BUSY:
        return gettext("予定を動かすか、「メンバー」でほかの担当者を加えます。"), reverse(
            "console:page-people", args=[page.pk]
        )
    return "", ""
