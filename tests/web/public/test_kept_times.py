"""Times shown a moment ago are shown again as they are, and never after anything has changed them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest
import time_machine
from django.db import connection as database
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from chosei.actions import page_versions
from chosei.actions.booking import book_page
from chosei.actions.booking_pages import pause_page
from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.inputs import Booking
from chosei.actions.keywords import digest
from chosei.actions.proposals import withdraw_proposal
from chosei.records.models import (
    Appointment,
    BookingPage,
    BookingPageHost,
    BookingPageRoom,
    Connection,
    Member,
    MirroredEvent,
    Organization,
    Proposal,
    Room,
)
from chosei.web.public.kept import Shelf, Times, shelf
from tests.support.company import GUEST, NOW, at, busy, connect, member, propose, publish, span

pytestmark = pytest.mark.django_db
REFRESH = {"HX-Request": "true", "Accept-Language": "ja"}


@pytest.fixture(autouse=True)
def _empty():
    shelf.clear()


def times(page, query="", **headers):
    answer = Client(headers={**REFRESH, **headers}).get(f"/b/{page.link_token}{query}")
    shown = answer.content.decode() if answer.status_code == 200 else ""  # the rest has tokens of its own
    return answer.status_code, shown


def anew(page, query=""):
    shelf.clear()
    return times(page, query)


def queries(page, query="", **headers):
    with CaptureQueriesContext(database) as seen:
        times(page, query, **headers)
    return len(seen)


def book(page: BookingPage, start: datetime) -> Appointment:
    return book_page(page, Booking(start), GUEST, submission=uuid4(), now=NOW)


# --- Every kind of change, one after the other ------------------------------------------------------------
def everything(page, owner, colleague):
    """What may change and how; each is to be seen in the very next answer."""
    settings, theirs = BookingPage.objects.filter(pk=page.pk), Member.objects.filter(pk=colleague.pk)
    linked = Connection.objects.filter(member=owner)
    room = Room.objects.create(organization=page.organization, name="八重洲", address="yaesu@sample.example")
    link = owner.connections.get()
    yield "event", lambda: busy(link, at(1, 9), 120, remote_id="one")
    yield "event moved", lambda: MirroredEvent.objects.update(starts_at=at(1, 10), ends_at=at(1, 12))
    yield "event counts as free", lambda: MirroredEvent.objects.update(blocks=False)
    yield "event counts again", lambda: MirroredEvent.objects.update(blocks=True)
    yield "buffer", lambda: settings.update(buffer_before_minutes=30)
    yield (
        "keyword",
        lambda: (
            settings.update(free_words=["移動"]) and MirroredEvent.objects.update(free_words=[digest("移動")])
        ),
    )
    yield "event gone and another", lambda: MirroredEvent.objects.all().delete() and busy(link, at(2, 9))
    yield "hold", lambda: propose(owner, [span(1, 14)])
    yield "hold withdrawn", lambda: withdraw_proposal(owner, Proposal.objects.get(), now=NOW)
    yield "booking", lambda: book(page, at(3, 15))
    yield "cap", lambda: settings.update(cap_day=1)
    yield "no cap", lambda: settings.update(cap_day=None)
    yield "cancellation", lambda: cancel_by_guest(Appointment.objects.get(), reason="", now=NOW)
    yield "length", lambda: settings.update(duration_minutes=60)
    yield (
        "hours",
        lambda: settings.update(
            hours={"zone": "Asia/Tokyo", "weekdays": [[["13:00", "18:00"]]] * 5 + [[], []]}
        ),
    )
    yield "a date", lambda: settings.update(overrides={"2026-11-26": []})
    yield "a colleague attends, too", lambda: BookingPageHost.objects.create(page=page, member=colleague)
    yield "whose calendar is linked", lambda: connect(colleague)
    yield (
        "who works shorter",
        lambda: theirs.update(
            working_hours={"zone": "Asia/Tokyo", "weekdays": [[["14:00", "17:00"]]] * 5 + [[], []]}
        ),
    )
    yield "and leaves", lambda: theirs.update(is_active=False)
    yield "room", lambda: BookingPageRoom.objects.create(page=page, room=room)
    yield "no room", lambda: BookingPageRoom.objects.all().delete()
    yield "to be connected again", lambda: linked.update(state="needs_reconnect")
    yield "connected", lambda: linked.update(state="active")
    yield "mirror of a shorter time", lambda: linked.update(mirror_until=at(20, 0))
    yield "mirror of all", lambda: linked.update(mirror_until=at(90, 0))
    yield "mirror too old", lambda: linked.update(mirror_read_at=NOW - timedelta(minutes=21))
    yield "mirror read", lambda: linked.update(mirror_read_at=NOW)
    yield "pause", lambda: pause_page(owner, page)
    yield "published again", lambda: settings.update(state="published")
    yield "last one leaves", lambda: Member.objects.filter(pk=owner.pk).update(is_active=False)


@pytest.mark.django_db(transaction=True)  # a booking reads calendars in threads of its own
def test_every_kind_of_change_is_seen_in_the_next_answer():
    with time_machine.travel(NOW, tick=False):
        owner = member()
        connect(owner)
        page, colleague = publish(owner), member(owner.organization, "鈴木 美咲")
        before = times(page)
        for name, change in everything(page, owner, colleague):
            assert times(page) == before, f"before: {name}"
            change()
            page.refresh_from_db()
            shown = times(page)
            assert shown == anew(page), name
            assert shown != before, f"{name} makes no difference, so the test says nothing"
            before = shown


def test_what_is_kept_is_made_from_nothing_else(booking_page):
    """A table that an offer reads from now on has to be in the version, too."""
    with CaptureQueriesContext(database) as seen:
        times(booking_page)
    read = {table for query in seen for table in re.findall(r"records_[a-z]+", query["sql"])}
    known = set(re.findall(r"records_[a-z]+", page_versions._SQL))
    assert read == known


def test_one_query_tells_that_nothing_has_changed(booking_page):
    assert queries(booking_page) == 5
    assert queries(booking_page) == 1
    shown = times(booking_page)[1]
    seen = re.search(r'name="seen" value="(\w+)"', shown)[1]
    assert queries(booking_page, f"?seen={seen}") == 1
    assert times(booking_page, f"?seen={seen}") == (204, "")
    Organization.objects.update(name="別の会社")
    assert queries(booking_page) == 5


def test_who_sees_the_same_already_has_nothing_written_out(booking_page):
    seen = re.search(r'name="seen" value="(\w+)"', times(booking_page)[1])[1]
    shelf.clear()
    assert times(booking_page, f"?seen={seen}")[0] == 204
    assert queries(booking_page, f"?seen={seen}") == 1
    assert times(booking_page) == anew(booking_page)  # the text that nobody had needed


@pytest.mark.parametrize(
    "query", ["?week=2026-12-07", "?zone=America/New_York", "?start=2026-11-25T01:00Z", "?view=list"]
)
def test_other_wishes_are_other_answers(booking_page, query):
    plain = times(booking_page)
    shown = times(booking_page, query)
    assert shown != plain
    assert shown == anew(booking_page, query)
    assert times(booking_page) == plain


def test_each_language_is_its_own(booking_page):
    japanese = times(booking_page)
    assert "いちばん早い空き" in japanese[1]
    assert "いちばん早い空き" not in times(booking_page, **{"Accept-Language": "en"})[1]
    assert times(booking_page) == japanese


@pytest.mark.parametrize("query", ["?name=%E4%B8%89%E7%94%B0", "?week=" + "9" * 80, "?zone=UTC&rezone=1"])
def test_what_else_is_asked_is_not_kept(booking_page, query):
    times(booking_page, query)
    assert queries(booking_page, query) == 4


# --- Time passing -----------------------------------------------------------------------------------------
def passing(page, later, query="", *, now=NOW):
    """What was shown ``now``, what is ``later``, and what would be if nothing were kept."""
    with time_machine.travel(now, tick=False) as clock:
        first = times(page, query)
        clock.move_to(now + later)
        shown = times(page, query)
        return first, shown, anew(page, query)


def test_a_time_that_comes_too_near_goes():
    owner = member()
    connect(owner)
    page = publish(owner, min_notice_minutes=60)
    for seconds, same in ((0, True), (1, False)):
        shelf.clear()
        first, shown, fresh = passing(page, timedelta(seconds=seconds))
        assert (first == shown, shown == fresh) == (same, True)


def test_a_time_that_comes_near_enough_is_shown():
    owner = member()
    connect(owner)
    page = publish(owner, min_notice_minutes=0, max_notice_minutes=120)
    Connection.objects.update(mirror_read_at=NOW + timedelta(minutes=30))
    first, shown, fresh = passing(page, timedelta(minutes=30))
    assert "2026-11-24T02:30Z" in shown[1]
    assert (first == shown, shown == fresh) == (False, True)


def test_a_day_begins_for_the_page():
    owner = member()
    connect(owner)
    page = publish(owner, min_notice_minutes=60 * 20, window_days=2)
    Connection.objects.update(mirror_read_at=NOW + timedelta(hours=15))
    first, shown, fresh = passing(page, timedelta(hours=15), "?zone=America/New_York")
    assert "2026-11-27T01:00Z" in shown[1]
    assert (first == shown, shown == fresh) == (False, True)


def test_a_year_begins_for_the_reader():
    owner, eve = member(), datetime(2027, 1, 1, 4, 55, tzinfo=UTC)  # 23:55 in New York
    connect(owner, now=eve)
    page = publish(owner, min_notice_minutes=60 * 20)
    first, shown, fresh = passing(page, timedelta(minutes=5), "?zone=America/New_York", now=eve)
    assert ("2027年1月" in first[1], "2027年1月" in shown[1]) == (True, False)
    assert shown == fresh


@pytest.mark.parametrize(("minutes", "free"), [(19, True), (21, False)])
def test_a_mirror_grows_too_old(minutes, free):
    owner = member()
    connect(owner)
    page = publish(owner, min_notice_minutes=60 * 20)
    first, shown, fresh = passing(page, timedelta(minutes=minutes))
    assert shown == fresh
    assert (first == shown) is free


def test_a_hold_ends_with_its_deadline():
    owner = member()
    connect(owner)
    page = publish(owner, min_notice_minutes=60 * 20)
    with time_machine.travel(NOW, tick=False):
        propose(owner, [span(2, 14)], deadline=NOW + timedelta(minutes=5))
    first, shown, fresh = passing(page, timedelta(minutes=6))
    assert (first == shown, shown == fresh) == (False, True)


def test_whoever_looks_has_the_calendar_read_again():
    owner = member()
    connect(owner)
    page = publish(owner, min_notice_minutes=60 * 20)
    asked = ProcrastinateJob.objects.filter(task_name="chosei.observe")
    with time_machine.travel(NOW, tick=False) as clock:
        times(page)
        times(page)
        assert not asked.exists()
        clock.move_to(NOW + timedelta(seconds=31))
        times(page)
        assert asked.count() == 1
        assert queries(page) == 1  # asked for just now


# --- Room for it, and many at once ------------------------------------------------------------------------
def test_the_longest_unused_makes_room():
    small, later = Shelf(most=4 * 1100), NOW + timedelta(hours=1)
    for number in range(4):
        small.put(number, "1", NOW, Times("f", "x", later))
        assert small.get(0, "1", NOW) is not None
    small.put(4, "1", NOW, Times("f", "x", later))
    assert [small.get(number, "1", NOW) is not None for number in range(5)] == [True, False, True, True, True]
    small.put(4, "2", NOW, Times("f", "y", later))  # in place of the other
    assert small.get(3, "1", NOW) is not None
    assert small.get(4, "1", NOW) is None
    assert small.get(4, "2", later) is None


@pytest.mark.django_db(transaction=True)
def test_a_time_taken_is_never_shown_after_the_commit():
    owner = member()
    connect(owner)
    page = publish(owner)
    starts = [at(1, 9) + timedelta(minutes=30 * number) for number in range(4)]
    taken: list[str] = []
    done = Event()

    def look() -> list[str]:
        wrong: list[str] = []
        try:
            while not done.wait(0.01):
                gone = tuple(taken)
                status, shown = times(page)
                assert status == 200
                wrong += [value for value in gone if value in shown]
        finally:
            connections.close_all()
        return wrong

    with time_machine.travel(NOW, tick=False), ThreadPoolExecutor(3) as readers:
        looking = [readers.submit(look) for _ in range(3)]
        try:
            for start in starts:
                book(page, start)
                taken.append(f'value="{start:%Y-%m-%dT%H:%MZ}"')
        finally:
            done.set()
        assert [one.result(timeout=60) for one in looking] == [[], [], []]
        assert Appointment.objects.count() == len(starts)
