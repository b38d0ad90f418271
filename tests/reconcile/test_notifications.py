"""The sandbox notifies a live Chosei: what a person enters in Outlook is known within seconds."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from chosei.actions.connections import disconnect
from chosei.actions.offers import page_offer
from chosei.core.hours import WeeklyHours
from chosei.ports.errors import NeedsReconnect
from chosei.reconcile.sweep import sweep
from chosei.reconcile.watching import look_after
from chosei.records.models import Connection, MirroredEvent, Subscription
from tests.support.company import publish
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"
SECONDS = 8.0


@pytest.fixture
def reached(live_server, settings) -> str:
    """Chosei under an address that the sandbox can reach."""
    settings.CHOSEI_PUBLIC_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def watched(tenant, reached, sato) -> Connection:
    connection = tenant.connect(sato)
    run_jobs()
    settle()
    return connection


def standing(tenant):
    return tenant.store.subscriptions.all()


def eventually(look):
    """What ``look`` finds while the worker goes on."""
    until = time.monotonic() + SECONDS
    while not (found := look()):
        assert time.monotonic() < until, "nothing happened"
        run_jobs()
        time.sleep(0.05)
    return found


def settle() -> None:
    """Until what we wrote ourselves has been told back."""
    quiet = time.monotonic() + 0.5
    while time.monotonic() < quiet:
        if run_jobs():
            quiet = time.monotonic() + 0.5
        time.sleep(0.05)


def test_what_is_entered_in_outlook_leaves_the_public_page_within_seconds(tenant, watched, sato):
    always = WeeklyHours.parse([[("00:00", "24:00")]] * 7, "Asia/Tokyo")
    page = publish(sato, hours=always)
    time_wanted = late(2)
    day = time_wanted.start.date()

    def offered() -> bool:
        slots = page_offer(page, day, day, now=timezone.now()).slots
        return any(slot.overlaps(time_wanted) for slot in slots)

    assert offered()
    tenant.store.create_as(tenant.mailbox(SATO), "商談", time_wanted.start, time_wanted.end)
    begun = time.monotonic()
    eventually(lambda: not offered())
    assert time.monotonic() - begun < SECONDS
    [event] = [one for one in tenant.calendar(SATO) if one.event.subject == "商談"]
    tenant.store.delete_as(tenant.mailbox(SATO), event.id(immutable=True))
    eventually(offered)


def test_one_subscription_stands_and_is_extended_daily(tenant, watched):
    [asked] = standing(tenant)
    row = Subscription.objects.get(connection=watched)
    assert (row.remote_id, row.problem) == (asked.id, "")
    assert row.expires_at > timezone.now() + timedelta(days=6)
    assert asked.client_state not in (row.secret_hash, ""), "the secret itself is not kept"
    sweep()
    assert "chosei.watch" not in run_jobs()
    tenant.store.subscriptions.renew(asked, timezone.now() + timedelta(hours=3))
    Subscription.objects.update(due_at=timezone.now())
    sweep()
    assert "chosei.watch" in run_jobs()
    [extended] = standing(tenant)
    assert extended.id == asked.id
    assert extended.expires > timezone.now() + timedelta(days=6)
    row.refresh_from_db()
    assert timezone.now() + timedelta(hours=20) < row.due_at < row.expires_at


def test_a_removed_subscription_comes_back(tenant, watched):
    [asked] = standing(tenant)
    tenant.store.subscriptions.lifecycle(asked, "subscriptionRemoved")
    # Lifecycle events are delivered like any other; this one is picked up and answered.
    eventually(lambda: [one for one in standing(tenant) if one.id != asked.id])
    settle()
    assert Subscription.objects.get().remote_id == standing(tenant)[0].id


def test_reauthorization_is_answered(tenant, watched):
    [asked] = standing(tenant)
    tenant.store.subscriptions.lifecycle(asked, "reauthorizationRequired")
    before = Subscription.objects.get().changed_at
    eventually(
        lambda: (
            Subscription.objects.get().due_at > timezone.now()
            and Subscription.objects.get().changed_at > before
        )
    )
    assert [one.id for one in standing(tenant)] == [asked.id]


def test_an_answer_that_was_lost_leaves_no_second_one(tenant, watched):
    Subscription.objects.all().delete()  # as if we had died before writing it down
    sweep()
    run_jobs()
    [asked] = standing(tenant)
    assert Subscription.objects.get().remote_id == asked.id


def test_disconnecting_ends_it(tenant, watched, sato):
    disconnect(sato, watched, now=timezone.now())
    run_jobs()
    assert standing(tenant) == []
    assert not Subscription.objects.exists()
    sweep()
    run_jobs()
    assert Connection.objects.get().state == "ended"
    assert Connection.objects.get().refresh_token == ""


def test_a_lost_permission_leaves_it_until_the_owner_is_back(tenant, watched, sato):
    from chosei.actions.health import connection_lost

    connection_lost(watched.pk, NeedsReconnect("invalid_grant"))
    [asked] = standing(tenant)
    tenant.store.subscriptions.remove(asked.id)
    Subscription.objects.update(due_at=timezone.now())
    sweep()
    run_jobs()
    assert standing(tenant) == []
    tenant.connect(sato)
    run_jobs()
    assert len(standing(tenant)) == 1


def test_where_nobody_can_reach_us_nothing_is_asked_for(tenant, sato, settings):
    settings.CHOSEI_PUBLIC_URL = "http://127.0.0.1:1"
    connection = tenant.connect(sato)
    run_jobs()
    row = Subscription.objects.get(connection=connection)
    assert (row.remote_id, row.problem) == ("", "ValidationError")
    assert row.due_at > timezone.now()
    look_after(connection.pk)
    assert Subscription.objects.get().attempts == 1, "asked again only when it is due"
    assert MirroredEvent.objects.exists(), "the calendar is read all the same"


@pytest.mark.parametrize(
    ("public", "graph", "told"),
    [
        ("https://chosei.example", "https://graph.microsoft.com", True),
        ("http://127.0.0.1:8000", "https://graph.microsoft.com", False),
        ("https://localhost", "https://graph.microsoft.com", False),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8100", True),
        ("http://chosei.intra", "https://graph.microsoft.com", False),
    ],
)
def test_only_what_the_provider_can_reach_is_named(settings, public, graph, told):
    from chosei import wiring

    settings.CHOSEI_PUBLIC_URL, settings.CHOSEI_MICROSOFT_GRAPH_URL = public, graph
    wiring.forget()
    assert wiring.notification_url("microsoft") == (f"{public}/hooks/microsoft" if told else "")
    wiring.forget()
