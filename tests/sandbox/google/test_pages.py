"""The pages of the sandbox's Google side: looking into calendars, acting in them, breaking things."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from chosei.sandbox.clock import ManualClock
from chosei.sandbox.google.faults import FaultKind
from tests.support.google_tenant import GoogleTenant
from tests.support.person import Person
from tests.support.sandbox import running_sandbox

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)  # Tuesday, 10:00 in Tokyo
SATO = "sato@sample.example"
WEEK = f"/google/calendars/{SATO}"


@pytest.fixture
def tenant() -> Iterator[GoogleTenant]:
    with running_sandbox(clock=ManualClock(NOW)) as running:
        yield GoogleTenant(running)


@pytest.fixture
def person(tenant: GoogleTenant) -> Iterator[Person]:
    with Person(tenant.sandbox.url) as found:
        yield found


def test_everybody_and_every_room_stands_on_the_overview(tenant: GoogleTenant, person: Person) -> None:
    text = person.open("/google/").text
    for words in ("株式会社サンプル", "佐藤 健一", "会議室 日本橋A", "カレンダーがオフ", "個人アカウント"):
        assert words in text
    person.press("テストにする")
    assert tenant.google.grants.testing
    person.press("アプリをブロックする")
    assert "管理者がアプリをブロックしています" in person.text


def test_an_event_entered_moved_and_deleted_on_the_pages(tenant: GoogleTenant, person: Person) -> None:
    when = {"date": "2026-12-02", "start": "10:00", "end": "11:00"}
    person.open(WEEK).press("予定を追加する", subject="歯医者", show_as="tentative", **when)
    [event] = tenant.google.events.between(tenant.calendar(SATO), NOW, NOW + timedelta(days=7))
    assert (event["summary"], event["status"]) == ("歯医者", "tentative")
    assert "10:00〜11:00" in person.open(WEEK).text
    person.open(f"{WEEK}/events/{event['id']}").press("この日時に動かす", **{**when, "start": "10:30"})
    assert "10:30〜11:00" in person.open(WEEK).text
    person.open(f"{WEEK}/events/{event['id']}").press("予定表から削除する")
    assert tenant.google.events.between(tenant.calendar(SATO), NOW, NOW + timedelta(days=7)) == []


def test_what_was_mistyped_is_said_at_its_field(person: Person) -> None:
    person.open(WEEK).press("予定を追加する", subject="x", date="2026-12-02", start="12:00", end="11:00")
    assert (person.status, "終了は開始より後にしてください。" in person.text) == (422, True)


def test_a_meet_link_opens_while_its_event_stands(tenant: GoogleTenant, person: Person) -> None:
    calendar = tenant.calendar(SATO)
    key = {"requestId": "one", "conferenceSolutionKey": {"type": "hangoutsMeet"}}
    moments = {
        "start": {"dateTime": NOW.isoformat()},
        "end": {"dateTime": (NOW + timedelta(hours=1)).isoformat()},
    }
    body = {"summary": "商談", **moments, "conferenceData": {"createRequest": key}}
    event = tenant.google.events.insert(calendar, body, conference=True, origin=tenant.sandbox.url)
    assert person.open(event["hangoutLink"]).heading == "商談"
    assert "参加しました" in person.press("参加").text
    tenant.google.events.delete(calendar, event["id"])
    assert person.open(event["hangoutLink"]).status == 404


def test_faults_are_switched_on_and_off(tenant: GoogleTenant, person: Person) -> None:
    person.open("/google/faults").press("障害を入れる", kind="user_rate", mailbox=SATO, count="2")
    [fault] = tenant.google.faults.active()
    assert (fault.kind, fault.mailbox, fault.remaining) == (FaultKind.USER_RATE, SATO, 2)
    assert tenant.google.faults.take(FaultKind.USER_RATE, "suzuki@sample.example") is None
    person.press("すべて切る")
    assert tenant.google.faults.active() == []
    assert person.open("/google/faults").press("障害を入れる", seconds="many").status == 422


@pytest.mark.parametrize(
    "path", ["/google/calendars/nobody@x.example", f"{WEEK}/events/none", "/google/meet/a-b-c"]
)
def test_what_is_not_there_is_a_page_of_its_own(person: Person, path: str) -> None:
    assert person.open(path).status == 404
