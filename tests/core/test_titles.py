"""Titles and subjects, to the letter of the specification."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chosei.core.language import Language, language_of
from chosei.core.text import one_line, shorten, utf16_length
from chosei.core.titles import (
    TITLE_LIMIT,
    Customer,
    GuestMail,
    HostMail,
    event_title,
    guest_subject,
    hold_title,
    host_subject,
    page_event_title,
    unknown_placeholders,
)

MITA = Customer("株式会社テスト", "三田花子")
ALONE = Customer("", "三田花子")
EN = Language.EN


def test_subjects_of_the_specification() -> None:
    sample = "株式会社サンプル"
    invitation = guest_subject(GuestMail.INVITATION, sample)
    assert invitation == "アポイントメントの日程調整をお願いします"
    confirmed = guest_subject(GuestMail.CONFIRMED, sample)
    assert confirmed == "[株式会社サンプル]アポイントメントの日程が確定しました"
    assert host_subject(HostMail.CONFIRMED, MITA) == "株式会社テスト:三田花子様"
    assert host_subject(HostMail.CONFIRMED, MITA, "810749") == "[810749]来訪:株式会社テスト:三田花子様"


def test_nothing_empty_leaves_a_trace() -> None:
    assert host_subject(HostMail.CONFIRMED, ALONE) == "三田花子様"
    assert host_subject(HostMail.CONFIRMED, ALONE, "810749") == "[810749]来訪:三田花子様"
    assert host_subject(HostMail.CONFIRMED, Customer(" \u3000", "三田花子")) == "三田花子様"
    assert host_subject(HostMail.CONFIRMED, Customer("株式会社テスト")) == "株式会社テスト様"
    assert host_subject(HostMail.READJUSTMENT, Customer()) == "【再調整依頼】お客様"
    assert guest_subject(GuestMail.CONFIRMED, "") == "アポイントメントの日程が確定しました"
    assert guest_subject(GuestMail.CONFIRMED, " ", EN) == "Your appointment is confirmed"


def test_what_happened_stands_before_the_hosts_subject() -> None:
    assert host_subject(HostMail.CANCELLED, MITA) == "【キャンセル】株式会社テスト:三田花子様"
    assert host_subject(HostMail.CANCELLED, MITA, "", EN) == "[Cancelled] 株式会社テスト: 三田花子"


def test_english_counterparts() -> None:
    jane = Customer("Test Inc.", "Jane Doe")
    assert host_subject(HostMail.CONFIRMED, jane, "", EN) == "Test Inc.: Jane Doe"
    assert host_subject(HostMail.CONFIRMED, jane, "810749", EN) == "[810749] Visit: Test Inc.: Jane Doe"
    assert host_subject(HostMail.CONFIRMED, Customer(), "", EN) == "Customer"
    assert guest_subject(GuestMail.CONFIRMED, "Sample", EN) == "[Sample] Your appointment is confirmed"
    assert event_title("Review", jane, reception=True, language=EN) == "Visit: Review"
    assert event_title("", jane, language=EN) == "Test Inc.: Jane Doe"
    assert event_title("", Customer(), language=EN) == "Scheduling"


@pytest.mark.parametrize("language", Language)
def test_every_mail_has_its_own_subject(language: Language) -> None:
    guest = {guest_subject(mail, "S", language) for mail in GuestMail}
    host = {host_subject(mail, MITA, "", language) for mail in HostMail}
    assert len(guest) == len(GuestMail)
    assert len(host) == len(HostMail)


def test_event_titles_of_the_specification() -> None:
    assert event_title("導入のご相談", MITA) == "導入のご相談"
    assert event_title("導入のご相談", MITA, reception=True) == "来訪: 導入のご相談"
    assert event_title("", MITA) == "株式会社テスト:三田花子"
    assert event_title(" ", MITA, reception=True) == "来訪: 株式会社テスト:三田花子"
    assert event_title("", ALONE) == "三田花子"


def test_hold_titles() -> None:
    assert hold_title("導入のご相談", MITA) == "【仮】導入のご相談"
    assert hold_title("導入のご相談", MITA, reception=True) == "【仮】来訪: 導入のご相談"
    assert hold_title("", MITA) == "【仮】株式会社テスト:三田花子"
    assert hold_title("", Customer()) == "【仮】日程調整"
    assert hold_title("", Customer(), language=EN) == "【仮】Scheduling"


def test_page_titles() -> None:
    assert page_event_title("", "製品説明", MITA) == "製品説明: 株式会社テスト 三田花子様"
    assert page_event_title("", "製品説明", ALONE) == "製品説明: 三田花子様"
    assert page_event_title("", "説明", MITA, reception=True) == "来訪: 説明: 株式会社テスト 三田花子様"
    assert page_event_title("{page} / {company} / {name}", "Demo", MITA) == "Demo / 株式会社テスト / 三田花子"
    assert page_event_title("{社名}{何か}", "Demo", MITA) == "株式会社テスト{何か}"


def test_a_placeholder_inside_a_name_stays_as_typed() -> None:
    assert page_event_title("{氏名}", "秘密", Customer("", "{予約ページ名}")) == "{予約ページ名}"


def test_unknown_placeholders_are_named() -> None:
    assert unknown_placeholders("{予約ページ名}: {社名} {電話}{}") == ["電話", ""]
    assert unknown_placeholders("{page} {company}{name}{ 氏名 }") == []


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("三田\r\nBcc: x@example.com", "三田 Bcc: x@example.com"),
        ("a\nb\u2028c\u2029d\x85e\tf", "a b c d e f"),
        ("a\x00b\x07c\x7f", "abc"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\ud800b", "ab"),
        ("  a   b  ", "a b"),
        ("三田\u3000花子", "三田\u3000花子"),
        ("か\u3099", "が"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\u200b\ufeff", ""),
    ],
)
def test_one_line(typed: str, line: str) -> None:
    assert one_line(typed) == line


@given(st.text(), st.text(), st.text())
def test_no_title_can_carry_a_second_header(title: str, company: str, name: str) -> None:
    customer = Customer(company, name)
    for text in (
        event_title(title, customer),
        hold_title(title, customer, reception=True),
        host_subject(HostMail.CHANGED, customer, title),
        guest_subject(GuestMail.CHANGED, company),
        page_event_title(title, company, customer),
    ):
        assert not any(unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") for c in text)
        assert len(text.splitlines()) <= 1
        assert utf16_length(text) <= TITLE_LIMIT


def test_long_titles_are_cut_to_what_microsoft_keeps() -> None:
    assert event_title("あ" * 255, MITA) == "あ" * 255
    assert event_title("あ" * 256, MITA) == "あ" * 254 + "…"
    assert hold_title("あ" * 255, MITA) == "【仮】" + "あ" * 251 + "…"
    assert event_title("😀" * 128, MITA) == "😀" * 127 + "…"


def test_a_long_organisation_gives_way_to_what_happened() -> None:
    subject = guest_subject(GuestMail.CONFIRMED, "社" * 300)
    assert subject.endswith("…]アポイントメントの日程が確定しました")
    assert len(subject) <= TITLE_LIMIT


def test_a_cut_never_parts_a_character() -> None:
    assert shorten("e\u0301" * 4, 8) == "e\u0301" * 4
    assert shorten("aae\u0301\u0302bb", 5) == "aa…"
    assert shorten("a👩\u200d💻b", 5) == "a…"
    assert shorten("ab cd", 4) == "ab…"


@pytest.mark.parametrize(
    ("tag", "language"),
    [(None, "ja"), ("ja-JP", "ja"), ("JA_jp", "ja"), ("en-GB", "en"), ("fr", "en"), ("jav", "en")],
)
def test_languages(tag: str | None, language: str) -> None:
    assert language_of(tag) == language
