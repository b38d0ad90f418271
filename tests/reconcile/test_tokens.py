"""Access tokens: refreshed in time, one at a time, the newest kept, sealed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from time import sleep
from typing import Any

import pytest
from django.db import connection as database
from django.db import connections, transaction
from django.utils import timezone

from chosei import wiring
from chosei.ports.errors import NeedsReconnect, Transient
from chosei.ports.providers import PROVIDERS
from chosei.reconcile.tokens import access_token, keep_alive
from chosei.records.models import Connection, MailKind, MailMessage
from tests.support.company import connect, member
from tests.support.memory_provider import PATH, Refreshing, RememberedProvider

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def refreshing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Refreshing]:
    wiring.forget()
    monkeypatch.setitem(PROVIDERS, "microsoft", PATH)
    yield RememberedProvider.reset().refreshing
    wiring.forget()


def linked(minutes: float = 60, **values: Any) -> Connection:
    """A connection whose access token ends in so many minutes."""
    until = timezone.now() + timedelta(minutes=minutes)
    return connect(
        member(), access_token="access-0", refresh_token="refresh-0", access_expires_at=until, **values
    )


def test_a_fresh_token_is_used_as_it_is(refreshing: Refreshing) -> None:
    assert access_token(linked().pk) == "access-0"
    assert refreshing.presented == []


@pytest.mark.parametrize("minutes", [4.9, 0, -600])
def test_a_token_is_refreshed_five_minutes_before_it_ends(refreshing: Refreshing, minutes: float) -> None:
    kept = linked(minutes)
    assert access_token(kept.pk) == "access-1"
    kept.refresh_from_db()
    assert (kept.access_token, kept.refresh_token, kept.scopes) == (
        "access-1",
        "refresh-1",
        "Calendars.ReadWrite",
    )
    assert kept.access_expires_at is not None
    assert kept.access_expires_at > timezone.now() + timedelta(minutes=50)
    assert access_token(kept.pk) == "access-1"
    assert refreshing.presented == ["refresh-0"]


def test_each_refresh_presents_the_newest_token(refreshing: Refreshing) -> None:
    kept = linked()
    assert [access_token(kept.pk, force=True) for _ in range(3)] == ["access-1", "access-2", "access-3"]
    assert refreshing.presented == ["refresh-0", "refresh-1", "refresh-2"]


def test_tokens_are_sealed_in_the_database(refreshing: Refreshing) -> None:
    kept = linked(minutes=0)
    access_token(kept.pk)
    with database.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM records_connection WHERE id = %s", [kept.pk])
        row = cursor.fetchone()
    assert not any(secret in str(row) for secret in ("access-1", "refresh-1"))


def test_many_at_once_make_one_refresh(refreshing: Refreshing) -> None:
    kept = linked(minutes=0)
    refreshing.react = lambda: sleep(0.2)
    found: list[str] = []

    def ask() -> None:
        try:
            found.append(access_token(kept.pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert found == ["access-1"] * 5
    assert refreshing.presented == ["refresh-0"]


def test_who_is_in_a_hurry_does_not_stand_in_line_behind_a_refresh_that_hangs(refreshing: Refreshing) -> None:
    kept = linked(minutes=0)
    hangs, answers = threading.Event(), threading.Event()
    found: list[str] = []

    def hang() -> None:
        hangs.set()
        answers.wait(timeout=20)

    def ask() -> None:
        try:
            found.append(access_token(kept.pk, wait=0.1))
        finally:
            connections.close_all()

    refreshing.react = hang
    first = threading.Thread(target=ask)
    first.start()
    assert hangs.wait(timeout=20)
    with pytest.raises(Transient) as slow:
        access_token(kept.pk, wait=0.1)
    answers.set()
    first.join(timeout=20)
    assert slow.value.code == "token_refresh_slow"
    assert found == ["access-1"]  # the one that had begun is kept, however late
    assert refreshing.presented == ["refresh-0"]


def test_a_lost_permission_pauses_the_connection_and_tells_its_owner_once(refreshing: Refreshing) -> None:
    kept = linked(minutes=0)

    def gone() -> None:
        raise NeedsReconnect("invalid_grant:AADSTS700082")

    refreshing.react = gone
    for _ in range(2):
        with pytest.raises(NeedsReconnect) as refused:
            access_token(kept.pk)
        assert refused.value.code == "invalid_grant:AADSTS700082"
    kept.refresh_from_db()
    assert (kept.state, kept.problem) == ("needs_reconnect", "invalid_grant:AADSTS700082")
    assert refreshing.presented == ["refresh-0"]
    assert MailMessage.objects.filter(connection=kept, kind=MailKind.RECONNECT).count() == 1


def test_an_outage_changes_nothing(refreshing: Refreshing) -> None:
    kept = linked(minutes=0)

    def away() -> None:
        raise Transient("temporarily_unavailable")

    refreshing.react = away
    with pytest.raises(Transient):
        access_token(kept.pk)
    keep_alive(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, kept.trouble, kept.refresh_token) == ("active", "", "refresh-0")


@pytest.mark.parametrize("lost", [False, True])
def test_a_new_sign_in_meanwhile_is_not_overwritten(refreshing: Refreshing, lost: bool) -> None:
    kept = linked(minutes=0)

    def owner_signs_in_again() -> None:
        row = Connection.objects.get(pk=kept.pk)
        row.access_token, row.refresh_token = "access-new", "refresh-new"
        row.access_expires_at = timezone.now() + timedelta(hours=1)
        row.save()
        if lost:
            raise NeedsReconnect("invalid_grant")

    refreshing.react = owner_signs_in_again
    assert access_token(kept.pk) == "access-new"
    kept.refresh_from_db()
    assert (kept.state, kept.access_token, kept.refresh_token) == ("active", "access-new", "refresh-new")


@pytest.mark.parametrize("state", ["needs_reconnect", "ended", "approval_only"])
def test_a_connection_that_is_not_live_has_no_token(refreshing: Refreshing, state: str) -> None:
    kept = linked(state=state)
    with pytest.raises(NeedsReconnect) as refused:
        access_token(kept.pk)
    assert refused.value.code == f"connection_{state}"
    assert refreshing.presented == []


def test_an_ending_connection_may_still_finish_its_affairs(refreshing: Refreshing) -> None:
    assert access_token(linked(minutes=0, state="ending").pk) == "access-1"


def test_no_network_inside_a_transaction(refreshing: Refreshing) -> None:
    kept = linked(minutes=0)
    with transaction.atomic(), pytest.raises(RuntimeError):
        access_token(kept.pk)
    assert refreshing.presented == []
