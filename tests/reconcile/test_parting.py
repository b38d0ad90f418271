"""接続解除 gives the permission back at the provider, once nothing of ours needs it any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from chosei import wiring
from chosei.actions.cancellation import cancel_by_host
from chosei.actions.connecting import begin_connection, complete_connection
from chosei.actions.connections import disconnect
from chosei.actions.errors import ConnectRefused
from chosei.actions.limits import counted
from chosei.actions.members import add_member
from chosei.reconcile.parting import DAY, GIVE_BACK, TRIES, part_with
from chosei.reconcile.sweep import sweep
from chosei.records.models import Connection, Member, RateCount
from chosei.sandbox.google.clients import CLIENT_ID
from tests.actions.test_races import together
from tests.reconcile.test_zoom import SATO, settled
from tests.support.google_tenant import GoogleTenant, google_tenant_on
from tests.support.toy.provider import ToyAuthorization, ToyProvider, sign_in
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


@pytest.mark.parametrize("colleague", ["stays", "leaves first"])
def test_a_zoom_account_is_finished_through_the_colleague_who_has_it_now(zoom, zoomed, sato, colleague):
    """Their sign-in ended the permission of who let it go, whose end does not touch theirs."""
    appointment = settled(sato)
    disconnect(sato, zoomed, now=timezone.now())
    suzuki = add_member(sato.organization, "suzuki@sample.example", "鈴木")
    theirs = zoom.connect(suzuki, SATO)
    grants = zoom.zoom.grants
    zoomed.refresh_from_db()
    assert grants.holder(zoomed.refresh_token, "refresh") is None
    if colleague == "leaves first":
        let_go(suzuki, theirs)
        assert theirs.state == "ending", "the other has nothing else to finish with"
    cancel_by_host(sato, appointment, reason="", now=timezone.now())
    run_jobs()
    assert zoom.meetings(SATO) == []
    swept(zoomed)
    swept(theirs)
    assert zoomed.state == "ended"
    lives = grants.holder(theirs.refresh_token, "refresh") is not None
    both = (theirs.state, lives, grants.has_added(zoom.person(SATO).id))
    assert both == (("active", True, True) if colleague == "stays" else ("ended", False, False))


def test_an_account_that_somebody_else_uses_keeps_its_permission(workspace, sato):
    suzuki = add_member(sato.organization, "suzuki@sample.example", "鈴木")
    first, second = workspace.connect(sato), workspace.connect(suzuki, "sato@sample.example")
    run_jobs()
    let_go(sato, first)
    assert first.state == "ended"
    second.refresh_from_db()
    assert workspace.google.grants.find("refresh", second.refresh_token) is not None


@pytest.fixture
def toy(calendars) -> ToyAuthorization:
    return ToyProvider.accounts


@pytest.fixture
def left(toy, sato) -> Connection:
    """An account that was let go, with nothing of ours left in it."""
    connection = sign_in(sato, "toy")
    run_jobs()
    disconnect(sato, connection, now=timezone.now())
    return connection


@pytest.fixture(params=["owner", "colleague"])
def whoever(request, sato) -> Member:
    if request.param == "owner":
        return sato
    return add_member(sato.organization, "suzuki@sample.example", "鈴木")


def connect_again(who: Member) -> Connection | ConnectRefused:
    try:
        return sign_in(who, "toy", address=SATO)
    except ConnectRefused as refused:
        return refused


def test_a_sign_in_while_the_permission_is_taken_back_does_not_keep_a_dead_one(toy, left, whoever):
    """It came in between: what it brought dies with all that the owner had allowed."""
    met: list[Connection | ConnectRefused] = []
    toy.meanwhile = lambda: met.append(connect_again(whoever))
    part_with(left.pk)
    assert [str(one) for one in met] == ["let_go_just_now"]
    assert toy.alive == set()
    left.refresh_from_db()
    assert left.state == "ended"
    again = connect_again(whoever)
    assert isinstance(again, Connection)
    assert toy.alive == {SATO}


def test_an_owner_who_is_on_the_way_back_is_waited_for(toy, left, sato):
    state = parse_qs(urlsplit(begin_connection(sato, "toy")).query)["state"][0]
    part_with(left.pk)
    assert toy.alive == {SATO}
    complete_connection(sato, "toy", state=state, code=SATO, error="")
    part_with(left.pk)
    left.refresh_from_db()
    assert (left.state, toy.alive) == ("active", {SATO})


def test_whoever_connects_at_the_same_moment_has_a_living_permission_or_none(toy, left, whoever):
    for _ in range(6):
        Connection.objects.filter(pk=left.pk).update(state="ending", refresh_token=SATO)
        RateCount.objects.all().delete()
        made = together(partial(part_with, left.pk), partial(connect_again, whoever))[1]
        if isinstance(made, Connection):
            assert toy.alive == {SATO}
            disconnect(whoever, made, now=timezone.now())
            Connection.objects.filter(pk=made.pk).update(state="ended", giving_back_until=None)
        else:
            assert str(made) == "let_go_just_now"


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
