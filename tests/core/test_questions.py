"""A form's questions: what may be asked, and what an answer has to be."""

from __future__ import annotations

import pytest

from chosei.core.questions import (
    MAX_FILE_BYTES,
    MAX_QUESTIONS,
    STANDARD,
    Answer,
    AnswerProblem,
    InvalidQuestions,
    Question,
    QuestionKind,
    QuestionProblem,
    SentFile,
    answer_problem,
    checked,
    from_json,
    new_key,
    to_json,
)

NAME, EMAIL = STANDARD[1], STANDARD[2]


def asked(kind: QuestionKind, **values: object) -> Question:
    return Question(**{"key": "q1", "kind": kind, "label": "ご質問", **values})  # type: ignore[arg-type]


def test_a_form_survives_its_storage() -> None:
    form = (*STANDARD, asked(QuestionKind.SEVERAL, choices=("はい", "いいえ"), required=True, in_mails=False))
    assert from_json(to_json(form)) == form
    assert from_json([]) == STANDARD


@pytest.mark.parametrize(
    ("form", "place", "problem"),
    [
        ((NAME,), -1, QuestionProblem.MISSING),
        ((NAME, EMAIL, asked(QuestionKind.TEXT, label="")), 2, QuestionProblem.NO_LABEL),
        ((NAME, EMAIL, asked(QuestionKind.TEXT, label="長" * 201)), 2, QuestionProblem.LABEL_TOO_LONG),
        ((NAME, EMAIL, asked(QuestionKind.CHOICE)), 2, QuestionProblem.NO_CHOICES),
        (
            (NAME, EMAIL, asked(QuestionKind.SEVERAL, choices=("a", "a"))),
            2,
            QuestionProblem.SAME_CHOICE_TWICE,
        ),
        (
            (NAME, EMAIL, asked(QuestionKind.CHOICE, choices=tuple(str(n) for n in range(51)))),
            2,
            QuestionProblem.TOO_MANY_CHOICES,
        ),
        ((NAME, EMAIL, asked(QuestionKind.CHOICE, choices=("x" * 201,))), 2, QuestionProblem.CHOICE_TOO_LONG),
        ((NAME, EMAIL, NAME), 2, QuestionProblem.SAME_TWICE),
        ((Question("name", QuestionKind.NAME), EMAIL), 0, QuestionProblem.MISSING),
    ],
)
def test_a_form_that_cannot_be_asked_is_refused_where_it_is_wrong(
    form: tuple[Question, ...], place: int, problem: QuestionProblem
) -> None:
    with pytest.raises(InvalidQuestions) as refused:
        checked(form)
    assert refused.value.problems == {place: problem}


def test_too_many_questions_are_refused_as_a_whole() -> None:
    more = [asked(QuestionKind.TEXT, key=f"q{n}") for n in range(MAX_QUESTIONS)]
    with pytest.raises(InvalidQuestions) as refused:
        checked([NAME, EMAIL, *more])
    assert refused.value.problems == {-1: QuestionProblem.TOO_MANY}


def test_one_of_our_own_fields_goes_by_its_kind() -> None:
    with pytest.raises(ValueError, match="named by its kind"):
        Question("q1", QuestionKind.PHONE)


def test_a_new_key_is_free() -> None:
    assert new_key([*STANDARD, asked(QuestionKind.TEXT)]) == "q2"


CHOICES = ("月額", "年額")


@pytest.mark.parametrize(
    ("kind", "values", "problem"),
    [
        (QuestionKind.TEXT, ("はい",), None),
        (QuestionKind.TEXT, ("x" * 401,), AnswerProblem.TOO_LONG),
        (QuestionKind.TEXT, ("a", "b"), AnswerProblem.UNKNOWN),
        (QuestionKind.PARAGRAPH, ("x" * 4000,), None),
        (QuestionKind.PARAGRAPH, ("x" * 4001,), AnswerProblem.TOO_LONG),
        (QuestionKind.CHOICE, ("月額",), None),
        (QuestionKind.CHOICE, ("無料",), AnswerProblem.NOT_A_CHOICE),
        (QuestionKind.CHOICE, CHOICES, AnswerProblem.UNKNOWN),
        (QuestionKind.SEVERAL, CHOICES, None),
        (QuestionKind.SEVERAL, ("月額", "無料"), AnswerProblem.NOT_A_CHOICE),
        (QuestionKind.DATE, ("2028-02-29",), None),
        (QuestionKind.DATE, ("2027-02-29",), AnswerProblem.NOT_A_DATE),
        (QuestionKind.DATE, ("20270228",), AnswerProblem.NOT_A_DATE),
        (QuestionKind.FILE, ("a.pdf",), AnswerProblem.UNKNOWN),
    ],
)
def test_answers(kind: QuestionKind, values: tuple[str, ...], problem: AnswerProblem | None) -> None:
    question = asked(kind, choices=CHOICES if kind in (QuestionKind.CHOICE, QuestionKind.SEVERAL) else ())
    assert answer_problem(question, Answer("q1", values)) == problem


@pytest.mark.parametrize(
    ("value", "fine"),
    [("03-1234-5678", True), ("+81 (0)90 1234 5678", True), ("12345", False), ("call me 123456", False)],
)
def test_phone_numbers(value: str, fine: bool) -> None:
    problem = answer_problem(Question("phone", QuestionKind.PHONE), Answer("phone", (value,)))
    assert problem == (None if fine else AnswerProblem.NOT_A_PHONE)


@pytest.mark.parametrize(
    ("name", "size", "problem"),
    [
        ("見積.PDF", 10, None),
        ("run.exe", 10, AnswerProblem.FILE_KIND),
        ("pdf", 10, AnswerProblem.FILE_KIND),
        ("a.png", MAX_FILE_BYTES, None),
        ("a.png", MAX_FILE_BYTES + 1, AnswerProblem.FILE_TOO_LARGE),
    ],
)
def test_files(name: str, size: int, problem: AnswerProblem | None) -> None:
    answer = Answer("q1", file=SentFile(name, b"x" * size))
    assert answer_problem(asked(QuestionKind.FILE), answer) == problem
    assert answer_problem(asked(QuestionKind.TEXT), answer) == AnswerProblem.UNKNOWN


@pytest.mark.parametrize(
    "kind", [QuestionKind.TEXT, QuestionKind.CHOICE, QuestionKind.DATE, QuestionKind.FILE]
)
def test_nothing_said_is_refused_only_where_an_answer_is_required(kind: QuestionKind) -> None:
    assert answer_problem(asked(kind, required=True), Answer("q1")) == AnswerProblem.REQUIRED
    assert answer_problem(asked(kind), Answer("q1", ("",))) is None
