"""Settings of a booking page by their groups, and the form that begins a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chosei.actions.inputs import BookingPageInput, MeetingInput
from chosei.actions.people import attending
from chosei.actions.rules import own_link
from chosei.actions.web_meetings import tools_of
from chosei.core.hours import WeeklyHours
from chosei.records.models import BookingPage, MeetingFormat, Member
from chosei.web.console import words
from chosei.web.console.forms.common import ZoneField
from chosei.web.console.forms.web_tools import OWN, offer_tools, service_field

STEPS = (
    ("", _("所要時間ごと")),
    (5, _("5分ごと")),
    (10, _("10分ごと")),
    (15, _("15分ごと")),
    (20, _("20分ごと")),
    (30, _("30分ごと")),
    (45, _("45分ごと")),
    (60, _("60分ごと")),
    (90, _("90分ごと")),
    (120, _("120分ごと")),
)
NOTICES = (
    (0, _("直前まで")),
    (60, _("1時間前まで")),
    (180, _("3時間前まで")),
    (720, _("12時間前まで")),
    (1440, _("1日前まで")),
    (2880, _("2日前まで")),
    (4320, _("3日前まで")),
    (10080, _("1週間前まで")),
)


def _formats() -> list[tuple[str, str | Promise]]:
    return [
        (
            form.value,
            _("Web会議 (Web会議URLを発行します)") if form == MeetingFormat.WEB else words.FORMAT[form],
        )
        for form in (
            MeetingFormat.WEB,
            MeetingFormat.VISIT,
            MeetingFormat.OUTING,
            MeetingFormat.PHONE,
            MeetingFormat.OTHER,
        )
    ]


class MeetingFields(forms.Form):
    title = forms.CharField(
        label=_("会議タイトル"), max_length=200, help_text=_("お客様の画面とカレンダーの予定に表示します。")
    )
    description = forms.CharField(
        label=_("説明"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    format = forms.ChoiceField(label=_("会議形態"), choices=_formats, widget=forms.RadioSelect)
    web_service = service_field()
    location = forms.CharField(
        label=_("場所"),
        required=False,
        max_length=300,
        help_text=_("Web会議のURLをご自分で用意するときは、ここに入力します。"),
    )
    reception_code = forms.BooleanField(
        label=_("受付コードを発行する"),
        required=False,
        help_text=_("来訪の予約に6桁の受付コードを発行し、お客様へのメールと画面に載せます。"),
    )
    duration_minutes = forms.IntegerField(label=_("所要時間(分)"), min_value=5, max_value=1440)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        brings = data.get("web_service") == OWN and data.get("format") == MeetingFormat.WEB
        if brings and not own_link(MeetingFormat.WEB, data.get("location", "").strip(), web_meeting=False):
            self.add_error("location", _("Web会議のURLを、https:// から入力してください。"))
        return data


class OpeningFields(forms.Form):
    step_minutes = forms.TypedChoiceField(
        label=_("開始時刻の間隔"), choices=STEPS, coerce=int, required=False, empty_value=None
    )
    zone = ZoneField(label=_("タイムゾーン"), help_text=_("受付時間は、このタイムゾーンの時計で数えます。"))
    min_notice_minutes = forms.TypedChoiceField(label=_("予約の締め切り"), choices=NOTICES, coerce=int)
    window_days = forms.IntegerField(label=_("何日先まで受け付けるか(日)"), min_value=1, max_value=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A stored value outside the presets stays selectable: opening and saving a page changes nothing.
        for name in ("step_minutes", "min_notice_minutes"):
            field: Any = self.fields[name]
            value = self.initial.get(name)
            if value is not None and value not in dict(field.choices):
                field.choices = [*field.choices, (value, _("%(minutes)s分") % {"minutes": value})]


class BufferFields(forms.Form):
    buffer_before_minutes = forms.IntegerField(label=_("バッファ(前・分)"), min_value=0, max_value=1440)
    buffer_after_minutes = forms.IntegerField(label=_("バッファ(後・分)"), min_value=0, max_value=1440)


class MailFields(forms.Form):
    guidance = forms.CharField(
        label=_("お客様へのご案内"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("確定のお知らせに載せます。"),
    )
    contact = forms.CharField(label=_("ご連絡先"), required=False, max_length=300)


class NewPageForm(MailFields, BufferFields, OpeningFields, MeetingFields):
    """What most pages need, at once; everything else has its place in the groups afterwards."""

    def __init__(self, *args: Any, owner: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_tools(self, tools_of(attending([owner])), own=True)

    def wanted(self, owner: Member, hours: WeeklyHours) -> BookingPageInput:
        data = self.cleaned_data
        meeting = MeetingInput(
            **meeting_values(data),
            zone=data["zone"],
            guidance=data["guidance"].strip(),
            contact=data["contact"].strip(),
        )
        return BookingPageInput(
            meeting=meeting,
            hours=hours,
            host_ids=(owner.pk,),
            description=data["description"].strip(),
            **{name: data[name] for name in MINUTES},
        )


def meeting_values(data: dict[str, Any]) -> dict[str, Any]:
    """The meeting itself, of what was entered in ``MeetingFields``."""
    own = data["web_service"] == OWN
    return {
        "title": data["title"].strip(),
        "format": data["format"],
        "web_meeting": data["format"] == MeetingFormat.WEB and not own,
        "web_service": "" if own else data["web_service"],
        "location": data["location"].strip(),
        "reception_code": data["reception_code"],
    }


MINUTES = (
    "duration_minutes",
    "step_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "min_notice_minutes",
    "window_days",
)


def defaults_for(owner: Member) -> dict[str, Any]:
    """A new page as most people want it; the numbers are the record's own defaults."""
    usual = BookingPage()
    return {
        **{name: getattr(usual, name) for name in MINUTES},
        "format": MeetingFormat.WEB.value,
        "zone": owner.zone,
    }
