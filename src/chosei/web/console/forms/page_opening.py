"""営業日時 of a booking page: weekly hours, holidays, exceptions, the window, and the caps."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from chosei.actions.holidays import COUNTRIES
from chosei.actions.inputs import BookingPageInput
from chosei.core import wording
from chosei.core.holidays import HolidayRule, parse_spans
from chosei.core.hours import DateRange, InvalidHours, Span, clock
from chosei.core.language import language_of
from chosei.records.models import Member
from chosei.web.console.forms.booking_page import OpeningFields
from chosei.web.console.forms.common import DateInput
from chosei.web.console.forms.dates import DatesEditor
from chosei.web.console.forms.hours import HoursEditor

_COUNTRY_NAMES = {
    "JP": _("日本"), "US": _("アメリカ"), "GB": _("イギリス"), "CN": _("中国"), "TW": _("台湾"),
    "HK": _("香港"),
    "KR": _("韓国"), "SG": _("シンガポール"), "TH": _("タイ"), "VN": _("ベトナム"), "ID": _("インドネシア"),
    "MY": _("マレーシア"), "PH": _("フィリピン"), "IN": _("インド"), "AU": _("オーストラリア"),
    "NZ": _("ニュージーランド"), "CA": _("カナダ"), "DE": _("ドイツ"), "FR": _("フランス"),
    "NL": _("オランダ"),
    "IT": _("イタリア"), "ES": _("スペイン"), "CH": _("スイス"), "BR": _("ブラジル"), "MX": _("メキシコ"),
    "AE": _("アラブ首長国連邦"),
}  # fmt: skip
_SPAN = re.compile(r"(\S+?)\s*[-〜~–]\s*(\S+)")
_ALIKE = (
    "step_minutes",
    "min_notice_minutes",
    "window_days",
    "member_hours",
    "holiday_rule",
    "holiday_country",
    "holiday_hours",
    "cap_day",
    "cap_week",
    "cap_total",
    "cap_guest",
)


@dataclass(frozen=True, slots=True)
class HostHours:
    pk: int
    name: str
    hours: str


class SpansField(forms.CharField):
    """10:00-12:00, 13:00-26:00 as spans of one day. Empty: none."""

    def to_python(self, value: Any) -> Any:
        return _spans(_narrow(super().to_python(value) or ""))

    def prepare_value(self, value: Any) -> Any:
        return _written(value) if isinstance(value, tuple) else value


class PageOpeningForm(OpeningFields):
    member_hours = forms.BooleanField(
        label=_("担当者それぞれの勤務時間も守る"),
        required=False,
        help_text=_("各社員が「設定」の「勤務時間」に入れた時間の中だけで受け付けます。"),
    )
    holiday_rule = forms.ChoiceField(
        label=_("祝日の扱い"),
        choices=(
            (HolidayRule.CLOSED.value, _("受け付けない")),
            (HolidayRule.AS_USUAL.value, _("通常どおり受け付ける")),
            (HolidayRule.OWN_HOURS.value, _("祝日用の時間帯で受け付ける")),
        ),
    )
    holiday_country = forms.ChoiceField(
        label=_("どの国の祝日か"), choices=[(code, _COUNTRY_NAMES[code]) for code in COUNTRIES]
    )
    holiday_hours = SpansField(
        label=_("祝日用の時間帯"), required=False, help_text=_("例: 10:00-12:00, 13:00-15:00")
    )
    window_first = forms.DateField(label=_("受付期間の初日"), required=False, widget=DateInput())
    window_last = forms.DateField(
        label=_("受付期間の最終日"),
        required=False,
        widget=DateInput(),
        help_text=_("両方を入れると、この期間の日だけを受け付けます。空なら「何日先まで」に従います。"),
    )
    max_notice_hours = forms.IntegerField(
        label=_("予約の受付開始(開始の何時間前から)"),
        required=False,
        min_value=1,
        max_value=90 * 24,
        help_text=_("空なら、受付期間のあいだいつでも予約できます。"),
    )
    cap_day = forms.IntegerField(label=_("1日の上限(件)"), required=False, min_value=1, max_value=1000)
    cap_week = forms.IntegerField(label=_("1週間の上限(件)"), required=False, min_value=1, max_value=1000)
    cap_total = forms.IntegerField(
        label=_("このページ全体の上限(件)"), required=False, min_value=1, max_value=100_000
    )
    cap_guest = forms.IntegerField(
        label=_("お客様1人の上限(件)"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=_("これからの予約を、同じメールアドレスごとに数えます。"),
    )

    names = {"max_notice_minutes": "max_notice_hours"}

    def __init__(self, data: Any = None, *, settings: BookingPageInput) -> None:
        self.settings = settings
        super().__init__(data, initial=_initial(settings))
        self.editor = HoursEditor.typed(self.data) if self.is_bound else HoursEditor.showing(settings.hours)
        self.hours = settings.hours
        self.dates = (
            DatesEditor.typed(self.data) if self.is_bound else DatesEditor.showing(settings.overrides)
        )
        self.overrides = settings.overrides

    @property
    def hosts(self) -> list[HostHours]:
        """Who attends, with their hours on this page as text; empty for the page's own."""
        people = Member.objects.in_bulk([*self.settings.host_ids, *self.settings.second_ids])
        language, own = language_of(get_language()), self.settings.host_hours
        return [
            HostHours(pk, one.name, wording.weekly_text(own[pk], language) if pk in own else "")
            for pk in (*self.settings.host_ids, *self.settings.second_ids)
            if (one := people.get(pk)) is not None
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        hours = self.editor.hours(data.get("zone") or self.settings.hours.zone)
        if hours is None:
            self.add_error(None, gettext("曜日ごとの受付時間をご確認ください。"))
        else:
            self.hours = hours
        overrides = self.dates.overrides()
        if overrides is None:
            self.add_error(None, gettext("特定の日の受付時間をご確認ください。"))
        else:
            self.overrides = overrides
        first, last = data.get("window_first"), data.get("window_last")
        if (first is None) != (last is None):
            self.add_error("window_last", gettext("初日と最終日は、両方入れるか、両方空にしてください。"))
        elif first and last and last < first:
            self.add_error("window_last", gettext("最終日は初日以降にしてください。"))
        return data

    def changes(self) -> dict[str, Any]:
        data = self.cleaned_data
        hours = data["max_notice_hours"]
        return {
            **{name: data[name] for name in _ALIKE},
            "hours": self.hours,
            "overrides": self.overrides,
            "meeting": replace(self.settings.meeting, zone=self.hours.zone),
            "window": DateRange(data["window_first"], data["window_last"]) if data["window_first"] else None,
            "max_notice_minutes": hours * 60 if hours else None,
        }


def _initial(settings: BookingPageInput) -> dict[str, Any]:
    minutes = settings.max_notice_minutes
    return {
        **{name: getattr(settings, name) for name in _ALIKE},
        "zone": settings.hours.zone,
        "window_first": settings.window.first if settings.window else None,
        "window_last": settings.window.last if settings.window else None,
        "max_notice_hours": -(-minutes // 60) if minutes else None,
    }


def _narrow(text: str) -> str:
    """Digits and signs as they are typed with a Japanese keyboard, in their narrow form."""
    return unicodedata.normalize("NFKC", text)


def _spans(text: str) -> tuple[Span, ...]:
    pairs = []
    for part in re.split(r"[,、]+", text):
        if not part.strip():
            continue
        match = _SPAN.fullmatch(part.strip())
        if match is None:
            raise ValidationError(
                gettext("「%(part)s」は 10:00-12:00 のように入力してください。") % {"part": part.strip()}
            )
        pairs.append((match[1], match[2]))
    try:
        return parse_spans(pairs)
    except InvalidHours as wrong:
        raise ValidationError(gettext("時刻の順番が違うか、時間帯が重なっています。")) from wrong


def _written(spans: tuple[Span, ...]) -> str:
    return ", ".join(f"{clock(span.start_minute)}-{clock(span.end_minute)}" for span in spans)
