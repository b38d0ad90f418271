"""What guests answered, as the console shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language

from chosei.core.language import language_of
from chosei.core.questions import QuestionKind, answer_text
from chosei.records.models import Appointment
from chosei.web.console.forms.questions import KINDS


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """``file`` is the address of the file that was sent, if one was."""

    name: str
    text: str
    file: str


def answers_of(appointment: Appointment) -> list[ShownAnswer]:
    return [
        ShownAnswer(
            answer.label or str(KINDS[QuestionKind(answer.kind)]),
            answer_text(answer.kind, answer.text, language_of(get_language())),
            reverse("console:answer-file", args=[appointment.pk, answer.pk])
            if answer.kind == QuestionKind.FILE
            else "",
        )
        for answer in appointment.answers.all()
    ]
