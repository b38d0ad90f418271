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
    ask_before_moving = forms.ChoiceField(
        label=_("カレンダーで確定した予定を動かしたとき"),
        choices=[
            ("no", _("すぐに日時を変更し、お客様にお知らせする")),
            ("yes", _("先に確認する(お選びになるまで元の日時のまま)")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
