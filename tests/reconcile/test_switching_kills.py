"""A move between Microsoft 365 and Google Workspace over HTTP, killed before and after each of its calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection as database
from django.utils import timezone

from chosei.actions.booking import book_page
from chosei.actions.inputs import Booking
from chosei.actions.members import add_member
from chosei.actions.switching import MOVE
from chosei.core.entries import EntryState
from chosei.core.hours import WeeklyHours
from chosei.core.intervals import Interval
from chosei.jobs.queue import CONVERGE
from chosei.reconcile.converge import converge
from chosei.reconcile.sweep import sweep
from chosei.records.models import Appointment, CalendarEntry, MailboxPause, MailKind, MailMessage, Member
from tests.reconcile.test_requests import move
from tests.support.company import GUEST, propose, publish
from tests.support.google_tenant import google_side
from tests.support.mortal import EachOnce, Killed, mortal
from tests.support.moves import ONSITE, confirmed
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
SATO = "sato@sample.example"
MOST_DEATHS = 100
BOTH_SIDES = {(call, after) for call in ("apply", "find", "accept") for after in (False, True)}
DAY_AND_NIGHT = WeeklyHours.parse([[("00:00", "24:00")]] * 7, "Asia/Tokyo")
HALF = timedelta(minutes=30)


@pytest.fixture
def workspace(settings, tenant):
    return google_side(settings, tenant.sandbox)


@dataclass(frozen=True)
class Scene:
    """A booked meeting with a link, time kept free before it and, where its host has moved that, some time
    after it; two times held for another customer; and a meeting with a colleague of either provider: the one
    has a copy of it, the other an event of their own.
    """

    appointment: Appointment
    times: list[object]
    suzuki: Member
    tanaka: Member


@pytest.fixture
def scene(tenant, workspace, linked, sato) -> Scene:
    suzuki = add_member(sato.organization, "suzuki@sample.example", "鈴木 美咲")
    tanaka = add_member(sato.organization, "tanaka@sample.example", "田中 翔")
    workspace.connect(suzuki)
    tenant.connect(tanaka)
    run_jobs()
    page = publish(
        sato,
        hours=DAY_AND_NIGHT,
        step_minutes=5,
        holiday_rule="usual",
        buffer_before_minutes=30,
        buffer_after_minutes=30,
        buffer_entries=True,
    )
    meeting = late(2, 30)
    start = Booking(meeting.start)
    appointment = book_page(page, start, GUEST, submission=uuid4(), now=timezone.now())
    propose(sato, [late(5), late(6)], now=timezone.now(), guest_email="")
    confirmed(sato, day=4, hosts=[sato, suzuki, tanaka], meeting=ONSITE)
    move(
        tenant,
        linked,
        Interval(meeting.end, meeting.end + HALF),
        Interval(meeting.end + HALF, meeting.end + 2 * HALF),
    )
    beside = [meeting.start - HALF, meeting.start, meeting.end + HALF]
    times = [*beside, late(4).start, late(5).start, late(6).start]
    return Scene(appointment, times, suzuki, tanaka)


def found_by_the_sweep() -> list[str]:
    """What is to be converged although every job was forgotten."""
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        CalendarEntry.objects.update(changed_at=timezone.now() - timedelta(minutes=1), retry_at=None)
        MailboxPause.objects.all().delete()
        sweep()
        told = "SELECT args->>'about' FROM procrastinate_jobs WHERE task_name = %s OR args->>'task' = %s"
        cursor.execute(told, [CONVERGE, CONVERGE])
        return sorted({row[0] for row in cursor.fetchall()})


def die_at_every_call() -> EachOnce:
    """One process after the other; each finds what the one before has left."""
    fate = EachOnce()
    with mortal(fate, "microsoft", "google"):
        for _ in range(MOST_DEATHS):
            try:
                for about in found_by_the_sweep():
                    converge(about)
            except Killed:
                continue
            return fate
    raise AssertionError(f"never through: {sorted(fate.deaths)}")


def settled() -> bool:
    return not CalendarEntry.objects.exclude(state__in=[EntryState.WRITTEN, EntryState.GONE]).exists()


def test_killed_at_every_call_of_the_move_there_and_back(tenant, workspace, linked, sato, scene):
    appointment = scene.appointment
    appointment.refresh_from_db()
    teams = appointment.join_url
    assert [one.starts for one in tenant.ours(SATO)] == scene.times

    workspace.connect(sato, instead=MOVE)
    fate = die_at_every_call()
    run_jobs(hurrying=CONVERGE)

    assert fate.deaths >= BOTH_SIDES
    assert tenant.ours(SATO) == []
    assert starts(workspace) == scene.times
    assert settled()
    beside(tenant, workspace, scene)
    appointment.refresh_from_db()
    meet = appointment.join_url
    assert "/google/meet/" in meet

    tenant.connect(sato, instead=MOVE)
    fate = die_at_every_call()
    run_jobs(hurrying=CONVERGE)

    assert fate.deaths >= BOTH_SIDES
    assert workspace.ours(SATO) == []
    assert [one.starts for one in tenant.ours(SATO)] == scene.times
    assert settled()
    beside(tenant, workspace, scene)
    appointment.refresh_from_db()
    assert appointment.join_url not in ("", teams, meet)
    assert appointment.promises.get(host=sato).after_given_back, "its owner moved it, and it stays their own"
    told = MailMessage.objects.filter(appointment=appointment, kind=MailKind.CHANGED_GUEST)
    assert told.exclude(state="superseded").count() <= 2


def beside(tenant, workspace, scene: Scene) -> None:
    """Each colleague has the meeting once, accepted where it is a copy. Outlook leaves a cancelled one to
    its owner."""
    there = [one for one in tenant.calendar(scene.tanaka.email) if one.starts == late(4).start]
    [theirs] = [one for one in there if not one.event.is_cancelled]
    assert theirs.event.response in ("accepted", "organizer"), theirs.event.response
    window = (late(4).start, late(4).end)
    [own] = workspace.google.events.between(workspace.calendar(scene.suzuki.email), *window)
    answers = [one["responseStatus"] for one in own.get("attendees", []) if one.get("self")]
    assert answers in ([], ["accepted"])


def starts(workspace) -> list[object]:
    return [datetime.fromisoformat(one["start"]["dateTime"]) for one in workspace.ours(SATO)]
