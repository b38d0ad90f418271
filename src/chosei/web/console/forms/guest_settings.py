"""What an administrator sets for the whole organisation."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.guest_settings import GuestSettings
from chosei.core.reminders import MAX_HOURS
from chosei.records.models import Organization


class HoursField(forms.CharField):
    """Hours as people list them: 「24, 1」."""

    def to_python(self, value: Any) -> tuple[int, ...]:  # type: ignore[override]
        text = unicodedata.normalize("NFKC", str(value or ""))
        parts = [part for part in re.split(r"[\s,、]+", text) if part]
        if not all(part.isascii() and part.isdecimal() and len(part) < 5 for part in parts):
            raise forms.ValidationError(_("時間数を、コンマで区切った整数で入力してください(例: 24, 1)。"))
        return tuple(int(part) for part in parts)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


class GuestSettingsForm(forms.Form):
    may_change = forms.BooleanField(label=_("お客様からの日時変更の依頼を受け付ける"), required=False)
    may_cancel = forms.BooleanField(label=_("お客様によるキャンセルを受け付ける"), required=False)
    until_hours = forms.IntegerField(
        label=_("受付の締め切り(開始の何時間前まで)"),
        min_value=0,
        max_value=MAX_HOURS,
        help_text=_("0にすると、開始時刻まで受け付けます。"),
    )
    guest_reminders = HoursField(
        label=_("お客様へのリマインド(開始の何時間前)"),
        required=False,
        help_text=_("コンマで区切って5つまで。空にすると送りません(例: 24, 1)。"),
    )
    host_reminders = HoursField(
        label=_("担当者へのリマインド(開始の何時間前)"),
        required=False,
        help_text=_("空にすると送りません。"),
    )
    deadline_reminders = HoursField(
        label=_("ご回答期限のリマインド(期限の何時間前)"),
        required=False,
        help_text=_("まだお選びいただいていないお客様にお送りします。空にすると送りません。"),
    )

    def __init__(self, data: Any = None, *, organization: Organization) -> None:
        initial = {
            "may_change": organization.guest_may_change,
            "may_cancel": organization.guest_may_cancel,
            "until_hours": organization.guest_until_hours,
            "guest_reminders": organization.guest_reminder_hours,
            "host_reminders": organization.host_reminder_hours,
            "deadline_reminders": organization.deadline_reminder_hours,
        }
        super().__init__(data, initial=initial)

    def wanted(self) -> GuestSettings:
        return GuestSettings(**self.cleaned_data)
