"""What an administrator sets for the whole organisation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.guest_settings import GuestSettings
from chosei.core.reminders import MAX_HOURS
from chosei.records.models import Organization
from chosei.web.console.forms.reminders import HoursField, ReminderFields


class GuestSettingsForm(ReminderFields):
    may_change = forms.BooleanField(label=_("お客様からの日時変更の依頼を受け付ける"), required=False)
    may_cancel = forms.BooleanField(label=_("お客様によるキャンセルを受け付ける"), required=False)
    until_hours = forms.IntegerField(
        label=_("受付の締め切り(開始の何時間前まで)"),
        min_value=0,
        max_value=MAX_HOURS,
        help_text=_("0にすると、開始時刻まで受け付けます。"),
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
