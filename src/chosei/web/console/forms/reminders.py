"""When customers and hosts are reminded of a meeting."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class HoursField(forms.CharField):
    """Hours as people list them: 「24, 1」."""

    def to_python(self, value: Any) -> tuple[int, ...]:  # type: ignore[override]
        text = unicodedata.normalize("NFKC", str(value or ""))
        parts = [part for part in re.split(r"[\s,、]+", text) if part]
        if not all(part.isascii() and part.isdecimal() and len(part) < 5 for part in parts):
            raise forms.ValidationError(_("時間数を、コンマで区切った整数で入力してください(例: 24, 1)。"))
        return tuple(int(part) for part in parts)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return set(self.to_python(data)) != set(initial or ())
        except forms.ValidationError:
            return True


class ReminderFields(forms.Form):
    guest_reminders = HoursField(
        label=_("お客様へのリマインド(開始の何時間前)"),
        required=False,
        help_text=_("コンマで区切って5つまで。空にすると送りません(例: 24, 1)。"),
    )
    host_reminders = HoursField(
        label=_("担当者へのリマインド(開始の何時間前)"),
        required=False,
        help_text=_("空にすると送りません。"),
    )
