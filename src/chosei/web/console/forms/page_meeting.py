"""会議 of a booking page."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.actions.inputs import BookingPageInput, FormatOption
from chosei.actions.page_settings import LIMITS, MOST_DURATIONS
from chosei.actions.people import attending
from chosei.actions.web_meetings import tools_of
from chosei.records.models import MeetingFormat, Member
from chosei.web.console import words
from chosei.web.console.forms.booking_page import MeetingFields, meeting_values
from chosei.web.console.forms.web_tools import OWN, offer_tools

_MEETING = ("title", "format", "location", "reception_code")
_WITHOUT_PLACE = (MeetingFormat.WEB.value, MeetingFormat.PHONE.value)


class PageMeetingForm(MeetingFields):
    other_formats = forms.MultipleChoiceField(
        label=_("お客様が選べる、ほかの会議形態"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(one.value, words.FORMAT[one]) for one in MeetingFormat],
    )
    other_location = forms.CharField(
        label=_("ほかの会議形態の場所"),
        required=False,
        max_length=300,
        help_text=_("来訪を選べるようにするときの住所など。Web会議と電話には使いません。"),
    )
    other_durations = forms.CharField(
        label=_("お客様が選べる、ほかの所要時間(分)"), required=False, help_text=_("例: 45, 60")
    )
    names: dict[str, str] = {}

    def __init__(self, data: Any = None, *, settings: BookingPageInput) -> None:
        self.settings = settings
        super().__init__(data, initial=_initial(settings))
        hosts = Member.objects.filter(pk__in=[*settings.host_ids, *settings.second_ids])
        offer_tools(self, tools_of(attending(list(hosts))), own=True)

    def clean_other_durations(self) -> tuple[int, ...]:
        typed = unicodedata.normalize("NFKC", self.cleaned_data["other_durations"])
        texts = [one for one in re.split(r"[\s,、]+", typed) if one]
        if not all(one.isascii() and one.isdecimal() and len(one) < 7 for one in texts):
            raise ValidationError(gettext("分の数字をカンマで区切って入力してください(例: 45, 60)。"))
        minutes = tuple(int(one) for one in texts)
        low, high = LIMITS["duration_minutes"]
        if len(minutes) > MOST_DURATIONS or not all(low <= one <= high for one in minutes):
            wrong = gettext("%(low)s〜%(high)s分の所要時間を、%(most)sつまで入力してください。")
            raise ValidationError(wrong % {"low": low, "high": high, "most": MOST_DURATIONS})
        return minutes

    def changes(self) -> dict[str, Any]:
        data = self.cleaned_data
        place = data["other_location"].strip()
        return {
            "meeting": replace(self.settings.meeting, **meeting_values(data)),
            "description": data["description"].strip(),
            "duration_minutes": data["duration_minutes"],
            "other_durations": data["other_durations"],
            "other_formats": tuple(
                FormatOption(one, "" if one in _WITHOUT_PLACE else place)
                for one in data["other_formats"]
                if one != data["format"]
            ),
        }


def _service(settings: BookingPageInput) -> str:
    meeting = settings.meeting
    own = meeting.format == MeetingFormat.WEB and not meeting.web_meeting
    return OWN if own else meeting.web_service


def _initial(settings: BookingPageInput) -> dict[str, Any]:
    places = [option.location for option in settings.other_formats if option.location]
    return {
        **{name: getattr(settings.meeting, name) for name in _MEETING},
        "web_service": _service(settings),
        "description": settings.description,
        "duration_minutes": settings.duration_minutes,
        "other_durations": ", ".join(str(one) for one in settings.other_durations),
        "other_formats": [option.format for option in settings.other_formats],
        "other_location": places[0] if places else "",
    }
