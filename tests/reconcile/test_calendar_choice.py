"""A member says which calendars count, and what in them takes their time."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from chosei.actions.booking import book_page
from chosei.actions.calendars import choose_busy, choose_calendars, further_calendars
from chosei.actions.errors import InvalidInput, TimeTaken
from chosei.actions.inputs import Booking
from chosei.actions.offers import page_offer
from chosei.core.hours import WeeklyHours
from chosei.reconcile.mirroring import keep
from chosei.reconcile.observe import observe
from chosei.reconcile.reading import read
from chosei.records.models import Connection, MirroredEvent
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.graph.calendars import PERSONAL_CALENDAR, calendar_id
from tests.support.company import GUEST, publish
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"


@pytest.fixture
def page(linked, sato):
    always = WeeklyHours.parse([[("00:00", "24:00")]] * 7, "Asia/Tokyo")
    return publish(sato, hours=always, duration_minutes=60, step_minutes=60)


def enters(tenant, time, calendar="", **fields):
    owner = tenant.mailbox(SATO)
    event = tenant.store.create_as(owner, "通院", time.start, time.end, **fields)
    if calendar:
        tenant.store.move_to_calendar_as(owner, event.id(immutable=True), calendar)
    return event.id(immutable=True)


def offered(page, time) -> bool:
    day = time.start.date()
    return any(slot.overlaps(time) for slot in page_offer(page, day, day, now=timezone.now()).slots)


def chosen(connection):
    offered_ = further_calendars(connection)
    choose_calendars(connection, [one.remote_id for one in offered_], offered_)


def book(page, time):
    return book_page(page, Booking(time.start), GUEST, submission=uuid4(), now=timezone.now())


def test_a_further_calendar_counts_once_it_is_chosen(tenant, linked, page):
    enters(tenant, late(1), PERSONAL_CALENDAR)
    observe(linked.pk)
    assert offered(page, late(1))
    chosen(linked)
    assert page_offer(page, late(1).start.date(), late(1).start.date(), now=timezone.now()).unknown
    run_jobs()
    assert not offered(page, late(1))
    personal = calendar_id(tenant.mailbox(SATO), PERSONAL_CALENDAR)
    assert MirroredEvent.objects.get(calendar_id=personal, starts_at=late(1).start).blocks
    enters(tenant, late(2), PERSONAL_CALENDAR)  # the mirror does not know yet, the live read does
    with pytest.raises(TimeTaken):
        book(page, late(2))
    linked.refresh_from_db()
    choose_calendars(linked, [], further_calendars(linked))
    assert offered(page, late(1))
    run_jobs()
    assert offered(page, late(1))
    assert book(page, late(2)).starts_at == late(2).start


def test_a_calendar_that_is_gone_does_not_stop_the_rest(tenant, linked, page):
    gone = calendar_id(tenant.mailbox("suzuki@sample.example"), PERSONAL_CALENDAR)
    Connection.objects.update(further_calendars=[{"id": gone, "name": "旧", "missing": False}])
    enters(tenant, late(1))
    observe(linked.pk)
    linked.refresh_from_db()
    assert linked.mirror_error == ""
    assert linked.further_calendars == [{"id": gone, "name": "旧", "missing": True}]
    assert [(one.name, one.missing) for one in further_calendars(linked)] == [
        ("個人用", False),
        ("旧", True),
    ]
    with pytest.raises(TimeTaken):
        book(page, late(1))
    assert book(page, late(2)).starts_at == late(2).start


def test_a_further_calendar_that_cannot_be_read_makes_everything_unknown(tenant, linked):
    chosen(linked)
    run_jobs()
    linked.refresh_from_db()
    before = linked.mirror_read_at
    enters(tenant, late(1), PERSONAL_CALENDAR)
    tenant.fault(FaultKind.UNAVAILABLE, SATO)
    observe(linked.pk)
    linked.refresh_from_db()
    assert (linked.mirror_read_at, bool(linked.mirror_error)) == (before, True)


def test_a_choice_made_during_a_reading_is_not_lost_to_it(tenant, linked):
    reading = read(linked, timezone.now())
    chosen(Connection.objects.get())
    assert keep(linked, reading) is False
    assert Connection.objects.get().mirror_read_at is None


def test_a_calendar_of_somebody_else_cannot_be_chosen(tenant, linked):
    with pytest.raises(InvalidInput):
        choose_calendars(linked, ["c29tZXRoaW5n"], further_calendars(linked))


def test_what_counts_as_busy_is_the_members_to_say_in_the_mirror_and_live(tenant, linked, page, sato):
    statuses = ("tentative", "oof", "workingElsewhere", "free", "busy")
    for number, status in enumerate(statuses):
        enters(tenant, late(number + 1), show_as=status)
    observe(linked.pk)
    assert [offered(page, late(n)) for n in range(1, 6)] == [False, False, True, True, False]
    choose_busy(sato, ["workingElsewhere", "free"])
    assert [offered(page, late(n)) for n in range(1, 6)] == [True, True, False, False, False]
    observe(linked.pk)
    enters(tenant, late(6), show_as="free")
    for taken in (3, 5, 6):
        with pytest.raises(TimeTaken):
            book(page, late(taken))
    assert book(page, late(1)).starts_at == late(1).start
    with pytest.raises(InvalidInput):
        choose_busy(sato, ["busy"])


def test_what_was_declined_takes_no_time_whatever_is_chosen(tenant, linked, sato):
    row = MirroredEvent.objects.create(
        connection=linked, remote_id="x", starts_at=late(1).start, ends_at=late(1).end,
        show_as="tentative", declined=True, blocks=False,
    )  # fmt: skip
    choose_busy(sato, ["tentative", "free"])
    row.refresh_from_db()
    assert row.blocks is False


# --- the page -----------------------------------------------------------------------------------------------

URL = "/settings/connections/calendars"


@pytest.fixture
def client(sato) -> Client:
    found = Client(headers={"accept-language": "ja"})
    found.force_login(sato, backend="django.contrib.auth.backends.ModelBackend")
    return found


def test_the_page_lists_the_calendars_and_keeps_what_is_ticked(tenant, linked, client, sato):
    text = client.get(URL).content.decode()
    assert "個人用" in text
    assert "空き時間の判定" in client.get("/settings/connections").content.decode()
    personal = calendar_id(tenant.mailbox(SATO), PERSONAL_CALENDAR)
    answer = client.post(URL, {"calendars": [personal], "counts_as_busy": ["oof"]})
    assert answer.headers["Location"] == URL
    sato.refresh_from_db()
    assert sato.counts_as_busy == ["oof"]
    assert [one["name"] for one in Connection.objects.get().further_calendars] == ["個人用"]
    ticked = client.get(URL).content.decode()
    assert ticked.count("checked") == 2
    refused = client.post(URL, {"calendars": ["made-up"], "counts_as_busy": []})
    assert refused.status_code == 200
    sato.refresh_from_db()
    assert sato.counts_as_busy == ["oof"]


def test_without_an_answer_the_choice_of_calendars_stays(tenant, linked, client, sato):
    chosen(linked)
    tenant.fault(FaultKind.UNAVAILABLE, SATO)
    assert "カレンダーの一覧を読み取れませんでした" in client.get(URL).content.decode()
    client.post(URL, {"counts_as_busy": ["free"]})
    sato.refresh_from_db()
    assert sato.counts_as_busy == ["free"]
    assert len(Connection.objects.get().further_calendars) == 1


def test_without_a_connection_only_the_statuses_are_asked(client, sato):
    assert "接続すると" in client.get(URL).content.decode()
    client.post(URL, {"counts_as_busy": []})
    sato.refresh_from_db()
    assert sato.counts_as_busy == []
