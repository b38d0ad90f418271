"""What guests type, each message at its field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.actions.errors import InvalidInput
from chosei.actions.inputs import GuestInput
from chosei.core.language import Language
from chosei.core.questions import MAX_CHOICES, STANDARD, QuestionKind, Questions
from chosei.core.text import one_line
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
            if question.kind is QuestionKind.FILE and self._had_file(question.key):
                field = self.fields[question.key]
                field.help_text = f"{field.help_text} {gettext('お手数ですが、もう一度お選びください。')}"
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

    def _had_file(self, key: str) -> bool:
        """Whether a file was chosen before: no page can choose it again for the guest."""
        return key in self.files if self.is_bound else bool(self.initial.get(key))

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

    Parameters of the address prefill the form: ``?company=…&name=…``, each by its question's key. Of a file
    only the name travels: a browser lets nobody but the guest choose one.
    """
    posted = request.method == "POST"
    sent = request.POST if posted else request.GET
    files = {one.key for one in questions if one.kind is QuestionKind.FILE}
    keys = [one.key for one in questions if one.key in sent and (posted or one.key not in files)]
    keys += ["format"] if "format" in sent else []
    keys += [name for name in (*FIELDS, "consented") if name in sent and posted]
    given = {key: sent.getlist(key)[:MAX_CHOICES] for key in keys}
    for key in files & set(request.FILES):
        given[key] = [
            one_line(one.name or "") for one in request.FILES.getlist(key) if not isinstance(one, list)
        ]
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
