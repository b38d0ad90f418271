"""The wall: recognised, explained, asked, answered; who waited is told once."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from chosei.actions.approvals import waiting_for_approval
from chosei.mails.compose import compose
from chosei.records.models import ConnectionAttempt, MailKind, MailMessage, Member, ProviderApproval
from chosei.web.console.connecting import REASONS
from tests.support import company
from tests.web.browsing import LOOKS, complaints, picture, scrolls_sideways
from tests.web.console.conftest import Company, signed_in, visit
from tests.web.console.test_connections import began

TENANT = "22222222-2222-4222-8222-222222222222"
RETURN = "/connect/microsoft/admin-consent"
LISTING = "/settings/connections"


def attempt(member: Member, *, minutes: float = 0, state: str = "known", **values: Any) -> ConnectionAttempt:
    row = ConnectionAttempt.objects.create(
        **{
            "member": member,
            "provider": "microsoft",
            "state_hash": hashlib.sha256(state.encode()).hexdigest(),
            "nonce": "nonce",
            "code_verifier": "verifier",
            **values,
        }
    )
    begun = timezone.now() - timedelta(minutes=minutes)
    ConnectionAttempt.objects.filter(pk=row.pk).update(begun_at=begun)
    return row


def ask(member: Member) -> str:
    """The state in the link that the member's letter carries."""
    page = signed_in(member).post("/settings/connections/approval/request", follow=True).content.decode()
    address = BeautifulSoup(page, "html.parser").find("input", {"aria-label": "管理者の承認用URL"})
    assert address is not None
    return parse_qs(urlsplit(str(address["value"])).query)["state"][0]


def come_back(state: str, **given: str) -> str:
    """What an administrator without an account reads after the link."""
    answer = Client().get(RETURN, {"admin_consent": "True", "tenant": TENANT, "state": state, **given})
    return answer.content.decode()


def told() -> list[str]:
    return sorted(MailMessage.objects.filter(kind=MailKind.TRY_AGAIN).values_list("recipient", flat=True))


def test_an_error_that_is_the_wall_shows_the_three_ways(people: Company) -> None:
    attempt(people.colleague)
    client = began(signed_in(people.colleague), "known")
    given = {"state": "known", "error": "access_denied", "error_description": "AADSTS90094: admin"}
    page = client.get("/connect/microsoft/callback", given, follow=True).content.decode()
    for way in (
        "IT担当者に承認用URLを送る",
        "管理者の方が一度だけ接続する",
        "社員の同意を許可する設定にする",
    ):
        assert way in page
    assert people.colleague in waiting_for_approval(
        people.colleague.organization, "microsoft", timezone.now()
    )


def test_a_sign_in_that_does_not_come_back_is_taken_for_the_wall_after_two_minutes(people: Company) -> None:
    client = signed_in(people.colleague)
    attempt(people.colleague, minutes=1)
    early = client.get(LISTING).content.decode()
    assert "サインインをお待ちしています" in early
    assert "3つのうち" not in early
    news = BeautifulSoup(early, "html.parser").select_one("[hx-get]")
    assert news is not None
    address = str(news["hx-get"])
    assert "HX-Refresh" not in client.get(address).headers

    ConnectionAttempt.objects.update(begun_at=timezone.now() - timedelta(minutes=3))

    assert client.get(address).headers["HX-Refresh"] == "true"
    late = client.get(LISTING).content.decode()
    assert "「管理者の承認が必要」と表示されましたか" in late
    assert "3つのうち" in late


@pytest.mark.parametrize("state", ["address_mismatch", "needs_reconnect", "active"])
def test_one_whose_account_does_not_work_is_helped_over_the_wall_too(people: Company, state: str) -> None:
    company.connect(people.colleague, state=state)
    attempt(people.colleague, minutes=3)
    page = signed_in(people.colleague).get(LISTING).content.decode()
    waiting = waiting_for_approval(people.colleague.organization, "microsoft", timezone.now())
    helped = state != "active"
    assert ("「管理者の承認が必要」と表示されましたか" in page) == ("3つのうち" in page) == helped
    assert (people.colleague in waiting) == helped, "and told when the approval is there"


def test_the_letter_is_ready_to_send(people: Company) -> None:
    ask(people.colleague)
    page = signed_in(people.colleague).get("/settings/connections/approval").content.decode()
    approval = ProviderApproval.objects.get()
    assert (approval.state, approval.asked_by) == ("asked", people.colleague)
    assert "Calendars.ReadWrite: ご本人の予定の空き時間を確認し" in page
    assert f"{people.colleague.name}です。" in page
    assert "mailto:?subject=" in page
    english = signed_in(people.colleague, "en").get("/settings/connections/approval").content.decode()
    assert "Calendars.ReadWrite: to see when the person is free" in english


def test_every_permission_has_its_reason_in_both_languages(people: Company) -> None:
    from chosei import wiring

    assert {one.name for one in wiring.authorization("microsoft").permissions()} == set(REASONS)


def test_whoever_asked_first_stays_and_the_link_stays(people: Company) -> None:
    assert ask(people.colleague) == ask(people.author)
    assert ProviderApproval.objects.get().asked_by == people.colleague


def test_the_return_is_recorded_and_who_waited_is_told_once(people: Company) -> None:
    attempt(people.colleague, minutes=5)
    attempt(people.administrator, state="other", result="approval_needed", returned_at=timezone.now())
    attempt(people.author, state="third", minutes=5)  # connected since
    attempt(people.stranger, state="fourth", minutes=5)
    state = ask(people.colleague)

    assert "承認の手続きが終わりました" in come_back(state)

    approval = ProviderApproval.objects.get()
    assert (approval.state, approval.tenant_id, approval.how) == ("granted", TENANT, "link")
    assert told() == sorted([people.colleague.email, people.administrator.email])
    assert "承認の手続きが終わりました" in come_back(state)
    assert len(told()) == 2
    letter = compose(MailMessage.objects.filter(kind=MailKind.TRY_AGAIN)[0], now=timezone.now())
    assert letter is not None
    assert "もう一度お試しください" in letter.subject


def test_who_has_connected_meanwhile_gets_no_letter(people: Company) -> None:
    attempt(people.colleague, minutes=5)
    come_back(ask(people.colleague))
    company.connect(people.colleague)
    assert compose(MailMessage.objects.get(kind=MailKind.TRY_AGAIN), now=timezone.now()) is None


@pytest.mark.parametrize("state", ["", "made-up", "' OR 1=1 --"])
def test_a_forged_state_changes_nothing(people: Company, state: str) -> None:
    attempt(people.colleague, minutes=5)
    ask(people.colleague)
    assert "このURLは確認できませんでした" in come_back(state)
    assert ProviderApproval.objects.get().state == "asked"
    assert told() == []


def test_a_refusal_is_recorded_and_a_second_try_may_grant(people: Company) -> None:
    state = ask(people.colleague)
    assert "承認は完了していません" in come_back(state, error="access_denied")
    assert ProviderApproval.objects.get().state == "refused"
    page = signed_in(people.colleague).get("/settings/connections/approval").content.decode()
    assert "承認されませんでした" in page
    come_back(state)
    assert ProviderApproval.objects.get().state == "granted"


def test_a_refusal_replayed_after_the_approval_takes_nothing_back(people: Company) -> None:
    state = ask(people.colleague)
    come_back(state)
    come_back(state, error="access_denied")
    assert ProviderApproval.objects.get().state == "granted"


def test_a_new_round_has_a_new_link_and_the_old_one_opens_nothing(people: Company) -> None:
    old = ask(people.colleague)
    come_back(old)
    new = ask(people.colleague)
    assert new != old
    assert "このURLは確認できませんでした" in come_back(old)
    assert ProviderApproval.objects.get().state == "asked"


def test_a_tenant_that_is_none_is_not_kept(people: Company) -> None:
    come_back(ask(people.colleague), tenant="<script>")
    assert ProviderApproval.objects.get().tenant_id == ""


def test_looking_at_the_return_without_following_it_changes_nothing(people: Company) -> None:
    state = ask(people.colleague)
    Client().head(RETURN, {"admin_consent": "True", "tenant": TENANT, "state": state})
    assert ProviderApproval.objects.get().state == "asked"


def test_settled_is_said_by_administrators_alone(people: Company) -> None:
    attempt(people.colleague, minutes=5)
    path = "/settings/connections/approval/settled"
    assert signed_in(people.author).post(path).status_code == 404
    assert told() == []
    stranger = signed_in(people.stranger).post(path, follow=True).content.decode()
    assert "承認済みとして記録しました。" in stranger
    assert told() == []

    page = signed_in(people.administrator).post(path, follow=True).content.decode()

    assert "お待ちの1人に" in page
    assert told() == [people.colleague.email]
    ours = ProviderApproval.objects.get(organization=people.colleague.organization)
    assert (ours.state, ours.how) == ("granted", "administrator")


def test_what_an_administrator_asked_stays_when_they_leave(people: Company) -> None:
    leaving = company.member(people.author.organization, "管理 花子")
    come_back(ask(leaving))
    signed_in(people.administrator).post(f"/members/{leaving.pk}/removal")
    assert not Member.objects.filter(pk=leaving.pk).exists()
    assert ProviderApproval.objects.get().state == "granted"


def test_without_a_sign_in_nothing_is_asked(people: Company) -> None:
    for path in ("/settings/connections/approval", "/settings/connections/news"):
        assert Client().get(path).status_code == 302
    Client().post("/settings/connections/approval/request")
    assert not ProviderApproval.objects.exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("phone", "language"), LOOKS)
def test_the_pages_of_the_wall(
    live_server: Any, people: Company, browser: Any, phone: bool, language: str
) -> None:
    attempt(people.colleague, minutes=3)
    company.connect(people.administrator, state="approval_only", problem="no_mailbox")
    found: list[str] = []

    def look(member: Member, name: str, path: str) -> None:
        seen = visit(browser, live_server.url, member, phone=phone, language=language)
        seen.open(path)
        picture(seen.page, f"console-{name}-{'phone' if phone else 'desk'}-{language}")
        found.extend(f"{name}: {one}" for one in (*seen.complaints, *complaints(seen.page)))
        assert not scrolls_sideways(seen.page), name

    look(people.colleague, "wall", LISTING)
    ask(people.colleague)
    look(people.colleague, "approval", "/settings/connections/approval")
    look(people.administrator, "approval-admin", "/settings/connections/approval")
    look(people.administrator, "approval-only", LISTING)
    look(people.colleague, "connect-finished", "/connect/microsoft/finished")
    look(people.colleague, "consent-forged", RETURN)
    assert found == []


def test_the_page_that_waits_knows_that_its_sign_in_is_over(people: Company) -> None:
    client = signed_in(people.colleague)
    page = "/settings/connections"
    waits = "サインインをお待ちしています"
    asked = BeautifulSoup(client.get(page).content, "html.parser").select_one("form[data-own-tab]")
    assert asked is not None
    address = str(asked["data-own-tab"])
    assert address == f"{page}?begun=0&at=microsoft"
    assert waits in client.get(address).content.decode(), "the sign-in has not reached us yet"
    row = attempt(people.colleague, state="one")
    assert waits in client.get(address).content.decode()
    for result in ("approved", "cancelled"):
        ConnectionAttempt.objects.filter(pk=row.pk).update(returned_at=timezone.now(), result=result)
        assert waits not in client.get(address).content.decode()
    again = f"{page}?begun={row.pk}"
    assert waits in client.get(again).content.decode(), "another one begins"
    assert waits not in client.get(f"{page}?begun=x").content.decode()


def test_the_page_that_waits_says_what_came_as_soon_as_it_is_kept(people: Company) -> None:
    client = signed_in(people.colleague)
    row = attempt(people.colleague)
    address = f"{LISTING}?begun={row.pk - 1}&at=microsoft"
    connected = "Outlookカレンダーと連携しました。"

    def shown() -> str:
        return str(client.get(address).content.decode())

    ConnectionAttempt.objects.update(returned_at=timezone.now())
    assert "サインインをお待ちしています" in shown(), "back, and its calendar is being tried"
    assert connected not in shown()
    company.connect(people.colleague)
    ConnectionAttempt.objects.update(result="connected")
    assert connected in shown(), "the other tab has not even been answered"
    assert "サインインをお待ちしています" not in shown()
    assert connected not in client.get(LISTING).content.decode()
    ConnectionAttempt.objects.update(returned_at=timezone.now() - timedelta(hours=2))
    assert connected not in shown()


def test_a_completion_that_was_cut_off_is_not_waited_for(people: Company) -> None:
    row = attempt(people.colleague, minutes=2)
    ConnectionAttempt.objects.update(returned_at=timezone.now() - timedelta(minutes=1, seconds=5))
    seen = signed_in(people.colleague).get(f"{LISTING}?begun={row.pk - 1}").content.decode()
    assert "サインインをお待ちしています" not in seen


def test_where_no_link_approves_the_waiting_page_leads_to_the_help(people: Company, settings: Any) -> None:
    settings.CHOSEI_GOOGLE_CLIENT_ID = "google-client"
    page = signed_in(people.colleague).get("/settings/connections?begun=0&at=google").content
    notice = BeautifulSoup(page, "html.parser").select_one(".notice[role=status]")
    assert notice is not None
    assert "Google Workspaceのサインインをお待ちしています" in notice.text
    assert [link["href"] for link in notice.select("a")] == ["/help/connect"]
