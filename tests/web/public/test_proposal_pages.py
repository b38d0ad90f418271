"""A proposal's pages, walked without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from chosei.actions.confirm import confirm_candidate
from chosei.actions.proposals import withdraw_proposal
from chosei.records.models import Appointment, MailMessage, Proposal
from tests.support.company import GUEST, NOW, busy, propose, span
from tests.web.public.walking import main_form, parsed, send, text_of, times_on

pytestmark = pytest.mark.django_db


def candidates(proposal):
    return list(proposal.candidates.order_by("starts_at"))


def test_from_the_link_to_the_appointment(client, proposal):
    times = client.get(f"/p/{proposal.link_token}")
    said = text_of(times)
    for words in ("株式会社サンプル", "導入のご相談", "1時間", "Web会議", "担当 佐藤 健一",
                  "日本標準時(GMT+9)", "12月3日(木)", "10:00〜11:00", "あと7日"):  # fmt: skip
        assert words in said
    details = send(client, times, candidate=str(candidates(proposal)[1].pk))
    assert "14:00〜15:00" in text_of(details)
    form = main_form(details)[1]
    assert form.select_one("#id_company")["value"] == "株式会社テスト"
    assert form.select_one("#id_name")["value"] == "三田花子"
    assert form.select_one("#id_email")["value"] == "hanako@test.example"
    done = send(client, details, message="よろしくお願いいたします。\n資料もお願いします。")
    appointment = Appointment.objects.get()
    assert (done.status_code, done.headers["Location"]) == (302, f"/a/{appointment.link_token}")
    assert appointment.starts_at == candidates(proposal)[1].starts_at
    assert appointment.guest_message == "よろしくお願いいたします。\n資料もお願いします。"
    assert appointment.guest_zone == "Asia/Tokyo"
    assert "アポイントメントが確定しました" in text_of(client.get(done.headers["Location"]))


def test_nothing_is_written_before_the_guest_confirms(client, proposal):
    times = client.get(f"/p/{proposal.link_token}")
    details = send(client, times, candidate=str(candidates(proposal)[0].pk))
    send(client, details, "back", name="別の方")
    client.head(f"/p/{proposal.link_token}/confirm?candidate={candidates(proposal)[0].pk}")
    proposal.refresh_from_db()
    assert proposal.state == "open"
    assert not Appointment.objects.exists()
    assert not client.session.keys()


def test_back_keeps_everything_typed_through_another_choice(client, proposal):
    first, second = candidates(proposal)[:2]
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(first.pk))
    message = "一行目\n二行目 <script>alert(1)</script>"
    times = send(client, details, "back", company="株式会社別", name="山田太郎", message=message)
    assert parsed(times).select_one(f"#candidate-{first.pk}").has_attr("checked")
    again = send(client, times, candidate=str(second.pk))
    form = main_form(again)[1]
    assert form.select_one("#id_company")["value"] == "株式会社別"
    assert form.select_one("#id_name")["value"] == "山田太郎"
    assert form.select_one("#id_message").text.strip() == message
    send(client, again)
    appointment = Appointment.objects.get()
    assert (appointment.guest_name, appointment.starts_at) == ("山田太郎", second.starts_at)


def test_a_form_sent_twice_is_one_appointment(client, proposal):
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(candidates(proposal)[0].pk))
    first, second = send(client, details), send(client, details)
    assert first.headers["Location"] == second.headers["Location"]
    assert Appointment.objects.count() == 1
    assert MailMessage.objects.filter(kind="confirmed_guest").count() == 1


def test_a_time_taken_meanwhile_leads_back_to_the_others_with_everything_kept(client, linked_proposal):
    proposal = linked_proposal
    chosen = candidates(proposal)[0]
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(chosen.pk))
    busy(proposal.author.connections.get(), chosen.starts_at)
    lost = send(client, details, name="山田太郎", message="楽しみにしています")
    assert lost.status_code == 409
    said = text_of(lost)
    assert "選択された日時は、受付を終了しました" in said
    assert "ご入力いただいた内容はそのまま残っています。" in said
    assert str(chosen.pk) not in times_on(lost, "candidate")
    assert "10:00〜11:00" in parsed(lost).select_one(".choice.gone s").text
    again = send(client, lost, candidate=str(candidates(proposal)[1].pk))
    assert main_form(again)[1].select_one("#id_message").text.strip() == "楽しみにしています"
    assert send(client, again).status_code == 302
    assert Appointment.objects.get().guest_name == "山田太郎"


def test_an_unreadable_calendar_at_confirmation_keeps_the_form(client, linked_proposal):
    proposal = linked_proposal
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(candidates(proposal)[0].pk))
    proposal.author.connections.update(mirror_read_at=NOW - timedelta(hours=1))
    refused = send(client, details, message="はじめまして")
    assert refused.status_code == 503
    assert "まだ確定していません。" in text_of(refused)
    assert main_form(refused)[1].select_one("#id_message").text.strip() == "はじめまして"
    proposal.author.connections.update(mirror_read_at=NOW)
    assert send(client, refused).status_code == 302


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("name", "", "お名前を入力してください。"),
        ("name", " \u200b\x07 ", "お名前を入力してください。"),
        ("name", "あ" * 121, "120文字以内で入力してください(現在121文字)。"),
        ("company", "社" * 201, "200文字以内で入力してください(現在201文字)。"),
        ("email", "", "メールアドレスを入力してください。"),
        ("email", "hanako", "メールアドレスの形式をご確認ください"),
        ("email", "a@b.example\nBcc: c@d.example", "メールアドレスの形式をご確認ください"),
        ("email", "a" * 250 + "@test.example", "254文字以内で入力してください(現在263文字)。"),
        ("message", "文" * 4001, "4000文字以内で入力してください(現在4001文字)。"),
    ],
)
def test_each_message_stands_at_its_field_and_what_was_typed_stays(client, proposal, field, typed, message):
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(candidates(proposal)[0].pk))
    refused = send(client, details, **{field: typed})
    assert refused.status_code == 422
    form = main_form(refused)[1]
    control = form.select_one(f"#id_{field}")
    assert control["aria-invalid"] == "true"
    assert f"id_{field}_error" in control["aria-describedby"].split()
    assert message in form.select_one(f"#id_{field}_error").text
    kept = control.text if control.name == "textarea" else control.get("value", "")
    assert kept.replace("\r", "").strip("\n") == typed.strip("\n")
    assert not Appointment.objects.exists()


def test_text_of_any_script_is_safe_and_control_characters_go(client, proposal):
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(candidates(proposal)[0].pk))
    done = send(
        client, details,
        name="<b>Ада\u202e</b>\r\nBcc: x@y.example", email="ｈａｎａｋｏ＠test.example", message="🎉\x00نعم",
    )  # fmt: skip
    appointment = Appointment.objects.get()
    assert appointment.guest_name == "<b>Ада</b> Bcc: x@y.example"
    assert appointment.guest_email == "hanako@test.example"
    assert appointment.guest_message == "🎉نعم"
    page = client.get(done.headers["Location"])
    assert b"<b>\xd0" not in page.content
    assert "&lt;b&gt;Ада" in page.content.decode()


def test_the_zone_is_the_guests_choice_and_stays_theirs(client, proposal):
    assert "10:00〜11:00" in text_of(client.get(f"/p/{proposal.link_token}"))
    moved = client.get(f"/p/{proposal.link_token}?zone=America/New_York&rezone=1")
    said = text_of(moved)
    assert "12月2日(水)" in said
    assert "20:00〜21:00" in said
    assert client.cookies["chosei_zone"].value == "America/New_York"
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(candidates(proposal)[0].pk))
    assert "20:00〜21:00" in text_of(details)
    send(client, details)
    assert Appointment.objects.get().guest_zone == "America/New_York"


def test_the_hosts_time_stands_beside_the_readers_on_every_page(client, proposal):
    times = client.get(f"/p/{proposal.link_token}?zone=America/New_York")
    assert "担当者の時刻: 12月3日(木) 10:00〜11:00 (GMT+9)" in text_of(times)
    details = send(client, times, candidate=str(candidates(proposal)[0].pk), zone="America/New_York")
    assert "(GMT-5) 担当者の時刻: 12月3日(木) 10:00〜11:00 (GMT+9)" in text_of(details)
    done = send(client, details, name="三田花子", email="hanako@test.example", zone="America/New_York")
    assert "担当者の時刻: 12月3日(木) 10:00〜11:00 (GMT+9)" in text_of(client.get(done["location"]))
    seoul = client.get(f"/p/{proposal.link_token}?zone=Asia/Seoul")
    assert "担当者の時刻" not in text_of(seoul), "the clocks show the same"


def test_a_zone_nobody_asked_for_is_not_kept(client, proposal):
    client.get(f"/p/{proposal.link_token}?zone=America/New_York")
    assert "chosei_zone" not in client.cookies
    client.get(f"/p/{proposal.link_token}?zone=../../etc/passwd&rezone=1")
    assert "chosei_zone" not in client.cookies


def test_changing_the_zone_keeps_what_was_typed(client, proposal):
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(candidates(proposal)[0].pk))
    times = send(client, details, "back", name="山田太郎")
    moved = send(client, times, "rezone", zone="Europe/London")
    assert "1:00〜2:00" in text_of(moved)
    again = send(client, moved, candidate=str(candidates(proposal)[0].pk))
    assert main_form(again)[1].select_one("#id_name")["value"] == "山田太郎"


@pytest.mark.parametrize("candidate", ["", "x", "-1", "0", "99999999999999999999", "１"])
def test_a_choice_that_is_none_leads_to_the_times(client, proposal, candidate):
    response = client.get(f"/p/{proposal.link_token}/confirm?candidate={candidate}")
    assert "日時をお選びのうえ、お進みください。" in text_of(response)


def test_a_foreign_candidate_cannot_be_chosen(client, proposal):
    from tests.support.company import member, propose, span

    other = propose(member(name="別の人"), [span(9, 10)])
    response = client.get(f"/p/{proposal.link_token}/confirm?candidate={other.candidates.get().pk}")
    assert "日時をお選びのうえ、お進みください。" in text_of(response)


def test_what_has_ended_says_so(client, proposal):
    Proposal.objects.update(contact="03-0000-0000")
    other = Proposal.objects.get(pk=proposal.pk)
    withdraw_proposal(proposal.author, other, now=NOW)
    for response in (
        client.get(f"/p/{proposal.link_token}"),
        client.post(
            f"/p/{proposal.link_token}/confirm", {"candidate": candidates(proposal)[0].pk, "back": "1"}
        ),
    ):
        assert response.status_code == 410
        assert "この日程調整は終了しました" in text_of(response)
        assert "株式会社サンプル" in text_of(response), "whose it was"
        assert "お問い合わせ先: 03-0000-0000" in text_of(response), "whom to ask"
        assert response["Cache-Control"] == "private, no-store"


def test_a_confirmation_after_the_deadline_is_refused(client, proposal):
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(candidates(proposal)[0].pk))
    Proposal.objects.update(deadline=NOW - timedelta(seconds=1))
    refused = send(client, details)
    assert refused.status_code == 410
    assert "ご回答の期限を過ぎました" in text_of(refused)


def test_a_proposal_whose_hosts_have_left_says_whom_to_ask(client, proposal):
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(candidates(proposal)[0].pk))
    type(proposal.author).objects.filter(pk=proposal.author_id).update(is_active=False)
    for response in (send(client, details), client.get(f"/p/{proposal.link_token}")):
        assert response.status_code == 410
        assert "担当者の変更のため、受付を停止しています" in text_of(response)
        assert "ご案内を差し上げた会社までお問い合わせください" in text_of(response)


def test_the_second_of_two_people_with_one_link_is_told(client, proposal):
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(candidates(proposal)[0].pk))
    confirm_candidate(proposal, candidates(proposal)[1].pk, GUEST, submission=uuid4(), now=NOW)
    refused = send(client, details)
    assert refused.status_code == 410
    assert "この日程調整は確定済みです" in text_of(refused)


def test_a_form_spent_elsewhere_is_given_a_new_identity(client, proposal):
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(candidates(proposal)[0].pk))
    spent = hidden(details)
    other = propose(proposal.author, [span(20, 10)])
    confirm_candidate(other, candidates(other)[0].pk, GUEST, submission=UUID(spent), now=NOW)
    refused = send(client, details)
    assert refused.status_code == 422
    assert hidden(refused) != spent
    assert send(client, refused).status_code == 302


def hidden(page):
    return parsed(page).select_one("input[name=submission]")["value"]


@pytest.mark.parametrize(
    "path",
    ["/p/{}", "/p/{}/confirm", "/b/{}", "/b/{}/confirm", "/a/{}", "/a/{}/cancellation", "/a/{}/invite.ics"],
)
def test_an_unknown_link_is_a_plain_404_in_the_readers_language(client, db, path):
    response = client.get(path.format("x" * 32), headers={"accept-language": "en"})
    assert response.status_code == 404
    assert "Page not found" in text_of(response)
    assert client.get(path.format("short")).status_code == 404


def test_too_many_confirmations_are_slowed_down(client, proposal):
    for _ in range(20):
        assert client.post(f"/p/{proposal.link_token}/confirm", {"candidate": "x"}).status_code == 200
    refused = client.post(f"/p/{proposal.link_token}/confirm", {"candidate": "x"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")


def test_secret_pages_are_kept_by_nobody(client, proposal):
    response = client.get(f"/p/{proposal.link_token}")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_the_guests_language_goes_with_the_appointment(client, proposal):
    english = {"accept-language": "en-GB,en;q=0.9"}
    times = client.get(f"/p/{proposal.link_token}", headers=english)
    assert parsed(times).html["lang"] == "en"
    assert "10:00–11:00" in text_of(times)
    client.post("/language", {"language": "en", "next": f"/p/{proposal.link_token}"})
    details = send(client, client.get(f"/p/{proposal.link_token}"), candidate=str(candidates(proposal)[0].pk))
    send(client, details)
    assert Appointment.objects.get().guest_language == "en"


def test_a_refresh_sends_only_what_changed(client, linked_proposal):
    proposal = linked_proposal
    page = client.get(f"/p/{proposal.link_token}")
    seen = parsed(page).select_one("input[name=seen]")["value"]
    htmx = {"hx-request": "true"}
    assert client.get(f"/p/{proposal.link_token}?seen={seen}", headers=htmx).status_code == 204
    busy(proposal.author.connections.get(), candidates(proposal)[0].starts_at)
    fresh = client.get(
        f"/p/{proposal.link_token}?seen={seen}&candidate={candidates(proposal)[1].pk}", headers=htmx
    )
    assert "<html" not in fresh.content.decode()
    assert "受付終了" in text_of(fresh)
    assert parsed(fresh).select_one(f"#candidate-{candidates(proposal)[1].pk}").has_attr("checked")
