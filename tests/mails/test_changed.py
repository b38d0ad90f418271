"""The letters about a change: what changed comes first, the calendar object follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chosei.records.models import MailKind
from tests.mails.scene import JOIN_URL, START, Scene

pytestmark = pytest.mark.django_db
BEFORE = {
    "previous_starts_at": START - timedelta(days=1),
    "previous_ends_at": START - timedelta(days=1) + timedelta(hours=1),
    "sequence": 1,
    "revision": 1,
}


def test_the_guest_reads_the_old_time_before_the_new_one(scene: Scene) -> None:
    letter = scene.mail(MailKind.CHANGED_GUEST, scene.appointment(join_url=JOIN_URL, **BEFORE))
    assert letter is not None
    assert letter.subject == "[株式会社サンプル]アポイントメントの内容が変更されました"
    old, new = letter.text.index("12月2日(水) 14:00〜15:00"), letter.text.index("12月3日(木) 14:00〜15:00")
    assert old < new < letter.text.index("所要時間")
    assert JOIN_URL in letter.text
    assert letter.calendar is not None
    assert b"METHOD:REQUEST" in letter.calendar.content
    assert b"SEQUENCE:1" in letter.calendar.content


def test_in_english(scene: Scene) -> None:
    letter = scene.mail(MailKind.CHANGED_GUEST, scene.appointment(**BEFORE), language="en")
    assert letter is not None
    assert letter.subject == "[株式会社サンプル] Your appointment has changed"
    assert letter.text.index("Previous time") < letter.text.index("Thu, Dec 3, 2026")


def test_the_host_is_told_by_the_customers_name(scene: Scene) -> None:
    letter = scene.mail(MailKind.CHANGED_HOST, scene.appointment(**BEFORE), scene.host)
    assert letter is not None
    assert letter.subject == "【変更】株式会社テスト:三田花子様"
    assert "日時が変更されました" in letter.text


def test_a_change_of_something_else_names_no_old_time(scene: Scene) -> None:
    letter = scene.mail(MailKind.CHANGED_GUEST, scene.appointment(join_url=JOIN_URL, revision=1))
    assert letter is not None
    assert "変更前の日時" not in letter.text
    assert "内容が下記のとおり変更" in letter.text


def test_a_change_overtaken_by_a_cancellation_is_not_told(scene: Scene) -> None:
    gone = scene.appointment(state="cancelled", **BEFORE)
    assert scene.mail(MailKind.CHANGED_GUEST, gone) is None
    assert scene.mail(MailKind.CHANGED_HOST, gone, scene.host) is None
