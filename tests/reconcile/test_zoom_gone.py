"""Meetings in a Zoom account that is gone: none stays unseen, and no working link is taken away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.connections import disconnect
from chosei.actions.errors import Closed
from chosei.actions.leftovers import (
    Leftover,
    forget_passed,
    leftovers_of,
    members_with_leftovers,
    removed_by_hand,
)
from chosei.actions.members import add_member, remove_member
from chosei.actions.web_links import issue_again
from chosei.jobs.queue import MEET
from chosei.reconcile.sweep import sweep
from chosei.reconcile.tokens import keep_alive
from chosei.records.models import Connection, MailMessage, TimelineEntry, WebMeeting
from chosei.sandbox.faults import FaultKind
from tests.reconcile.test_zoom import SATO, confirm, moved, offer, settled
from tests.reconcile.test_zoom_faults import hook, removed
from tests.support.mortal import Fate, Killed, mortal
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def listed(member) -> list[Leftover]:
    return leftovers_of(member, now=timezone.now())


def remove_app(zoom, client) -> None:
    """佐藤 removes Chosei in Zoom's marketplace."""
    zoom.zoom.grants.remove(zoom.person(SATO).id)
    assert hook(client, removed(zoom, timezone.now() + timedelta(seconds=2))).status_code == 204


def refuse(zoom, zoomed) -> None:
    """The permission is gone, and nobody told us."""
    zoom.zoom.grants.remove(zoom.person(SATO).id)
    Connection.objects.filter(pk=zoomed.pk).update(access_expires_at=timezone.now())


def test_a_cancelled_meeting_of_a_removed_app_is_listed_until_a_person_has_removed_it(
    zoom, zoomed, sato, client
):
    appointment = settled(sato)
    [made] = zoom.meetings(SATO)
    remove_app(zoom, client)
    assert listed(sato) == [], "the customer's link works: nobody is to remove it"
    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs()
    [left] = listed(sato)
    assert (left.number, left.title, left.start) == (str(made.id), "導入のご相談", appointment.starts_at)
    assert left.certain
    assert members_with_leftovers(sato.organization_id) == [sato]
    removed_by_hand(sato, left.entry)
    assert listed(sato) == []
    assert TimelineEntry.objects.filter(kind="meeting_removed_by_hand", appointment=appointment).count() == 1
    with pytest.raises(Closed):
        removed_by_hand(sato, left.entry)


def test_another_link_is_issued_and_the_old_meeting_listed(zoom, zoomed, sato, client):
    appointment = settled(sato)
    MailMessage.objects.update(state="sent", told_link=True)
    [first] = zoom.meetings(SATO)
    remove_app(zoom, client)
    with pytest.raises(Closed) as refused:
        issue_again(sato, appointment, now=timezone.now())
    assert refused.value.reason == "no_meeting_account"
    zoom.connect(sato)
    issue_again(sato, appointment, now=timezone.now())
    run_jobs()
    appointment.refresh_from_db()
    assert len(zoom.meetings(SATO)) == 2
    assert str(first.id) not in appointment.join_url != ""
    assert [one.number for one in listed(sato)] == [str(first.id)]
    noted = set(TimelineEntry.objects.filter(appointment=appointment).values_list("kind", flat=True))
    assert noted >= {"link_asked_again", "web_meeting_stays"}
    assert not noted & {"entry_retried", "web_meeting_problem"}, "the calendar and the new meeting are well"
    assert MailMessage.objects.filter(kind="changed_guest", state="waiting").count() == 1


def test_a_new_time_keeps_the_link_where_nobody_can_issue_another(zoom, zoomed, sato, client):
    appointment = settled(sato)
    link = appointment.join_url
    remove_app(zoom, client)
    moved(appointment, sato, 5)
    assert appointment.join_url == link
    row = WebMeeting.objects.get()
    assert (row.state, row.problem) == ("parked", "deauthorised"), "visibly, rather than on its way for ever"
    appointment.web_service = "microsoft"
    moved(appointment, sato, 6)
    assert appointment.join_url not in ("", link)
    [left] = listed(sato)
    assert left.start == late(1).start, "as it stands at Zoom, not as the appointment moved since"


def test_an_account_let_go_that_is_refused_since_is_past_use(zoom, zoomed, sato):
    appointment, other = settled(sato), settled(sato, offer(sato, times=[late(8)]))
    disconnect(sato, zoomed, now=timezone.now())
    refuse(zoom, zoomed)
    keep_alive(zoomed.pk)
    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs()
    [left] = listed(sato)
    assert left.entry.appointment == appointment
    assert left.connection.address == SATO, "so that its owner knows where to look"
    zoom.connect(sato, "suzuki@sample.example")
    issue_again(sato, other, now=timezone.now())
    run_jobs()
    assert len(zoom.meetings("suzuki@sample.example")) == 1
    assert len(listed(sato)) == 2
    sweep()
    run_jobs()
    zoomed.refresh_from_db()
    assert (zoomed.state, zoomed.refresh_token, zoomed.address) == ("ended", "", SATO)
    for one in listed(sato):
        removed_by_hand(sato, one.entry)
    zoomed.refresh_from_db()
    assert (zoomed.address, zoomed.display_name) == ("", "")


def test_what_a_former_employee_left_is_listed_for_administrators(zoom, zoomed, sato):
    appointment = settled(sato)
    refuse(zoom, zoomed)
    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs()
    assert listed(sato) == [], "the account may be connected again"
    chief = add_member(sato.organization, "chief@sample.example", "鈴木 美咲", administrator=True)
    remove_member(chief, sato, now=timezone.now())
    run_jobs()
    [left] = listed(members_with_leftovers(chief.organization_id)[0])
    assert (left.entry.appointment, left.connection.member) == (appointment, sato)


@pytest.mark.parametrize("made", [False, True], ids=["never sent", "answer lost"])
def test_what_may_have_been_made_before_the_account_went_is_listed_as_that(zoom, zoomed, sato, client, made):
    appointment = confirm(offer(sato))
    with mortal(Fate(0, after=made), "zoom"), pytest.raises(Killed):
        run_jobs(hurrying=MEET)
    assert len(zoom.meetings(SATO)) == made
    remove_app(zoom, client)
    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs(hurrying=MEET)
    [left] = listed(sato)
    assert (left.certain, left.number, left.start) == (False, "", appointment.starts_at)


def test_what_the_service_never_made_is_not_listed(zoom, zoomed, sato, client):
    zoom.fault(FaultKind.UNAVAILABLE, SATO)
    appointment = confirm(offer(sato))
    remove_app(zoom, client)
    run_jobs()
    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs()
    assert listed(sato) == []
    assert WebMeeting.objects.get().state == "gone"


@pytest.mark.parametrize("state", ["waiting", "retrying"])
def test_an_account_that_went_while_it_was_spoken_to_leaves_nothing_under_way(
    zoom, zoomed, sato, client, state
):
    """What came back was written down after the account had been erased."""
    appointment = settled(sato)
    remove_app(zoom, client)
    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs()
    WebMeeting.objects.update(
        state=state, problem="timeout", changed_at=timezone.now() - timedelta(minutes=1)
    )
    sweep()
    run_jobs()
    [left] = listed(sato)
    assert left.entry.problem == "deauthorised"


def test_once_they_have_passed_nothing_of_them_is_kept(zoom, zoomed, sato, client):
    appointment = settled(sato)
    remove_app(zoom, client)
    sweep()
    assert WebMeeting.objects.get().remote_id, "still to come"
    forget_passed(now=appointment.ends_at + timedelta(minutes=1))
    row = WebMeeting.objects.get()
    assert (row.remote_id, row.join_url, row.written) == ("", "", None)
