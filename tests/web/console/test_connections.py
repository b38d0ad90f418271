"""外部連携: what the page says in each state, why a connection was refused, and letting it go."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from chosei.actions import errors
from chosei.records.models import CalendarEntry, Connection, ConnectionAttempt
from chosei.web.console.connecting import PROBLEMS
from tests.support import company
from tests.web.console.conftest import Company, confirmed, signed_in


def test_every_reason_of_a_refusal_has_its_sentence() -> None:
    told = (errors.ConnectRefused.__doc__ or "").partition(":")[2].partition(";")[0]
    reasons = {word.strip(" .\n") for word in told.split(",")}
    assert reasons == set(PROBLEMS)


def test_connected_says_so_and_offers_to_disconnect(client: Client) -> None:
    page = client.get("/settings/connections").content.decode()
    assert "接続中" in page
    assert "接続解除" in page
    assert "もう一度接続" not in page


def test_not_connected_offers_to_connect(people: Company) -> None:
    page = signed_in(people.colleague).get("/settings/connections").content.decode()
    assert ">接続</button>" in page
    assert "/settings/connections/approval" in page


def test_a_lost_connection_is_shown_with_the_next_step(client: Client, people: Company) -> None:
    Connection.objects.update(state="needs_reconnect")
    assert ">もう一度接続</button>" in client.get("/settings/connections").content.decode()
    assert "対応が必要です" in client.get("/").content.decode()


def test_a_return_that_nobody_started_changes_nothing_and_is_explained_once(people: Company) -> None:
    client = signed_in(people.colleague)
    back = client.get("/connect/microsoft/callback", {"state": "made-up", "code": "x"})
    assert back.headers["Location"] == "/settings/connections"
    assert "この画面から始めた接続ではないようです" in client.get("/settings/connections").content.decode()
    assert (
        "この画面から始めた接続ではないようです" not in client.get("/settings/connections").content.decode()
    )
    assert not Connection.objects.filter(member=people.colleague).exists()


def began(client: Client, state: str) -> Client:
    """The browser, as if it had gone to sign in with this state."""
    session = client.session
    session["connect_begun"] = [hashlib.sha256(state.encode()).hexdigest()]
    session.save()
    return client


def test_a_colleagues_return_is_not_mine(people: Company) -> None:
    state = "a-state-of-the-colleague"
    ConnectionAttempt.objects.create(
        member=people.colleague,
        provider="microsoft",
        state_hash=hashlib.sha256(state.encode()).hexdigest(),
        nonce="nonce",
        code_verifier="verifier",
    )
    page = signed_in(people.author).get(
        "/connect/microsoft/callback", {"state": state, "code": "x"}, follow=True
    )
    assert "別の社員のアカウントで始められています" in page.content.decode()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"error": "access_denied", "error_description": "AADSTS90094: admin"}, "管理者の承認が必要です"),
        ({"error": "access_denied", "error_description": "AADSTS65004: declined"}, "接続を中止しました"),
        ({"error": "server_error"}, "Microsoft 365につながりませんでした"),
        ({"error": "<script>alert(1)</script>"}, "Microsoft 365に接続できませんでした"),
    ],
)
def test_what_microsoft_refuses_is_said_in_plain_words(
    people: Company, given: dict[str, str], sentence: str
) -> None:
    ConnectionAttempt.objects.create(
        member=people.colleague,
        provider="microsoft",
        state_hash=hashlib.sha256(b"known").hexdigest(),
        nonce="nonce",
        code_verifier="verifier",
    )
    client = began(signed_in(people.colleague), "known")
    page = client.get(
        "/connect/microsoft/callback", {"state": "known", **given}, follow=True
    ).content.decode()
    assert sentence in page
    assert "<script>alert" not in page


def test_what_one_browser_began_another_one_cannot_finish(people: Company) -> None:
    here, elsewhere = signed_in(people.colleague), signed_in(people.colleague)
    away = here.post("/connect/microsoft")
    [state] = parse_qs(urlsplit(away.headers["Location"]).query)["state"]
    back = {"state": state, "error": "access_denied"}
    refused = elsewhere.get("/connect/microsoft/callback", back, follow=True).content.decode()
    assert "この画面から始めた接続ではないようです" in refused
    assert ConnectionAttempt.objects.get().returned_at is None, "nothing is used up by it"
    answered = here.get("/connect/microsoft/callback", back, follow=True).content.decode()
    assert "接続を中止しました" in answered


def test_disconnecting_asks_first_and_says_what_it_means(client: Client, people: Company) -> None:
    confirmed(people)
    company.propose(people.author)
    address = f"/settings/connections/{people.connection.pk}/disconnection"
    asked = client.get(address).content.decode()
    assert "これからのアポイントメント 1件" in asked
    assert "進行中の日程調整 1件" in asked

    done = client.post(address, follow=True).content.decode()

    people.connection.refresh_from_db()
    assert people.connection.state == "ending"
    assert not CalendarEntry.objects.filter(purpose="hold", desired__isnull=False).exists()
    assert "連携を解除しました" in done
    assert client.get(address).headers["Location"] == "/settings/connections"


def test_language_and_zone_are_the_members_own(client: Client, people: Company) -> None:
    answer = client.post("/settings/profile", {"language": "en", "zone": "Europe/London"})
    people.author.refresh_from_db()
    assert (people.author.language, people.author.zone) == ("en", "Europe/London")
    assert answer.cookies["chosei_language"].value == "en"
    assert "Saved." in client.get("/settings/profile").content.decode()
    refused = client.post("/settings/profile", {"language": "xx", "zone": "Mars/Olympus"})
    assert refused.status_code == 200
    people.author.refresh_from_db()
    assert people.author.zone == "Europe/London"
