"""予約フォーム as rows: everything travels in the form, so that adding and moving need no JavaScript."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chosei.core.questions import (
    ALWAYS,
    CHOOSING,
    MAX_QUESTIONS,
    OWN_FIELDS,
    InvalidQuestions,
    Question,
    QuestionKind,
    QuestionProblem,
    Questions,
    checked,
    new_key,
)
from chosei.core.text import one_line

KINDS: dict[QuestionKind, str | Promise] = {
    QuestionKind.COMPANY: _("会社名"),
    QuestionKind.NAME: _("お名前"),
    QuestionKind.FURIGANA: _("ふりがな"),
    QuestionKind.EMAIL: _("メールアドレス"),
    QuestionKind.PHONE: _("電話番号"),
    QuestionKind.ADDRESS: _("ご住所"),
    QuestionKind.MESSAGE: _("ご要望・ご質問"),
    QuestionKind.TEXT: _("1行の文章"),
    QuestionKind.PARAGRAPH: _("長い文章"),
    QuestionKind.CHOICE: _("1つだけ選ぶ"),
    QuestionKind.SEVERAL: _("いくつでも選ぶ"),
    QuestionKind.DATE: _("日付"),
    QuestionKind.FILE: _("ファイル"),
}
PROBLEMS = {
    QuestionProblem.NO_LABEL: _("質問を入力してください。"),
    QuestionProblem.LABEL_TOO_LONG: _("質問は200文字以内で入力してください。"),
    QuestionProblem.NO_CHOICES: _("選択肢を1行に1つずつ入力してください。"),
    QuestionProblem.TOO_MANY_CHOICES: _("選択肢は50個までです。"),
    QuestionProblem.CHOICE_TOO_LONG: _("選択肢は1つ200文字以内で入力してください。"),
    QuestionProblem.SAME_CHOICE_TWICE: _("同じ選択肢が2回入っています。"),
    QuestionProblem.SAME_TWICE: _("同じ項目が2回入っています。"),
    QuestionProblem.TOO_MANY: _("質問は30件までです。"),
    QuestionProblem.MISSING: _("お名前とメールアドレスは、確定のご連絡に必要です。"),
}


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question as the page shows it. ``error`` stands beside it."""

    place: int
    question: Question
    first: bool
    last: bool
    error: str = ""

    @property
    def name(self) -> str:
        return str(self.question.label or KINDS[self.question.kind])

    @property
    def kind_name(self) -> str | Promise:
        return KINDS[self.question.kind]

    @property
    def always(self) -> bool:
        return self.question.kind in ALWAYS

    @property
    def chooses(self) -> bool:
        return self.question.kind in CHOOSING

    @property
    def choices(self) -> str:
        return "\n".join(self.question.choices)


class QuestionsEditor:
    """The form as it stands on the page, with what is wrong with it. ``message`` concerns it as a whole."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self.questions: Questions = tuple(questions)
        self.errors: dict[int, str] = {}

    @classmethod
    def typed(cls, data: Mapping[str, str]) -> QuestionsEditor:
        """What came with the form; rows that no page of ours could have sent are left out."""
        rows = [_row(data, f"f{place}") for place in range(MAX_QUESTIONS + 1) if f"f{place}-kind" in data]
        return cls([row for row in rows if row is not None])

    def wanted(self) -> Questions | None:
        """The questions as they may be kept, or None with each problem beside its row."""
        try:
            return checked(self.questions)
        except InvalidQuestions as wrong:
            self.errors = {place: str(PROBLEMS[problem]) for place, problem in wrong.problems.items()}
            return None

    def do(self, what: str) -> None:
        """A button's wish: ``add-KIND`` (the list's own: ``add``), ``up-N``, ``down-N``, ``remove-N``."""
        verb, _dash, value = what.partition("-")
        if verb == "add":
            self._add(value)
        elif value.isascii() and value.isdigit() and int(value) < len(self.questions):
            self._rearrange(verb, int(value))

    def rows(self) -> list[QuestionRow]:
        last = len(self.questions) - 1
        return [
            QuestionRow(place, one, place == 0, place == last, self.errors.get(place, ""))
            for place, one in enumerate(self.questions)
        ]

    @property
    def message(self) -> str:
        return self.errors.get(-1, "")

    def addable(self) -> list[tuple[str, str | Promise]]:
        """The kinds that one more question may have; Chosei's own fields stand once."""
        if len(self.questions) >= MAX_QUESTIONS:
            return []
        present = {one.kind for one in self.questions}
        return [
            (kind.value, name)
            for kind, name in KINDS.items()
            if kind not in OWN_FIELDS or kind not in present
        ]

    def _add(self, kind: str) -> None:
        if kind not in dict(self.addable()):
            return
        asked = QuestionKind(kind)
        key = kind if asked in OWN_FIELDS else new_key(self.questions)
        self.questions = (*self.questions, Question(key, asked, required=asked in ALWAYS))

    def _rearrange(self, verb: str, place: int) -> None:
        rows = list(self.questions)
        moved = rows.pop(place)
        if verb == "up":
            rows.insert(max(place - 1, 0), moved)
        elif verb == "down":
            rows.insert(place + 1, moved)
        elif verb != "remove" or moved.kind in ALWAYS:
            return
        self.questions = tuple(rows)


def _row(data: Mapping[str, str], name: str) -> Question | None:
    kind = data.get(f"{name}-kind", "")
    if kind not in KINDS:
        return None
    asked = QuestionKind(kind)
    own = asked in OWN_FIELDS
    choices = [line for raw in data.get(f"{name}-choices", "").splitlines() if (line := one_line(raw))]
    return Question(
        key=kind if own else one_line(data.get(f"{name}-key", ""))[:40],
        kind=asked,
        label="" if own else one_line(data.get(f"{name}-label", "")),
        required=asked in ALWAYS or f"{name}-required" in data,
        choices=tuple(choices) if asked in CHOOSING else (),
        in_event=f"{name}-event" in data,
        in_mails=f"{name}-mails" in data,
    )
