"""Reception codes in mails: to the guest with a picture of it, to the host in the subject."""

from __future__ import annotations

from datetime import timedelta

from chosei.core.intervals import Interval
from chosei.core.reception import validity
from chosei.mails.qr import png, svg_address
from chosei.records.models import FrontDesk, MailKind, ReceptionCode, Visit
from tests.mails.scene import START, Scene


def coded(scene: Scene):
    appointment = scene.appointment(
        format="visit", web_meeting=False, reception_code=True, location="東京本社 12F"
    )
    day = validity(Interval(appointment.starts_at, appointment.ends_at), "Asia/Tokyo")
    ReceptionCode.objects.create(
        organization=scene.organization,
        appointment=appointment,
        number=810749,
        valid_from=day.start,
        valid_until=day.end,
    )
    return appointment


def test_the_guest_reads_it_and_can_hold_it_up(scene: Scene) -> None:
    letter = scene.letter(MailKind.CONFIRMED_GUEST, coded(scene))
    assert "■ 受付コード\n  810749\n" in letter.text
    assert ">810749</p>" in letter.html
    (picture,) = letter.images
    assert f'src="cid:{picture.cid}"' in letter.html
    assert picture.content == png("810749")
    assert "受付コード" in letter.calendar.content.decode()


def test_the_hosts_subject_is_the_specifications(scene: Scene) -> None:
    appointment = coded(scene)
    letter = scene.letter(MailKind.CONFIRMED_HOST, appointment, scene.host)
    assert letter.subject == "[810749]来訪:株式会社テスト:三田花子様"
    assert "■ 受付コード: 810749" in letter.text
    changed = scene.letter(MailKind.CHANGED_HOST, appointment, scene.host)
    assert changed.subject == "【変更】[810749]来訪:株式会社テスト:三田花子様"
    english = scene.letter(MailKind.CONFIRMED_HOST, appointment, scene.host, language="en", revision=2)
    assert english.subject == "[810749] Visit: 株式会社テスト: 三田花子"


def test_the_same_code_after_a_change(scene: Scene) -> None:
    assert "810749" in scene.letter(MailKind.CHANGED_GUEST, coded(scene)).text


def test_a_void_code_is_named_nowhere(scene: Scene) -> None:
    appointment = coded(scene)
    ReceptionCode.objects.update(state="void")
    letter = scene.letter(MailKind.CONFIRMED_GUEST, appointment)
    assert "受付コード" not in letter.text + letter.html + letter.calendar.content.decode()
    assert not letter.images
    host = scene.letter(MailKind.CONFIRMED_HOST, appointment, scene.host)
    assert host.subject == "株式会社テスト:三田花子様"


def test_two_numbers_are_two_pictures() -> None:
    assert png("810749") != png("810748")
    assert svg_address("810749").startswith("data:image/svg+xml")


def arrived(scene: Scene, **visit):
    appointment = coded(scene)
    desk = FrontDesk.objects.create(organization=scene.organization, name="1F受付")
    made = Visit.objects.create(
        organization=scene.organization,
        appointment=appointment,
        day=appointment.starts_at.date(),
        arrived_at=appointment.starts_at - timedelta(minutes=5),
        arrived_at_desk=desk,
        **visit,
    )
    return scene.mail(MailKind.ARRIVED_HOST, appointment, scene.host, occasion=f"visit:{made.pk}")


def test_the_host_is_told_who_stands_where(scene: Scene) -> None:
    letter = arrived(scene)
    assert letter.subject == "【ご来訪】[810749]来訪:株式会社テスト:三田花子様"
    for words in ("三田花子様が受付にいらっしゃいました", "12月3日(木) 13:55", "1F受付", "14:00〜15:00"):
        assert words in letter.text
    assert letter.calendar is None


def test_nobody_is_fetched_who_has_left_again(scene: Scene) -> None:
    assert arrived(scene, left_at=START) is None
