"""What an administrator fills in about an employee."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from chosei.actions.members import MemberInput
from chosei.records.models import Role
from chosei.web.console.forms.common import ZoneField


class MemberForm(forms.Form):
    name = forms.CharField(label=_("お名前"), max_length=120)
    email = forms.EmailField(
        label=_("メールアドレス"),
        max_length=254,
        help_text=_("サインインに使います。Microsoft 365のアカウントと同じアドレスにしてください。"),
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
