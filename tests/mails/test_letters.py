"""Each letter in both languages: what it says, when it is void, who answers whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chosei.mails.compose import compose
from chosei.mails.paste import paste_text
from chosei.records.models import Candidate, MailKind, MailState
from tests.mails.scene import JOIN_URL, NOW, START, Scene

SITE = "https://chosei.sample.example"


def test_the_invitation_asks_in_the_form_of_a_business_mail(scene: Scene) -> None:
    proposal = scene.proposal(guidance="資料は事前にお送りします。")
    letter = scene.letter(MailKind.INVITATION, proposal)
    assert letter.subject == "アポイントメントの日程調整をお願いします"
    assert letter.text == (
        "株式会社テスト\n"
        "三田花子 様\n"
        "\n"
        "お世話になっております。\n"
        "株式会社サンプルの鈴木 美咲でございます。\n"
        "\n"
        "「導入のご相談」の日程につきまして、ご都合をお伺いしたくご連絡いたしました。\n"
        "下記の候補から、ご都合のよい日時を一つお選びいただけますでしょうか。\n"
        "\n"
        "■ 候補日時\n"
        "  ・12月3日(木) 14:00〜15:00\n"
        "  ・12月4日(金) 14:00〜15:00\n"
        "  ・12月7日(月) 14:00〜15:00\n"
        "  ※ 日本標準時(GMT+9)\n"
        "\n"
        "■ 所要時間: 1時間\n"
        "■ 形式: Web会議(URLは日程の確定後にお送りします)\n"
        "■ ご回答期限: 12月1日(火) 10:00 までにお選びいただけますと幸いです\n"
        "\n"
        "■ ご案内\n"
        "  資料は事前にお送りします。\n"
        "\n"
        "▼ ご都合のよい日時を選ぶ\n"
        f"{SITE}/p/{proposal.link_token}\n"
        "登録は不要です。1分ほどで完了します。\n"
        "\n"
        "このメールへのご返信で、ご希望の日時をお知らせいただいても結構です。\n"
        "\n"
        "お忙しいところ恐れ入りますが、何卒よろしくお願いいたします。\n"
        "\n"
        "────────────────────\n"
        "株式会社サンプル\n"
        "鈴木 美咲\n"
        "suzuki@sample.example\n"
    )
    assert letter.sender_name == "鈴木 美咲(株式会社サンプル)"
    assert letter.reply_to == "suzuki@sample.example"
    assert letter.calendar is None
    assert letter.language == "ja"


def test_the_invitation_in_english(scene: Scene) -> None:
    proposal = scene.proposal(title="Product walkthrough", guest_company="", guest_name="Hanako Mita")
    letter = scene.letter(MailKind.INVITATION, proposal, language="en-GB")
    assert letter.subject == "Please choose a time for our appointment"
    assert letter.text.startswith("Dear Hanako Mita,\n\nI hope this message finds you well.\n")
    assert "Proposed times\n  - Thu, Dec 3, 14:00–15:00\n" in letter.text
    assert "  Time zone: Japan Standard Time (GMT+9)\n" in letter.text
    assert "Reply by: Tue, Dec 1, 10:00, if you can" in letter.text
    assert f"> Choose a time\n{SITE}/p/{proposal.link_token}\n" in letter.text
    assert letter.language == "en"
    assert '<html lang="en"' in letter.html


@pytest.mark.parametrize(
    ("company", "name", "addressee"),
    [
        ("株式会社テスト", "", "株式会社テスト\nご担当者様\n"),
        ("", "三田花子", "三田花子 様\n"),
        ("", "", "お客様\n"),
    ],
)
def test_the_addressee_is_whoever_is_known(scene: Scene, company: str, name: str, addressee: str) -> None:
    proposal = scene.proposal(guest_company=company, guest_name=name, title="")
    letter = scene.letter(MailKind.INVITATION, proposal)
    assert letter.text.startswith(addressee)
    assert "「」" not in letter.text
    assert "お打ち合わせの日程につきまして" in letter.text


def test_an_invitation_with_nothing_left_to_choose_is_void(scene: Scene) -> None:
    assert scene.mail(MailKind.INVITATION, scene.proposal(state="withdrawn")) is None
    assert scene.mail(MailKind.INVITATION, scene.proposal(state="confirmed")) is None
    assert scene.mail(MailKind.INVITATION, scene.proposal(deadline=NOW)) is None
    taken = scene.proposal()
    Candidate.objects.filter(proposal=taken).update(state="taken")
    assert scene.mail(MailKind.INVITATION, taken) is None


def test_only_what_can_still_be_chosen_is_offered(scene: Scene) -> None:
    proposal = scene.proposal()
    first = proposal.candidates.first()
    assert first is not None
    Candidate.objects.filter(pk=first.pk).update(state="taken")
    letter = scene.letter(MailKind.INVITATION, proposal)
    assert "12月3日(木)" not in letter.text
    assert "12月4日(金) 14:00〜15:00" in letter.text


def test_candidates_on_both_sides_of_a_clock_change_say_their_offsets(scene: Scene) -> None:
    proposal = scene.proposal(zone="Europe/London")
    Candidate.objects.all().delete()
    for days in (0, 7):  # London's clocks go forward on 28 March 2027
        start = START.replace(year=2027, month=3, day=24) + timedelta(days=days)
        Candidate.objects.create(proposal=proposal, starts_at=start, ends_at=start + timedelta(hours=1))
    text = scene.letter(MailKind.INVITATION, proposal).text
    assert "2027年3月24日(水) 5:00〜6:00 (GMT)" in text
    assert "2027年3月31日(水) 6:00〜7:00 (GMT+1)" in text


def test_the_guest_is_told_what_was_confirmed(scene: Scene) -> None:
    appointment = scene.appointment(join_url=JOIN_URL)
    letter = scene.letter(MailKind.CONFIRMED_GUEST, appointment)
    page = f"{SITE}/a/{appointment.link_token}"
    assert letter.subject == "[株式会社サンプル]アポイントメントの日程が確定しました"
    assert "■ 日時\n  ・2026年12月3日(木) 14:00〜15:00\n  ※ 日本標準時(GMT+9)\n" in letter.text
    assert f"▼ Web会議に参加する\n{JOIN_URL}\n" in letter.text
    assert letter.text.count(JOIN_URL) == 1, "once, with the words that say what it is for"
    assert f"▼ Web会議に参加する\n{JOIN_URL}\n" in letter.text
    assert f"{page}\n" in letter.text
    assert f"{page}/cancellation\n" in letter.text
    assert "■ ご案内\n  開始5分前からご入室いただけます。" in letter.text
    assert "当日は2名で参加します" not in letter.text, "what the guest wrote is for the hosts"
    assert letter.reply_to == "suzuki@sample.example"
    assert letter.calendar is not None
    assert letter.calendar.method == "REQUEST"


@pytest.mark.parametrize(
    ("provider", "apart", "named"),
    [("microsoft", False, "Teams"), ("google", False, "Google Meet"), ("zoom", True, "Zoom")],
)
def test_the_web_conference_is_named(scene: Scene, provider: str, apart: bool, named: str) -> None:
    account = scene.connection(scene.host, provider=provider, kind="meetings" if apart else "calendar")
    through = {"web_apart": apart, ("meeting_account" if apart else "organizer"): account}
    for link in (JOIN_URL, ""):  # also while the link is still to come
        booked = scene.appointment(join_url=link, **through)
        assert f"■ 形式: Web会議({named})\n" in scene.letter(MailKind.CONFIRMED_GUEST, booked).text
        for kind in (MailKind.CONFIRMED_HOST, MailKind.REMINDER_HOST):
            text = scene.letter(kind, booked, scene.host, language="en").text
            assert f"Web meeting ({named})\n" in text
        booked.promises.update(standing=False)
    visit = scene.appointment(join_url=JOIN_URL, format="visit", location="本社12F", **through)
    assert f"■ 形式: ご来訪・Web会議({named})\n" in scene.letter(MailKind.CONFIRMED_GUEST, visit).text
    visit.web_meeting = False
    visit.save()
    assert named not in scene.letter(MailKind.REMINDER_GUEST, visit).text


def test_the_guests_own_clock_comes_first_and_the_hosts_beside_it(scene: Scene) -> None:
    appointment = scene.appointment(guest_zone="America/New_York")
    text = scene.letter(MailKind.CONFIRMED_GUEST, appointment).text
    assert "・2026年12月3日(木) 0:00〜1:00\n  ※ 東部標準時(GMT-5)\n" in text
    assert "= 2026年12月3日(木) 14:00〜15:00 日本標準時(GMT+9)" in text
    host = scene.letter(MailKind.CONFIRMED_HOST, appointment, scene.host).text
    assert "・2026年12月3日(木) 14:00〜15:00\n" in host
    assert "= 2026年12月3日(木) 0:00〜1:00 東部標準時(GMT-5)" in host


@pytest.mark.parametrize("zone", ["Asia/Seoul", "No/Where", ""])
def test_a_zone_with_the_same_clocks_or_none_at_all_adds_no_second_time(scene: Scene, zone: str) -> None:
    text = scene.letter(MailKind.CONFIRMED_GUEST, scene.appointment(guest_zone=zone)).text
    assert "14:00〜15:00" in text
    assert "= 20" not in text


def test_the_guests_confirmation_in_english(scene: Scene) -> None:
    letter = scene.letter(MailKind.CONFIRMED_GUEST, scene.appointment(), language="en")
    assert letter.subject == "[株式会社サンプル] Your appointment is confirmed"
    assert "Date and time\n  - Thu, Dec 3, 2026, 14:00–15:00\n  Time zone: Japan Standard" in letter.text
    assert letter.sender_name == "鈴木 美咲 (株式会社サンプル)"


def test_what_is_said_of_a_link_that_is_not_there(scene: Scene) -> None:
    linked = scene.appointment(organizer=scene.connection(scene.host))
    later = "準備ができ次第、あらためてメールでお送りします"
    assert later in scene.letter(MailKind.CONFIRMED_GUEST, linked).text
    assert later in scene.letter(MailKind.CONFIRMED_HOST, linked, scene.host).text
    start = START + timedelta(days=1)
    alone = scene.appointment([scene.colleague], starts_at=start, ends_at=start + timedelta(hours=1))
    assert "担当より、あらためてご案内いたします" in scene.letter(MailKind.CONFIRMED_GUEST, alone).text
    told = scene.letter(MailKind.CONFIRMED_HOST, alone, scene.colleague).text
    assert "お客様へは直接ご案内ください" in told.replace("\n  ", "")
    on_site = scene.appointment([scene.colleague], web_meeting=False, format="visit", location="本社12F")
    text = scene.letter(MailKind.CONFIRMED_GUEST, on_site).text
    assert "Web会議URL" not in text
    assert "■ 形式: ご来訪\n■ 場所: 本社12F\n" in text


def test_the_host_is_told_who_comes(scene: Scene) -> None:
    appointment = scene.appointment(join_url=JOIN_URL)
    letter = scene.letter(MailKind.CONFIRMED_HOST, appointment, scene.host)
    assert letter.subject == "株式会社テスト:三田花子様"
    assert "株式会社テスト 三田花子様とのアポイントメントが確定しました。" in letter.text
    assert "■ 会社: 株式会社テスト\n■ お名前: 三田花子\n■ メール: hanako@test.example\n" in letter.text
    assert "  当日は2名で参加します。\n" in letter.text
    assert f"{SITE}/appointments/{appointment.pk}\n" in letter.text
    assert appointment.link_token not in letter.text + letter.html, "the guest's link is the guest's"
    assert letter.sender_name == "Chosei"
    assert letter.reply_to == "hanako@test.example"
    english = scene.letter(MailKind.CONFIRMED_HOST, appointment, scene.host, language="en", revision=1)
    assert english.subject == "株式会社テスト: 三田花子"
    assert "Your appointment with 三田花子 (株式会社テスト) is confirmed." in english.text


def test_without_a_company_there_is_no_colon_and_no_empty_bracket(scene: Scene) -> None:
    appointment = scene.appointment(guest_company="", title="", guidance="", guest_message="", contact="")
    letter = scene.letter(MailKind.CONFIRMED_HOST, appointment, scene.host)
    assert letter.subject == "三田花子様"
    for number, language in enumerate(("ja", "en")):
        for kind, member in ((MailKind.CONFIRMED_GUEST, None), (MailKind.CONFIRMED_HOST, scene.host)):
            text = scene.letter(kind, appointment, member, language=language, revision=number + 2).text
            assert not any(empty in text for empty in ("「」", "()", "()", "[]", ": \n", "None"))


def test_the_link_that_comes_later_gets_its_own_letter(scene: Scene) -> None:
    appointment = scene.appointment()
    assert scene.mail(MailKind.LINK_FOLLOWS_GUEST, appointment) is None
    appointment.join_url = JOIN_URL
    appointment.save()
    guest = scene.letter(MailKind.LINK_FOLLOWS_GUEST, appointment, revision=1)
    assert guest.subject == "[株式会社サンプル]アポイントメントの詳細をお知らせします"
    assert f"▼ Web会議に参加する\n{JOIN_URL}\n" in guest.text
    assert guest.calendar is not None
    host = scene.letter(MailKind.LINK_FOLLOWS_HOST, appointment, scene.host)
    assert host.subject == "【詳細】株式会社テスト:三田花子様"
    english = scene.letter(MailKind.LINK_FOLLOWS_HOST, appointment, scene.host, language="en", revision=1)
    assert english.subject == "[Details] 株式会社テスト: 三田花子"
    appointment.ends_at = NOW
    appointment.starts_at = NOW - timedelta(hours=1)
    appointment.save()
    assert scene.mail(MailKind.LINK_FOLLOWS_GUEST, appointment, revision=2) is None


def test_a_cancellation_by_the_host_begins_with_what_to_do_next(scene: Scene) -> None:
    appointment = scene.appointment(
        state="cancelled", cancelled_by="host", cancel_reason="出張が入ったため", sequence=1
    )
    letter = scene.letter(MailKind.CANCELLED_GUEST, appointment)
    assert letter.subject == "[株式会社サンプル]アポイントメントがキャンセルされました"
    after_greeting = letter.text.split("\n\n")[2]
    assert after_greeting.startswith("下記の日時にご予定いただく必要はなくなりました。")
    assert "■ 理由\n  出張が入ったため" in letter.text
    assert appointment.booking_page is not None
    assert f"▼ あらためて日時を選ぶ\n{SITE}/b/{appointment.booking_page.link_token}\n" in letter.text
    assert letter.calendar is not None
    assert letter.calendar.method == "CANCEL"
    assert "鈴木 美咲でございます" in letter.text, "released promises still say who would have come"
    english = scene.letter(MailKind.CANCELLED_GUEST, appointment, language="en", revision=1)
    assert english.subject == "[株式会社サンプル] Your appointment has been cancelled"
    assert "You no longer need to keep the time below free." in english.text


def test_a_cancellation_by_the_guest_is_acknowledged_without_an_apology(scene: Scene) -> None:
    appointment = scene.appointment(state="cancelled", cancelled_by="guest", cancel_reason="都合により")
    guest = scene.letter(MailKind.CANCELLED_GUEST, appointment)
    assert "キャンセルのお手続きを承りました。" in guest.text
    assert "申し訳ございません" not in guest.text
    assert "都合により" not in guest.text
    host = scene.letter(MailKind.CANCELLED_HOST, appointment, scene.host)
    assert host.subject == "【キャンセル】株式会社テスト:三田花子様"
    assert "株式会社テスト 三田花子様が、下記のアポイントメントをキャンセルされました。" in host.text
    assert "■ 理由\n  都合により" in host.text


def test_letters_that_the_state_has_overtaken_are_void(scene: Scene) -> None:
    cancelled = scene.appointment(state="cancelled", join_url=JOIN_URL)
    for kind in (MailKind.CONFIRMED_GUEST, MailKind.LINK_FOLLOWS_GUEST):
        assert scene.mail(kind, cancelled) is None
    assert scene.mail(MailKind.CONFIRMED_HOST, cancelled, scene.host) is None
    standing = scene.appointment()
    assert scene.mail(MailKind.CANCELLED_GUEST, standing) is None
    scene.host.is_active = False
    scene.host.save()
    assert scene.mail(MailKind.CONFIRMED_HOST, standing, scene.host) is None


def test_who_must_reconnect_is_told_how(scene: Scene) -> None:
    lost = scene.connection(scene.host, state="needs_reconnect")
    letter = scene.letter(MailKind.RECONNECT, lost, scene.host)
    assert letter.subject == "Outlookカレンダーの再接続をお願いします"
    assert f"▼ 外部連携を開く\n{SITE}/settings/connections\n" in letter.text
    assert letter.reply_to == ""
    english = scene.letter(MailKind.RECONNECT, lost, scene.host, language="en", revision=1)
    assert english.subject == "Please reconnect Outlook Calendar"
    lost.state = "active"
    lost.save()
    assert scene.mail(MailKind.RECONNECT, lost, scene.host, revision=2) is None


def test_later_letters_answer_the_first_one_that_went(scene: Scene) -> None:
    proposal = scene.proposal()
    invitation = scene.message(MailKind.INVITATION, proposal, state=MailState.SENT)
    appointment = scene.appointment(proposal=proposal, booking_page=None)
    assert scene.letter(MailKind.CONFIRMED_GUEST, appointment).in_reply_to == invitation.message_id
    assert scene.letter(MailKind.CONFIRMED_HOST, appointment, scene.host).in_reply_to == ""


def test_the_same_message_composed_again_is_the_same_mail(scene: Scene) -> None:
    message = scene.message(MailKind.CONFIRMED_GUEST, scene.appointment())
    first, second = compose(message, now=NOW), compose(message, now=NOW)
    assert first is not None
    assert first.message_id == message.message_id
    assert first == second


def test_a_message_that_lacks_its_matter_is_an_error(scene: Scene) -> None:
    message = scene.message(MailKind.CONFIRMED_GUEST, scene.appointment())
    message.appointment = None
    with pytest.raises(ValueError, match="confirmed_guest"):
        compose(message, now=NOW)


def test_the_text_to_paste(scene: Scene) -> None:
    proposal = scene.proposal()
    Candidate.objects.filter(proposal=proposal).update(
        starts_at=START.replace(year=2099), ends_at=START.replace(year=2100)
    )
    text = paste_text(proposal, "ja")
    assert text.startswith(
        "下記の候補から、ご都合のよい日時を一つお選びいただけますでしょうか。\n\n■ 候補日時\n"
    )
    assert f"▼ 日程調整ページ(登録は不要です)\n{SITE}/p/{proposal.link_token}\n" in text
    assert "お世話になっております" not in text
    assert f"> Choose a time (no account needed)\n{SITE}/p/" in paste_text(proposal, "en")
    proposal.candidates.all().delete()
    assert paste_text(proposal, "ja") == ""
