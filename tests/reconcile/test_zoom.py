"""Zoom beside a calendar: from the confirmation to the meeting and its link, and back, against the
sandbox."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.changing import change_by_host
from chosei.actions.confirm import confirm_candidate
from chosei.actions.connections import disconnect, finish_ending
from chosei.actions.daily_limits import used_today
from chosei.actions.errors import Closed
from chosei.actions.inputs import ChangeInput
from chosei.actions.members import add_member
from chosei.actions.web_links import issue_again
from chosei.actions.web_starts import start_url
from chosei.records.models import Appointment, Connection, MailMessage, TimelineEntry, WebMeeting
from tests.support.company import GUEST, meeting, propose
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"


def offer(author, times=None, **values):
    wanted = meeting(web_service="zoom")
    times = times or [late(1), late(2)]
    return propose(author, times, now=timezone.now(), guest_email="", meeting=wanted, **values)


def confirm(proposal):
    first = proposal.candidates.earliest("starts_at").pk
    return confirm_candidate(proposal, first, GUEST, submission=uuid4(), now=timezone.now())


def test_the_account_stands_beside_the_calendar(zoomed, linked, sato):
    assert (zoomed.state, zoomed.kind, zoomed.provider) == ("active", "meetings", "zoom")
    assert Connection.objects.get(pk=linked.pk).state == "active"
    assert (zoomed.display_name, zoomed.address) == ("佐藤 健一", SATO)


def test_a_meeting_for_a_confirmed_appointment_and_none_for_a_cancelled_one(zoom, tenant, zoomed, sato):
    proposal = offer(sato)
    run_jobs()
    assert zoom.meetings(SATO) == [], "candidates have no meetings"
    appointment = confirm(proposal)
    run_jobs()
    appointment.refresh_from_db()
    [made] = zoom.meetings(SATO)
    assert (made.topic, made.start) == ("導入のご相談", appointment.starts_at)
    assert appointment.join_url == made.join_url(tenant.sandbox.url)
    [event] = tenant.ours(SATO)
    assert event.event.locations[0]["displayName"] == appointment.join_url
    assert appointment.join_url in event.event.body
    assert not event.event.join_url, "the event is no Teams meeting besides"
    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs()
    assert zoom.meetings(SATO) == []
    assert WebMeeting.objects.get().state == "gone"


def settled(author, proposal=None) -> Appointment:
    appointment = confirm(proposal or offer(author))
    run_jobs()
    appointment.refresh_from_db()
    return appointment


def moved(appointment, member, days: int) -> None:
    moved_without_work(appointment, member, days)
    run_jobs()
    appointment.refresh_from_db()


def moved_without_work(appointment, member, days: int) -> None:
    wanted = ChangeInput(
        time=late(days),
        meeting=meeting(web_service=appointment.web_service),
        host_ids=tuple(appointment.promises.filter(host__isnull=False).values_list("host_id", flat=True)),
        revision=appointment.revision,
        over_conflicts=True,
    )
    assert change_by_host(member, appointment, wanted, now=timezone.now())


def test_the_meeting_moves_with_the_appointment_and_keeps_its_link(zoom, zoomed, sato):
    appointment = settled(sato)
    link = appointment.join_url
    moved(appointment, sato, 5)
    [made] = zoom.meetings(SATO)
    assert made.start == appointment.starts_at == late(5).start
    assert appointment.join_url == link
    assert zoom.counted(SATO) == used_today(zoomed) == 2, "one creation and one change"


def test_a_meeting_that_was_deleted_at_zoom_is_made_anew_and_the_customer_told(zoom, tenant, zoomed, sato):
    appointment = settled(sato)
    MailMessage.objects.update(state="sent", told_link=True)
    old = appointment.join_url
    zoom.zoom.store.delete(zoom.meetings(SATO)[0].id)
    moved(appointment, sato, 5)
    [made] = zoom.meetings(SATO)
    assert appointment.join_url == made.join_url(tenant.sandbox.url) != old
    letters = MailMessage.objects.filter(kind="changed_guest", state="waiting")
    assert letters.count() == 1, "one letter names the new time and the new link"
    assert TimelineEntry.objects.filter(kind="web_meeting_gone").count() == 1
    [event] = tenant.ours(SATO)
    assert event.event.locations[0]["displayName"] == appointment.join_url


def test_from_zoom_to_teams_and_back(zoom, tenant, zoomed, sato):
    appointment = settled(sato)
    first = appointment.join_url
    appointment.web_service = "microsoft"
    moved(appointment, sato, 5)
    assert zoom.meetings(SATO) == []
    [event] = tenant.ours(SATO)
    assert appointment.join_url == event.event.join_url not in ("", first)
    appointment.web_service = "zoom"
    moved(appointment, sato, 6)
    [made] = zoom.meetings(SATO)
    [event] = tenant.ours(SATO)
    assert appointment.join_url == made.join_url(tenant.sandbox.url)
    assert not event.event.join_url


def test_without_an_account_the_appointment_stands_and_says_what_is_missing(zoom, linked, sato):
    appointment = settled(sato)
    assert (appointment.state, appointment.join_url, appointment.is_incomplete) == ("confirmed", "", False)
    assert appointment.web_apart
    assert appointment.meeting_account is None
    with pytest.raises(Closed):
        issue_again(sato, appointment, now=timezone.now())
    zoom.connect(sato)
    issue_again(sato, appointment, now=timezone.now())
    run_jobs()
    appointment.refresh_from_db()
    assert len(zoom.meetings(SATO)) == 1
    assert appointment.join_url


def test_whoever_attends_and_has_zoom_hosts_and_organises(zoom, tenant, linked, sato):
    suzuki = add_member(
        sato.organization,
        "suzuki@sample.example",
        "鈴木 美咲",
        administrator=False,
        password="a-long-password",
    )
    tenant.connect(suzuki)
    zoom.connect(suzuki)
    run_jobs()
    appointment = confirm(offer(sato, hosts=[sato, suzuki]))
    run_jobs()
    appointment.refresh_from_db()
    assert appointment.organizer.member == appointment.meeting_account.member == suzuki
    assert zoom.meetings(SATO) == []
    assert len(zoom.meetings(suzuki.email)) == 1
    with pytest.raises(Closed):
        start_url(sato, appointment)
    assert "zak=" in start_url(suzuki, appointment)


def test_the_start_link_is_kept_nowhere(zoom, zoomed, sato):
    appointment = settled(sato)
    assert "/zoom/s/" in start_url(sato, appointment)
    for row in (appointment, WebMeeting.objects.get(), *TimelineEntry.objects.all()):
        row.refresh_from_db()
        values = [str(getattr(row, field.attname)) for field in row._meta.concrete_fields]
        assert not any("zak" in value for value in values)


def test_letting_the_account_go_keeps_the_meeting_which_still_follows(zoom, zoomed, sato):
    appointment = settled(sato)
    disconnect(sato, zoomed, now=timezone.now())
    finish_ending(zoomed.pk, now=timezone.now())
    zoomed.refresh_from_db()
    assert zoomed.state == "ending", "a meeting is still to come"
    moved(appointment, sato, 5)
    assert [one.start for one in zoom.meetings(SATO)] == [late(5).start]
    cancel_by_guest(appointment, reason="", now=timezone.now())
    run_jobs()
    assert zoom.meetings(SATO) == []
    finish_ending(zoomed.pk, now=timezone.now())
    zoomed.refresh_from_db()
    assert (zoomed.state, zoomed.refresh_token) == ("ended", "")
