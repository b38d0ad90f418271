"""What guests answered, as the console shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from chosei.core.questions import QuestionKind
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
            answer.text,
            reverse("console:answer-file", args=[appointment.pk, answer.pk])
            if answer.kind == QuestionKind.FILE
            else "",
        )
        for answer in appointment.answers.all()
    ]
