"""Google Workspace under the whole of Chosei: sign-in, hold, appointment with Meet, rooms, and what goes
wrong."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from starlette.types import ASGIApp, Receive, Scope, Send

from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.confirm import confirm_candidate
from chosei.actions.connecting import begin_connection
from chosei.actions.errors import ConnectRefused
from chosei.actions.members import add_member
from chosei.actions.rooms import ask_directory
from chosei.adapters.google import scopes
from chosei.adapters.google.crew import AT_ONCE
from chosei.mails.troubles import trouble_words
from chosei.ports.directory import PLACES
from chosei.reconcile.observe import observe
from chosei.reconcile.sweep import sweep
from chosei.reconcile.tokens import access_token
from chosei.reconcile.watching import look_after
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    Connection,
    Member,
    MirroredEvent,
    Room,
    RoomDirectory,
    RoomList,
    Subscription,
    TimelineEntry,
)
from chosei.sandbox.google.faults import FaultKind
from tests.support.company import GUEST, propose
from tests.support.google_tenant import GoogleTenant, google_tenant_on
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"


class Entrance:
    """Lets the first new event in when the second is there; remembers how many ever were at once."""

    def __init__(self):
        self.most = self.now = 0
        self.closed = False
        self._second = asyncio.Event()

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
            if not self.closed or scope.get("method") != "POST" or not scope["path"].endswith("/events"):
                return await app(scope, receive, send)
            self.now += 1
            self.most = max(self.most, self.now)
            if self.now > 1:
                self._second.set()
            await asyncio.wait_for(self._second.wait(), 60)
            await app(scope, receive, send)
            self.now -= 1
            return None

        return admitted


@pytest.fixture
def entrance():
    return Entrance()


@pytest.fixture
def workspace(settings, request, entrance):
    with google_tenant_on(settings, request, inside=entrance) as made:
        yield made


@pytest.fixture
def googled(workspace: GoogleTenant, sato) -> Connection:
    """佐藤 健一's Google account, its calendar already in the mirror."""
    connection = workspace.connect(sato)
    run_jobs()
    connection.refresh_from_db()
    assert connection.mirror_read_at is not None
    return connection


def confirmed(author) -> Appointment:
    proposal = propose(author, [late(day) for day in (1, 2, 3)], now=timezone.now(), guest_email="")
    run_jobs()
    first = proposal.candidates.earliest("starts_at").pk
    appointment = confirm_candidate(proposal, first, GUEST, submission=uuid4(), now=timezone.now())
    run_jobs()
    appointment.refresh_from_db()
    return appointment


# --- signing in ---


def test_the_account_is_known_by_its_number_and_domain(workspace, googled, sato):
    account = workspace.google.people.account(SATO)
    assert (googled.account_object, googled.account_tenant) == (account.sub, "sample.example")
    assert (googled.state, googled.address, googled.web_meeting) == ("active", SATO, True)
    assert googled.mailbox_zone == "Asia/Tokyo"
    assert set(scopes.NEEDED) <= set(googled.scopes.split())


def test_the_picker_is_told_the_domain_once_it_is_known(workspace, sato):
    def hinted(who: Member) -> tuple[list[str], list[str]]:
        asked = parse_qs(urlsplit(begin_connection(who, "google")).query)
        return asked["login_hint"], asked.get("hd", [])

    assert hinted(sato) == ([SATO], [])
    workspace.connect(sato)
    assert hinted(sato) == ([SATO], ["sample.example"])
    colleague = add_member(sato.organization, "suzuki@sample.example", "鈴木")
    assert hinted(colleague) == ([colleague.email], ["sample.example"])
    elsewhere = add_member(sato.organization, "ito@branch.example", "伊藤")
    assert hinted(elsewhere) == ([elsewhere.email], []), "another domain may be another company's"


def test_an_account_of_another_address_is_not_used_until_that_is_settled(workspace, sato):
    assert workspace.connect(sato, "suzuki@sample.example").state == "address_mismatch"


@pytest.mark.parametrize("scope", sorted(scopes.NEEDED))
def test_an_unticked_permission_is_named_and_nothing_is_kept(workspace, sato, scope):
    with pytest.raises(ConnectRefused) as refused:
        workspace.connect(sato, untick=scope)
    assert refused.value.reason == "scopes_missing"
    assert not Connection.objects.exists()


def test_cancelling_and_a_personal_account_are_refused(workspace, sato):
    with pytest.raises(ConnectRefused) as refused:
        workspace.connect(sato, "hanako@gmail.example")
    assert (refused.value.reason, refused.value.detail) == ("rejected", "id_token_personal_account")


def test_an_account_whose_calendar_is_off_cannot_be_used(workspace, sato):
    assert workspace.connect(sato, "kobayashi@sample.example").state == "approval_only"


def test_the_administrators_wall_leads_nowhere_and_is_recognised_as_silence(workspace, sato):
    person = workspace.sign_in(begin_connection(sato, "google"), "mita@test.example")
    assert (person.status, person.returned_to) == (400, "")
    assert "admin_policy_enforced" in person.text


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        (FaultKind.REVOKED, "lapsed"),
        (FaultKind.REAUTH, "sign_in_frequency"),
        (FaultKind.ACCOUNT_DELETED, "account_deleted"),
    ],
)
def test_a_refresh_token_that_died_says_why_as_far_as_google_does(workspace, googled, kind, trouble):
    workspace.google.faults.add(kind)
    with pytest.raises(Exception, match="invalid_grant"):
        access_token(googled.pk, force=True)
    googled.refresh_from_db()
    assert (googled.state, googled.trouble) == ("needs_reconnect", trouble)
    assert "Microsoft" not in str(trouble_words(trouble, "google").what)


def test_an_administrator_who_blocks_chosei_later_is_named(workspace, googled):
    workspace.google.people.set_apps_blocked("sample.example", True)
    with pytest.raises(Exception, match="admin_policy_enforced"):
        access_token(googled.pk, force=True)
    googled.refresh_from_db()
    assert (googled.state, googled.trouble) == ("needs_reconnect", "consent_withdrawn")
    workspace.google.people.set_apps_blocked("sample.example", False)


def test_signing_in_again_resumes_the_same_connection(workspace, googled, sato):
    workspace.google.grants.revoke(googled.account_object)
    with pytest.raises(Exception, match="invalid_grant"):
        access_token(googled.pk, force=True)
    assert workspace.connect(sato).pk == googled.pk
    assert Connection.objects.get().state == "active"


# --- from hold to appointment ---


def test_hold_appointment_cancellation(workspace, googled, sato):
    appointment = confirmed(sato)
    [event] = workspace.ours(SATO)
    assert (event["summary"], event["status"], event.get("transparency")) == (
        "導入のご相談",
        "confirmed",
        "opaque",
    )
    assert appointment.join_url == event["hangoutLink"]
    assert "/google/meet/" in appointment.join_url
    assert not event["attendees"], "guests are never attendees"
    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs()
    assert workspace.ours(SATO) == []
    assert set(CalendarEntry.objects.values_list("state", flat=True)) == {"gone"}
    assert workspace.google.store.mails() == [], "Google mailed nobody"


def test_holds_are_tentative_and_block_and_are_written_a_few_at_once(workspace, googled, sato, entrance):
    propose(sato, [late(day) for day in range(1, 11)], now=timezone.now(), guest_email="")
    entrance.closed = True
    run_jobs()
    assert [(one["status"], one["transparency"]) for one in workspace.ours(SATO)] == [
        ("tentative", "opaque")
    ] * 10
    assert 1 < entrance.most <= AT_ONCE


def test_a_meeting_that_fails_late_is_said_and_the_appointment_stands(workspace, googled, sato):
    workspace.google.faults.add(FaultKind.MEET_FAILURE, seconds=0.1)
    appointment = confirmed(sato)
    assert appointment.join_url == ""
    Appointment.objects.update(confirmed_at=timezone.now() - timedelta(minutes=2))
    sweep()
    run_jobs()
    assert TimelineEntry.objects.filter(appointment=appointment, kind="link_missing").count() == 1
    assert CalendarEntry.objects.get(appointment=appointment).state == "written"


# --- what changes in Google ---


def message(row: Subscription, secret: str, state: str = "exists") -> int:
    channel, resource = row.remote_id.split(" ")
    headers = {
        "X-Goog-Channel-ID": channel,
        "X-Goog-Resource-ID": resource,
        "X-Goog-Resource-State": state,
        "X-Goog-Channel-Token": secret,
        "X-Goog-Message-Number": "2",
    }
    return Client().post("/hooks/google", headers=headers).status_code


@pytest.fixture
def watched(workspace, settings, googled) -> Subscription:
    """The channel of a Chosei that Google can reach."""
    settings.CHOSEI_PUBLIC_URL = "http://127.0.0.1:1"
    look_after(googled.pk)
    run_jobs()
    return Subscription.objects.get()


def test_a_push_message_has_the_calendar_read_and_a_forged_one_does_not(workspace, watched, googled):
    [channel] = workspace.google.channels.all()
    workspace.enters(SATO, "商談", late(1).start, late(1).end)
    assert message(watched, "forged") == 204
    assert message(watched, channel.token, "sync") == 204
    run_jobs()
    assert not MirroredEvent.objects.filter(connection=googled, starts_at=late(1).start).exists()
    assert message(watched, channel.token) == 204
    run_jobs()
    assert MirroredEvent.objects.filter(connection=googled, starts_at=late(1).start).exists()


def test_a_channel_is_replaced_in_time_and_the_new_one_is_believed(workspace, watched, googled):
    before = watched.remote_id
    Subscription.objects.update(due_at=timezone.now())
    look_after(googled.pk)
    watched.refresh_from_db()
    [channel] = workspace.google.channels.all()
    assert watched.remote_id != before
    workspace.enters(SATO, "商談", late(1).start, late(1).end)
    message(watched, channel.token)
    run_jobs()
    assert MirroredEvent.objects.filter(connection=googled, starts_at=late(1).start).exists()


def test_a_channel_that_stopped_is_begun_anew_and_nothing_is_missed(workspace, watched, googled):
    workspace.google.faults.add(FaultKind.CHANNEL_STOPS)
    workspace.enters(SATO, "商談", late(1).start, late(1).end)
    assert workspace.google.channels.all() == []
    workspace.google.faults.clear()
    Subscription.objects.update(due_at=timezone.now())
    sweep()
    run_jobs()
    watched.refresh_from_db()
    [channel] = workspace.google.channels.all()
    assert watched.remote_id.startswith(channel.id)
    assert MirroredEvent.objects.filter(connection=googled, starts_at=late(1).start).exists()


def test_news_that_no_channel_told_have_it_looked_after_at_once(workspace, watched, googled):
    old = timezone.now() - timedelta(minutes=30)
    Subscription.objects.update(changed_at=old)
    workspace.google.channels.drop(watched.remote_id.split(" ")[0])
    observe(googled.pk)
    run_jobs()
    assert workspace.google.channels.all() == [], "nothing new, and so no reason to doubt"
    workspace.enters(SATO, "商談", late(1).start, late(1).end)
    observe(googled.pk)
    run_jobs()
    watched.refresh_from_db()
    [channel] = workspace.google.channels.all()
    assert watched.remote_id.startswith(channel.id)


def test_a_forgotten_sync_token_has_everything_read(workspace, googled):
    workspace.enters(SATO, "商談", late(1).start, late(1).end)
    workspace.google.store.forget_sync(SATO)
    Connection.objects.update(mirror_read_at=timezone.now() - timedelta(minutes=10))
    sweep()
    run_jobs()
    assert MirroredEvent.objects.filter(connection=googled, starts_at=late(1).start).exists()
    assert Connection.objects.get().mirror_error == ""


# --- rooms ---


def test_rooms_need_an_administrators_account_and_then_serve_everybody(workspace, googled, sato):
    ask_directory(sato, "google", now=timezone.now())
    run_jobs()
    assert RoomDirectory.objects.get().problem == "consent_missing"
    workspace.connect(sato, also=PLACES)
    ask_directory(sato, "google", now=timezone.now())
    run_jobs()
    assert RoomDirectory.objects.get().problem == "administrator_needed", "佐藤 is no administrator at Google"
    account = workspace.google.people.account(SATO)
    workspace.google.people.set_administrator(account.sub, True)
    ask_directory(sato, "google", now=timezone.now())
    run_jobs()
    found = RoomDirectory.objects.get()
    assert (found.problem, found.found, found.reader_id) == ("", 3, googled.pk)
    room = Room.objects.get(name="会議室 日本橋B")
    assert (room.building, room.floor, room.capacity) == ("日本橋オフィス", "6F", 10)
    assert set(RoomList.objects.values_list("name", flat=True)) == {"日本橋オフィス", "神田オフィス"}
