"""Changing a confirmed appointment: when, how, where, who, and what it says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.inputs import ChangeInput, MeetingInput
from chosei.actions.people import attending
from chosei.actions.web_meetings import tools_of
from chosei.core.intervals import Interval
from chosei.core.walltime import zone_of
from chosei.records.models import Appointment, MeetingFormat, Member
from chosei.web.console import words
from chosei.web.console.forms.candidates import TimeRow
from chosei.web.console.forms.web_tools import offer_tools, service_field

MAX_HOSTS = 20
_AS_IT_IS = (
    "title", "format", "location", "web_meeting", "web_service", "reception_code", "guidance",
    "internal_notes"
)  # fmt: skip


class ChangeForm(TimeRow):
    """Times are wall times of the member's own zone. ``revision``: of the appointment this page showed."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    title = forms.CharField(label=_("会議タイトル"), required=False, max_length=200)
    format = forms.ChoiceField(
        label=_("会議形態"), choices=[(f.value, words.FORMAT[f]) for f in MeetingFormat]
    )
    location = forms.CharField(label=_("場所"), required=False, max_length=300)
    web_meeting = forms.BooleanField(label=_("WEB会議URLを発行する"), required=False)
    web_service = service_field()
    reception_code = forms.BooleanField(
        label=_("受付コードを発行する"), required=False, help_text=_("来訪のときに発行します。")
    )
    hosts = forms.MultipleChoiceField(
        label=_("担当者"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("担当者を1人以上お選びください。")},
    )
    add_host = forms.CharField(
        label=_("担当者を追加"),
        required=False,
        max_length=254,
        help_text=_("社員のお名前かメールアドレスを入力してください。"),
    )
    guidance = forms.CharField(
        label=_("お客様へのご案内"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    internal_notes = forms.CharField(
        label=_("社内メモ"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("お客様には表示されません。"),
    )
    over_conflicts = forms.BooleanField(label=_("予定と重なったまま変更する"), required=False)

    def __init__(self, data: Any = None, *, appointment: Appointment, member: Member) -> None:
        self.appointment, self.member = appointment, member
        standing = appointment.promises.filter(standing=True, host__isnull=False).select_related("host")
        self.present = [promise.host for promise in standing if promise.host]
        super().__init__(data, zone=member.zone, initial=self._now())
        self.ticked: list[str] = data.getlist("hosts") if data is not None else []
        self.colleagues = self._offered()
        hosts = self.fields["hosts"]
        assert isinstance(hosts, forms.MultipleChoiceField)
        hosts.choices = [(str(one.pk), one.name) for one in self.colleagues]
        offer_tools(self, tools_of(attending(self.colleagues)))

    def _now(self) -> dict[str, Any]:
        one = self.appointment
        start, end = (at.astimezone(zone_of(self.member.zone)) for at in (one.starts_at, one.ends_at))
        return {
            "revision": one.revision,
            "day": start.date(),
            "start": start.time(),
            "end": end.time(),
            "hosts": [str(host.pk) for host in self.present],
            **{name: getattr(one, name) for name in _AS_IT_IS},
        }

    def _offered(self) -> list[Member]:
        """Who attends now, and whoever has been added on this page."""
        added = [int(pk) for pk in self.ticked if pk.isascii() and pk.isdecimal() and len(pk) < 19][
            :MAX_HOSTS
        ]
        present = [host.pk for host in self.present]
        rows = Member.objects.filter(organization_id=self.appointment.organization_id, is_active=True)
        found = rows.in_bulk([*present, *added])
        return [found[pk] for pk in dict.fromkeys([*present, *added]) if pk in found]

    def clean_add_host(self) -> str:
        text = str(self.cleaned_data["add_host"]).strip()
        if not text:
            return ""
        rows = Member.objects.filter(organization_id=self.appointment.organization_id, is_active=True)
        found = rows.filter(email__iexact=text)[:1] or rows.filter(name=text)[:2]
        if not found:
            found = rows.filter(name__icontains=text)[:2]
        if len(found) != 1:
            raise forms.ValidationError(
                _("お名前の一致する社員が複数います。メールアドレスで入力してください。")
                if found
                else _("この社員は見つかりませんでした。")
            )
        return str(found[0].pk)

    def host_ids(self) -> tuple[int, ...]:
        ids = [int(pk) for pk in self.cleaned_data.get("hosts", ())]
        added = self.cleaned_data.get("add_host")
        return tuple(dict.fromkeys([*ids, *([int(added)] if added else [])]))

    def wanted(self) -> ChangeInput:
        data, one = self.cleaned_data, self.appointment
        assert self.interval is not None
        meeting = MeetingInput(
            title=data["title"].strip(),
            format=data["format"],
            web_meeting=data["web_meeting"],
            web_service=data["web_service"],
            zone=one.zone,
            location=data["location"].strip(),
            guidance=data["guidance"].strip(),
            contact=one.contact,
            internal_notes=data["internal_notes"].strip(),
            reception_code=data["reception_code"],
        )
        return ChangeInput(
            time=self.kept(self.interval),
            meeting=meeting,
            host_ids=self.host_ids(),
            revision=data["revision"],
            over_conflicts=data["over_conflicts"],
        )

    def kept(self, time: Interval) -> Interval:
        """The appointment's own time where the form shows the same minutes: seconds are not the form's."""
        own = Interval(self.appointment.starts_at, self.appointment.ends_at)
        same = all(
            a.replace(second=0, microsecond=0) == b for a, b in ((own.start, time.start), (own.end, time.end))
        )
        return own if same else time
