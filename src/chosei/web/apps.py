from __future__ import annotations

from django import forms
from django.apps import AppConfig
from django.core import validators
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "chosei.web"

    def ready(self) -> None:
        """Django's own sentences beside a field speak of fields and values; ours say what to do."""
        forms.Field.default_error_messages["required"] = _("入力してください。")
        forms.ChoiceField.default_error_messages["required"] = _("選択してください。")
        forms.MultipleChoiceField.default_error_messages["required"] = _("選択してください。")
        validators.MinValueValidator.message = _("%(limit_value)s以上の数を入力してください。")
        validators.MaxValueValidator.message = _("%(limit_value)s以下の数を入力してください。")
        validators.MaxLengthValidator.message = _("%(limit_value)s文字以内で入力してください。")
