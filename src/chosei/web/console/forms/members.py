"""What an administrator fills in about an employee."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from chosei.actions.members import MemberInput
from chosei.records.models import Member, Role
from chosei.web.console.forms.common import ZoneField


class MemberForm(forms.Form):
    name = forms.CharField(label=_("お名前"), max_length=120)
    email = forms.EmailField(
        label=_("メールアドレス"),
        max_length=254,
        help_text=_(
            "サインインに使います。接続するMicrosoft 365やGoogle Workspaceのアカウントと"
            "同じアドレスにしてください。"
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("権限"),
        choices=[(Role.MEMBER, _("一般社員")), (Role.ADMINISTRATOR, _("管理者"))],
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(label=_("言語"), choices=settings.LANGUAGES)
    zone = ZoneField(label=_("タイムゾーン"))

    def wanted(self) -> MemberInput:
        given = self.cleaned_data
        return MemberInput(
            name=given["name"],
            email=given["email"],
            administrator=given["role"] == Role.ADMINISTRATOR,
            language=given["language"],
            zone=given["zone"],
        )


class SuccessorForm(forms.Form):
    """Who goes on with what only ``member`` attended; nobody, where it is left empty.

    ``end_rest``: what nobody goes on with ends.
    """

    to = forms.EmailField(
        label=_("引き継ぐ方のメールアドレス"),
        required=False,
        max_length=254,
        help_text=_(
            "ほかに担当者がいないアポイントメント・日程調整・予約ページの担当者になります。"
            "空欄のときは引き継ぎません。"
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    end_rest = forms.BooleanField(
        label=_("引き継げない日程調整を取り下げ、予約ページの受付を停止する"),
        required=False,
        help_text=_("お客様は候補を選べなくなります。アポイントメントはそのまま残ります。"),
    )

    def __init__(self, *given: Any, member: Member, **named: Any) -> None:
        super().__init__(*given, **named)
        self._member = member
        self._found: Member | None = None

    def clean_to(self) -> str:
        wanted = str(self.cleaned_data["to"])
        if wanted:
            colleagues = Member.objects.filter(organization=self._member.organization_id, is_active=True)
            self._found = colleagues.exclude(pk=self._member.pk).filter(email__iexact=wanted).first()
            if self._found is None:
                raise forms.ValidationError(_("このアドレスの社員は見つかりません。"))
        return wanted

    def successor(self) -> Member | None:
        return self._found
