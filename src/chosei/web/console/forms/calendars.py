"""Which calendars count, and what in them takes time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chosei.actions.calendars import FurtherCalendar
from chosei.core.blocking import CHOICES

STATUSES = {
    "tentative": pgettext_lazy("Outlook", "仮の予定"),
    "oof": pgettext_lazy("Outlook", "外出中"),
    "workingElsewhere": pgettext_lazy("Outlook", "他の場所で作業中"),
    "free": pgettext_lazy("Outlook", "空き時間"),
}


class CalendarsForm(forms.Form):
    counts_as_busy = forms.MultipleChoiceField(
        label=_("予定ありとみなす状態"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(status, STATUSES[status]) for status in CHOICES],
        help_text=_("予定の状態(Outlookでは「公開方法」)です。「予定あり」は、いつも予定ありとみなします。"),
    )
    calendars = forms.MultipleChoiceField(
        label=_("一緒に確認するカレンダー"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("既定のカレンダーは、いつも確認します。選んだカレンダーの予定も、空き時間から除きます。"),
    )

    def __init__(self, *args: Any, offered: Sequence[FurtherCalendar], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["calendars"].choices = [  # type: ignore[attr-defined]
            (one.remote_id, one.name) for one in offered if not one.missing
        ]
