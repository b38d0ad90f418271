"""Drafts, templates, copies, the finder, and changing a proposal while it runs; all without script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chosei.actions.confirm import confirm_candidate
from chosei.records.models import (
    CalendarEntry,
    Connection,
    MailMessage,
    Member,
    Proposal,
    ProposalTemplate,
    Room,
)
from tests.support import company
from tests.support.company import GUEST, NOW
from tests.web.console.conftest import Company, signed_in
from tests.web.console.test_compose import form


def typed(answer) -> dict[str, str]:
    """What the page's fields say."""
    page = BeautifulSoup(answer.content, "html.parser")
    found = {}
    for field in page.select(".compose input[name], .compose textarea[name]"):
        if field.get("type") in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        found[str(field["name"])] = str(field.get("value", field.get_text().strip()))
    for choice in page.select(".compose select[name]"):
        picked = choice.select_one("option[selected]") or choice.select_one("option")
        found[str(choice["name"])] = str(picked["value"]) if picked else ""
    return found


def times(fields: dict[str, str]) -> list[tuple[str, str, str]]:
    return [
        (fields[f"candidates-{n}-day"], fields[f"candidates-{n}-start"], fields[f"candidates-{n}-end"])
        for n in range(int(fields["candidates-TOTAL_FORMS"]))
        if fields.get(f"candidates-{n}-day")
    ]


# --- the meeting --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "field", "place"),
    [
        ("visit", "place_visit", "東京都中央区八重洲1-1"),
        ("web", "place_web", "https://zoom.example/j/123"),
        ("outing", "place_outing", "お客様の本社"),
        ("phone", "place_phone", "03-1234-5678"),
        ("other", "place_other", "展示会場にて"),
    ],
)
def test_each_form_of_meeting_says_where_or_how(client: Client, shape: str, field: str, place: str) -> None:
    elsewhere = {
        "place_web": "no url",
        "place_phone": "よんきゅう",
        field: place,
    }  # of other forms: not looked at
    answer = client.post("/proposals/new", form(format=shape, web_meeting="", **elsewhere), follow=True)
    proposal = Proposal.objects.get()
    assert (proposal.format, proposal.location) == (shape, place)
    assert place in answer.content.decode()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"format": "phone", "place_phone": "よんきゅう"}, "電話番号は 03-1234-5678 のように"),
        ({"format": "web", "place_web": "javascript:alert(1)"}, "URL"),
    ],
)
def test_what_cannot_be_a_number_or_a_link_is_refused(client: Client, values: dict, sentence: str) -> None:
    assert sentence in client.post("/proposals/new", form(**values)).content.decode()
    assert not Proposal.objects.exists()


def test_a_reception_code_is_for_visits(client: Client) -> None:
    client.post("/proposals/new", form(format="visit", reception_code="on"))
    later = ("2026-12-04", "10:00", "11:00")
    client.post("/proposals/new", form(later, format="web", reception_code="on"))
    assert list(Proposal.objects.order_by("id").values_list("reception_code", flat=True)) == [True, False]


def test_notes_contact_and_whether_holds_are_written(client: Client, people: Company) -> None:
    client.post(
        "/proposals/new", form(contact="03-0000-0000", internal_notes="値引きは10%まで", write_holds="")
    )
    proposal = Proposal.objects.get()
    assert (proposal.contact, proposal.internal_notes) == ("03-0000-0000", "値引きは10%まで")
    assert not CalendarEntry.objects.exists()
    guest = Client().get(f"/p/{proposal.link_token}").content.decode()
    assert "値引き" not in guest


def test_the_organisation_says_whether_holds_are_usual(client: Client, people: Company) -> None:
    assert "write_holds" in typed(client.get("/proposals/new"))
    people.author.organization.write_holds = False
    people.author.organization.save()
    assert "write_holds" not in typed(client.get("/proposals/new"))


def test_an_administrator_settles_it_for_the_company_and_nobody_else(people: Company) -> None:
    for stranger in (people.author, people.colleague):
        assert signed_in(stranger).get("/settings/organization").status_code == 404
        assert signed_in(stranger).post("/settings/organization", {}).status_code == 404
    administrator = signed_in(people.administrator)
    assert "checked" in administrator.get("/settings/organization").content.decode()
    assert administrator.post("/settings/organization", {}).status_code == 302
    people.author.organization.refresh_from_db()
    assert not people.author.organization.write_holds


def test_how_many_holds_stand_is_shown(client: Client, people: Company) -> None:
    proposal = company.propose(people.author)
    entry = CalendarEntry.objects.earliest("id")
    CalendarEntry.objects.filter(pk=entry.pk).update(state="written")
    whole = client.get(f"/proposals/{proposal.pk}").content.decode()
    assert whole.count("(1/3)") == 1
    assert whole.index("(1/3)") < whole.index("日程調整URL"), "seen without scrolling"
    assert "(1/3)" in client.get(f"/proposals/{proposal.pk}/progress").content.decode()
    CalendarEntry.objects.exclude(pk=entry.pk).update(state="parked")
    assert "<progress" not in client.get(f"/proposals/{proposal.pk}/progress").content.decode()


# --- drafts, templates, copies ------------------------------------------------------------------------------


def test_a_draft_is_kept_changed_sent_and_shown_to_nobody_else(client: Client, people: Company) -> None:
    incomplete = form(("", "", ""), outcome="draft", guest_email="", hosts=[people.colleague.pk])
    answer = client.post("/proposals/new", incomplete)
    draft = Proposal.objects.get()
    assert draft.state == "draft"
    assert answer.headers["Location"] == f"/proposals/{draft.pk}/edit"
    assert signed_in(people.colleague).get(f"/proposals/{draft.pk}/edit").status_code == 404
    assert client.get(f"/proposals/{draft.pk}").headers["Location"] == f"/proposals/{draft.pk}/edit"
    assert typed(client.get(f"/proposals/{draft.pk}/edit"))["title"] == "導入のご相談"

    client.post(f"/proposals/{draft.pk}/edit", form())
    draft.refresh_from_db()
    assert draft.state == "open"
    assert MailMessage.objects.get().kind == "invitation"
    assert Proposal.objects.count() == 1


def test_a_draft_is_discarded(client: Client, people: Company) -> None:
    client.post("/proposals/new", form(outcome="draft"))
    pk = Proposal.objects.get().pk
    assert client.get(f"/proposals/{pk}/discard").status_code == 405
    client.post(f"/proposals/{pk}/discard")
    assert not Proposal.objects.exists()


def test_a_template_is_kept_used_and_removed_by_its_owner_alone(client: Client, people: Company) -> None:
    kept = form(
        ("", "", ""),
        outcome="template",
        kept_as="初回商談",
        hosts=[people.colleague.pk],
        minutes="90",
        contact="内線12",
    )
    page = client.post("/proposals/new", kept)
    assert "ひな形「初回商談」を保存しました。" in page.content.decode()
    assert not Proposal.objects.exists()
    template = ProposalTemplate.objects.get()
    fields = typed(client.get(f"/proposals/new?template={template.pk}"))
    assert (fields["title"], fields["contact"], fields["minutes"]) == ("導入のご相談", "内線12", "90")
    assert (fields["hosts"], fields["guest_name"]) == (str(people.colleague.pk), "")
    stranger = signed_in(people.colleague)
    assert stranger.get(f"/proposals/new?template={template.pk}").status_code == 404
    assert stranger.post(f"/proposals/templates/{template.pk}/removal").status_code == 404
    client.post(f"/proposals/templates/{template.pk}/removal")
    assert not ProposalTemplate.objects.exists()


def test_a_template_wants_a_name(client: Client) -> None:
    answer = client.post("/proposals/new", form(outcome="template", kept_as=" "))
    assert "入力してください。" in answer.content.decode()
    assert not ProposalTemplate.objects.exists()


def test_a_copy_takes_the_meeting_and_the_hosts_not_the_customer(client: Client, people: Company) -> None:
    half_hours = [company.span(1, 10, 30), company.span(2, 14, 30)]
    proposal = company.propose(people.author, half_hours, hosts=[people.author, people.colleague])
    fields = typed(client.get(f"/proposals/new?copy={proposal.pk}"))
    assert (fields["title"], fields["minutes"]) == ("導入のご相談", "30")
    assert fields["guest_name"] == fields["guest_email"] == ""
    assert times(fields) == []
    assert signed_in(people.stranger).get(f"/proposals/new?copy={proposal.pk}").status_code == 404
    assert client.get("/proposals/new?copy=x").status_code == 404


# --- changing while it runs ---------------------------------------------------------------------------------


def test_a_running_proposal_is_changed_and_the_customers_page_follows(
    client: Client, people: Company
) -> None:
    proposal = company.propose(people.author)
    fields = typed(client.get(f"/proposals/{proposal.pk}/edit"))
    assert times(fields)[0] == ("2026-11-25", "10:00", "11:00")
    assert (fields["guest_name"], fields["minutes"]) == ("三田花子", "60")
    fields |= {
        "candidates-0-start": "09:00",
        "candidates-0-end": "10:00",
        "title": "契約のご説明",
        "outcome": "tell",
    }
    answer = client.post(f"/proposals/{proposal.pk}/edit", fields)
    assert answer.headers["Location"] == f"/proposals/{proposal.pk}"
    guest = Client().get(f"/p/{proposal.link_token}").content.decode()
    assert "9:00〜10:00" in guest
    assert "契約のご説明" in guest
    assert MailMessage.objects.filter(kind="offered_again").count() == 1


def test_its_own_holds_are_no_conflict(client: Client, people: Company) -> None:
    proposal = company.propose(people.author)
    fields = typed(client.get(f"/proposals/{proposal.pk}/edit"))
    fields |= {"candidates-0-end": "11:30", "outcome": "save"}
    assert client.post(f"/proposals/{proposal.pk}/edit", fields).status_code == 302
    other = company.propose(people.author, [company.span(1, 13)])
    fields |= {"candidates-0-start": "13:00", "candidates-0-end": "14:00", "seen": "1"}
    answer = client.post(f"/proposals/{proposal.pk}/edit", fields)
    assert "この時間には予定があります(自分 13:00〜14:00" in answer.content.decode()
    assert other.state == "open"


def test_somebody_elses_change_meanwhile_is_said_and_kept(client: Client, people: Company) -> None:
    proposal = company.propose(people.author)
    fields = typed(client.get(f"/proposals/{proposal.pk}/edit")) | {"outcome": "save"}
    client.post(f"/proposals/{proposal.pk}/edit", {**fields, "title": "一人目"})
    answer = client.post(f"/proposals/{proposal.pk}/edit", {**fields, "title": "二人目"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/proposals/{proposal.pk}/edit"
    assert typed(answer)["title"] == "一人目"


def test_a_customer_who_confirmed_meanwhile_is_shown(client: Client, people: Company) -> None:
    proposal = company.propose(people.administrator, hosts=[people.administrator])
    administrator = signed_in(people.administrator)
    fields = typed(administrator.get(f"/proposals/{proposal.pk}/edit")) | {"outcome": "save", "title": "別件"}
    candidate = proposal.candidates.earliest("id")
    confirm_candidate(proposal, candidate.pk, GUEST, submission=uuid4(), now=NOW)
    answer = administrator.post(f"/proposals/{proposal.pk}/edit", fields, follow=True)
    assert "すでに確定しています" in answer.content.decode()
    proposal.refresh_from_db()
    assert proposal.title == "導入のご相談"


# --- the finder ---------------------------------------------------------------------------------------------


def test_free_times_of_all_hosts_fill_the_rows(client: Client, people: Company) -> None:
    other = company.connect(people.colleague)
    company.busy(people.connection, datetime(2026, 11, 25, 0, tzinfo=UTC), 9 * 60)  # Wednesday, all day
    company.busy(other, datetime(2026, 11, 26, 0, tzinfo=UTC), 4 * 60)  # Thursday until 13:00
    hosts = [people.author.pk, people.colleague.pk]
    wanted = form(("", "", ""), hosts=hosts, find_times="1", minutes="60")
    found = times(typed(client.post("/proposals/new", wanted)))
    assert found == [
        ("2026-11-24", "10:30", "11:30"),  # not within the hour
        ("2026-11-26", "13:00", "14:00"),
        ("2026-11-27", "09:00", "10:00"),
        ("2026-11-30", "13:00", "14:00"),
        ("2026-12-01", "09:00", "10:00"),
    ]
    assert not Proposal.objects.exists()

    query = {
        "members": ",".join(map(str, hosts)),
        "minutes": "60",
        "taken": "2026-11-24T10:30/2026-11-24T11:30",
    }
    told = client.get("/proposals/free-times", query).json()
    assert told["times"][0] == ["2026-11-24T13:00", "2026-11-24T14:00"]
    assert told["note"] == ""


def test_public_holidays_are_nobodys_working_day(people: Company, clock) -> None:
    clock.move_to(datetime(2026, 12, 30, 1, tzinfo=UTC))
    known = {"mirror_read_at": datetime(2026, 12, 30, 1, tzinfo=UTC)}
    Connection.objects.update(**known, mirror_until=datetime(2027, 3, 1, tzinfo=UTC))
    told = signed_in(people.author).get("/proposals/free-times", {"minutes": "60"}).json()
    assert told["times"]
    assert not [start for start, _ in told["times"] if start.startswith("2027-01-01")]


def test_days_on_which_the_clocks_change_are_offered_as_they_are(people: Company, clock) -> None:
    clock.move_to(datetime(2027, 3, 26, 9, tzinfo=UTC))  # Friday before the last Sunday of March
    nights = {"zone": "Europe/Berlin", "weekdays": [[("01:00", "05:00")]] * 7}
    Member.objects.filter(pk=people.colleague.pk).update(zone="Europe/Berlin", working_hours=nights)
    client = signed_in(Member.objects.get(pk=people.colleague.pk))
    found = client.get("/proposals/free-times", {"minutes": "60"}).json()["times"]
    assert [start for start, _ in found if start.startswith("2027-03-28")] == ["2027-03-28T01:00"]
    typed_in = form(("2027-03-28", "01:30", "03:30"), deadline="2027-03-27", outcome="link")
    client.post("/proposals/new", {**typed_in, "hosts": [people.colleague.pk]})
    candidate = Proposal.objects.get().candidates.get()
    assert candidate.ends_at - candidate.starts_at == timedelta(hours=1), "two on the wall, one in truth"


def test_an_unreadable_calendar_proposes_nothing(client: Client, people: Company) -> None:
    other = company.connect(people.colleague, mirror_read_at=None)
    told = client.get("/proposals/free-times", {"members": str(people.colleague.pk), "minutes": "60"}).json()
    assert told["times"] == []
    assert told["note"] == "鈴木 美咲のカレンダーを確認できないため、提案できません。"
    assert other.mirror_read_at is None


def test_whom_nothing_is_known_of_is_left_out_and_named(people: Company) -> None:
    client = signed_in(people.colleague)  # who has no connection to ask with
    told = client.get("/proposals/free-times", {"minutes": "30"}).json()
    assert len(told["times"]) == 5
    assert told["note"] == "鈴木 美咲の予定は確認できないため、含めていません。"


@pytest.mark.parametrize("query", ["", "?minutes=x", "?minutes=0", "?minutes=99999", "?minutes=60&taken=x"])
def test_odd_wishes_are_told_so(client: Client, query: str) -> None:
    assert client.get(f"/proposals/free-times{query}").status_code == 400


def test_a_draft_without_times_is_opened_without_complaint(client: Client, people: Company) -> None:
    empty = ("", "", "")
    client.post("/proposals/new", form(empty, outcome="draft"))
    draft = Proposal.objects.get()
    page = client.get(f"/proposals/{draft.pk}/edit").content.decode()
    assert "まだ送信していません" not in page
    assert "候補日時を1件以上入れてください。" not in page
    refused = client.post(f"/proposals/{draft.pk}/edit", form(empty)).content.decode()
    assert "候補日時を1件以上入れてください。" in refused


def queries_of(people: Company, hosts: int, rooms: int) -> int:
    """What the page asks the database for so many hosts, each busy for an hour, and so many more rooms."""
    organization = people.author.organization
    members = [people.author, *(company.member(organization, f"社員 {hosts}-{n}") for n in range(hosts - 1))]
    for member in members[1:]:
        company.busy(company.connect(member), company.at(1, 10), 60)
    Room.objects.bulk_create(
        Room(organization=organization, name=f"会議室 {hosts}-{n}") for n in range(rooms)
    )
    template = ProposalTemplate.objects.create(
        owner=people.author, name=f"{hosts}名", host_ids=[member.pk for member in members]
    )
    client, address = signed_in(people.author), f"/proposals/new?template={template.pk}"
    client.get(address)  # has the calendars looked at again, which is not asked for a second time
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address)
    assert page.content.decode().count('"kind": "event"') == hosts - 1
    return len(asked)


def test_ten_hosts_and_ten_rooms_cost_as_many_queries_as_two_and_one(people: Company) -> None:
    """The first week comes with the page; nothing is asked for host by host, or room by room."""
    few = queries_of(people, 2, 1)
    assert queries_of(people, 10, 9) == few
    assert few <= 16
