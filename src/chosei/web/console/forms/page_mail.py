"""お客様へのメール of a booking page: what its mails say, and when they remind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.inputs import BookingPageInput
from chosei.records.models import Organization
from chosei.web.console.forms.booking_page import MailFields
from chosei.web.console.forms.reminders import ReminderFields


class PageMailForm(ReminderFields, MailFields):
    own_reminders = forms.BooleanField(
        label=_("リマインドの時刻を、この予約ページで決める"),
        required=False,
        help_text=_("選ばないときは、会社の設定に従います。"),
    )
    names: dict[str, str] = {}

    def __init__(self, data: Any = None, *, settings: BookingPageInput, organization: Organization) -> None:
        self.settings = settings
        super().__init__(data, initial=_initial(settings, organization))

    def clean(self) -> dict[str, Any]:
        """Hours typed without the tick would have no effect: say so instead of dropping them."""
        data = super().clean() or self.cleaned_data
        if not data.get("own_reminders"):
            for name in ReminderFields.base_fields:
                if name in self.changed_data and name in data:
                    self.add_error(
                        name, _("この時刻にするには、上の「この予約ページで決める」を選んでください。")
                    )
        return data

    def changes(self) -> dict[str, Any]:
        data = self.cleaned_data
        own = data["own_reminders"]
        texts = {name: data[name].strip() for name in ("guidance", "contact")}
        return {
            "meeting": replace(self.settings.meeting, **texts),
            "guest_reminders": data["guest_reminders"] if own else None,
            "host_reminders": data["host_reminders"] if own else None,
        }


def _initial(settings: BookingPageInput, organization: Organization) -> dict[str, Any]:
    own = settings.guest_reminders is not None or settings.host_reminders is not None
    guest, hosts = settings.guest_reminders, settings.host_reminders
    return {
        "guidance": settings.meeting.guidance,
        "contact": settings.meeting.contact,
        "own_reminders": own,
        "guest_reminders": organization.guest_reminder_hours if guest is None else guest,
        "host_reminders": organization.host_reminder_hours if hosts is None else hosts,
    }
