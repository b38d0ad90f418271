"""The composing page's form: the meeting, the customer, the deadline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from chosei.actions.inputs import MeetingInput, ProposalInput
from chosei.actions.rooms import MOST_SEATS
from chosei.actions.templates import TemplateInput
from chosei.core.intervals import Interval
from chosei.core.walltime import local_date
from chosei.records.models import MeetingFormat, Member, Proposal, ProposalTemplate
from chosei.web.console import words
from chosei.web.console.forms.candidates import instant
from chosei.web.console.forms.common import REFUSALS, DateInput
from chosei.web.console.forms.hosts import HostPicker
from chosei.web.console.forms.proposal_rooms import OffersRooms, choice_of, usual_choice, wish_of
from chosei.web.console.forms.web_tools import offer_tools, service_field

LENGTHS = (15, 30, 45, 60, 90, 120)
DEFAULT_LENGTH = 60
DEADLINE_DAYS = 7
PLACES = {one.value: f"place_{one.value}" for one in MeetingFormat}
"""The field in which each form of meeting says where or how."""


class ProposalForm(OffersRooms):
    """``seen`` is the revision of a running proposal that the form shows; ``zone`` is the meeting's own."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("会議タイトル"), required=False, max_length=200)
    format = forms.ChoiceField(
        required=False, label=_("会議形態"), choices=[(f.value, words.FORMAT[f]) for f in MeetingFormat]
    )
    place_visit = forms.CharField(label=_("お越しいただく場所"), required=False, max_length=300)
    place_web = forms.URLField(
        label=_("お手元のWeb会議URL"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=_("URLを発行せず、ご自分で用意した会議を使うときに入力します。"),
    )
    place_outing = forms.CharField(label=_("お伺いする場所"), required=False, max_length=300)
    place_phone = forms.RegexField(
        r"^[0-9+()\-. ]*$",
        label=_("おかけする電話番号"),
        required=False,
        max_length=40,
        error_messages={"invalid": _("電話番号は 03-1234-5678 のように入力してください。")},
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    place_other = forms.CharField(label=_("場所・方法"), required=False, max_length=300)
    web_meeting = forms.BooleanField(label=_("WEB会議URLを発行する"), required=False)
    web_service = service_field()
    reception_code = forms.BooleanField(label=_("受付コードを発行する"), required=False)
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
    contact = forms.CharField(
        label=_("ご連絡先"), required=False, max_length=300, help_text=_("お客様にお知らせする連絡先です。")
    )
    internal_notes = forms.CharField(
        label=_("社内メモ"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("担当者のカレンダーの予定にだけ載ります。お客様には見えません。"),
    )
    deadline = forms.DateField(label=_("ご回答期限"), required=False, widget=DateInput())
    write_holds = forms.BooleanField(label=_("候補日時をカレンダーに仮予約する"), required=False)
    room_min_capacity = forms.IntegerField(
        label=_("会議室に入る人数(名)"),
        required=False,
        min_value=0,
        max_value=MOST_SEATS,
    )
    kept_as = forms.CharField(label=_("ひな形の名前"), required=False, max_length=120)

    def __init__(
        self,
        data: Any = None,
        *,
        author: Member,
        picker: HostPicker,
        now: datetime,
        initial: dict[str, Any] | None = None,
        zone: str = "",
    ) -> None:
        self.author = author
        self.zone = zone or author.zone
        self.picker = picker
        self.today = local_date(now, author.zone)
        self.can_link = picker.can_link
        usual = {
            "submission": uuid4(),
            "format": MeetingFormat.WEB.value,
            "web_meeting": self.can_link,
            "guest_language": author.organization.language,
            "deadline": self.today + timedelta(days=DEADLINE_DAYS),
            "write_holds": author.organization.write_holds,
        }
        super().__init__(data, initial={**usual, **(initial or {})})
        web_meeting = self.fields["web_meeting"]
        web_meeting.disabled = not self.can_link
        offer_tools(self, picker.tools)
        if not picker.linked:
            web_meeting.help_text = _("担当者がカレンダーかZoomを接続すると発行できます。")
        elif not self.can_link:
            web_meeting.help_text = _(
                "接続中のアカウントではTeams会議を作成できません。IT担当者の方にライセンスをご確認ください。"
            )
        for name in ("guest_company", "guest_name", "guest_email", "kept_as", *PLACES.values()):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        """What stands in the fields of another form of meeting is not looked at."""
        data: dict[str, Any] = super().clean() or {}
        for form, name in PLACES.items():
            if form != data.get("format"):
                self.errors.pop(name, None)
                data[name] = ""
        return data

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

    def meeting(self) -> MeetingInput:
        data = self.cleaned_data
        form = data["format"] or MeetingFormat.WEB.value
        return MeetingInput(
            title=data["title"].strip(),
            format=form,
            web_meeting=data["web_meeting"] and self.can_link,
            web_service=data["web_service"],
            zone=self.zone,
            location=data[PLACES[form]].strip(),
            guidance=data["guidance"].strip(),
            contact=data["contact"].strip(),
            internal_notes=data["internal_notes"].strip(),
            reception_code=data["reception_code"],
        )

    @property
    def people(self) -> int:
        """That each room has to hold, as typed by now."""
        typed = str(self["room_min_capacity"].value() or "0")
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0

    def wanted(self, candidates: list[tuple[Interval, str]], *, send: bool) -> ProposalInput:
        """``candidates``: the choice of a room for each; where there is none, that for all of them."""
        data = self.cleaned_data
        ordered = sorted(candidates, key=lambda one: one[0].start)
        return ProposalInput(
            rooms=self.wishes(choice for _time, choice in ordered),
            room_min_capacity=data["room_min_capacity"] or 0,
            meeting=self.meeting(),
            host_ids=self.host_ids,
            candidates=tuple(time for time, _choice in ordered),
            guest_company=data["guest_company"].strip(),
            guest_name=data["guest_name"].strip(),
            guest_email=data["guest_email"],
            invite=send,
            guest_language=data["guest_language"] or self.author.organization.language,
            deadline=data["deadline"],
            write_holds=data["write_holds"],
            submission=data["submission"],
        )

    def template(self, minutes: int, choices: Sequence[str]) -> TemplateInput:
        """``choices``: the candidates' rooms; the usual one is kept where none was chosen for all."""
        data = self.cleaned_data
        deadline: datetime | None = data["deadline"]
        days = (local_date(deadline, self.author.zone) - self.today).days if deadline else DEADLINE_DAYS
        return TemplateInput(
            name=data["kept_as"],
            meeting=self.meeting(),
            host_ids=self.host_ids,
            minutes=minutes,
            deadline_days=max(days, 1),
            write_holds=data["write_holds"],
            room=wish_of(data["rooms"] or usual_choice(choices)),
            room_min_capacity=data["room_min_capacity"] or 0,
        )

    @property
    def host_ids(self) -> tuple[int, ...]:
        return tuple(member.pk for member in self.picker.members)

    def clean_deadline(self) -> datetime | None:
        """The last minute of the day that was chosen, in the author's zone."""
        day: date | None = self.cleaned_data["deadline"]
        try:
            return instant(day, time(23, 59), self.author.zone) if day else None
        except (ValueError, OverflowError):
            raise forms.ValidationError(REFUSALS["out_of_range"], code="out_of_range") from None


def meeting_initial(meeting: Proposal | ProposalTemplate) -> dict[str, Any]:
    """The fields of the meeting as they were kept."""
    names = (
        "title",
        "format",
        "web_meeting",
        "web_service",
        "reception_code",
        "guidance",
        "contact",
        "internal_notes",
    )
    kept = {name: getattr(meeting, name) for name in (*names, "write_holds")}
    kept["room_min_capacity"] = meeting.room_min_capacity or None
    return {**kept, PLACES.get(meeting.format, "place_other"): meeting.location}


def template_initial(template: ProposalTemplate, zone: str, now: datetime) -> dict[str, Any]:
    """What a template keeps. ``zone``: its owner's, in which the deadline's day is counted."""
    until = local_date(now, zone) + timedelta(days=template.deadline_days)
    return {**meeting_initial(template), "deadline": until, "rooms": choice_of(template)}


def copy_initial(copied: Proposal) -> dict[str, Any]:
    """The meeting, and the room that its candidates had; times and the customer are others."""
    return {**meeting_initial(copied), "rooms": usual_choice(map(choice_of, copied.candidates.all()))}


def proposal_initial(proposal: Proposal, zone: str) -> dict[str, Any]:
    """Everything a draft or a running proposal says."""
    names = ("guest_company", "guest_name", "guest_email", "guest_language")
    kept = {name: getattr(proposal, name) for name in names}
    deadline = {"deadline": local_date(proposal.deadline, zone)} if proposal.deadline else {}
    return {**meeting_initial(proposal), **kept, **deadline, "seen": proposal.revision}


def usual_length(proposal: Proposal) -> int:
    """Minutes that a new candidate beside the proposal's own begins with: as many as the first of these."""
    first = proposal.candidates.first()
    return (first.ends_at - first.starts_at) // timedelta(minutes=1) if first else DEFAULT_LENGTH
