"""再調整, 日時変更 and companions, as a customer meets them without JavaScript."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from chosei.actions.readjusting import AnswerInput, answer_readjustment
from chosei.records.models import Appointment, MailMessage, Readjustment
from tests.support.company import NOW, span
from tests.web.console.conftest import signed_in
from tests.web.public.walking import parsed, send, text_of, times_on

WISH = {"text": "来週の午後を希望します。", "day1": "2026-12-02", "start1": "14:00", "end1": "15:00"}


def test_wishes_reach_the_author_and_new_times_come_back_under_the_same_url(client: Client, proposal) -> None:
    url = f"/p/{proposal.link_token}"
    assert "都合の良い日時がないため、再調整を依頼する" in text_of(client.get(url))
    asked = send(client, client.get(f"{url}/readjustment"), **WISH)
    assert asked.status_code == 302
    page = client.get(asked["location"])
    assert "再調整のご依頼を承りました" in text_of(page)
    assert times_on(page, "candidate"), "what is on offer stays on offer"
    proposal.refresh_from_db()
    assert proposal.state == "readjustment_requested"
    [mail] = MailMessage.objects.filter(kind="readjustment")
    assert mail.recipient == proposal.author.email
    desk = signed_in(proposal.author)
    assert (
        f'href="/proposals/{proposal.pk}/edit"'
        in desk.get(f"/proposals/{proposal.pk}/answer").content.decode()
    )
    assert "来週の午後を希望します。" in text_of(desk.get(f"/proposals/{proposal.pk}/edit"))
    [wish] = Readjustment.objects.all()
    assert wish.wishes == [["2026-12-02T05:00:00+00:00", "2026-12-02T06:00:00+00:00"]]

    answer_readjustment(proposal.author, proposal, AnswerInput((span(8, 14),)), now=NOW)
    page = client.get(url)
    assert "12月2日(水)" in text_of(page)
    assert len(times_on(page, "candidate")) == 1
    assert "再調整のご依頼を承りました" not in text_of(page)
    assert MailMessage.objects.filter(kind="offered_again", recipient=proposal.guest_email).count() == 1
    wish.refresh_from_db()
    assert wish.answer == "offered"


def test_the_readers_zone_goes_along_there_and_back(client: Client, proposal) -> None:
    """The times that are asked for are read in the zone of the times on offer."""
    url = f"/p/{proposal.link_token}"
    way = parsed(client.get(f"{url}?zone=America/New_York")).select_one(".none-suits a")["href"]
    form = client.get(way)
    assert "東部標準時" in text_of(form)
    asked = send(client, form, **WISH)
    assert asked["location"] == f"{url}?zone=America%2FNew_York"
    assert Readjustment.objects.get().wishes == [["2026-12-02T19:00:00+00:00", "2026-12-02T20:00:00+00:00"]]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "ご希望の内容か日時をご入力ください。"),
        ({"day1": "2026-12-02"}, "日付、開始、終了をすべて入力してください。"),
        ({**WISH, "end1": "13:00"}, "終了は開始より後にしてください。"),
        ({**WISH, "day1": "2026-11-02"}, "これからの日時を入力してください。"),
    ],
)
def test_a_wish_that_says_nothing_is_refused_at_the_field(client: Client, proposal, typed, said) -> None:
    refused = send(client, client.get(f"/p/{proposal.link_token}/readjustment"), **typed)
    assert refused.status_code == 422
    assert said in text_of(refused)
    assert not Readjustment.objects.exists()


def test_another_time_for_what_stands_already(client: Client, appointment) -> None:
    url = f"/a/{appointment.link_token}"
    assert "日時の変更を依頼する" in text_of(client.get(url))
    asked = send(client, client.get(f"{url}/change"), **WISH)
    page = client.get(asked["location"])
    assert "日時変更のご依頼を承りました" in text_of(page)
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"
    assert MailMessage.objects.filter(kind="readjustment", appointment=appointment).count() == 1


def test_the_organisation_decides_what_customers_may_do_and_until_when(client: Client, appointment) -> None:
    url, organization = f"/a/{appointment.link_token}", appointment.organization
    organization.guest_may_change = False
    organization.save()
    assert "日時の変更を依頼する" not in text_of(client.get(url))
    assert client.get(f"{url}/change").status_code == 410
    assert client.post(f"{url}/change", WISH).status_code == 410
    assert "アポイントメントをキャンセルする" in text_of(client.get(url))
    organization.guest_until_hours = 24 * 30
    organization.save()
    assert "担当者までご連絡ください" in text_of(client.get(url))
    assert client.post(f"{url}/cancellation", {}).status_code == 410
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"


def test_companions_in_rows_and_pasted_get_the_mail_too(client: Client, proposal) -> None:
    candidate = times_on(client.get(f"/p/{proposal.link_token}"), "candidate")[0]
    details = client.get(f"/p/{proposal.link_token}/confirm", {"candidate": candidate})
    assert "同席される方を追加" in text_of(details)
    typed = {
        "name": "三田花子",
        "email": "hanako@test.example",
        "companion_name": ["三田 次郎", "", ""],
        "companion_email": ["jiro@test.example", "", ""],
        "companions_bulk": "四谷 三郎 saburo@test.example\n五反田 四郎\nhanako@test.example",
    }
    back = send(client, details, "back", **typed)
    forward = send(client, back, candidate=candidate)
    assert "saburo@test.example" in forward.content.decode(), "what was typed came along"
    done = send(client, forward)
    assert done.status_code == 302
    people = Appointment.objects.get().companions.values_list("name", "email")
    assert list(people)[:3] == [
        ("三田 次郎", "jiro@test.example"), ("四谷 三郎", "saburo@test.example"), ("五反田 四郎", "")
    ]  # fmt: skip
    told = MailMessage.objects.filter(kind="confirmed_guest").values_list("recipient", flat=True)
    assert sorted(told) == ["hanako@test.example", "jiro@test.example", "saburo@test.example"]
    assert "三田 次郎" in text_of(client.get(done["location"]))


@pytest.mark.parametrize(
    ("bulk", "said"),
    [
        ("三田 次郎 jiro@test", "メールアドレスの形式をご確認ください: jiro@test"),
        ("\n".join(f"{n}番 g{n}@test.example" for n in range(51)), "50名まで"),
    ],
)
def test_companions_that_cannot_be_are_refused_and_kept(client: Client, proposal, bulk, said) -> None:
    candidate = times_on(client.get(f"/p/{proposal.link_token}"), "candidate")[0]
    details = client.get(f"/p/{proposal.link_token}/confirm", {"candidate": candidate})
    refused = send(client, details, name="三田花子", email="h@test.example", companions_bulk=bulk)
    assert refused.status_code == 422
    page = BeautifulSoup(refused.content, "html.parser")
    field = page.select_one("textarea[name=companions_bulk][aria-invalid=true]")
    assert field is not None
    assert field.get_text().strip() == bulk, "everything typed is kept"
    assert said in page.select_one("#companions_bulk_error").get_text()
    assert not Appointment.objects.exists()


def test_a_companion_that_cannot_be_is_marked_in_its_own_row(client: Client, proposal) -> None:
    candidate = times_on(client.get(f"/p/{proposal.link_token}"), "candidate")[0]
    details = client.get(f"/p/{proposal.link_token}/confirm", {"candidate": candidate})
    typed = {"companion_name": ["三田 次郎", "四谷"], "companion_email": ["jiro@test.example", "yotsuya@"]}
    refused = send(client, details, name="三田花子", email="h@test.example", **typed)
    rows = BeautifulSoup(refused.content, "html.parser").select(".companion-row")
    assert [bool(row.select("[aria-invalid=true]")) for row in rows][:2] == [False, True]
    assert "yotsuya@" in rows[1].select_one(".errorlist").get_text()
