"""The lists: by state, customer, host and date; mine and everybody's; quick however long they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from chosei.actions.cancellation import cancel_by_host
from chosei.actions.confirm import confirm_candidate
from chosei.actions.proposals import withdraw_proposal
from chosei.actions.readjusting import WishInput, ask_for_other_times, ask_to_move
from chosei.core.grams import grams
from chosei.records.models import Appointment, Organization
from chosei.web.console.views.home import SHOWN
from tests.support.company import GUEST, NOW, propose, span
from tests.support.many import RARE, many_like
from tests.web.console.conftest import signed_in

OTHER = replace(GUEST, company="よつや商事", name="四谷 三郎", email="saburo@yotsuya.example")


def names(response) -> list[str]:
    rows = BeautifulSoup(response.content, "html.parser").select("main table tbody tr")
    return [" ".join(row.get_text(" ").split()) for row in rows]


def agree(author, time, guest=GUEST):
    proposal = propose(
        author, [time], guest_company=guest.company, guest_name=guest.name, guest_email=guest.email
    )
    return confirm_candidate(proposal, proposal.candidates.get().pk, guest, submission=uuid4(), now=NOW)


@pytest.fixture
def two(people):
    return agree(people.colleague, span(1, 10)), agree(people.administrator, span(2, 10), OTHER)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["三田花子", "四谷 三郎"]),
        ({"customer": "三田"}, ["三田花子"]),
        ({"customer": "テスト"}, ["三田花子"]),
        ({"customer": "よつや 三郎"}, ["四谷 三郎"]),
        ({"customer": "四谷三郎"}, ["四谷 三郎"]),
        ({"customer": "SABURO@yotsuya"}, ["四谷 三郎"]),
        ({"customer": "五反田"}, []),
        ({"host": "鈴木"}, ["三田花子"]),
        ({"host": "いない人"}, []),
        ({"from": "2026-11-26"}, ["四谷 三郎"]),
        ({"from": "2026-11-25", "to": "2026-11-26"}, ["三田花子", "四谷 三郎"]),
        ({"from": "no date"}, ["三田花子", "四谷 三郎"]),
        ({"mine": "1"}, ["四谷 三郎"]),
        ({"state": "cancelled"}, []),
    ],
)
def test_an_administrator_finds_appointments(people, two, asked, found):
    page = signed_in(people.administrator).get("/appointments/", asked)
    shown = names(page)
    assert len(shown) == len(found)
    assert all(name in row for name, row in zip(found, shown, strict=True))


def test_everybody_else_finds_their_own(people, two):
    assert len(names(signed_in(people.colleague).get("/appointments/"))) == 1
    assert names(signed_in(people.colleague).get("/appointments/", {"customer": "四谷"})) == []
    assert names(signed_in(people.stranger).get("/appointments/")) == []


def test_the_first_page_tells_of_tomorrow_however_full_today_is(people):
    for hour in range(10, 19):
        agree(people.colleague, span(0, hour))
    page = BeautifulSoup(signed_in(people.colleague).get("/").content, "html.parser")
    assert [len(part.select("li")) for part in page.select("ul.agenda")] == [9]
    assert "明日以降のアポイントメントはありません" in page.text
    assert "すべてのアポイントメントを見る" not in page.text
    for hour in range(10, 19):
        agree(people.colleague, span(1, hour))
    page = BeautifulSoup(signed_in(people.colleague).get("/").content, "html.parser")
    assert [len(part.select("li")) for part in page.select("ul.agenda")] == [9, SHOWN]
    assert page.find("a", string="すべてのアポイントメントを見る")["href"] == "/appointments/"


def test_states_of_appointments(people, two):
    first, second = two
    ask_to_move(first, WishInput("午後なら"), now=NOW)
    cancel_by_host(people.administrator, second, reason="", now=NOW)
    browser = signed_in(people.administrator)
    assert "三田花子" in names(browser.get("/appointments/", {"state": "readjustment_requested"}))[0]
    assert "再調整依頼" in names(browser.get("/appointments/", {"state": "confirmed"}))[0]
    assert "四谷 三郎" in names(browser.get("/appointments/", {"state": "cancelled"}))[0]


def test_a_proposals_line_tells_what_became_of_its_appointment(people):
    made = agree(people.colleague, span(1, 10))
    moved = span(3, 15)
    Appointment.objects.filter(pk=made.pk).update(starts_at=moved.start, ends_at=moved.end)
    page = signed_in(people.colleague)
    [line] = names(page.get("/proposals/"))
    assert "11月27日(金) 15:00〜16:00" in line
    assert "確定" in line
    made.refresh_from_db()
    assert len(names(page.get("/proposals/?state=confirmed"))) == 1
    assert names(page.get("/proposals/?state=cancelled")) == []
    cancel_by_host(people.colleague, made, reason="", now=NOW)
    assert names(page.get("/proposals/?state=confirmed")) == []
    [line] = names(page.get("/proposals/?state=cancelled"))
    assert "キャンセル" in line
    told = page.get(f"/proposals/{made.proposal_id}").content.decode()
    assert "アポイントメントはキャンセルされています" in told
    assert "日程が確定しています" not in told


def test_states_of_proposals(people):
    kept, asked, withdrawn = (propose(people.author, [span(day, 10)]) for day in (1, 2, 3))
    ask_for_other_times(asked, WishInput("午後なら"), now=NOW)
    withdraw_proposal(people.author, withdrawn, now=NOW)
    browser = signed_in(people.author)
    for state, count in (("", 3), ("open", 1), ("readjustment_requested", 1), ("withdrawn", 1), ("draft", 0)):
        assert len(names(browser.get("/proposals/", {"state": state}))) == count, state
    assert len(names(browser.get("/proposals/", {"from": "2026-11-25"}))) == 1
    assert len(names(browser.get("/proposals/", {"host": "佐藤", "customer": "三田"}))) == 3
    assert kept.pk


@pytest.mark.parametrize("text", ["三田花子", "ﾃｽﾄ株式会社", "Hanako@Test.example", "A", "よつや 商事", ""])
def test_python_and_the_database_agree_on_grams(db, text):
    with database.cursor() as cursor:
        cursor.execute("SELECT chosei_grams('', %s, '')", [text])
        kept = cursor.fetchone()[0]
    assert set(grams(text)) <= set(kept)


# --- how much is read

_MANY = 20_000


@pytest.fixture
def filled(people) -> Organization:
    author = people.colleague
    many_like(agree(author, span(1, 10)), _MANY)
    return author.organization


def rows_read(browser, path) -> int:
    """How many rows the database looks at for one page, in all queries together."""
    browser.get(path)
    with CaptureQueriesContext(database) as seen:
        assert browser.get(path).status_code == 200
    asked = [one["sql"] for one in seen.captured_queries if one["sql"].startswith(("SELECT", "(SELECT"))]
    assert asked
    total = 0
    for sql in asked:
        with database.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql.replace("%", "%%"), [])
            total += _read(cursor.fetchone()[0][0]["Plan"])
    return total


def _read(node: dict[str, Any]) -> int:
    own = 0
    if "Scan" in node["Node Type"] and "Bitmap Index" not in node["Node Type"]:
        loops = node["Actual Loops"]
        own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * loops
    return int(own) + sum(_read(child) for child in node.get("Plans", ()))


ASKED = (
    "",
    "state=cancelled",
    "state=confirmed",
    f"customer={RARE}",
    "host=鈴木",
    "from=2026-12-01&to=2026-12-02",
    "show=past",
    "show=waiting",
    "after=2027-06-01T00:00:00Z_7",
)


@pytest.mark.timeout(300)
def test_a_page_of_a_long_list_reads_little(people, filled):
    paths = [f"/appointments/?{asked}{mine}" for asked in ASKED for mine in ("", "&mine=1")]
    read = {
        (who, path): rows_read(signed_in(getattr(people, who)), path)
        for who, asked in (("administrator", paths), ("colleague", paths[::2]), ("stranger", paths[:1]))
        for path in asked
    }
    read["colleague", "/"] = rows_read(signed_in(people.colleague), "/")
    assert {at: rows for at, rows in read.items() if rows > 600} == {}
