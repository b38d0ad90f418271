"""社内チャット in the settings, on a page, at a member, and what the appointment says of it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from chosei.records.models import ChatDestination, ChatMessage, Member, PageChat
from tests.support import company
from tests.web.console.conftest import Company, confirmed, signed_in

HOOK = "https://hooks.slack.com/services/T0/B0/x"
GIVEN = {"name": "営業部", "secret": HOOK, "kinds": ["booked", "cancelled"], "everything": "on"}


def text(response) -> str:
    return BeautifulSoup(response.content, "html.parser").select_one("main").get_text(" ", strip=True)


@pytest.fixture
def administrator(people: Company) -> Client:
    return signed_in(people.administrator)


def test_a_destination_is_added_tested_paused_and_removed(administrator: Client) -> None:
    assert "通知先はまだありません" in text(administrator.get("/settings/chat"))
    added = administrator.post("/settings/chat/new/slack", GIVEN, follow=True)
    found = ChatDestination.objects.get()
    assert (found.secret, found.kinds, found.everything) == (HOOK, ["booked", "cancelled"], True)
    assert HOOK not in added.content.decode()  # set once, never shown again
    address = f"/settings/chat/{found.pk}"
    tested = administrator.post(f"{address}/test", follow=True)
    assert "テスト通知" in text(tested)
    assert "hx-get" in tested.content.decode()
    ChatMessage.objects.update(state="sent")
    assert "hx-get" not in administrator.get(f"{address}/news").content.decode()
    administrator.post(address, {**GIVEN, "name": "第一営業部", "secret": ""})
    administrator.post(f"{address}/pause", {"paused": "yes"})
    found.refresh_from_db()
    assert (found.name, found.secret, found.paused) == ("第一営業部", HOOK, True)
    assert "停止中" in text(administrator.get("/settings/chat"))
    administrator.post(f"{address}/removal")
    assert administrator.get(address).status_code == 404


@pytest.mark.parametrize("service", ["slack", "slack_bot", "teams", "chatwork", "google_chat"])
def test_an_address_elsewhere_is_refused_at_its_field(administrator: Client, service: str) -> None:
    given = {**GIVEN, "secret": "https://evil.example/x", "room": "C012AB3CD"}
    refused = administrator.post(f"/settings/chat/new/{service}", given)
    page = BeautifulSoup(refused.content, "html.parser")
    assert page.select_one("#id_secret")["aria-invalid"] == "true"
    assert not ChatDestination.objects.exists()


def test_what_is_wrong_is_said_with_the_next_step(administrator: Client, people: Company) -> None:
    administrator.post("/settings/chat/new/slack", GIVEN)
    appointment = confirmed(people)
    ChatMessage.objects.update(state="refused")
    ChatDestination.objects.update(problem="channel_is_archived")
    found = ChatDestination.objects.get()
    assert "発行し直したURL" in text(administrator.get(f"/settings/chat/{found.pk}"))
    assert "要対応" in text(administrator.get("/settings/chat"))
    assert "予約には影響ありません" in text(administrator.get(f"/appointments/{appointment.pk}"))


def test_a_page_chooses_its_own(administrator: Client, people: Company, client: Client) -> None:
    page = company.publish(people.author)
    address = f"/pages/{page.pk}/chat"
    assert "選べる通知先はありません" in text(client.get(address))
    administrator.post("/settings/chat/new/slack", {**GIVEN, "everything": ""})
    found = ChatDestination.objects.get()
    client.post(address, {"chats": [str(found.pk)]})
    assert PageChat.objects.get().destination == found
    client.post(address, {})
    assert not PageChat.objects.exists()
    assert client.post(address, {"chats": ["999999"]}).status_code == 200
    assert signed_in(people.stranger).get(address).status_code == 404


def test_ids_for_mentions_stand_in_the_members_particulars(administrator: Client, people: Company) -> None:
    address = f"/members/{people.author.pk}/chat"
    refused = administrator.post(address, {"slack": "@sato"})
    assert BeautifulSoup(refused.content, "html.parser").select_one("#id_slack")["aria-invalid"] == "true"
    administrator.post(address, {"slack": "U012AB3CD", "teams": "sato@sample.example"})
    assert Member.objects.get(pk=people.author.pk).chat_ids == {
        "slack": "U012AB3CD",
        "teams": "sato@sample.example",
    }


def test_nobody_else_sees_any_of_it(administrator: Client, people: Company, client: Client) -> None:
    administrator.post("/settings/chat/new/slack", GIVEN)
    address = f"/settings/chat/{ChatDestination.objects.get().pk}"
    for somebody in (client, signed_in(people.stranger)):
        assert somebody.get(address).status_code == 404
        assert somebody.post(f"{address}/removal").status_code == 404
        assert somebody.post(f"{address}/test").status_code == 404
    assert client.get("/settings/chat").status_code == 404
    assert client.get(f"/members/{people.author.pk}/chat").status_code == 404
