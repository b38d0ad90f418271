"""What may be promised: nothing on a calendar that is not read, not ours, or no longer where it was."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from chosei import wiring
from chosei.actions.agenda import availability
from chosei.actions.booking import book_page
from chosei.actions.confirm import confirm_candidate
from chosei.actions.connections import disconnect
from chosei.actions.errors import InvalidInput, TimeTaken, Unverifiable
from chosei.actions.inputs import Booking
from chosei.actions.live import read_live
from chosei.actions.offers import proposal_offer
from chosei.actions.people import attending
from chosei.core.availability import Known
from chosei.core.hours import WeeklyHours
from chosei.core.intervals import Interval
from chosei.ports.calendar import BusyEvent, ShowAs
from chosei.ports.errors import Transient
from chosei.ports.providers import PROVIDERS
from chosei.reconcile.observe import observe
from chosei.records.locks import lock_hosts
from chosei.records.models import Appointment, BookingPageHost, CalendarEntry, MirroredEvent
from tests.support.company import GUEST, connect, member, propose, publish
from tests.support.memory_calendar import MemoryCalendar, StoredEvent
from tests.support.memory_provider import PATH, RememberedProvider
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)


class Meddling(MemoryCalendar):
    """A calendar that is asked at a bad moment: ``meanwhile`` happens instead of an answer."""

    meanwhile: Callable[[], None]

    def read_busy(self, window: Interval, *, calendar: str = "") -> list[BusyEvent]:
        type(self).meanwhile()
        raise Transient("timeout")


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[RememberedProvider]]:
    wiring.forget()
    monkeypatch.setitem(PROVIDERS, "microsoft", PATH)
    yield RememberedProvider.reset()
    wiring.forget()


@pytest.fixture
def meddle(provider, monkeypatch) -> Callable[[Callable[[], None]], None]:
    def having(meanwhile: Callable[[], None]) -> None:
        Meddling.meanwhile = staticmethod(meanwhile)  # type: ignore[assignment]
        monkeypatch.setattr(
            provider, "calendar", lambda self, access: Meddling(self.service, access.object_id)
        )

    return having


def offered(author, days=(1, 2), **values):
    return propose(author, [late(day) for day in days], now=timezone.now(), guest_email="", **values)


def around_the_clock(owner):
    always = WeeklyHours.parse([[("00:00", "24:00")]] * 7, "Asia/Tokyo")
    return publish(owner, hours=always, duration_minutes=60, step_minutes=60)


def confirm(proposal):
    first = proposal.candidates.earliest("starts_at").pk
    return confirm_candidate(proposal, first, GUEST, submission=uuid4(), now=timezone.now())


def book(page, wanted):
    return book_page(page, Booking(wanted.start), GUEST, submission=uuid4(), now=timezone.now())


def in_the_calendar(provider, connection, wanted: Interval, **values) -> StoredEvent:
    service = provider.service
    event = StoredEvent(
        **{
            "remote_id": f"theirs-{service.number()}",
            "version": 1,
            "title": "社内会議",
            "start": wanted.start,
            "end": wanted.end,
            "show_as": ShowAs.BUSY,
            **values,
        }
    )
    service.mailbox(connection.account_object).events[event.remote_id] = event
    return event


# --- accounts that are let go at the same moment


def test_a_page_is_not_booked_on_the_mirror_of_an_account_let_go_meanwhile(meddle):
    owner = member()
    connection = connect(owner, now=timezone.now())
    page = around_the_clock(owner)
    MirroredEvent.objects.create(
        connection=connection, remote_id="x", starts_at=late(1).start, ends_at=late(1).end, show_as="busy"
    )
    meddle(lambda: disconnect(owner, connection, now=timezone.now()))
    with pytest.raises(Unverifiable):
        book(page, late(1))
    assert not Appointment.objects.exists()


def test_a_confirmation_asks_nothing_of_an_account_let_go_meanwhile(meddle):
    author = member()
    connection = connect(author, now=timezone.now())
    proposal = offered(author)
    meddle(lambda: disconnect(author, connection, now=timezone.now()))
    assert confirm(proposal).organizer is None
    assert not CalendarEntry.objects.filter(desired__isnull=False).exists()


def test_holds_are_not_asked_of_an_account_that_is_being_let_go(provider):
    author = member()
    connection = connect(author, now=timezone.now())

    def offering() -> None:
        try:
            offered(author)
        finally:
            connections.close_all()

    offer = threading.Thread(target=offering)
    with transaction.atomic():
        lock_hosts([author.pk])
        offer.start()
        time.sleep(0.5)
        disconnect(author, connection, now=timezone.now())
    offer.join(20)
    assert author.proposals.count() == 1
    assert CalendarEntry.objects.count() == 0


def test_a_page_whose_hosts_were_changed_meanwhile_promises_the_time_of_whom_it_has_now(meddle):
    owner = member()
    connect(owner, now=timezone.now())
    other = member(owner.organization)
    connect(other, now=timezone.now())
    page = around_the_clock(owner)
    meddle(lambda: BookingPageHost.objects.filter(page=page).update(member=other))
    assert [promise.host for promise in book(page, late(1)).promises.all()] == [other]


# --- what could not be read


def test_a_live_read_without_a_database_connection_is_a_failed_read(meddle):
    owner = member()
    connection = connect(owner, now=timezone.now())

    def no_place() -> None:
        raise OperationalError("couldn't get a connection after 10.00 sec")

    meddle(no_place)
    assert read_live([connection], late(1)) == {}


# --- whose event it is


def test_a_copy_of_our_hold_that_a_person_made_takes_their_time(provider):
    author = member()
    connection = connect(author, now=timezone.now())
    page = around_the_clock(author)
    offered(author, days=(1,))
    run_jobs()
    [hold] = provider.service.mailbox(connection.account_object).events.values()
    in_the_calendar(provider, connection, late(5), key=hold.key)
    with pytest.raises(TimeTaken):
        book(page, late(5))


def test_an_appointment_that_its_host_moved_takes_the_time_where_it_stands_now(provider):
    author = member()
    connection = connect(author, now=timezone.now())
    page = around_the_clock(author)
    confirm(offered(author))
    run_jobs()
    events = provider.service.mailbox(connection.account_object).events
    [event] = [one for one in events.values() if one.show_as == ShowAs.BUSY]
    events[event.remote_id] = replace(event, start=late(6).start, end=late(6).end, version=9)
    with pytest.raises(TimeTaken):
        book(page, late(6))
    observe(connection.pk)
    connection.refresh_from_db()
    [known] = availability(attending([author]), late(6), now=timezone.now())
    assert isinstance(known, Known)
    assert known.busy == [late(6)]


def test_a_hold_that_its_host_shifted_a_little_still_is_what_the_customer_takes(provider):
    author = member()
    connection = connect(author, now=timezone.now())
    proposal = offered(author, days=(1,))
    run_jobs()
    events = provider.service.mailbox(connection.account_object).events
    [hold] = events.values()
    shifted = late(1, 30)
    events[hold.remote_id] = replace(hold, start=shifted.start, end=shifted.end, version=9)
    observe(connection.pk)
    assert [offer.free for offer in proposal_offer(proposal, now=timezone.now())] == [True]
    assert confirm(proposal).starts_at == late(1).start


def test_something_without_length_is_free_on_the_page_and_when_it_is_taken(provider):
    author = member()
    connection = connect(author, now=timezone.now())
    proposal = offered(author, days=(1,))
    run_jobs()
    middle = late(1, 30).end
    in_the_calendar(provider, connection, Interval(late(1).start, middle))
    reminder = in_the_calendar(provider, connection, late(1))
    events = provider.service.mailbox(connection.account_object).events
    events.clear()
    events[reminder.remote_id] = replace(reminder, start=middle, end=middle)
    observe(connection.pk)
    assert [offer.free for offer in proposal_offer(proposal, now=timezone.now())] == [True]
    assert confirm(proposal).starts_at == late(1).start


@pytest.mark.parametrize("title", ["会議 \ud83d", "a\x00b"])
def test_a_title_with_half_a_character_does_not_keep_a_calendar_from_being_read(provider, title):
    connection = connect(member(), now=timezone.now(), mirror_read_at=None)
    in_the_calendar(provider, connection, late(1), title=title)
    observe(connection.pk)
    connection.refresh_from_db()
    assert connection.mirror_read_at is not None
    assert MirroredEvent.objects.get().subject.isprintable()


# --- times out of all reason


@pytest.mark.parametrize("days", [2000, 2_900_000])
def test_nothing_is_offered_in_a_distant_future(days):
    author = member()
    with pytest.raises(InvalidInput) as refused:
        offered(author, days=(1, days))
    assert refused.value.fields == {"candidates": "out_of_range"}
    with pytest.raises(InvalidInput) as refused:
        offered(author, deadline=late(days).start)
    assert refused.value.fields == {"deadline": "out_of_range"}
