"""Forms for getting in: address and password, and a new password."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm, SetPasswordForm
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from chosei.records.models import Member


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("メールアドレスまたはパスワードが正しくありません。"),
        "inactive": _("メールアドレスまたはパスワードが正しくありません。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("メールアドレス")
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True}
        )
        self.fields["password"].label = _("パスワード")


class AskResetForm(PasswordResetForm):
    """Where the link goes. The mail is in the member's own language and names our configured address only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("メールアドレス")

    def get_users(self, email: str) -> Iterable[Member]:
        """Also those without a password yet: an invited member sets the first one this way."""
        return Member.objects.filter(email__iexact=email, is_active=True)

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        context: dict[str, Any] = args[2]
        context["public_url"] = settings.CHOSEI_PUBLIC_URL
        with translation.override(context["user"].language):
            super().send_mail(*args, **kwargs)


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # not generic when run
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("新しいパスワード")
        self.fields["new_password1"].help_text = _("10文字以上で、推測されにくいものにしてください。")
        self.fields["new_password2"].label = _("新しいパスワード(確認)")
        self.fields["new_password2"].help_text = ""
