"""From Microsoft 365 to Google Workspace and back, over HTTP, with both held against their contracts."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from chosei.actions.confirm import confirm_candidate
from chosei.actions.inputs import MeetingInput
from chosei.actions.room_answers import rewrite
from chosei.actions.room_booking import RoomChoice, take_room
from chosei.actions.switching import MOVE
from chosei.core.entries import EntryState
from chosei.jobs.queue import CONVERGE
from chosei.reconcile.sweep import sweep
from chosei.records.locks import lock_people
from chosei.records.models import Appointment, CalendarEntry, Connection, MailKind, MailMessage, Promise, Room
from tests.support.company import GUEST, meeting, member, propose
from tests.support.google_tenant import google_side
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
SATO, SUZUKI, ROOM = "sato@sample.example", "suzuki@sample.example", "room-yaesu-a@sample.example"


@pytest.fixture
def workspace(settings, tenant):
    return google_side(settings, tenant.sandbox)


def confirmed(author, wanted: MeetingInput, hosts=()) -> Appointment:
    proposal = propose(author, [late(2)], hosts=hosts, meeting=wanted, now=timezone.now(), guest_email="")
    candidate = proposal.candidates.get().pk
    made = confirm_candidate(proposal, candidate, GUEST, submission=uuid4(), now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    made.refresh_from_db()
    return made


def settled() -> bool:
    return not CalendarEntry.objects.exclude(state__in=[EntryState.WRITTEN, EntryState.GONE]).exists()


def test_there_and_back_each_meeting_stands_once(tenant, workspace, linked, sato):
    appointment = confirmed(sato, meeting())
    teams = appointment.join_url
    proposal = propose(sato, [late(5), late(6)], now=timezone.now())
    run_jobs()
    times = sorted([late(2).start, *(one.starts_at for one in proposal.candidates.all())])
    assert [one.starts for one in tenant.ours(SATO)] == times

    google = workspace.connect(sato, instead=MOVE)
    run_jobs(hurrying=CONVERGE)

    assert tenant.ours(SATO) == []
    assert len(workspace.ours(SATO)) == 3
    appointment.refresh_from_db()
    assert appointment.organizer == google
    meet = appointment.join_url
    assert "/google/meet/" in meet
    told = MailMessage.objects.filter(appointment=appointment, kind=MailKind.CHANGED_GUEST)
    assert told.count() == 1
    assert settled()
    sweep()
    run_jobs(hurrying=CONVERGE)
    sweep()
    run_jobs()
    linked.refresh_from_db()
    assert (linked.state, linked.access_token, linked.refresh_token) == ("ended", "", "")

    back = tenant.connect(sato, instead=MOVE)
    run_jobs(hurrying=CONVERGE)

    assert back.pk == linked.pk
    assert workspace.ours(SATO) == []
    assert [one.starts for one in tenant.ours(SATO)] == times
    appointment.refresh_from_db()
    assert appointment.join_url not in ("", teams, meet)
    assert settled()


def test_a_room_is_let_go_before_a_colleague_of_the_same_company_asks_for_it(tenant, workspace, linked, sato):
    suzuki = member(sato.organization, "鈴木 美咲", email=SUZUKI)
    tenant.connect(suzuki)
    run_jobs()
    onsite = meeting(format="visit", web_meeting=False, location="東京本社")
    appointment = with_room(confirmed(sato, onsite, [sato, suzuki]), linked)
    assert [one.starts for one in tenant.calendar(ROOM) if one.starts == late(2).start] == [late(2).start]

    workspace.connect(sato, instead=MOVE)
    run_jobs(hurrying=CONVERGE)

    appointment.refresh_from_db()
    assert appointment.organizer.member == suzuki
    assert [one.starts for one in tenant.calendar(ROOM) if one.starts == late(2).start] == [late(2).start]
    assert appointment.room_state == "settled"
    assert tenant.ours(SATO) == []
    assert len(tenant.ours(SUZUKI)) == len(workspace.ours(SATO)) == 1
    assert settled()
    assert not MailMessage.objects.filter(appointment=appointment, kind=MailKind.CHANGED_GUEST).exists()


def test_a_room_of_the_other_provider_stays_for_a_person_to_book(tenant, workspace, linked, sato):
    onsite = meeting(format="visit", web_meeting=False, location="東京本社")
    appointment = with_room(confirmed(sato, onsite), linked)
    workspace.connect(sato, instead=MOVE)
    run_jobs(hurrying=CONVERGE)
    appointment.refresh_from_db()
    assert appointment.room_state == "unbooked"
    assert [one for one in tenant.calendar(ROOM) if one.starts == late(2).start] == []
    assert len(workspace.ours(SATO)) == 1


def with_room(appointment: Appointment, of: Connection) -> Appointment:
    """A room of the Microsoft company is promised for it and has accepted."""
    room = Room.objects.create(
        organization=appointment.organization,
        name="会議室 八重洲A",
        address=ROOM,
        provider="microsoft",
        tenant_id=of.account_tenant,
    )
    with transaction.atomic():
        lock_people(appointment)
        take_room(appointment, RoomChoice(room))
        rewrite(appointment)
    run_jobs(hurrying=CONVERGE)
    appointment.refresh_from_db()
    assert Promise.objects.get(room=room).answer == "accepted"
    return appointment
