"""予約フォーム in the console: rows that are added, moved and removed without JavaScript; guests' files."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from chosei.actions.answers import keep_answers, questions_of, set_questions
from chosei.core.questions import STANDARD, Answer, Question, QuestionKind, SentFile
from chosei.records.models import Appointment, BookingPage
from tests.support import company
from tests.web.console.conftest import Company, confirmed, signed_in
from tests.web.public.walking import fields_of


@pytest.fixture
def page(people: Company) -> BookingPage:
    return company.publish(people.author)


def shown(answer: Any) -> list[str]:
    soup = BeautifulSoup(answer.content, "html.parser")
    return [name.text for name in soup.select(".question-name")]


def press(client: Client, answer: Any, path: str, **typed: Any) -> Any:
    form = BeautifulSoup(answer.content, "html.parser").select_one("main form")
    assert form is not None
    values = fields_of(form)
    values.pop("kind", None)
    return client.post(path, {**values, **typed})


def test_questions_are_added_moved_removed_and_saved(client: Client, page: BookingPage) -> None:
    path = f"/pages/{page.pk}/form"
    answer = client.get(path)
    assert shown(answer) == ["会社名", "お名前", "メールアドレス", "ご要望・ご質問"]
    answer = press(client, answer, path, do="add", kind="choice")
    answer = press(client, answer, path, do="up-4", **{"f4-label": "プラン", "f4-choices": "月額\n\n年額 "})
    assert shown(answer) == ["会社名", "お名前", "メールアドレス", "プラン", "ご要望・ご質問"]
    answer = press(client, answer, path, do="remove-0")
    page.refresh_from_db()
    assert questions_of(page) == STANDARD, "nothing is kept before saving"
    saved = press(client, answer, path, **{"f2-required": "on"})
    assert saved.status_code == 302
    page.refresh_from_db()
    assert [(one.kind, one.required) for one in questions_of(page)] == [
        (QuestionKind.NAME, True),
        (QuestionKind.EMAIL, True),
        (QuestionKind.CHOICE, True),
        (QuestionKind.MESSAGE, False),
    ]
    assert questions_of(page)[2].choices == ("月額", "年額")


def test_a_question_that_cannot_be_asked_says_why_and_keeps_what_was_typed(
    client: Client, page: BookingPage
) -> None:
    path = f"/pages/{page.pk}/form"
    answer = press(client, client.get(path), path, do="add", kind="several")
    answer = press(client, answer, path, **{"f4-label": "ご関心"})
    assert answer.status_code == 422
    soup = BeautifulSoup(answer.content, "html.parser")
    assert soup.select_one("#f4-error li").text == "選択肢を1行に1つずつ入力してください。"  # type: ignore[union-attr]
    assert soup.select_one("[name=f4-label]")["value"] == "ご関心"  # type: ignore[index]


@pytest.mark.parametrize("wish", ["remove-1", "remove-2", "up-99", "down--1", "add-name", "leap-0"])
def test_a_wish_that_makes_no_sense_changes_nothing(client: Client, page: BookingPage, wish: str) -> None:
    path = f"/pages/{page.pk}/form"
    answer = press(client, client.get(path), path, do=wish)
    assert shown(answer) == ["会社名", "お名前", "メールアドレス", "ご要望・ご質問"]
    page.refresh_from_db()
    assert questions_of(page) == STANDARD


@pytest.fixture
def answered(people: Company, page: BookingPage) -> Appointment:
    asked = (*STANDARD, Question("q1", QuestionKind.FILE, "資料"), Question("q2", QuestionKind.TEXT, "背景"))
    set_questions(people.author, page, asked)
    appointment = confirmed(people)
    file = SentFile('x"\n.pdf', b"<script>alert(1)</script>")
    keep_answers(appointment, page, [Answer("q1", file=file), Answer("q2", ("<i>導入</i>",))])
    return appointment


def test_the_console_shows_answers_and_hands_files_out_as_files(
    client: Client, people: Company, answered: Appointment
) -> None:
    detail = client.get(f"/appointments/{answered.pk}")
    assert "&lt;i&gt;導入&lt;/i&gt;" in detail.content.decode()
    soup = BeautifulSoup(detail.content, "html.parser")
    address = str(soup.select_one("a[download]")["href"])  # type: ignore[index]
    sent = client.get(address)
    assert sent.content == b"<script>alert(1)</script>"
    assert sent.headers["Content-Type"] == "application/octet-stream"
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    for other in (people.colleague, people.stranger):
        assert signed_in(other).get(address).status_code == 404


def test_nobody_else_changes_the_form(people: Company, page: BookingPage) -> None:
    for other in (people.colleague, people.stranger):
        assert signed_in(other).get(f"/pages/{page.pk}/form").status_code == 404
