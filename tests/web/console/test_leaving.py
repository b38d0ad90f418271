"""What is listed before a member is removed or an account let go, and what becomes of each."""

from __future__ import annotations

from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from chosei.actions.confirm import confirm_candidate
from chosei.records.models import Appointment, Connection, Member
from tests.support import company
from tests.support.company import GUEST, NOW
from tests.web.console.conftest import Company, confirmed, signed_in


def listed(client: Client, path: str) -> dict[str, list[str]]:
    """By address, what is said about it."""
    soup = BeautifulSoup(client.get(path).content, "html.parser")
    found: dict[str, list[str]] = {}
    for item in soup.select("section .consequences li"):
        link = item.find("a")
        assert link is not None
        found.setdefault(str(link["href"]), []).append(item.get_text(" ", strip=True))
    return found


def agreed(author: Member, hosts: list[Member]) -> Appointment:
    """Without asking any calendar outside."""
    Connection.objects.update(state="ended")
    proposal = company.propose(author, [company.span(6, 13)], hosts=hosts)
    made = confirm_candidate(proposal, proposal.candidates.get().pk, GUEST, submission=uuid4(), now=NOW)
    Connection.objects.update(state="active")
    return made


@pytest.fixture
def removal(people: Company) -> str:
    return f"/members/{people.author.pk}/removal"


def says(found: dict[str, list[str]], address: str) -> str:
    (said,) = found[address]
    return said


def test_a_removal_lists_what_nobody_would_be_left_for(people: Company, removal: str) -> None:
    appointment = agreed(people.author, [people.author])
    proposal = company.propose(people.author)
    page = company.publish(people.author)
    found = listed(signed_in(people.administrator), removal)
    assert set(found) == {f"/appointments/{appointment.pk}", f"/proposals/{proposal.pk}", f"/pages/{page.pk}"}
    assert all("要対応" in said for (said,) in found.values())
    assert "担当者がいなくなります" in says(found, f"/appointments/{appointment.pk}")
    assert "お客様は候補を選べなくなります" in says(found, f"/proposals/{proposal.pk}")
    assert "予約を受け付けなくなります" in says(found, f"/pages/{page.pk}")


def test_a_removal_lists_what_goes_on_without_them(people: Company, removal: str) -> None:
    company.connect(people.colleague)
    appointment = agreed(people.author, [people.author, people.colleague])
    attended = company.propose(people.colleague, hosts=[people.author, people.colleague])
    sent = company.propose(people.author, hosts=[people.colleague])
    shared = company.publish(people.colleague, hosts=[people.author, people.colleague], participation="any")
    owned = company.publish(people.author, hosts=[people.colleague])
    deputised = company.publish(people.colleague, deputy_ids=(people.author.pk,))
    found = listed(signed_in(people.administrator), removal)
    assert "要対応" not in str(found)
    assert "鈴木 美咲さんが引き続き担当します" in says(found, f"/appointments/{appointment.pk}")
    assert "残りの担当者で続きます" in says(found, f"/proposals/{attended.pk}")
    assert "お客様からのご依頼は担当者に届きます" in says(found, f"/proposals/{sent.pk}")
    assert "残りの担当者で受付を続けます" in says(found, f"/pages/{shared.pk}")
    for page in (owned, deputised):
        assert "受付は変わりません" in says(found, f"/pages/{page.pk}")
    assert len(found) == 6


def test_what_is_over_or_not_theirs_is_not_listed(people: Company, removal: str) -> None:
    company.connect(people.colleague)
    company.propose(people.colleague)
    company.publish(people.colleague)
    past = agreed(people.author, [people.author])
    Appointment.objects.filter(pk=past.pk).update(starts_at=company.at(-2, 10), ends_at=company.at(-2, 11))
    assert listed(signed_in(people.administrator), removal) == {}


def test_a_disconnection_lists_what_rests_on_the_account(people: Company, client: Client) -> None:
    company.connect(people.colleague)
    appointment = confirmed(people)
    alone = company.propose(people.author)
    together = company.propose(people.author, hosts=[people.author, people.colleague])
    page = company.publish(people.author)
    team = company.publish(people.author, hosts=[people.author, people.colleague], participation="any")
    found = listed(client, f"/settings/connections/{people.connection.pk}/disconnection")
    assert "カレンダーにそのまま残ります" in says(found, f"/appointments/{appointment.pk}")
    assert "Web会議のURLは発行されません" in says(found, f"/proposals/{alone.pk}")
    assert "URLは発行されません" not in says(found, f"/proposals/{together.pk}")
    assert "仮予約は削除されます" in says(found, f"/proposals/{together.pk}")
    assert "もう一度接続するまで" in says(found, f"/pages/{page.pk}")
    assert "ほかの担当者の空き時間で受付を続けます" in says(found, f"/pages/{team.pk}")
    assert len(found) == 5
    people.colleague.connections.update(state="address_mismatch")  # connected, and never read
    found = listed(client, f"/settings/connections/{people.connection.pk}/disconnection")
    assert "もう一度接続するまで" in says(found, f"/pages/{team.pk}")
