"""Many who ask at once share a read, and never one that began before they asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from chosei.actions.sharing import SharedReads
from chosei.core.intervals import Interval
from chosei.ports.calendar import BusyEvent, ShowAs
from chosei.ports.errors import Transient
from chosei.records.models import Connection
from tests.support.company import NOW, span

SATO, SUZUKI = Connection(pk=1), Connection(pk=2)


class Calendar:
    """Answers when it is let; each answer is one event that tells when its reading began."""

    def __init__(self) -> None:
        self.begun: list[tuple[int, Interval]] = []
        self.let_go = threading.Semaphore(0)
        self.react: Callable[[], None] = lambda: None

    def read(self, connection: Connection, window: Interval) -> list[BusyEvent]:
        number = len(self.begun)
        self.begun.append((connection.pk, window))
        assert self.let_go.acquire(timeout=30)
        self.react()
        return [BusyEvent(str(number), NOW, NOW + timedelta(hours=1), ShowAs.BUSY, "")]

    def has_begun(self, times: int) -> None:
        until = time.monotonic() + 30
        while len(self.begun) < times:
            assert time.monotonic() < until, "no reading began"
            time.sleep(0.001)


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def reads(calendar: Calendar) -> SharedReads:
    return SharedReads(calendar.read, threads=4)


def numbers(*asked):
    return [future.result(10)[0].remote_id for future in asked]


def test_who_comes_during_a_reading_shares_the_next(calendar, reads):
    first = reads.ask(SATO, span(1, 10))
    calendar.has_begun(1)
    later = [reads.ask(SATO, span(day, 10)) for day in (3, 2, 4)]
    calendar.let_go.release()
    assert numbers(first) == ["0"]
    calendar.has_begun(2)
    latest = reads.ask(SATO, span(1, 10))
    calendar.let_go.release(2)
    assert numbers(*later) == ["1"] * 3
    assert numbers(latest) == ["2"]
    assert calendar.begun[1][1] == Interval(span(2, 10).start, span(4, 10).end), "all that was asked for"


def test_calendars_do_not_wait_for_each_other(calendar, reads):
    stuck = reads.ask(SATO, span(1, 10))
    calendar.has_begun(1)
    other = reads.ask(SUZUKI, span(1, 10))
    calendar.has_begun(2)
    calendar.let_go.release(2)
    assert sorted(numbers(stuck, other)) == ["0", "1"]


def test_a_failure_is_told_to_all_who_asked_for_it_and_ends_there(calendar, reads):
    def fail() -> None:
        calendar.react = lambda: None
        raise Transient("down")

    calendar.react = fail
    first = reads.ask(SATO, span(1, 10))
    calendar.has_begun(1)
    second = reads.ask(SATO, span(1, 10))
    calendar.let_go.release(2)
    with pytest.raises(Transient):
        first.result(10)
    assert numbers(second) == ["1"]
    third = reads.ask(SATO, span(1, 10))
    calendar.let_go.release()
    assert numbers(third) == ["2"]


def test_a_crowd_costs_few_readings_and_nobody_gets_an_old_one(calendar, reads):
    calendar.let_go.release(1000)
    calendar.react = lambda: time.sleep(0.005)
    wrong: list[str] = []

    def customer() -> None:
        for _ in range(10):
            begun_before = len(calendar.begun)
            found = int(reads.ask(SATO, span(1, 10)).result(10)[0].remote_id)
            if found < begun_before:
                wrong.append(f"reading {found}, asked after {begun_before} had begun")

    threads = [threading.Thread(target=customer) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert wrong == []
    assert len(calendar.begun) <= 30  # of 200 questions
