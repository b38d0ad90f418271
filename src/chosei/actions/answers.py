"""What a guest answered in a booking page's form: checked against its questions, and kept."""

from __future__ import annotations

from collections.abc import Sequence

from chosei.actions.errors import InvalidInput
from chosei.actions.inputs import GuestInput
from chosei.core.questions import (
    Answer,
    AnswerProblem,
    Question,
    QuestionKind,
    Questions,
    answer_problem,
    checked,
    from_json,
    to_json,
)
from chosei.core.text import one_line
from chosei.records import models
from chosei.records.models import Appointment, BookingPage, Member


def questions_of(page: BookingPage) -> Questions:
    """What the page asks, in order."""
    return from_json(page.questions)


def set_questions(member: Member, page: BookingPage, questions: Sequence[Question]) -> None:
    """Ask these from now on; appointments keep what was answered. Raises core.questions.InvalidQuestions."""
    page.questions = to_json(checked(questions))
    page.save(update_fields=["questions", "changed_at"])


def check_answers(page: BookingPage, guest: GuestInput) -> None:
    """Every question answered as it asks to be. Raises InvalidInput, with the questions' keys as fields."""
    given = {answer.key: answer for answer in guest.answers}
    questions = {question.key: question for question in questions_of(page) if question.is_answer}
    wrong = dict.fromkeys(given.keys() - questions.keys(), AnswerProblem.UNKNOWN.value)
    for key, question in questions.items():
        problem = answer_problem(question, given.get(key, Answer(key)))
        if problem is not None:
            wrong[key] = problem.value
    columns = {QuestionKind.COMPANY: guest.company, QuestionKind.MESSAGE: guest.message}
    for question in questions_of(page):
        if question.required and not columns.get(question.kind, "-").strip():
            wrong[question.key] = AnswerProblem.REQUIRED.value
    if wrong:
        raise InvalidInput(**wrong)


def keep_answers(appointment: Appointment, page: BookingPage, answers: Sequence[Answer]) -> None:
    """Write down what was answered, with the questions as they are worded now."""
    given = {answer.key: answer for answer in answers if not answer.is_empty}
    asked = [(place, one) for place, one in enumerate(questions_of(page)) if one.key in given]
    rows = models.Answer.objects.bulk_create(
        models.Answer(
            appointment=appointment,
            key=question.key,
            kind=question.kind,
            label=question.label,
            text=_text(given[question.key]),
            position=place,
            in_event=question.in_event,
            in_mails=question.in_mails,
        )
        for place, question in asked
    )
    for row in rows:
        file = given[row.key].file
        if file is not None:
            models.AnswerFile.objects.create(answer=row, content=file.content, size=len(file.content))


def _text(answer: Answer) -> str:
    return one_line(answer.file.name)[:400] if answer.file else "\n".join(answer.values)
