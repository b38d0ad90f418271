"""An organisation's own words, filled with whatever people are called."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from chosei.adapters.mail.message import pack
from chosei.core.letter_texts import Wording
from chosei.records.models import LetterText, MailKind, ReceptionCode
from tests.mails.scene import NOW, Scene

WILD = "三田\r\nBcc: all@evil.example\u2028<script>alert(1)</script> {自社名}"


def own(scene: Scene, wording: Wording, language: str = "ja", **texts: str) -> None:
    LetterText.objects.create(organization=scene.organization, kind=wording.value, language=language, **texts)


def test_a_value_brings_no_header_no_markup_and_no_placeholder(scene: Scene) -> None:
    own(scene, Wording.CONFIRMED_GUEST, subject="{氏名}様\r\nX-Own: 1", opening="{氏名}様へ\n\n{社名}")
    letter = scene.letter(MailKind.CONFIRMED_GUEST, scene.appointment(guest_name=WILD))
    assert "\n" not in letter.subject
    parsed = message_from_bytes(pack(letter, "chosei@sample.example").content, policy=policy.default)
    assert parsed["Bcc"] is None
    assert parsed["X-Own"] is None
    assert "三田 Bcc: all@evil.example" in parsed["Subject"]
    assert "<script" not in letter.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {自社名}様へ" in letter.html, "filled once, not twice"
    assert len(letter.subject) < 256


def test_either_languages_names_and_full_width_braces_are_understood(scene: Scene) -> None:
    own(scene, Wording.CONFIRMED_GUEST, opening="\uff5b 氏名 \uff5d様 {company} {title}")
    appointment = scene.appointment(title="")
    letter = scene.letter(MailKind.CONFIRMED_GUEST, appointment)
    assert "三田花子様 株式会社テスト お打ち合わせ\n" in letter.text
    english = scene.letter(MailKind.CONFIRMED_GUEST, appointment, language="en", revision=1)
    assert "三田花子様" not in english.text, "each language has its own words"


@pytest.mark.parametrize(
    ("company", "name", "subject"),
    [("株式会社テスト", "三田花子", "株式会社テスト\uff1a三田花子様"), ("", "三田花子", "三田花子様")],
)
def test_what_is_not_known_leaves_no_gap_in_the_subject(
    scene: Scene, company: str, name: str, subject: str
) -> None:
    own(scene, Wording.CANCELLED_BY_GUEST, subject="{社名}\uff1a{氏名}様")
    appointment = scene.appointment(
        guest_company=company, guest_name=name, state="cancelled", cancelled_by="guest"
    )
    assert scene.letter(MailKind.CANCELLED_GUEST, appointment).subject == subject
    own(scene, Wording.CONFIRMED_GUEST, subject="{社名}")
    unnamed = scene.letter(MailKind.CONFIRMED_GUEST, scene.appointment(guest_company=""))
    assert unnamed.subject == "[株式会社サンプル]アポイントメントの日程が確定しました"


def test_a_hosts_own_subject_still_begins_with_the_reception_code(scene: Scene) -> None:
    own(
        scene,
        Wording.CONFIRMED_HOST,
        subject="確定 {氏名}様",
        opening="お客様: {お客様名}",
        closing="以上です。",
    )
    appointment = scene.appointment(format="visit", web_meeting=False)
    ReceptionCode.objects.create(
        organization=scene.organization,
        appointment=appointment,
        number=810749,
        valid_from=NOW,
        valid_until=appointment.ends_at,
    )
    letter = scene.letter(MailKind.CONFIRMED_HOST, appointment, scene.host)
    assert letter.subject == "[810749]来訪:確定 三田花子様"
    assert "お客様: 株式会社テスト 三田花子様\n" in letter.text
    assert letter.text.endswith("以上です。\n")


def test_the_deadline_is_said_in_words(scene: Scene) -> None:
    own(scene, Wording.DEADLINE_REMINDER, opening="{回答期限}までにお願いします。")
    letter = scene.letter(MailKind.REMINDER_DEADLINE, scene.proposal())
    assert "2026年12月1日(火) 10:00までにお願いします。" in letter.text


def test_a_companion_is_not_thanked_for_choosing(scene: Scene) -> None:
    own(scene, Wording.CONFIRMED_GUEST, opening="お選びいただきありがとうございます。")
    appointment = scene.appointment()
    companion = appointment.companions.create(name="三田次郎", email="jiro@test.example")
    letter = scene.letter(
        MailKind.CONFIRMED_GUEST, appointment, companion=companion, recipient="jiro@test.example"
    )
    assert "ご一緒いただくアポイントメント" in letter.text
    assert "お選びいただき" not in letter.text
