"""The composing page's form: the meeting, the customer, the deadline."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from chosei.actions.inputs import MeetingInput, ProposalInput
from chosei.core.intervals import Interval
from chosei.core.walltime import local_date
from chosei.records.models import MeetingFormat, Member
from chosei.web.console import words
from chosei.web.console.forms.candidates import instant
from chosei.web.console.forms.common import REFUSALS, DateInput
from chosei.web.console.forms.hosts import HostPicker

LENGTHS = (15, 30, 45, 60, 90, 120)
DEFAULT_LENGTH = 60
DEADLINE_DAYS = 7
SEND, LINK_ONLY = "send", "link"


class ProposalForm(forms.Form):
    """``outcome`` is the button pressed: ``send`` also mails the invitation, ``link`` only makes the URL."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("会議タイトル"), required=False, max_length=200)
    format = forms.ChoiceField(
        required=False, label=_("会議形態"), choices=[(f.value, words.FORMAT[f]) for f in MeetingFormat]
    )
    location = forms.CharField(label=_("場所"), required=False, max_length=300)
    web_meeting = forms.BooleanField(label=_("WEB会議URLを発行する"), required=False)
    guest_company = forms.CharField(label=_("会社名"), required=False, max_length=200)
    guest_name = forms.CharField(label=_("お名前"), required=False, max_length=120)
    guest_email = forms.EmailField(
        label=_("メールアドレス"),
        required=False,
        max_length=254,
        error_messages={"invalid": _("メールアドレスの形式で入力してください(例: hanako@example.co.jp)。")},
    )
    guest_language = forms.ChoiceField(required=False, label=_("ご案内の言語"), choices=settings.LANGUAGES)
    guidance = forms.CharField(
        label=_("お客様へのご案内"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    deadline = forms.DateField(label=_("ご回答期限"), required=False, widget=DateInput())

    def __init__(
        self,
        data: Any = None,
        *,
        author: Member,
        picker: HostPicker,
        now: datetime,
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.author = author
        self.picker = picker
        self.can_link = picker.can_link
        usual = {
            "submission": uuid4(),
            "format": MeetingFormat.WEB.value,
            "web_meeting": self.can_link,
            "guest_language": author.organization.language,
            "deadline": local_date(now, author.zone) + timedelta(days=DEADLINE_DAYS),
        }
        super().__init__(data, initial={**usual, **(initial or {})})
        web_meeting = self.fields["web_meeting"]
        web_meeting.disabled = not self.can_link
        if not picker.linked:
            web_meeting.help_text = _("担当者がMicrosoft 365を接続すると発行できます。")
        elif not self.can_link:
            web_meeting.help_text = _(
                "接続中のアカウントではTeams会議を作成できません。IT担当者の方にライセンスをご確認ください。"
            )
        self.fields["guest_company"].widget.attrs["autocomplete"] = "off"
        self.fields["guest_name"].widget.attrs["autocomplete"] = "off"
        self.fields["guest_email"].widget.attrs["autocomplete"] = "off"

    def check_recipient(self) -> bool:
        """What a mail cannot go without. Called when the invitation is to be sent."""
        missing = False
        if not self.cleaned_data.get("guest_email") and "guest_email" not in self.errors:
            self.add_error(
                "guest_email",
                _("案内を送るには、お客様のメールアドレスが必要です。「URLだけ発行する」こともできます。"),
            )
            missing = True
        if not self.cleaned_data.get("guest_name") and "guest_name" not in self.errors:
            self.add_error("guest_name", _("案内の宛名に使います。お客様のお名前を入力してください。"))
            missing = True
        return not missing

    def wanted(self, candidates: list[Interval], *, send: bool) -> ProposalInput:
        data = self.cleaned_data
        meeting = MeetingInput(
            title=data["title"].strip(),
            format=data["format"],
            web_meeting=data["web_meeting"] and self.can_link,
            zone=self.author.zone,
            location=data["location"].strip(),
            guidance=data["guidance"].strip(),
        )
        return ProposalInput(
            meeting=meeting,
            host_ids=tuple(member.pk for member in self.picker.members),
            candidates=tuple(sorted(candidates, key=lambda one: one.start)),
            guest_company=data["guest_company"].strip(),
            guest_name=data["guest_name"].strip(),
            guest_email=data["guest_email"],
            invite=send,
            guest_language=data["guest_language"] or self.author.organization.language,
            deadline=data["deadline"],
            submission=data["submission"],
        )

    def clean_deadline(self) -> datetime | None:
        """The last minute of the day that was chosen, in the author's zone."""
        day: date | None = self.cleaned_data["deadline"]
        try:
            return instant(day, time(23, 59), self.author.zone) if day else None
        except (ValueError, OverflowError):
            raise forms.ValidationError(REFUSALS["out_of_range"], code="out_of_range") from None
