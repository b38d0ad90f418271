"""Four places a mailbox, over all sessions."""

from __future__ import annotations

import threading

import pytest
from django.db import connections, transaction
from django.utils import timezone

from chosei import wiring
from chosei.ports.authorization import Identity
from chosei.ports.errors import Throttled
from chosei.reconcile.limiter import pause, places
from chosei.records.models import MailboxPause

pytestmark = pytest.mark.django_db(transaction=True)


class Elsewhere:
    """Another process, as far as the database can tell: it holds places until it is let go, or killed."""

    def __init__(self, account: str, count: int) -> None:
        self._account, self._count = account, count
        self._held, self._let_go = threading.Event(), threading.Event()
        self._release = True
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            with places(self._account, self._count):
                self._held.set()
                self._let_go.wait(20)
                if not self._release:
                    connections.close_all()
        finally:
            connections.close_all()

    def __enter__(self) -> Elsewhere:
        self._thread.start()
        assert self._held.wait(10)
        return self

    def __exit__(self, *error: object) -> None:
        self._let_go.set()
        self._thread.join(timeout=60)

    def die(self) -> None:
        """The session ends without giving anything back."""
        self._release = False
        self.__exit__()


def test_four_places_and_no_fifth() -> None:
    with Elsewhere("sato", 1), Elsewhere("sato", 1), Elsewhere("sato", 1):
        with places("sato", 1, wait=0):
            pass
        with pytest.raises(Throttled) as busy, places("sato", 2, wait=0.2):
            raise AssertionError("there are only four")
        assert busy.value.code == "mailbox_busy"
        assert busy.value.retry_after > 0


def test_another_mailbox_has_its_own() -> None:
    with Elsewhere("sato", 4), places("suzuki", 4, wait=0):
        pass


def test_what_could_not_be_had_whole_is_given_back() -> None:
    with Elsewhere("sato", 3):
        with pytest.raises(Throttled), places("sato", 2, wait=0):
            raise AssertionError("only one is free")
        with Elsewhere("sato", 1):
            pass


def test_waiting_ends_when_places_become_free() -> None:
    with Elsewhere("sato", 4) as other:
        threading.Timer(0.2, other._let_go.set).start()
        with places("sato", 4, wait=10):
            pass


def test_a_killed_session_leaves_nothing_taken() -> None:
    with Elsewhere("sato", 4) as other:
        other.die()
        with places("sato", 4, wait=5):
            pass


def test_a_failure_gives_the_places_back() -> None:
    with pytest.raises(ValueError), places("sato", 4):
        raise ValueError("the call failed")
    with Elsewhere("sato", 4):
        pass


def test_never_inside_a_transaction() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError), places("sato", 1):
        raise AssertionError("the network would be inside")


def test_a_wish_to_wait_is_obeyed_by_every_process() -> None:
    pause("sato", 30)
    with pytest.raises(Throttled) as told, places("sato", 1):
        raise AssertionError("it was to be left alone")
    assert told.value.code == "asked_to_wait"
    assert 29 < told.value.retry_after <= 30
    with places("suzuki", 1):
        pass
    pause("sato", 5)  # a shorter wish does not shorten a longer one
    with pytest.raises(Throttled) as told, places("sato", 1):
        raise AssertionError("it was to be left alone")
    assert told.value.retry_after > 28
    MailboxPause.objects.update(until=timezone.now())
    with places("sato", 4, wait=0):
        pass


def test_a_wish_told_to_somebody_before_us_in_the_line_is_heard() -> None:
    with Elsewhere("sato", 4) as other:

        def told() -> None:
            pause("sato", 30)
            connections.close_all()
            other._let_go.set()

        threading.Timer(0.2, told).start()
        with pytest.raises(Throttled) as refused, places("sato", 1, wait=10):
            raise AssertionError("it was to be left alone")
    assert refused.value.code == "asked_to_wait"


def test_somebody_who_signs_in_anew_takes_a_place_like_everybody() -> None:
    who = Identity("tenant-1", "object-1", "佐藤 健一", "sato@sample.example")
    calendar = wiring.calendar_with("microsoft", "token", who)
    pause("tenant-1:object-1", 30)
    with pytest.raises(Throttled) as refused:
        calendar.profile()
    assert refused.value.code == "asked_to_wait", "the mailbox is at work and wants to be left alone"
