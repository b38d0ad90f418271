"""What guests type: kept as typed, cleaned of what nobody typed on purpose, each message at its field."""

from __future__ import annotations

import unicodedata
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chosei.actions.errors import InvalidInput
from chosei.core.text import one_line

_REFUSALS = {
    "required": _("入力してください。"),
    "not_an_address": _("メールアドレスの形式をご確認ください(例: hanako@example.co.jp)。"),
    "too_long": _("長すぎるため、短くしてください。"),
}
_REFUSED_OTHERWISE = _("この内容では送信できません。入力内容をご確認ください。")
_TOO_LONG = _("%(limit_value)d文字以内で入力してください(現在%(show_value)d文字)。")


class LineField(forms.CharField):
    """One line of any script. Its limit is said in words: a browser's would cut a pasted text silently."""

    def to_python(self, value: Any) -> str:
        return one_line(str(value)) if value not in self.empty_values else ""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class TextField(LineField):
    """Several lines; each is cleaned like a single one."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        lines = str(value or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(one_line(line) for line in lines).strip()


class AddressField(forms.EmailField):
    """A mail address, full-width letters of a Japanese keyboard included."""

    def to_python(self, value: Any) -> str:
        return unicodedata.normalize("NFKC", one_line(str(value or "")))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class GuestForm(forms.Form):
    """Who the guest is. Nothing here is written anywhere before the action has checked it again."""

    use_required_attribute = False  # our own messages stand at the fields, in the page's language

    company = LineField(
        label=_("会社名"), max_length=200, required=False, error_messages={"max_length": _TOO_LONG}
    )
    name = LineField(
        label=_("お名前"),
        max_length=120,
        error_messages={"required": _("お名前を入力してください。"), "max_length": _TOO_LONG},
    )
    email = AddressField(
        label=_("メールアドレス"),
        max_length=254,
        help_text=_("確定のお知らせをお送りします。"),
        error_messages={
            "required": _("メールアドレスを入力してください。"),
            "invalid": _REFUSALS["not_an_address"],
            "max_length": _TOO_LONG,
        },
    )
    message = TextField(
        label=_("ご要望・ご質問"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _TOO_LONG},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = {"company": "organization", "name": "name", "email": "email"}
        for field, autocomplete in kinds.items():
            self.fields[field].widget.attrs["autocomplete"] = autocomplete

    def refuse(self, refused: InvalidInput) -> None:
        """Put what the action refused at its field."""
        for name, code in refused.fields.items():
            self.add_error(name if name in self.fields else None, _REFUSALS.get(code, _REFUSED_OTHERWISE))


class CancellationForm(forms.Form):
    """Why, in the guest's words, if they like to say."""

    use_required_attribute = False

    reason = TextField(
        label=_("キャンセルの理由"),
        max_length=2000,
        required=False,
        help_text=_("ご入力いただいた内容は担当者に伝わります。"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _TOO_LONG},
    )


def typed(request: HttpRequest) -> dict[str, str]:
    """What came with the form as it was typed, to travel along in hidden fields; empty on a first visit."""
    given = {name: request.POST[name] for name in GuestForm.base_fields if name in request.POST}
    return given if any(given.values()) else {}


def submission_of(request: HttpRequest) -> UUID:
    """The identity of this guest's one submission: made with the first form, the same when sent again."""
    try:
        return UUID(request.POST.get("submission", ""))
    except ValueError:
        return uuid4()
