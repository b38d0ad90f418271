"""New candidates for a customer who found no time that suits."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.core.walltime import local_date
from chosei.web.console.forms.candidates import instant
from chosei.web.console.forms.common import REFUSALS, DateInput
from chosei.web.console.forms.proposal import DEADLINE_DAYS
from chosei.web.console.forms.proposal_rooms import OffersRooms


class AnswerForm(OffersRooms):
    keep = forms.BooleanField(label=_("これまでの候補も残す"), required=False)
    deadline = forms.DateField(label=_("ご回答期限"), required=False, widget=DateInput())

    def __init__(self, data: Any = None, *, zone: str, now: datetime) -> None:
        self.zone = zone
        initial = {"deadline": local_date(now, zone) + timedelta(days=DEADLINE_DAYS)}
        super().__init__(data, initial=initial)

    def clean_deadline(self) -> datetime | None:
        """The last minute of the day that was chosen."""
        day: date | None = self.cleaned_data["deadline"]
        try:
            return instant(day, time(23, 59), self.zone) if day else None
        except (ValueError, OverflowError):
            raise forms.ValidationError(REFUSALS["out_of_range"], code="out_of_range") from None
