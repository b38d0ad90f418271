"""社員情報: who may see it, invitations, addresses, and the last administrator."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chosei.mails.compose import compose
from chosei.records.models import CalendarEntry, MailKind, MailMessage, Member
from tests.support import company
from tests.web.browsing import LOOKS, complaints, picture, scrolls_sideways
from tests.web.console.conftest import Company, confirmed, signed_in, visit

PASSWORD = "a-long-password"


@pytest.fixture
def admin(people: Company) -> Client:
    """The administrator's browser."""
    return signed_in(people.administrator)


@pytest.fixture
def alone(people: Company) -> Member:
    """The organisation's only administrator."""
    others = Member.objects.filter(organization=people.administrator.organization, role="administrator")
    others.exclude(pk=people.administrator.pk).update(role="member")
    return people.administrator


def filled(**changes: str) -> dict[str, str]:
    return {
        "name": "新谷 望",
        "email": "shintani@sample.example",
        "role": "member",
        "language": "ja",
        "zone": "Asia/Tokyo",
        **changes,
    }


def particulars(member: Member, **changes: str) -> dict[str, str]:
    names = ("name", "email", "role", "language", "zone")
    return {**{name: str(getattr(member, name)) for name in names}, **changes}


def test_only_administrators_of_the_same_company_see_the_people(people: Company) -> None:
    pk = people.colleague.pk
    pages = ["/members/", "/members/new", f"/members/{pk}", f"/members/{pk}/removal"]
    posts = [*pages[1:], f"/members/{pk}/invitation", f"/members/{pk}/return"]
    for reader in (people.author, people.colleague):
        client = signed_in(reader)
        assert {client.get(path).status_code for path in pages} == {404}
        assert {client.post(path, filled()).status_code for path in posts} == {404}
        assert "社員情報" not in client.get("/").content.decode()
    stranger = signed_in(people.stranger)
    assert {stranger.get(path).status_code for path in pages[2:]} == {404}
    assert {stranger.post(path, filled()).status_code for path in posts[1:]} == {404}
    assert people.colleague.name not in stranger.get("/members/").content.decode()
    people.colleague.refresh_from_db()
    assert people.colleague.is_active


def test_an_invitation_leads_to_a_password(people: Company, admin: Client, settings: Any) -> None:
    page = admin.post("/members/new", filled(email=" Shintani@sample.example "), follow=True)
    assert "招待のメールを送りました" in page.content.decode()
    assert "招待中" in page.content.decode()
    message = MailMessage.objects.get(kind=MailKind.INVITED_MEMBER)
    letter = compose(message, now=timezone.now())
    assert letter is not None
    assert letter.recipient == "Shintani@sample.example"
    assert letter.subject == "[株式会社サンプル]Choseiへのご招待"
    address = re.search(rf"{re.escape(settings.CHOSEI_PUBLIC_URL)}(/password-reset/\S+/\S+)", letter.text)
    assert address is not None

    guest = Client()
    chosen = guest.get(address[1], follow=True)
    fresh = {"new_password1": "entirely-new-words", "new_password2": "entirely-new-words"}
    guest.post(chosen.redirect_chain[-1][0], fresh)
    signed = guest.post("/sign-in", {"username": "shintani@sample.example", "password": "entirely-new-words"})

    assert signed.headers["Location"] == "/"
    assert compose(MailMessage.objects.get(pk=message.pk), now=timezone.now()) is None
    member = Member.objects.get(email__iexact="shintani@sample.example")
    again = admin.post(f"/members/{member.pk}/invitation", follow=True).content.decode()
    assert "すでにパスワードを設定しています" in again
    assert MailMessage.objects.filter(kind=MailKind.INVITED_MEMBER).count() == 1


def test_the_invitation_in_english_and_once_more(people: Company, admin: Client) -> None:
    admin.post("/members/new", filled(language="en", name="Nozomi Shintani"))
    member = Member.objects.get(email="shintani@sample.example")
    admin.post(f"/members/{member.pk}/invitation")
    first, second = MailMessage.objects.filter(kind=MailKind.INVITED_MEMBER).order_by("id")
    assert first.message_id != second.message_id
    letter = compose(second, now=timezone.now())
    assert letter is not None
    assert letter.subject == "[株式会社サンプル] Your invitation to Chosei"
    assert "Please begin by setting a password" in letter.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "SATO@sample.example"}, "すでに別の社員が使っています"),
        ({"email": "nobody"}, "有効なメールアドレス"),
        ({"name": " "}, "必須"),
        ({"zone": "Mars/Olympus"}, "選択"),
        ({"role": "king"}, "選択"),
    ],
)
def test_what_cannot_be_registered_is_said(admin: Client, change: dict[str, str], sentence: str) -> None:
    before = Member.objects.count()
    page = admin.post("/members/new", filled(**change))
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert Member.objects.count() == before


def test_a_new_address_keeps_whoever_is_signed_in_and_signs_in_from_now_on(
    people: Company, admin: Client
) -> None:
    browser = Client()
    browser.post("/sign-in", {"username": people.author.email, "password": PASSWORD})
    admin.post(f"/members/{people.author.pk}", particulars(people.author, email="k.sato@sample.example"))
    assert browser.get("/").status_code == 200
    fresh = Client().post("/sign-in", {"username": "k.sato@sample.example", "password": PASSWORD})
    assert fresh.headers["Location"] == "/"


def test_the_last_administrator_stays_one(alone: Member, admin: Client) -> None:
    demoted = admin.post(f"/members/{alone.pk}", particulars(alone, role="member"))
    assert "管理者は、必ず1人以上必要です" in demoted.content.decode()
    removed = admin.post(f"/members/{alone.pk}/removal", follow=True)
    assert "管理者は、必ず1人以上必要です" in removed.content.decode()
    alone.refresh_from_db()
    assert (alone.is_administrator, alone.is_active) == (True, True)


def test_an_administrator_removed_or_demoted_can_do_nothing_more(people: Company, admin: Client) -> None:
    page = admin.post(f"/members/{people.administrator.pk}", particulars(people.administrator, role="member"))
    assert page.status_code == 302
    assert admin.get("/members/").status_code == 404


def test_removing_somebody_lets_their_calendar_go(people: Company, admin: Client) -> None:
    confirmed(people)
    company.propose(people.author)
    path = f"/members/{people.author.pk}/removal"
    asked = admin.get(path).content.decode()
    assert "これからのアポイントメント 1件" in asked
    assert "進行中の日程調整 1件" in asked
    signed = signed_in(people.author)

    admin.post(path)

    people.author.refresh_from_db()
    people.connection.refresh_from_db()
    assert not people.author.is_active
    assert people.connection.state == "ending"
    assert not CalendarEntry.objects.filter(purpose="hold", desired__isnull=False).exists()
    assert signed.get("/").status_code == 302
    assert "利用停止" in admin.get("/members/").content.decode()

    admin.post(f"/members/{people.author.pk}/return")
    assert signed.get("/").status_code == 200


def test_somebody_nothing_refers_to_is_deleted_altogether_and_their_mail_with_them(
    people: Company, admin: Client
) -> None:
    admin.post("/members/new", filled())
    member = Member.objects.get(email="shintani@sample.example")
    admin.post(f"/members/{member.pk}/removal")
    assert not Member.objects.filter(pk=member.pk).exists()
    assert MailMessage.objects.get(kind=MailKind.INVITED_MEMBER).state == "superseded"
    assert admin.post("/members/new", filled()).status_code == 302


def test_searching(people: Company, admin: Client) -> None:
    page = admin.get("/members/", {"q": "佐藤"}).content.decode()
    assert people.author.email in page
    assert people.colleague.email not in page
    assert "見つかりませんでした" in admin.get("/members/", {"q": "だれもいない"}).content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("phone", "language"), LOOKS)
def test_the_pages_of_members(
    live_server: Any, people: Company, admin: Client, browser: Any, phone: bool, language: str
) -> None:
    admin.post("/members/new", filled())
    invited = Member.objects.get(email="shintani@sample.example")
    paths = {
        "members": "/members/",
        "member-new": "/members/new",
        "member-invited": f"/members/{invited.pk}",
        "member-removal": f"/members/{people.author.pk}/removal",
    }
    seen = visit(browser, live_server.url, people.administrator, phone=phone, language=language)
    found = []
    for name, path in paths.items():
        seen.open(path)
        picture(seen.page, f"console-{name}-{'phone' if phone else 'desk'}-{language}")
        found += [f"{name}: {one}" for one in (*seen.complaints, *complaints(seen.page))]
        assert not scrolls_sideways(seen.page), name
    assert found == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_whoever_is_invited_sets_a_password_in_a_browser_and_gets_in(
    live_server: Any, people: Company, browser: Any, settings: Any
) -> None:
    signed_in(people.administrator).post("/members/new", filled())
    letter = compose(MailMessage.objects.get(kind=MailKind.INVITED_MEMBER), now=timezone.now())
    assert letter is not None
    found = re.search(rf"{re.escape(settings.CHOSEI_PUBLIC_URL)}(/password-reset/\S+/\S+)", letter.text)
    assert found is not None
    page = browser.new_context(locale="ja-JP").new_page()
    page.goto(live_server.url + found[1])
    for field in (0, 1):
        page.locator("input[type=password]").nth(field).fill("Correct-Horse-9")
    page.get_by_role("button", name="パスワードを設定する").click()
    page.wait_for_url("**/password-reset/done")
    page.goto(live_server.url)
    page.get_by_label("メールアドレス").fill("shintani@sample.example")
    page.get_by_label("パスワード").fill("Correct-Horse-9")
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_url(f"{live_server.url}/")
