"""A booking page that asks more than who comes: every kind of question, walked without JavaScript."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chosei.actions.answers import set_questions
from chosei.actions.event_text import appointment_body
from chosei.actions.members import add_member
from chosei.core.questions import STANDARD, Question, QuestionKind
from chosei.mails.compose import compose
from chosei.records.models import AnswerFile, Appointment, BookingPage, BookingPageHost, MailMessage
from tests.support.company import NOW, connect
from tests.web.public.walking import main_form, parsed, send, text_of

pytestmark = pytest.mark.django_db

START = "2026-12-03T05:00Z"
QUESTIONS = (
    STANDARD[0],
    STANDARD[1],
    Question("furigana", QuestionKind.FURIGANA, required=True),
    STANDARD[2],
    Question("phone", QuestionKind.PHONE),
    Question("address", QuestionKind.ADDRESS),
    Question("q1", QuestionKind.CHOICE, "ご利用中のプラン", required=True, choices=("月額", "年額")),
    Question("q2", QuestionKind.SEVERAL, "ご関心", choices=("価格", "機能", "<b>安全</b>"), in_mails=False),
    Question("q3", QuestionKind.DATE, "導入希望日", in_event=False),
    Question("q4", QuestionKind.FILE, "現在の資料"),
    Question("q5", QuestionKind.PARAGRAPH, "背景"),
)
FILLED = {
    "name": "三田花子",
    "furigana": "みたはなこ",
    "email": "hanako@test.example",
    "phone": "03-1234-5678",
    "address": "千代田区丸の内1-1",
    "q1": "年額",
    "q2": ["価格", "<b>安全</b>"],
    "q3": "2027-01-15",
    "q5": "一行目\n二行目",
}


@pytest.fixture
def asking(booking_page):
    set_questions(booking_page.owner, booking_page, QUESTIONS)
    return booking_page


def details(client, page, query: str = ""):
    return client.get(f"/b/{page.link_token}/confirm?start={START}{query}")


@pytest.mark.django_db(transaction=True)  # the live read has threads of its own
def test_answers_are_kept_and_told_where_the_page_says(client, asking):
    sent = SimpleUploadedFile("現在 の資料.pdf", b"%PDF-1.7 secret")
    done = send(client, details(client, asking), **FILLED, q4=sent)
    assert done.status_code == 302, text_of(done)
    appointment = Appointment.objects.get()
    kept = {answer.key: answer.text for answer in appointment.answers.all()}
    assert kept == {
        "furigana": "みたはなこ",
        "phone": "03-1234-5678",
        "address": "千代田区丸の内1-1",
        "q1": "年額",
        "q2": "価格\n<b>安全</b>",
        "q3": "2027-01-15",
        "q4": "現在 の資料.pdf",
        "q5": "一行目\n二行目",
    }
    assert AnswerFile.objects.get().content == b"%PDF-1.7 secret"
    body = appointment_body(appointment)
    for words in ("ご利用中のプラン", "&lt;b&gt;安全&lt;/b&gt;", "ふりがな", "ご住所"):
        assert words in body
    assert "導入希望日" not in body
    for kind in ("confirmed_host", "confirmed_guest"):
        letter = compose(MailMessage.objects.get(kind=kind), now=NOW)
        assert letter is not None
        assert "導入希望日" in letter.text, kind
        assert "2027年1月15日(金)" in letter.text, kind
        assert "千代田区丸の内1-1" in letter.text, kind
        assert "ご関心" not in letter.text


def test_each_question_that_is_not_answered_says_so_and_keeps_what_was_typed(client, asking):
    answer = send(client, details(client, asking), name="三田花子", email="hanako@test.example", phone="いち")
    assert answer.status_code == 422
    errors = {
        field["id"].removesuffix("_error").removeprefix("id_"): field.text.strip()
        for field in parsed(answer).select(".errorlist[id]")
    }
    assert errors == {
        "furigana": "入力してください。",
        "phone": "電話番号をご確認ください(例: 03-1234-5678)。",
        "q1": "お選びください。",
    }
    assert parsed(answer).select_one("[name=phone]")["value"] == "いち"


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (
            SimpleUploadedFile("run.exe", b"MZ"),
            "PDF、画像、Office文書、テキスト、ZIPのファイルをお選びください。",
        ),
        (SimpleUploadedFile("a.pdf", b""), "空のファイルは送信できません。"),
        (SimpleUploadedFile("a.pdf", b"x" * (5 * 1024 * 1024 + 1)), "ファイルが大きすぎます。"),
    ],
)
def test_a_file_that_cannot_be_taken(client, asking, file, sentence):
    file.seek(0)
    answer = send(client, details(client, asking), **FILLED, q4=file)
    assert answer.status_code == 422
    assert sentence in text_of(answer)


def test_the_address_prefills_the_form_and_the_way_back_keeps_it(client, asking):
    page = client.get(f"/b/{asking.link_token}?company=株式会社テスト&name=三田花子&q2=価格&q2=機能&q9=x")
    form = send(client, page, start=START)
    soup, _form = main_form(form)
    assert soup.select_one("[name=company]")["value"] == "株式会社テスト"
    assert [box["value"] for box in soup.select("[name=q2]:checked, [name=q2][checked]")] == ["価格", "機能"]
    back = send(client, form, "back", q1="月額", q2=["機能"])
    again = send(client, back, start=START)
    soup, _form = main_form(again)
    assert soup.select_one("[name=q1][checked]")["value"] == "月額"
    assert [box["value"] for box in soup.select("[name=q2][checked]")] == ["機能"]


def test_an_answer_that_the_page_did_not_offer_is_refused(client, asking):
    answer = send(client, details(client, asking), **{**FILLED, "q1": "無料"})
    assert answer.status_code == 422
    assert "選択肢の中からお選びください。" in text_of(answer)


def test_losing_the_time_keeps_consent_and_asks_for_the_file_again(client, asking):
    BookingPage.objects.filter(pk=asking.pk).update(consent_required=True)
    form = details(client, asking)
    sent = SimpleUploadedFile("資料.pdf", b"%PDF-1.7")
    back = send(client, form, "back", **FILLED, q4=sent, consented="on")
    again = send(client, back, start=START)
    soup, _form = main_form(again)
    assert soup.select_one("[name=consented]").has_attr("checked")
    assert "もう一度お選びください" in soup.select_one("#id_q4").find_parent(class_="field").text
    prefilled, _form = main_form(details(client, asking, "&consented=on&q4=x"))
    assert not prefilled.select_one("[name=consented]").has_attr("checked"), "an address agrees to nothing"
    assert "もう一度お選びください" not in prefilled.text


def test_where_somebody_approves_the_button_asks_and_does_not_confirm(client, booking_page):
    assert "予約を確定" in text_of(details(client, booking_page))
    BookingPage.objects.filter(pk=booking_page.pk).update(needs_approval=True)
    shown = text_of(details(client, booking_page))
    assert "予約を申し込む" in shown
    assert "担当者が承認すると確定します" in shown
    assert "予約を確定" not in shown


def test_where_one_of_several_attends_the_page_promises_one(client, booking_page):
    names = [booking_page.owner.name, "鈴木 美咲"]
    suzuki = add_member(
        booking_page.organization, "suzuki@sample.example", names[1], password="long-enough-1"
    )
    BookingPageHost.objects.create(page=booking_page, member=suzuki, position=1)
    page = f"/b/{booking_page.link_token}"
    assert "うち1名" not in text_of(client.get(page))
    BookingPage.objects.filter(pk=booking_page.pk).update(participation="any")
    shown = text_of(client.get(page))
    assert names[0] in shown
    assert names[1] not in shown, "nobody whose calendar is not connected is ever chosen"
    connect(suzuki)
    assert f"{names[0]}、{names[1]}のうち1名" in text_of(client.get(page))
