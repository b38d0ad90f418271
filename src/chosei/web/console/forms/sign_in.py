"""Forms for getting in: address and password, and a new password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("メールアドレスまたはパスワードが正しくありません。"),
        "inactive": _("メールアドレスまたはパスワードが正しくありません。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("メールアドレス")
        # No address is longer, and neither is the column in which failures are counted.
        self.fields["username"].validators.append(
            MaxLengthValidator(254, self.error_messages["invalid_login"])
        )
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True}
        )
        self.fields["password"].label = _("パスワード")


class AskResetForm(forms.Form):
    """Where the link goes."""

    email = forms.EmailField(
        label=_("メールアドレス"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # not generic when run
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("新しいパスワード")
        self.fields["new_password1"].help_text = _("10文字以上で、推測されにくいものにしてください。")
        self.fields["new_password2"].label = _("新しいパスワード(確認)")
        self.fields["new_password2"].help_text = ""
