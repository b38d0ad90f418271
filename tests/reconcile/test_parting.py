"""接続解除 gives the permission back at the provider, once nothing of ours needs it any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from chosei import wiring
from chosei.actions.connections import disconnect
from chosei.actions.limits import counted
from chosei.actions.members import add_member
from chosei.reconcile.parting import DAY, GIVE_BACK, TRIES, part_with
from chosei.reconcile.sweep import sweep
from chosei.records.models import Connection, Member
from chosei.sandbox.google.clients import CLIENT_ID
from tests.reconcile.test_zoom import SATO, settled
from tests.support.google_tenant import GoogleTenant, google_tenant_on
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def workspace(settings, request) -> Iterator[GoogleTenant]:
    with google_tenant_on(settings, request) as made:
        yield made


def swept(connection: Connection) -> None:
    for _ in range(2):
        sweep()
        run_jobs()
    connection.refresh_from_db()


def let_go(member: Member, connection: Connection) -> None:
    disconnect(member, connection, now=timezone.now())
    run_jobs()
    swept(connection)


def test_zoom_is_told_and_the_tokens_are_erased(zoom, zoomed, sato):
    let_go(sato, zoomed)
    assert (zoomed.state, zoomed.refresh_token) == ("ended", "")
    assert not zoom.zoom.grants.has_added(zoom.person(SATO).id)


def test_not_before_the_last_meeting_has_passed(zoom, zoomed, sato):
    settled(sato)
    let_go(sato, zoomed)
    assert zoomed.state == "ending"
    assert zoom.zoom.grants.has_added(zoom.person(SATO).id)


def test_google_takes_everything_back(workspace, sato):
    connection = workspace.connect(sato)
    run_jobs()
    connection.refresh_from_db()
    token, sub = connection.refresh_token, connection.account_object
    let_go(sato, connection)
    assert (connection.state, connection.refresh_token) == ("ended", "")
    assert workspace.google.grants.find("refresh", token) is None
    assert workspace.google.grants.consented(CLIENT_ID, sub) == frozenset()


def test_an_account_that_somebody_else_uses_keeps_its_permission(workspace, sato):
    suzuki = add_member(sato.organization, "suzuki@sample.example", "鈴木")
    first, second = workspace.connect(sato), workspace.connect(suzuki, "sato@sample.example")
    run_jobs()
    let_go(sato, first)
    assert first.state == "ended"
    second.refresh_from_db()
    assert workspace.google.grants.find("refresh", second.refresh_token) is not None


def test_what_was_taken_back_there_already_is_done(zoom, zoomed, sato):
    zoom.zoom.grants.remove(zoom.person(SATO).id)
    let_go(sato, zoomed)
    assert (zoomed.state, zoomed.refresh_token) == ("ended", "")


def test_a_provider_that_is_away_is_asked_again_and_not_for_ever(zoom, zoomed, sato, settings):
    disconnect(sato, zoomed, now=timezone.now())
    run_jobs()
    settings.CHOSEI_ZOOM_LOGIN_URL = "http://127.0.0.1:9"
    wiring.forget()
    with time_machine.travel(datetime(2030, 5, 1, 9, tzinfo=UTC), tick=False) as clock:
        for tried in range(1, TRIES):
            part_with(zoomed.pk)
            part_with(zoomed.pk)  # too soon: not asked
            zoomed.refresh_from_db()
            assert (counted(GIVE_BACK, str(zoomed.pk), seconds=DAY), zoomed.state) == (tried, "ending")
            clock.shift(timedelta(minutes=10))
        part_with(zoomed.pk)  # the last attempt
        zoomed.refresh_from_db()
        assert zoomed.state == "ending"
        part_with(zoomed.pk)
    zoomed.refresh_from_db()
    assert (zoomed.state, zoomed.refresh_token) == ("ended", "")
