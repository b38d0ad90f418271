"""会社の設定 → メールの文面: texts with placeholders, refused at the field, seen before they are kept."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from chosei.actions.logos import set_logo
from chosei.core.letter_texts import Wording
from chosei.records.models import Appointment, BookingPage, LetterText, MailKind, Promise, Proposal
from tests.mails.scene import Scene
from tests.support.company import NOW
from tests.support.logos import png
from tests.web.browsing import LOOKS, complaints, picture, scrolls_sideways
from tests.web.console.conftest import Company, signed_in, visit

ADDRESS = "/settings/letters/confirmed_guest/ja"
STANDARD = {
    "subject": "[{自社名}]アポイントメントの日程が確定しました",
    "opening": "お世話になっております。\r\n{自社名}の{担当者名}でございます。\r\n\r\n"
    "日程をお選びいただき、誠にありがとうございます。\r\n下記のとおり確定いたしましたので、ご案内申し上げます。",
    "closing": "それでは、当日は何卒よろしくお願いいたします。",
}
OWN = {**STANDARD, "subject": "{件名}のご案内({日時})", "opening": "{氏名}様、\r\n\r\n確定しました。"}


def shown(answer) -> dict[str, str]:
    page = BeautifulSoup(answer.content, "html.parser")
    values = {"subject": page.select_one("#id_subject")["value"]}
    return values | {name: page.select_one(f"#id_{name}").text.strip() for name in ("opening", "closing")}


def test_the_editor_starts_from_the_words_as_they_come(people):
    browser = signed_in(people.administrator)
    assert shown(browser.get(ADDRESS)) == {name: text.replace("\r", "") for name, text in STANDARD.items()}
    english = shown(browser.get("/settings/letters/confirmed_guest/en"))
    assert english["subject"] == "[{organization}] Your appointment is confirmed"
    assert "This is {host} from {organization}." in english["opening"]
    hosts = shown(browser.get("/settings/letters/confirmed_host/ja"))
    assert hosts == {
        "subject": "{社名}:{氏名}様",
        "opening": "{お客様名}とのアポイントメントが確定しました。",
        "closing": "",
    }


def test_only_what_was_changed_becomes_ones_own_and_can_be_reset(people):
    browser = signed_in(people.administrator)
    assert browser.post(ADDRESS, STANDARD).status_code == 302
    assert not LetterText.objects.exists(), "saved as it stood: still as it comes"
    assert browser.post(ADDRESS, OWN).status_code == 302
    kept = LetterText.objects.get()
    assert (kept.kind, kept.language, kept.subject) == ("confirmed_guest", "ja", "{件名}のご案内({日時})")
    assert (kept.opening, kept.closing) == ("{氏名}様、\n\n確定しました。", "")
    assert "変更済み" in browser.get("/settings/letters").content.decode()
    assert browser.post(ADDRESS, {"reset": "1"}).status_code == 302
    assert not LetterText.objects.exists()


@pytest.mark.parametrize(
    ("kind", "field", "text", "name"),
    [
        ("confirmed_guest", "opening", "{会社}の者です", "{会社}"),
        ("confirmed_guest", "subject", "{回答期限}", "{回答期限}"),
        ("invitation", "closing", "{日時}に", "{日時}"),
        ("deadline_reminder", "closing", "{}", "{}"),
    ],
)
def test_an_unknown_placeholder_is_refused_at_the_field_with_those_that_are_known(
    people, kind, field, text, name
):
    browser = signed_in(people.administrator)
    answer = browser.post(f"/settings/letters/{kind}/ja", {**STANDARD, "subject": "件名", field: text})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.content, "html.parser")
    said = page.select_one(f"#id_{field}_error").text
    assert f"「{name}」は、このメールでは使えません" in said
    assert "{氏名}" in said
    assert text in answer.content.decode(), "what was typed is kept"
    assert not LetterText.objects.exists()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_letter_can_be_seen_with_what_was_typed_and_nothing_stays(people, language):
    kept = (Appointment, BookingPage, LetterText, Promise, Proposal)
    before = [model.objects.count() for model in kept]
    browser = signed_in(people.administrator, language)
    typed = {"subject": "件名 {name}", "opening": "書き出し {host}", "closing": "結び <b>{organization}</b>"}
    guest = "三田 花子" if language == "ja" else "Hanako Mita"
    for wording in Wording:
        answer = browser.post(f"/settings/letters/{wording}/{language}/preview", typed)
        page = BeautifulSoup(answer.content, "html.parser")
        letter = page.select_one("iframe")["srcdoc"]
        assert f"件名 {guest}" in page.select_one(".letter-head").text, wording
        for part in (unescape(letter), page.select_one("pre").text):
            assert "書き出し 高橋 由美" in part, wording
            assert "結び <b>" in part, wording
        assert "<b>" not in letter, "what people type is never markup"
    assert [model.objects.count() for model in kept] == before


def test_the_preview_says_what_cannot_stay_and_works_without_script(people):
    browser = signed_in(people.administrator)
    answer = browser.post(ADDRESS, {**OWN, "closing": "{誰}", "preview": "1"})
    page = BeautifulSoup(answer.content, "html.parser")
    assert "{誰}" in page.select_one("#id_closing").text
    assert "「{誰}」は" in page.select_one("#preview .notice").text
    assert "確定しました。" in page.select_one("iframe")["srcdoc"]
    assert page.select_one("iframe").has_attr("sandbox")
    assert "unsafe-inline" not in re.search("script-src[^;]*|$", answer["Content-Security-Policy"])[0]
    assert "style-src 'self' 'unsafe-inline'" in answer["Content-Security-Policy"]
    assert not LetterText.objects.exists()


def test_for_administrators_of_the_company_alone(people):
    member = signed_in(people.author)
    assert member.get("/settings/letters").status_code == 404
    assert member.get(ADDRESS).status_code == 404
    assert member.post(ADDRESS, OWN).status_code == 404
    assert member.post(f"{ADDRESS}/preview", OWN).status_code == 404
    assert signed_in(people.administrator).get("/settings/letters/nothing/ja").status_code == 404
    signed_in(people.stranger).post(ADDRESS, OWN)
    assert shown(signed_in(people.administrator).get(ADDRESS))["closing"] == STANDARD["closing"]
    assert "{件名}のご案内" not in signed_in(people.administrator).get("/settings/letters").content.decode()


def test_what_was_saved_is_what_customers_get(people):
    browser = signed_in(people.administrator)
    browser.post(ADDRESS, {**OWN, "closing": "では、\r\nよろしくお願いします。"})
    scene = Scene(people.administrator.organization, people.author, people.colleague)
    letter = scene.letter(MailKind.CONFIRMED_GUEST, scene.appointment(confirmed_at=NOW))
    assert letter.subject == "導入のご相談のご案内(2026年12月3日(木) 14:00〜15:00)"
    assert "三田花子様、\n\n確定しました。\n\n" in letter.text
    assert "では、\nよろしくお願いします。\n\n───" in letter.text
    assert "お世話になっております" not in letter.text + letter.html


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_letter_follows_what_is_typed(live_server: Any, people: Company, browser: Any) -> None:
    set_logo(people.administrator, png(480, 120))
    for phone, language in LOOKS:
        seen = visit(browser, live_server.url, people.administrator, phone=phone, language=language)
        seen.open("/settings/letters")
        picture(seen.page, f"letters-{'phone' if phone else 'desk'}-{language}")
        assert complaints(seen.page) == []
        assert not scrolls_sideways(seen.page)
        seen.open(f"/settings/letters/confirmed_guest/{language}")
        letter = seen.page.frame_locator(".letter-frame")
        expect(letter.locator("h1")).to_have_css("font-size", "20px")  # its own styles are let in
        opening = seen.page.locator("#id_opening")
        opening.fill("ABC ")
        seen.page.locator("[data-insert]").first.click()
        expect(opening).to_have_value(re.compile("^ABC {.+}$"))
        expect(letter.locator("body")).to_contain_text("ABC 株式会社サンプル")
        opening.fill("{x}")
        expect(seen.page.locator("#preview .notice")).to_contain_text("{x}")
        opening.fill("ABC")
        expect(seen.page.locator("#preview .notice")).to_have_count(0)
        picture(seen.page, f"letter-{'phone' if phone else 'desk'}-{language}")
        assert complaints(seen.page) == []
        assert not scrolls_sideways(seen.page)
        seen.open("/settings/organization")
        picture(seen.page, f"organization-{'phone' if phone else 'desk'}-{language}")
        assert complaints(seen.page) == []
        # What the test itself tries inside the frame (its clock, axe) the frame rightly refuses.
        refused = ("the document's frame is sandboxed", "Failed to execute 'postMessage'")
        assert [one for one in seen.complaints if not any(part in one for part in refused)] == []
