"""Believable weeks for the demo people, laid around the week in which the sandbox first starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chosei.sandbox.graph.calendars import PERSONAL_CALENDAR
from chosei.sandbox.graph.mailboxes import Mailbox
from chosei.sandbox.graph.model import Attendee, Event
from chosei.sandbox.graph.store import GraphStore

TOKYO = "Tokyo Standard Time"
_DOMAIN = "sample.example"
_WEEKS = range(-1, 5)


@dataclass(frozen=True)
class Entry:
    """One appointment of everyday life. `day` 0 is Monday; `weeks` counts from the current one."""

    owner: str
    day: int
    begin: str
    end: str
    subject: str
    weeks: tuple[int, ...] = tuple(_WEEKS)
    fields: tuple[tuple[str, Any], ...] = ()


def _place(name: str) -> tuple[str, Any]:
    return ("locations", ({"displayName": name},))


_ENTRIES = (
    Entry("sato", 0, "10:00", "11:00", "1on1(鈴木さん)", (-1, 1, 3)),
    Entry(
        "sato", 1, "13:30", "15:00", "A社訪問", (0, 2), (_place("A社 本社(品川)"), ("categories", ("往訪",)))
    ),
    Entry("sato", 2, "16:00", "17:00", "B社 定例(Web)", (-1, 0, 1, 2, 3, 4)),
    Entry("sato", 3, "11:00", "12:00", "採用面接", (0, 3), (("sensitivity", "confidential"),)),
    Entry("sato", 3, "15:00", "16:00", "仮)C社 提案すり合わせ", (0, 1), (("show_as", "tentative"),)),
    Entry("sato", 4, "17:00", "18:00", "通院", (1,), (("sensitivity", "private"), ("show_as", "oof"))),
    Entry("suzuki", 0, "10:00", "11:00", "1on1(佐藤部長)", (-1, 1, 3)),
    Entry(
        "suzuki", 1, "10:00", "12:00", "研修(提案力強化)", (0,), (("show_as", "oof"), _place("研修センター"))
    ),
    Entry("suzuki", 2, "13:00", "14:30", "D社 商談", (-1, 0, 2), (_place("D社(新宿)"),)),
    Entry("suzuki", 3, "09:30", "10:00", "問い合わせ当番", (-1, 0, 1, 2, 3, 4), (("show_as", "free"),)),
    Entry("suzuki", 4, "14:00", "15:00", "仮)E社 初回訪問", (0, 2), (("show_as", "tentative"),)),
    Entry("tanaka", 0, "13:00", "15:00", "見積作成", (-1, 0, 1, 2)),
    Entry("tanaka", 2, "10:00", "11:30", "F社 デモ", (0, 1, 3)),
    Entry("tanaka", 3, "13:00", "17:30", "展示会", (1,), (("show_as", "oof"), _place("東京ビッグサイト"))),
    Entry("tanaka", 4, "09:00", "18:00", "在宅勤務", (-1, 0, 1, 2, 3, 4), (("show_as", "workingElsewhere"),)),
    Entry("takahashi", 1, "09:30", "10:30", "オンボーディング(G社)", (-1, 0, 1)),
    Entry("takahashi", 2, "15:00", "16:00", "導入支援(H社)", (-1, 0, 1, 2, 3)),
    Entry("takahashi", 4, "13:00", "14:00", "保育園 面談", (0,), (("sensitivity", "private"),)),
    Entry("admin", 3, "18:00", "20:00", "サーバーメンテナンス", (0, 2)),
)
# who is away for a whole day: (owner, weekday, days, subject, show_as, weeks)
_ALL_DAY = (
    ("tanaka", 3, 2, "大阪出張", "oof", (2,)),
    ("takahashi", 0, 1, "年次有給休暇", "oof", (1,)),
    ("sato", 4, 1, "月末締め", "free", (0,)),
)


def seed(store: GraphStore) -> None:
    """Fills the mailboxes once; a sandbox that holds any event is left alone."""
    if not store.repository.is_empty() or store.mailbox(f"sato@{_DOMAIN}") is None:
        return
    today = store.repository.now().astimezone(ZoneInfo("Asia/Tokyo")).date()
    monday = today - timedelta(days=today.weekday())
    with store.context.database.transaction() as connection:
        for entry in _ENTRIES:
            for week in entry.weeks:
                _single(store, entry, monday + timedelta(weeks=week, days=entry.day))
        for owner, day, days, subject, show_as, weeks in _ALL_DAY:
            for week in weeks:
                _all_day(store, owner, monday + timedelta(weeks=week, days=day), days, subject, show_as)
        _department_meeting(store, monday)
        _meetings_with_rooms(store, monday)
        _personal(store, monday)
        # nobody was told of, or mailed about, what stood there before the sandbox began
        connection.execute("DELETE FROM graph_mails")
        connection.execute("DELETE FROM graph_work")
        connection.execute("DELETE FROM graph_changes")


def _owner(store: GraphStore, local: str) -> Mailbox:
    box = store.mailbox(f"{local}@{_DOMAIN}")
    assert box is not None, local
    return box


def _create(
    store: GraphStore, local: str, subject: str, begin: datetime, end: datetime, **fields: Any
) -> Event:
    draft = {
        "subject": subject,
        "start": begin.isoformat(),
        "end": end.isoformat(),
        "start_zone": TOKYO,
        "end_zone": TOKYO,
        **fields,
    }
    return store.exchange.create(_owner(store, local), draft, "")


def _single(store: GraphStore, entry: Entry, day: date) -> None:
    begin = datetime.combine(day, time.fromisoformat(entry.begin))
    end = datetime.combine(day, time.fromisoformat(entry.end))
    _create(store, entry.owner, entry.subject, begin, end, **dict(entry.fields))


def _all_day(store: GraphStore, local: str, day: date, days: int, subject: str, show_as: str) -> None:
    begin = datetime.combine(day, time())
    end = begin + timedelta(days=days)
    _create(store, local, subject, begin, end, all_day=True, show_as=show_as, reminder_on=False)


def _department_meeting(store: GraphStore, monday: date) -> None:
    """A weekly series since three weeks ago, with one instance an hour later and one cancelled."""
    first = monday - timedelta(weeks=3)
    begin = datetime.combine(first, time(9, 30))
    people = _people(store, "suzuki", "tanaka", "takahashi")
    event = _create(
        store,
        "sato",
        "部内定例",
        begin,
        begin + timedelta(minutes=45),
        attendees=people,
        locations=({"displayName": "執務エリア打合せ席"},),
        recurrence={
            "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]},
            "range": {"type": "noEnd", "startDate": first.isoformat(), "recurrenceTimeZone": TOKYO},
        },
    )
    for person in people:
        store.respond_as(
            _owner(store, person.address.split("@")[0]), _copy_id(store, person, event), "accepted"
        )
    moved = datetime.combine(monday + timedelta(weeks=1), time(10, 30))
    _move_occurrence(store, event, moved.date(), moved)
    master = store.repository.get(event.mailbox, event.key)
    assert master is not None
    store.exchange.drop_occurrence(_owner(store, "sato"), master, monday + timedelta(weeks=3), "")


def _move_occurrence(store: GraphStore, event: Event, day: date, begin: datetime) -> None:
    master = store.repository.get(event.mailbox, event.key)
    assert master is not None
    times = {"start": begin.isoformat(), "end": (begin + timedelta(minutes=45)).isoformat()}
    store.exchange.change_occurrence(_owner(store, "sato"), master, day, times, "")


def _meetings_with_rooms(store: GraphStore, monday: date) -> None:
    plans = (
        ("sato", 2, 1, time(14), 60, "プロジェクト進捗会議", ("suzuki", "takahashi"), "room-yaesu-a"),
        ("suzuki", 3, 0, time(16), 90, "提案書レビュー", ("tanaka",), "room-yaesu-b"),
        ("takahashi", 1, 0, time(13), 120, "お客様勉強会", (), "room-marunouchi"),
    )
    for local, day, week, begin_at, minutes, subject, guests, room in plans:
        begin = datetime.combine(monday + timedelta(weeks=week, days=day), begin_at)
        box = _owner(store, room)
        people = (*_people(store, *guests), Attendee(box.address, box.name, "resource"))
        place = {
            "displayName": box.name,
            "locationEmailAddress": box.address,
            "locationType": "conferenceRoom",
        }
        event = _create(
            store,
            local,
            subject,
            begin,
            begin + timedelta(minutes=minutes),
            attendees=people,
            locations=(place,),
        )
        store.exchange.invitations.answer_for_room(event.mailbox, event.key, box.address)
        for person in people[:-1]:
            owner = _owner(store, person.address.split("@")[0])
            store.respond_as(owner, _copy_id(store, person, event), "accepted")


def _personal(store: GraphStore, monday: date) -> None:
    begin = datetime.combine(monday + timedelta(days=5), time(10))
    _create(store, "sato", "子どもの運動会", begin, begin + timedelta(hours=5), calendar=PERSONAL_CALENDAR)


def _people(store: GraphStore, *locals_: str) -> tuple[Attendee, ...]:
    return tuple(Attendee(box.address, box.name) for box in (_owner(store, local) for local in locals_))


def _copy_id(store: GraphStore, person: Attendee, event: Event) -> str:
    copy = store.repository.by_uid(_owner(store, person.address.split("@")[0]).key, event.ical_uid)
    assert copy is not None
    return copy.id(immutable=True)
