"""The pages people look at: mailboxes, meeting links, faults, consents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

import pytest

from chosei.sandbox.clock import ManualClock
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.graph.mailboxes import Mailbox
from chosei.sandbox.graph.model import Attendee, Event, Instance
from chosei.sandbox.graph.store import GraphStore, store_of
from tests.support.person import Person
from tests.support.sandbox import Sandbox, running_sandbox

TOKYO = ZoneInfo("Asia/Tokyo")
SATO = "sato@sample.example"
WEEK = f"/mailboxes/{SATO}?week=2027-03-03"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2027, 3, 2, 1, 0, tzinfo=UTC))


@pytest.fixture
def sandbox(clock: ManualClock) -> Iterator[Sandbox]:
    with running_sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def person(sandbox: Sandbox) -> Iterator[Person]:
    with Person(sandbox.url) as somebody:
        yield somebody


@pytest.fixture
def store(sandbox: Sandbox) -> GraphStore:
    return store_of(sandbox.context)


@pytest.fixture
def sato(store: GraphStore) -> Mailbox:
    found = store.mailbox(SATO)
    assert found is not None
    return found


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of March 2027 in Tokyo."""
    return datetime(2027, 3, day, hour, minute, tzinfo=TOKYO)


def hold(store: GraphStore, sato: Mailbox, **fields: object) -> Event:
    return store.create_as(sato, "【仮】導入のご相談", at(4, 14), at(4, 15), show_as="tentative", **fields)


def standing(store: GraphStore, sato: Mailbox, subject: str) -> list[Instance]:
    found = store.events_between(sato.key, at(1, 0), at(8, 0))
    return [one for one in found if one.event.subject == subject]


def page_of(event: Event) -> str:
    return f"/mailboxes/{SATO}/events/{quote(event.id(immutable=True), safe='')}"


class TestFrontPage:
    def test_it_lists_people_and_rooms_of_both_companies(self, person: Person) -> None:
        text = person.open("/").text
        for name in (
            "これはサンドボックスです",
            "佐藤 健一",
            "会議室 八重洲A",
            "株式会社テスト",
            "メールボックスなし",
        ):
            assert name in text

    def test_it_speaks_english(self, sandbox: Sandbox) -> None:
        with Person(sandbox.url, language="en") as reader:
            assert reader.open("/").heading == "Mailboxes"
            assert "This is a sandbox, not a real service." in reader.text

    def test_licences_can_be_taken(self, sandbox: Sandbox, person: Person) -> None:
        user = sandbox.context.directory.user(SATO)
        assert user is not None
        person.client.post(f"/accounts/{user.oid}", data={"mailbox": "on", "mfa": "on"})
        changed = sandbox.context.directory.user(SATO)
        assert changed is not None
        assert (changed.mailbox, changed.teams_licence, changed.mfa_required) == (True, False, True)

    def test_a_room_can_be_made_to_answer_otherwise(self, sandbox: Sandbox, person: Person) -> None:
        address = "room-yaesu-a@sample.example"
        person.client.post(f"/rooms/{address}", data={"seconds": "30.5"})
        room = sandbox.context.directory.room(address)
        assert room is not None
        assert (room.auto_accept, room.answer_seconds) == (False, 30.5)
        for wrong in ("", "-1", "nan", "99999"):
            assert person.client.post(f"/rooms/{address}", data={"seconds": wrong}).status_code == 422

    @pytest.mark.parametrize("path", ["/nowhere", "/mailboxes/none", f"/mailboxes/{SATO}/events/none"])
    def test_what_is_not_there_is_a_page_with_404(self, person: Person, path: str) -> None:
        assert person.open(path).status == 404
        assert person.heading == "見つかりません"


class TestWeek:
    def test_a_hold_stands_in_its_day(self, person: Person, store: GraphStore, sato: Mailbox) -> None:
        hold(store, sato)
        person.open(WEEK)
        assert person.heading.startswith("佐藤 健一")
        assert "2027年3月1日〜3月7日" in person.text
        day = person.page.select_one('.day[aria-label="3月4日(木)"]')
        assert day is not None
        block = day.select_one(".event.tentative")
        assert block is not None
        assert "【仮】導入のご相談" in block.get_text()
        assert "14:00〜15:00" in block.get_text()

    def test_attendees_show_their_answers(self, person: Person, store: GraphStore, sato: Mailbox) -> None:
        invited = (Attendee("suzuki@sample.example", "鈴木 美咲", response="accepted"),)
        hold(store, sato, attendees=invited)
        assert "鈴木 美咲 (承諾)" in person.open(WEEK).text

    def test_script_in_a_title_stays_text(self, person: Person, store: GraphStore, sato: Mailbox) -> None:
        event = store.create_as(
            sato, "<script>alert(1)</script>", at(4, 9), at(4, 10), body="<b>x</b><br>&lt;i&gt;"
        )
        for path in (WEEK, page_of(event)):
            person.open(path)
            assert person.page.find("script") is None
            assert "<script>alert(1)</script>" in person.text

    def test_weeks_lead_to_each_other(self, person: Person) -> None:
        person.open(f"/mailboxes/{SATO}")
        assert "2027年3月1日〜3月7日" in person.text
        links = [str(a["href"]) for a in person.page.select(".weeks a")]
        assert links == [
            f"/mailboxes/{SATO}?week=2027-02-22",
            f"/mailboxes/{SATO}",
            f"/mailboxes/{SATO}?week=2027-03-08",
        ]

    def test_a_nonsense_week_is_the_current_one(self, person: Person) -> None:
        assert "2027年3月1日〜3月7日" in person.open(f"/mailboxes/{SATO}?week=soon").text

    def test_rooms_have_a_week_but_nobody_to_act_for_them(self, person: Person) -> None:
        person.open("/mailboxes/room-yaesu-a@sample.example")
        assert person.heading.startswith("会議室 八重洲A")
        assert person.page.find("form") is None


class TestActingInOutlook:
    def test_adding_an_event(self, person: Person, store: GraphStore, sato: Mailbox) -> None:
        person.open(WEEK).press(
            "予定を追加する", subject="外出", date="2027-03-05", start="13:00", end="14:30", show_as="oof"
        )
        (one,) = standing(store, sato, "外出")
        assert (one.starts, one.ends) == (at(5, 13), at(5, 14, 30))
        assert one.event.show_as == "oof"
        assert "外出" in person.text

    def test_adding_an_all_day_event(self, person: Person, store: GraphStore, sato: Mailbox) -> None:
        person.open(WEEK).press("予定を追加する", tick="all_day", subject="休暇", date="2027-03-05")
        (one,) = standing(store, sato, "休暇")
        assert one.event.all_day
        assert (one.event.start[:10], one.event.end[:10]) == ("2027-03-05", "2027-03-06")
        column = person.page.select_one('.day[aria-label="3月5日(金)"] .all-day')
        assert column is not None
        assert "休暇" in column.get_text()

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"date": ""}, "日付を入力してください。"),
            ({"start": "soon"}, "時刻を 9:00 の形で入力してください。"),
            ({"start": "11:00", "end": "10:00"}, "終了は開始より後にしてください。"),
            ({"show_as": "hidden"}, "一覧から選んでください。"),
        ],
    )
    def test_wrong_input_is_told_and_kept(
        self, person: Person, store: GraphStore, sato: Mailbox, fields: dict[str, str], message: str
    ) -> None:
        typed = {"subject": "試し", "date": "2027-03-05", "start": "10:00", "end": "11:00", **fields}
        person.open(WEEK).press("予定を追加する", **typed)
        assert person.status == 422
        assert message in person.text
        field = person.page.find("input", {"name": "subject"})
        assert field is not None
        assert field["value"] == "試し"
        assert standing(store, sato, "試し") == []

    def test_moving_an_event(self, person: Person, store: GraphStore, sato: Mailbox) -> None:
        event = hold(store, sato)
        person.open(page_of(event)).press("この日時に動かす", date="2027-03-05", start="9:00", end="9:45")
        (one,) = standing(store, sato, event.subject)
        assert (one.starts, one.ends) == (at(5, 9), at(5, 9, 45))

    def test_moving_to_nowhere_is_told(self, person: Person, store: GraphStore, sato: Mailbox) -> None:
        event = hold(store, sato)
        person.open(page_of(event)).press("この日時に動かす", end="13:00")
        assert person.status == 422
        assert "終了は開始より後にしてください。" in person.text
        assert [one.starts for one in standing(store, sato, event.subject)] == [at(4, 14)]

    def test_deleting_an_event(self, person: Person, store: GraphStore, sato: Mailbox) -> None:
        event = hold(store, sato)
        person.open(page_of(event)).press("予定表から削除する")
        assert standing(store, sato, event.subject) == []
        assert person.open(page_of(event)).status == 404

    def test_answering_an_invitation(self, person: Person, store: GraphStore, sato: Mailbox) -> None:
        suzuki = store.mailbox("suzuki@sample.example")
        assert suzuki is not None
        store.create_as(suzuki, "ご相談", at(4, 9), at(4, 10), attendees=(Attendee(SATO, "佐藤 健一"),))
        (invitation,) = standing(store, sato, "ご相談")
        person.open(page_of(invitation.event)).press("辞退する")
        (organised,) = [
            one
            for one in store.events_between(suzuki.key, at(4, 0), at(5, 0))
            if one.event.subject == "ご相談"
        ]
        assert organised.event.attendees[0].response == "declined"

    def test_an_unknown_action_is_refused(self, person: Person, store: GraphStore, sato: Mailbox) -> None:
        event = hold(store, sato)
        assert person.client.post(page_of(event), data={"action": "explode"}).status_code == 400
        assert len(standing(store, sato, event.subject)) == 1


class TestMeetingLink:
    @pytest.fixture
    def link(self, store: GraphStore, sato: Mailbox, sandbox: Sandbox) -> str:
        event = hold(store, sato)
        document = {"subject": event.subject}
        return store.meetings.create(sato, sandbox.url, document, event.key).join_url

    def test_it_opens_the_meeting(self, person: Person, link: str) -> None:
        person.open(link)
        assert person.heading == "【仮】導入のご相談"
        assert "3月4日(木) 14:00〜15:00" in person.text
        assert "佐藤 健一" in person.text
        assert "参加しました。" in person.press("参加").text

    def test_a_dead_one_says_so(self, person: Person, store: GraphStore, link: str) -> None:
        store.meetings.end(unquote(link.split("/")[5]))
        assert person.open(link).status == 404
        assert person.heading == "この会議は取り消されました"

    def test_one_that_never_was(self, person: Person) -> None:
        assert person.open("/l/meetup-join/19%3Anothing%40thread.v2/0").status == 404
        assert person.heading == "この会議はありません"


class TestFaultSwitch:
    def test_on_and_off(self, sandbox: Sandbox, person: Person) -> None:
        person.open("/faults").press("障害を入れる", kind="slow", mailbox=SATO, seconds="2.5", count="3")
        (fault,) = sandbox.context.faults.active()
        assert (fault.kind, fault.mailbox, fault.seconds, fault.remaining) == (FaultKind.SLOW, SATO, 2.5, 3)
        assert "あと 3 回" in person.text
        assert "障害 1 件が有効です" in person.open("/").text
        person.open("/faults").press("切る")
        assert sandbox.context.faults.active() == []
        assert "いまは何も壊していません" in person.text

    def test_all_off(self, sandbox: Sandbox, person: Person) -> None:
        for kind in FaultKind:
            sandbox.context.faults.add(kind)
        person.open("/faults").press("すべて切る")
        assert sandbox.context.faults.active() == []

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"kind": "fire"}, "一覧から選んでください。"),
            ({"seconds": "soon"}, "0〜600 の数字を入力してください。"),
            ({"seconds": "nan"}, "0〜600 の数字を入力してください。"),
            ({"seconds": "601"}, "0〜600 の数字を入力してください。"),
            ({"count": "0"}, "1 以上の整数を入力するか、空欄にしてください。"),
            ({"count": "三"}, "1 以上の整数を入力するか、空欄にしてください。"),
        ],
    )
    def test_wrong_input_is_told(
        self, sandbox: Sandbox, person: Person, fields: dict[str, str], message: str
    ) -> None:
        person.open("/faults").press("障害を入れる", **fields)
        assert person.status == 422
        assert message in person.text
        assert sandbox.context.faults.active() == []


class TestConsents:
    def test_withdrawing_one(self, sandbox: Sandbox, person: Person) -> None:
        user = sandbox.context.directory.user(SATO)
        assert user is not None
        consents = sandbox.context.identity.consents
        consents.grant("5b0c1f4e-9d0e-4a57-8c53-0c405e100001", user.tid, user.oid, ["User.Read"])
        person.open("/consents")
        assert "Chosei (調整)" in person.text
        person.press("取り消す")
        assert consents.all() == []
        assert "まだ誰も同意していません" in person.text

    def test_putting_up_the_wall_and_taking_it_down(self, sandbox: Sandbox, person: Person) -> None:
        def allowed() -> bool:
            tenant = sandbox.context.directory.tenant("sample.example")
            assert tenant is not None
            return tenant.user_consent_allowed

        person.open("/consents").press("管理者だけにする")
        assert not allowed()
        person.press("ユーザーに許す")
        assert allowed()

    def test_revoking_sessions(self, sandbox: Sandbox, person: Person, clock: ManualClock) -> None:
        clock.advance(timedelta(minutes=1))
        person.open("/consents").press("セッションを取り消す")
        user = sandbox.context.directory.user(SATO)
        assert user is not None
        assert user.revoked_before == clock.now().isoformat()
        assert "取り消し済み" in person.text

    def test_an_unknown_action_is_refused(self, person: Person) -> None:
        assert person.client.post("/consents", data={"action": "explode"}).status_code == 400
