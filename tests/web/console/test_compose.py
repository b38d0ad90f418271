"""The composing page as a plain form: what it makes, what it refuses, and that nothing typed is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from chosei.records.models import CalendarEntry, MailMessage, Member, Proposal
from chosei.web.console.composing import already_sent
from chosei.web.console.views import compose
from tests.support import company
from tests.web.console.conftest import Company, signed_in


def form(*times: tuple[str, str, str], **values: Any) -> dict[str, Any]:
    rows = times or (("2026-12-01", "10:00", "11:00"), ("2026-12-03", "14:00", "15:00"))
    data: dict[str, Any] = {
        "submission": str(uuid4()),
        "hosts": [str(Member.objects.get(email="sato@sample.example").pk)],
        "title": "導入のご相談",
        "format": "web",
        "web_meeting": "on",
        "write_holds": "on",
        "guest_company": "株式会社テスト",
        "guest_name": "三田花子",
        "guest_email": "hanako@test.example",
        "guest_language": "ja",
        "deadline": "2026-11-30",
        "outcome": "send",
        "candidates-TOTAL_FORMS": str(len(rows) + 1),
        "candidates-INITIAL_FORMS": "0",
    }
    for place, (day, start, end) in enumerate(rows):
        data |= {
            f"candidates-{place}-day": day,
            f"candidates-{place}-start": start,
            f"candidates-{place}-end": end,
        }
    return {**data, **values}


def test_candidates_become_a_proposal_with_holds_and_an_invitation(client: Client, people: Company) -> None:
    answer = client.post("/proposals/new", form())

    proposal = Proposal.objects.get()
    assert answer.headers["Location"] == f"/proposals/{proposal.pk}"
    assert [(one.starts_at, one.ends_at) for one in proposal.candidates.all()] == [
        (datetime(2026, 12, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, 2, tzinfo=UTC)),
        (datetime(2026, 12, 3, 5, tzinfo=UTC), datetime(2026, 12, 3, 6, tzinfo=UTC)),
    ]
    assert proposal.web_meeting
    assert proposal.deadline == datetime(2026, 11, 30, 14, 59, tzinfo=UTC)
    assert [host.member for host in proposal.hosts.all()] == [people.author]
    assert CalendarEntry.objects.filter(purpose="hold").count() == 2
    assert MailMessage.objects.get().kind == "invitation"


def test_only_the_url(client: Client) -> None:
    page = client.post(
        "/proposals/new", form(outcome="link", guest_email="", guest_name="", guest_company=""), follow=True
    )
    proposal = Proposal.objects.get()
    assert not MailMessage.objects.exists()
    assert CalendarEntry.objects.filter(purpose="hold").count() == 2
    assert f"/p/{proposal.link_token}" in page.content.decode()
    assert "2件の候補で日程調整URLを発行しました" in page.content.decode()


def test_the_same_form_twice_is_one_proposal(client: Client, people: Company) -> None:
    typed = form()
    first, second = (client.post("/proposals/new", typed).headers["Location"] for _ in range(2))
    assert first == second
    assert Proposal.objects.count() == 1
    elsewhere = signed_in(people.author).post("/proposals/new", typed)
    assert elsewhere.headers["Location"] == first, "whatever the session remembers"


def test_a_double_click_leads_to_the_proposal_and_not_to_its_own_conflicts(
    client: Client, people: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second request has looked before the first has written."""
    typed, looks = form(), iter([None])
    first = client.post("/proposals/new", typed).headers["Location"]
    monkeypatch.setattr(compose, "already_sent", lambda *asked: next(looks, already_sent(*asked)))
    again = client.post("/proposals/new", typed)
    assert again.headers["Location"] == first
    assert next(looks, "looked") == "looked"
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize(
    ("times", "values", "sentence"),
    [
        ([("2026-12-01", "11:00", "10:00")], {}, "終了は開始より後にしてください。"),
        ([("2026-11-20", "10:00", "11:00")], {}, "これからの日時を指定してください。"),
        ([("", "", "")], {}, "候補日時を1件以上入れてください。"),
        ([("2026-12-01", "", "11:00")], {}, "入力してください。"),
        ([("2026-12-01", "10:00", "11:00")] * 2, {}, "同じものが2回入っています。"),
        ([], {"guest_email": "not an address"}, "メールアドレスの形式で入力してください"),
        ([], {"guest_email": ""}, "お客様のメールアドレスが必要です"),
        ([], {"guest_name": ""}, "お客様のお名前を入力してください"),
        ([], {"deadline": "2026-11-01"}, "これからの日時を指定してください。"),
        ([], {"title": "あ" * 201}, "200"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: Client, times: list[tuple[str, str, str]], values: dict[str, str], sentence: str
) -> None:
    answer = client.post("/proposals/new", form(*times, **values))

    assert answer.status_code == 200
    page = BeautifulSoup(answer.content, "html.parser")
    assert sentence in page.get_text()
    kept = {field["name"]: field.get("value", "") for field in page.select("input[name]")}
    assert kept["guest_company"] == "株式会社テスト"
    assert kept["guest_email"] == values.get("guest_email", "hanako@test.example")
    assert kept["candidates-0-day"] == (times[0][0] if times else "2026-12-01")
    assert not Proposal.objects.exists()


def test_a_time_over_an_event_wants_the_authors_word(client: Client, people: Company) -> None:
    company.busy(people.connection, datetime(2026, 12, 1, 1, 30, tzinfo=UTC))
    typed = form()

    asked = client.post("/proposals/new", typed)

    assert "この時間には予定があります" in asked.content.decode()
    assert not Proposal.objects.exists()
    client.post("/proposals/new", {**typed, "candidates-0-keep": "on"})
    kept, free = Proposal.objects.get().candidates.all()
    assert len(kept.accepted_conflicts) == 1
    assert free.accepted_conflicts == []


def test_an_event_that_is_free_is_no_conflict(client: Client, people: Company) -> None:
    company.busy(people.connection, datetime(2026, 12, 1, 1, tzinfo=UTC), show_as="free", blocks=False)
    client.post("/proposals/new", form())
    assert Proposal.objects.count() == 1


def test_more_rows_without_script(client: Client) -> None:
    answer = client.post("/proposals/new", {**form(), "more": "rows", "guest_name": ""})
    page = BeautifulSoup(answer.content, "html.parser")
    assert len(page.select('.candidate-rows input[type="date"]')) == 6
    assert page.select_one('[name="candidates-1-start"]')["value"] == "14:00"  # type: ignore[index]
    assert not page.select(".errorlist")
    assert not Proposal.objects.exists()


def test_midnight_ends_a_day(client: Client) -> None:
    client.post("/proposals/new", form(("2026-12-01", "23:00", "00:00")))
    assert Proposal.objects.get().candidates.get().ends_at == datetime(2026, 12, 1, 15, tzinfo=UTC)


def test_a_wall_time_that_the_clocks_skip(people: Company) -> None:
    people.author.zone = "Europe/Berlin"
    people.author.save()
    answer = signed_in(people.author).post("/proposals/new", form(("2027-03-28", "02:30", "03:30")))
    assert "時計の切り替えのため" in answer.content.decode()


def test_without_a_calendar_it_works_and_says_what_is_missing(people: Company) -> None:
    client = signed_in(people.colleague)
    page = BeautifulSoup(client.get("/proposals/new").content, "html.parser")
    assert "カレンダーが接続されていません" in page.get_text()
    assert page.select_one('[name="web_meeting"]').has_attr("disabled")  # type: ignore[union-attr]
    client.post("/proposals/new", form(hosts=[people.colleague.pk]))
    proposal = Proposal.objects.get()
    assert not proposal.web_meeting
    assert not CalendarEntry.objects.exists()


def test_too_many_rows_are_refused(client: Client) -> None:
    times = [
        ("2026-12-01", f"{hour:02}:{minute:02}", f"{hour:02}:{minute + 9:02}")
        for hour in range(8, 16)
        for minute in (0, 10, 20, 30)
    ]
    answer = client.post("/proposals/new", form(*times))
    assert answer.status_code == 200
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    "broken", [{"candidates-TOTAL_FORMS": "x"}, {"candidates-TOTAL_FORMS": "-1"}, {"submission": "x"}]
)
def test_a_tampered_form_is_no_error_of_ours(client: Client, broken: dict[str, str]) -> None:
    assert client.post("/proposals/new", {**form(), **broken}).status_code == 200
    assert client.post("/proposals/new", {**form(), **broken, "more": "rows"}).status_code == 200
    assert not Proposal.objects.exists()
