"""予約フォーム: what a booking page asks its guests, and what an answer has to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from chosei.core import wording
from chosei.core.language import Language

MAX_QUESTIONS = 30
MAX_CHOICES = 50
MAX_LABEL = 200
MAX_TEXT, MAX_LINE = 4000, 400
MAX_FILE_BYTES = 5 * 1024 * 1024
FILE_KINDS = frozenset(
    {"pdf", "png", "jpg", "jpeg", "gif", "heic", "webp", "txt", "csv", "docx", "xlsx", "pptx", "zip"}
)
"""Endings of files that guests may send: documents and pictures, nothing that runs."""


class QuestionKind(StrEnum):
    """Stored. The first seven are Chosei's own fields; each stands at most once in a form."""

    COMPANY = "company"
    NAME = "name"
    FURIGANA = "furigana"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    MESSAGE = "message"
    TEXT = "text"
    PARAGRAPH = "paragraph"
    CHOICE = "choice"
    SEVERAL = "several"
    DATE = "date"
    FILE = "file"


OWN_FIELDS = (
    QuestionKind.COMPANY,
    QuestionKind.NAME,
    QuestionKind.FURIGANA,
    QuestionKind.EMAIL,
    QuestionKind.PHONE,
    QuestionKind.ADDRESS,
    QuestionKind.MESSAGE,
)
ALWAYS = frozenset({QuestionKind.NAME, QuestionKind.EMAIL})
"""Without these there is nobody to confirm to: always asked, always required."""
CHOOSING = frozenset({QuestionKind.CHOICE, QuestionKind.SEVERAL})
_KEPT_WITH_THE_APPOINTMENT = ALWAYS | {QuestionKind.COMPANY, QuestionKind.MESSAGE}


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the form. ``key`` names it in forms, addresses and answers, and never changes.

    ``label`` and ``choices`` are the page owner's words; Chosei's own fields have none. ``in_event`` and
    ``in_mails``: whether the answer is written into the calendar and into the mails; the console always
    shows it. Raises ValueError when a field of Chosei's own goes by another key than its kind.
    """

    key: str
    kind: QuestionKind
    label: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    in_event: bool = True
    in_mails: bool = True

    def __post_init__(self) -> None:
        if self.is_own and self.key != self.kind.value:
            raise ValueError(f"{self.kind} is named by its kind, not {self.key!r}")

    @property
    def is_own(self) -> bool:
        """Whether it is one of Chosei's own fields."""
        return self.kind in OWN_FIELDS

    @property
    def is_answer(self) -> bool:
        """Whether it is kept as an answer of its own; the others are the appointment's own columns."""
        return self.kind not in _KEPT_WITH_THE_APPOINTMENT


Questions = tuple[Question, ...]

STANDARD: Questions = (
    Question("company", QuestionKind.COMPANY),
    Question("name", QuestionKind.NAME, required=True),
    Question("email", QuestionKind.EMAIL, required=True),
    Question("message", QuestionKind.MESSAGE),
)
"""What is asked where nothing else was set."""


class QuestionProblem(StrEnum):
    NO_LABEL = "no_label"
    LABEL_TOO_LONG = "label_too_long"
    NO_CHOICES = "no_choices"
    TOO_MANY_CHOICES = "too_many_choices"
    CHOICE_TOO_LONG = "choice_too_long"
    SAME_CHOICE_TWICE = "same_choice_twice"
    SAME_TWICE = "same_twice"
    TOO_MANY = "too_many"
    MISSING = "missing"


class InvalidQuestions(Exception):
    """``problems`` by place in the form; place -1 for what concerns the form as a whole."""

    def __init__(self, problems: Mapping[int, QuestionProblem]) -> None:
        super().__init__(", ".join(f"{place}: {problem}" for place, problem in problems.items()))
        self.problems = dict(problems)


def checked(questions: Iterable[Question]) -> Questions:
    """The form as it may be kept: name and address always required. Raises InvalidQuestions."""
    form = tuple(questions)
    problems = {place: problem for place, one in enumerate(form) if (problem := _problem(one))}
    seen: set[str] = set()
    for place, one in enumerate(form):
        if one.key in seen:
            problems.setdefault(place, QuestionProblem.SAME_TWICE)
        seen.add(one.key)
    if len(form) > MAX_QUESTIONS:
        problems[-1] = QuestionProblem.TOO_MANY
    elif not {one.kind for one in form} >= ALWAYS:
        problems[-1] = QuestionProblem.MISSING
    if problems:
        raise InvalidQuestions(problems)
    return form


def new_key(form: Iterable[Question]) -> str:
    """A key that no question of ``form`` has."""
    used = {one.key for one in form}
    number = 1
    while f"q{number}" in used:
        number += 1
    return f"q{number}"


def to_json(form: Sequence[Question]) -> list[dict[str, Any]]:
    return [
        {
            "key": one.key,
            "kind": one.kind.value,
            "label": one.label,
            "required": one.required,
            "choices": list(one.choices),
            "in_event": one.in_event,
            "in_mails": one.in_mails,
        }
        for one in form
    ]


def from_json(stored: Sequence[Mapping[str, Any]]) -> Questions:
    """What ``to_json`` wrote; nothing stored yet is the standard form."""
    if not stored:
        return STANDARD
    return tuple(
        Question(**{**one, "kind": QuestionKind(one["kind"]), "choices": tuple(one["choices"])})
        for one in stored
    )


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as the guest's browser sent it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a guest answered to the question ``key``: several values for several choices, else one."""

    key: str
    values: tuple[str, ...] = ()
    file: SentFile | None = None

    @property
    def is_empty(self) -> bool:
        return self.file is None and not any(self.values)


class AnswerProblem(StrEnum):
    REQUIRED = "required"
    TOO_LONG = "too_long"
    NOT_A_CHOICE = "not_a_choice"
    NOT_A_DATE = "not_a_date"
    NOT_A_PHONE = "not_a_phone"
    FILE_TOO_LARGE = "file_too_large"
    FILE_KIND = "file_kind"
    UNKNOWN = "unknown"


def answer_text(kind: str, text: str, language: Language) -> str:
    """A kept answer as people read it: a date in words, anything else as it was given."""
    if kind == QuestionKind.DATE and _is_date(text):
        return wording.date_text(date.fromisoformat(text), language, None)
    return text


def answer_problem(question: Question, answer: Answer) -> AnswerProblem | None:
    """What is wrong with the answer, if anything."""
    if answer.is_empty:
        return AnswerProblem.REQUIRED if question.required else None
    if question.kind is QuestionKind.FILE:
        return _file_problem(answer.file)
    if answer.file is not None or (len(answer.values) > 1 and question.kind is not QuestionKind.SEVERAL):
        return AnswerProblem.UNKNOWN
    if question.kind in CHOOSING:
        return None if set(answer.values) <= set(question.choices) else AnswerProblem.NOT_A_CHOICE
    [value] = answer.values
    if len(value) > (MAX_TEXT if question.kind is QuestionKind.PARAGRAPH else MAX_LINE):
        return AnswerProblem.TOO_LONG
    if question.kind is QuestionKind.DATE:
        return None if _is_date(value) else AnswerProblem.NOT_A_DATE
    if question.kind is QuestionKind.PHONE:
        return None if _is_phone(value) else AnswerProblem.NOT_A_PHONE
    return None


def _file_problem(file: SentFile | None) -> AnswerProblem | None:
    if file is None:
        return AnswerProblem.UNKNOWN
    ending = file.name.rpartition(".")[2].lower()
    if "." not in file.name or ending not in FILE_KINDS:
        return AnswerProblem.FILE_KIND
    return AnswerProblem.FILE_TOO_LARGE if len(file.content) > MAX_FILE_BYTES else None


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_phone(value: str) -> bool:
    digits = sum(char.isdecimal() for char in value)
    return 6 <= digits <= 20 and all(char.isdecimal() or char in "+-() .#*/" for char in value)


def _problem(question: Question) -> QuestionProblem | None:
    if question.is_own:
        return QuestionProblem.MISSING if question.kind in ALWAYS and not question.required else None
    if not question.label:
        return QuestionProblem.NO_LABEL
    if len(question.label) > MAX_LABEL:
        return QuestionProblem.LABEL_TOO_LONG
    return _choices_problem(question.choices) if question.kind in CHOOSING else None


def _choices_problem(choices: Sequence[str]) -> QuestionProblem | None:
    if not choices:
        return QuestionProblem.NO_CHOICES
    if len(choices) > MAX_CHOICES:
        return QuestionProblem.TOO_MANY_CHOICES
    if any(len(choice) > MAX_LABEL for choice in choices):
        return QuestionProblem.CHOICE_TOO_LONG
    return QuestionProblem.SAME_CHOICE_TWICE if len(set(choices)) != len(choices) else None
