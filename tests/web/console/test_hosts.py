"""担当者 on the composing page: found by typing, in order, with or without the author; no script needed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from chosei.actions.confirm import confirm_candidate
from chosei.mails.attached import gets_calendar_object
from chosei.records.models import CalendarEntry, Connection, MailMessage, Member, Proposal
from tests.support import company
from tests.support.company import GUEST, NOW
from tests.web.console.conftest import Company, signed_in
from tests.web.console.test_compose import form

WEEK = "/proposals/calendar?from=2026-11-30&to=2026-12-07"


def chosen(answer: Any) -> list[int]:
    page = BeautifulSoup(answer.content, "html.parser")
    return [int(str(field["value"])) for field in page.select("input[name=hosts]")]


def test_a_colleague_is_found_added_moved_and_the_author_left_out(client: Client, people: Company) -> None:
    sato, suzuki = people.author.pk, people.colleague.pk
    found = client.post("/proposals/new", form(host_query="鈴木", host_find="1"))
    page = BeautifulSoup(found.content, "html.parser")
    assert [button["value"] for button in page.select("button[name=host_add]")] == [str(suzuki)]
    assert page.select_one("[name=guest_name]")["value"] == "三田花子"  # type: ignore[index]

    assert chosen(client.post("/proposals/new", form(host_add=suzuki))) == [sato, suzuki]
    both = form(hosts=[sato, suzuki])
    assert chosen(client.post("/proposals/new", {**both, "host_earlier": suzuki})) == [suzuki, sato]
    left = client.post("/proposals/new", {**both, "host_remove": sato})
    assert chosen(left) == [suzuki]
    assert "代理での調整です" in left.content.decode()
    assert not Proposal.objects.exists()


def test_htmx_gets_the_same_part_of_the_page(client: Client, people: Company) -> None:
    sato, suzuki = people.author.pk, people.colleague.pk
    answer = client.get("/proposals/hosts", {"hosts": [sato], "host_add": suzuki, "web_meeting": "on"})
    assert chosen(answer) == [sato, suzuki]
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.select_one("#web-meeting[hx-swap-oob] input[checked]")
    found = client.get("/proposals/hosts", {"hosts": [sato], "host_query": "鈴", "part": "found"})
    assert "鈴木 美咲" in found.content.decode()
    assert not chosen(found)


def test_nobody_of_another_company_is_found_or_added(client: Client, people: Company) -> None:
    stranger = people.stranger.pk
    found = client.get("/proposals/hosts", {"host_query": "余所", "part": "found"})
    assert "見つかりませんでした" in found.content.decode()
    assert chosen(client.post("/proposals/new", form(host_add=stranger))) == [people.author.pk]
    assert client.get(f"{WEEK}&members={stranger}").status_code == 404
    assert (
        client.get(
            f"/proposals/calendar/outlook?from=2026-11-30&to=2026-12-07&members={stranger}"
        ).status_code
        == 404
    )


def test_on_a_colleagues_behalf(client: Client, people: Company) -> None:
    company.connect(people.colleague)
    client.post("/proposals/new", form(hosts=[people.colleague.pk]))
    proposal = Proposal.objects.get()
    assert proposal.author == people.author
    assert [host.member for host in proposal.hosts.all()] == [people.colleague]
    assert {entry.connection.member for entry in CalendarEntry.objects.all()} == {people.colleague}
    for reader in (people.author, people.colleague):
        assert signed_in(reader).get(f"/proposals/{proposal.pk}").status_code == 200
        assert f"/proposals/{proposal.pk}" in signed_in(reader).get("/").content.decode()


def test_who_arranges_on_behalf_is_told_without_an_invitation(people: Company) -> None:
    proposal = company.propose(people.author, hosts=[people.colleague])
    candidate = proposal.candidates.earliest("id")
    appointment = confirm_candidate(proposal, candidate.pk, GUEST, submission=uuid4(), now=NOW)
    told = MailMessage.objects.filter(appointment=appointment, kind="confirmed_host")
    assert {mail.member for mail in told} == {people.author, people.colleague}
    assert gets_calendar_object(appointment, people.colleague)
    assert not gets_calendar_object(appointment, people.author)
    assert not gets_calendar_object(appointment, people.administrator)


def test_without_a_host_nothing_is_sent(client: Client, people: Company) -> None:
    answer = client.post("/proposals/new", form(hosts=[]))
    assert "担当者を1人以上選んでください" in answer.content.decode()
    assert not Proposal.objects.exists()


def test_colleagues_without_a_connection_are_named_before_saving(client: Client, people: Company) -> None:
    answer = client.post("/proposals/new", form(host_add=people.colleague.pk))
    told = BeautifulSoup(answer.content, "html.parser").select_one(".host-unlinked")
    assert told
    assert "鈴木 美咲" in told.get_text()
    assert "佐藤 健一" not in told.get_text()


def test_a_conflict_says_whose_and_when(client: Client, people: Company) -> None:
    other = company.connect(people.colleague)
    company.busy(other, datetime(2026, 12, 1, 1, 30, tzinfo=UTC), subject="人事面談")
    answer = client.post("/proposals/new", form(hosts=[people.author.pk, people.colleague.pk]))
    text = answer.content.decode()
    assert "この時間には予定があります(鈴木 美咲 10:30〜11:30)" in text
    assert "人事面談" not in text, "titles are their owner's"
    assert not Proposal.objects.exists()


def test_each_hosts_time_is_told_and_titles_stay_with_their_owner(client: Client, people: Company) -> None:
    other = company.connect(people.colleague)
    company.busy(people.connection, datetime(2026, 12, 1, 1, tzinfo=UTC), subject="部内定例")
    company.busy(other, datetime(2026, 12, 1, 3, tzinfo=UTC), subject="人事面談", show_as="tentative")
    told = client.get(f"{WEEK}&members={people.author.pk},{people.colleague.pk}").json()
    mine, theirs = told["people"]
    assert [event["title"] for event in mine["events"]] == ["部内定例"]
    assert [(event["title"], event["named"], event["tentative"]) for event in theirs["events"]] == [
        ("予定あり", False, True)
    ]


def test_hours_when_not_everybody_works_are_shaded(client: Client, people: Company) -> None:
    weekdays = [[("09:00", "18:00")]] * 5 + [[], []]
    late = [[("13:00", "20:00")]] * 5 + [[], []]
    for one, hours in ((people.author, weekdays), (people.colleague, late)):
        Member.objects.filter(pk=one.pk).update(working_hours={"zone": "Asia/Tokyo", "weekdays": hours})
    told = client.get(f"{WEEK}&members={people.author.pk},{people.colleague.pk}").json()
    assert told["off"][:2] == [
        ["2026-11-30T00:00", "2026-11-30T13:00"],
        ["2026-11-30T18:00", "2026-12-01T13:00"],
    ]


def test_a_member_enters_their_working_hours(client: Client, people: Company) -> None:
    assert 'value="09:00"' in client.get("/settings/working-hours").content.decode()
    answer = client.post("/settings/working-hours", {"hours-0-0-start": "10:00", "hours-0-0-end": "16:00"})
    assert answer.status_code == 302
    told = client.get(f"{WEEK}&members={people.author.pk}").json()
    assert told["off"] == [["2026-11-30T00:00", "2026-11-30T10:00"], ["2026-11-30T16:00", "2026-12-07T00:00"]]
    wrong = client.post("/settings/working-hours", {"hours-0-0-start": "16:00", "hours-0-0-end": "10:00"})
    assert "終了は開始より後にしてください。" in wrong.content.decode()


@pytest.mark.parametrize("members", ["x", "1,1", "99999999999999999999"])
def test_odd_members_are_not_there(client: Client, people: Company, members: str) -> None:
    assert client.get(f"{WEEK}&members={members}").status_code == 404


def test_the_week_takes_a_handful_of_queries_however_many_the_hosts(
    client: Client, people: Company, django_assert_max_num_queries: Any
) -> None:
    ours = people.author.organization
    members = [people.author, *(company.member(ours, f"社員 {number}") for number in range(9))]
    for one in members[1:]:
        company.busy(company.connect(one), datetime(2026, 12, 1, 1, tzinfo=UTC))
    address = WEEK + "&members=" + ",".join(str(one.pk) for one in members)
    with django_assert_max_num_queries(12):
        told = client.get(address).json()
    assert len(told["people"]) == 10
    assert Connection.objects.filter(mirror_asked_at__isnull=False).count() == 0
