"""The fields that guests fill in: kept as typed, cleaned of what nobody typed on purpose."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.core.questions import (
    FILE_KINDS,
    MAX_FILE_BYTES,
    MAX_LINE,
    MAX_TEXT,
    Answer,
    Question,
    QuestionKind,
    SentFile,
    answer_problem,
)
from chosei.core.text import one_line

REFUSALS = {
    "required": _("入力してください。"),
    "not_an_address": _("メールアドレスの形式をご確認ください(例: hanako@example.co.jp)。"),
    "too_long": _("長すぎるため、短くしてください。"),
    "too_many_bookings": _("すでにご予約をいただいているため、これ以上はお申し込みいただけません。"),
    "not_a_choice": _("選択肢の中からお選びください。"),
    "not_a_date": _("日付をご確認ください(例: 2026-12-03)。"),
    "not_a_phone": _("電話番号をご確認ください(例: 03-1234-5678)。"),
    "file_too_large": _("ファイルが大きすぎます。5MBまでのファイルをお選びください。"),
    "file_kind": _("PDF、画像、Office文書、テキスト、ZIPのファイルをお選びください。"),
}
REFUSED_OTHERWISE = _("この内容では送信できません。入力内容をご確認ください。")
TOO_LONG = _("%(limit_value)d文字以内で入力してください(現在%(show_value)d文字)。")
_CHOOSE = _("お選びください。")
_FEW = 7  # up to so many choices are all shown at once


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


class PlainField(LineField):
    """A number or a date, typed with whatever keyboard."""

    def to_python(self, value: Any) -> str:
        return unicodedata.normalize("NFKC", super().to_python(value))


def field_of(question: Question) -> forms.Field:
    """The form field that asks ``question``."""
    made = _OWN[question.kind]() if question.is_own else _asked(question)
    made.required = question.required
    if question.is_answer:
        made.validators.append(lambda value: _judge(question, value))
    return made


def choice_of_format(formats: tuple[tuple[str, str], ...]) -> forms.Field:
    """会議形態, where a page offers several; the usual one is marked."""
    return forms.ChoiceField(
        label=gettext("会議形態"),
        choices=formats,
        initial=formats[0][0],
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE, "invalid_choice": REFUSALS["not_a_choice"]},
    )


def consent() -> forms.Field:
    """Consent to the privacy notice, which stands above it."""
    return forms.BooleanField(
        label=gettext("個人情報の取り扱いに同意する"),
        error_messages={"required": _("お申し込みには、個人情報の取り扱いへの同意が必要です。")},
    )


def answer_of(question: Question, value: Any) -> Answer:
    """A field's cleaned value as the core knows it."""
    if isinstance(value, UploadedFile):
        # One byte more than is allowed is enough to know that it is too large.
        value.seek(0)
        file = SentFile(one_line(value.name or ""), value.read(MAX_FILE_BYTES + 1))
        return Answer(question.key, file=file)
    values = value if isinstance(value, list) else [value]
    return Answer(question.key, tuple(str(one) for one in values if one))


def _judge(question: Question, value: Any) -> None:
    problem = answer_problem(question, answer_of(question, value))
    if problem is not None:
        raise ValidationError(REFUSALS.get(problem, REFUSED_OTHERWISE), code=problem)


def _line(label: str, limit: int, *, autocomplete: str = "", required: Any = None) -> LineField:
    return LineField(
        label=label,
        max_length=limit,
        widget=forms.TextInput(attrs={"autocomplete": autocomplete} if autocomplete else {}),
        error_messages={"required": required or REFUSALS["required"], "max_length": TOO_LONG},
    )


def _text(label: str, rows: int = 3) -> TextField:
    return TextField(
        label=label,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": REFUSALS["required"], "max_length": TOO_LONG},
    )


def _address() -> AddressField:
    return AddressField(
        label=gettext("メールアドレス"),
        max_length=254,
        help_text=gettext("確定のお知らせをお送りします。"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext("メールアドレスを入力してください。"),
            "invalid": REFUSALS["not_an_address"],
            "max_length": TOO_LONG,
        },
    )


def _plain(label: str, kind: str, **attrs: str) -> PlainField:
    widget = forms.TextInput(attrs=attrs)
    widget.input_type = kind
    return PlainField(label=label, widget=widget, error_messages={"required": REFUSALS["required"]})


_OWN: dict[QuestionKind, Callable[[], forms.Field]] = {
    QuestionKind.COMPANY: lambda: _line(gettext("会社名"), 200, autocomplete="organization"),
    QuestionKind.NAME: lambda: _line(
        gettext("お名前"), 120, autocomplete="name", required=gettext("お名前を入力してください。")
    ),
    QuestionKind.FURIGANA: lambda: _line(gettext("ふりがな"), 120),
    QuestionKind.EMAIL: lambda: _address(),
    QuestionKind.PHONE: lambda: _plain(gettext("電話番号"), "tel", autocomplete="tel"),
    QuestionKind.ADDRESS: lambda: _line(gettext("ご住所"), MAX_LINE, autocomplete="street-address"),
    QuestionKind.MESSAGE: lambda: _text(gettext("ご要望・ご質問")),
}


def _asked(question: Question) -> forms.Field:
    """A field in the page owner's words."""
    choices = [(choice, choice) for choice in question.choices]
    messages = {"required": _CHOOSE, "invalid_choice": REFUSALS["not_a_choice"]}
    match question.kind:
        case QuestionKind.CHOICE if len(choices) <= _FEW:
            return forms.ChoiceField(
                label=question.label, choices=choices, widget=forms.RadioSelect, error_messages=messages
            )
        case QuestionKind.CHOICE:
            listed = [("", gettext("選択してください")), *choices]
            return forms.ChoiceField(label=question.label, choices=listed, error_messages=messages)
        case QuestionKind.SEVERAL:
            return forms.MultipleChoiceField(
                label=question.label,
                choices=choices,
                widget=forms.CheckboxSelectMultiple,
                error_messages=messages,
            )
        case QuestionKind.DATE:
            return _plain(question.label, "date")
        case QuestionKind.FILE:
            accept = ",".join(f".{ending}" for ending in sorted(FILE_KINDS))
            return forms.FileField(
                label=question.label,
                help_text=gettext("PDF、画像、Office文書、テキスト、ZIP(5MBまで)"),
                widget=forms.FileInput(attrs={"accept": accept}),
                error_messages={"required": _CHOOSE, "empty": gettext("空のファイルは送信できません。")},
            )
        case QuestionKind.PARAGRAPH:
            return _text(question.label)
        case _:
            return _line(question.label, MAX_LINE)
