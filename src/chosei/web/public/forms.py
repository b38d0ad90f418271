"""What guests type, each message at its field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chosei.actions.errors import InvalidInput
from chosei.actions.inputs import GuestInput
from chosei.core.language import Language
from chosei.core.questions import MAX_CHOICES, STANDARD, QuestionKind, Questions
from chosei.web.public.companions import FIELDS, Companions
from chosei.web.public.fields import (
    REFUSALS,
    REFUSED_OTHERWISE,
    TOO_LONG,
    TextField,
    answer_of,
    choice_of_format,
    consent,
    field_of,
)

Typed = dict[str, list[str]]
"""What a guest typed, by the names of the form's fields."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a booking page asks besides its questions. ``formats`` to choose from, by value and name; whether
    ``consent`` to the organisation's privacy ``notice`` is needed.
    """

    formats: tuple[tuple[str, str], ...] = ()
    consent: bool = False
    notice: str = ""


class GuestForm(forms.Form):
    """Who the guest is. Nothing here is written anywhere before the action has checked it again.

    ``questions`` are what a booking page asks; elsewhere the standard ones. A field is named by its
    question's key.
    """

    use_required_attribute = False  # our own messages stand at the fields, in the page's language

    def __init__(
        self,
        *args: Any,
        questions: Questions = STANDARD,
        asked: Asked | None = None,
        companions: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions, self.asked = questions, asked or Asked()
        if self.asked.formats:
            self.fields["format"] = choice_of_format(self.asked.formats)
        for question in questions:
            self.fields[question.key] = field_of(question)
        if self.asked.consent:
            self.fields["consented"] = consent()
        self.companions = Companions(self.data if self.is_bound else companions)

    def guest(self, *, language: Language, zone: str) -> GuestInput:
        """The valid form's content."""
        data = self.cleaned_data
        own: dict[str, Any] = {name: data.get(name) or "" for name in ("company", "name", "email", "message")}
        answers = tuple(
            answer_of(question, data.get(question.key)) for question in self.questions if question.is_answer
        )
        return GuestInput(
            **own,
            language=language,
            zone=zone,
            answers=answers,
            companions=self.companions.people,
            consented=bool(data.get("consented")),
        )

    def clean(self) -> dict[str, Any]:
        for sentence in self.companions.errors:
            self.add_error(None, sentence)
        return super().clean() or self.cleaned_data

    def refuse(self, refused: InvalidInput) -> None:
        """Put what the action refused at its field."""
        for name, code in refused.fields.items():
            self.add_error(name if name in self.fields else None, REFUSALS.get(code, REFUSED_OTHERWISE))

    @property
    def sends_files(self) -> bool:
        return any(question.kind is QuestionKind.FILE for question in self.questions)


class CancellationForm(forms.Form):
    """Why, in the guest's words, if they like to say."""

    use_required_attribute = False

    reason = TextField(
        label=_("キャンセルの理由"),
        max_length=2000,
        required=False,
        help_text=_("ご入力いただいた内容は担当者に伝わります。"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": TOO_LONG},
    )


def typed(request: HttpRequest, questions: Questions) -> Typed:
    """What came with the form as it was typed, to travel along in hidden fields; empty on a first visit.

    Parameters of the address prefill the form: ``?company=…&name=…``, each by its question's key. Files
    cannot travel: a browser lets nobody but the guest choose one.
    """
    sent = request.POST if request.method == "POST" else request.GET
    keys = [one.key for one in questions if one.kind is not QuestionKind.FILE and one.key in sent]
    keys += ["format"] if "format" in sent else []
    keys += [name for name in FIELDS if name in sent and request.method == "POST"]
    given = {key: sent.getlist(key)[:MAX_CHOICES] for key in keys}
    return given if any(any(values) for values in given.values()) else {}


def initial_of(typed: Typed, questions: Questions) -> dict[str, str | list[str]]:
    """What the form begins with, from what was typed."""
    several = {one.key for one in questions if one.kind is QuestionKind.SEVERAL}
    own = {key: values for key, values in typed.items() if values and key not in FIELDS}
    return {key: values if key in several else values[0] for key, values in own.items()}


def submission_of(request: HttpRequest) -> UUID:
    """The identity of this guest's one submission: made with the first form, the same when sent again."""
    try:
        return UUID(request.POST.get("submission", ""))
    except ValueError:
        return uuid4()
