"""A member's own settings."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from chosei.web.console.forms.common import ZoneField


class ProfileForm(forms.Form):
    language = forms.ChoiceField(
        label=_("言語"),
        choices=settings.LANGUAGES,
        help_text=_("画面と、Choseiからあなたに届くメールの言語です。"),
    )
    zone = ZoneField(label=_("タイムゾーン"), help_text=_("この画面の日時は、このタイムゾーンで表示します。"))
