"""Several hosts in one meeting: one event for one tenant, an own one elsewhere, a file for who has none."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from chosei.actions.cancellation import cancel_by_host
from chosei.actions.changing import change_by_host
from chosei.actions.confirm import confirm_candidate
from chosei.actions.inputs import ChangeInput
from chosei.actions.members import add_member
from chosei.actions.proposals import withdraw_proposal
from chosei.mails.attached import gets_calendar_object
from chosei.reconcile.converge import converge
from chosei.reconcile.observe import observe
from chosei.records.models import CalendarEntry, MailMessage, MirroredEvent
from chosei.sandbox.graph.model import Attendee
from tests.support.company import GUEST, meeting, propose
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO, SUZUKI, ELSEWHERE = "sato@sample.example", "suzuki@sample.example", "admin@test.example"


@pytest.fixture
def suzuki(tenant, sato):
    member = add_member(sato.organization, SUZUKI, "鈴木 美咲", password="a-long-password")
    tenant.connect(member)
    return member


@pytest.fixture
def jiro(tenant, sato):
    """A colleague whose account belongs to another tenant."""
    member = add_member(sato.organization, ELSEWHERE, "管理 次郎", password="a-long-password")
    tenant.connect(member)
    return member


def confirmed(author, hosts, days=(1,)):
    now = timezone.now()
    proposal = propose(author, [late(day) for day in days], hosts=hosts, now=now, guest_email="")
    run_jobs()
    first = proposal.candidates.earliest("starts_at").pk
    appointment = confirm_candidate(proposal, first, GUEST, submission=uuid4(), now=timezone.now())
    run_jobs()
    appointment.refresh_from_db()
    return appointment


def at(tenant, address, appointment):
    """What stands in somebody's calendar at the appointment's time, but for whole days."""
    box = tenant.mailbox(address).key
    found = tenant.store.events_between(box, appointment.starts_at, appointment.ends_at)
    return [one.event for one in found if not one.event.all_day]


def test_one_tenant_one_meeting_accepted_without_a_mail_back(tenant, linked, sato, suzuki):
    appointment = confirmed(sato, [sato, suzuki], days=(1, 2))

    [his] = at(tenant, SATO, appointment)
    [hers] = at(tenant, SUZUKI, appointment)
    assert [person.address for person in his.attendees] == [SUZUKI]
    assert hers.ical_uid == his.ical_uid
    assert hers.join_url == his.join_url == appointment.join_url
    assert (hers.response, hers.show_as) == ("accepted", "busy")
    assert [mail.kind for mail in tenant.store.mails()] == ["invitation"], "nobody is mailed an answer"
    assert tenant.ours(SUZUKI) == [], "her holds are gone"
    assert set(CalendarEntry.objects.values_list("state", flat=True)) == {"written", "gone"}
    told = MailMessage.objects.filter(appointment=appointment, kind="confirmed_host")
    assert sorted(mail.recipient for mail in told) == [SATO, SUZUKI]
    assert not any(gets_calendar_object(appointment, member) for member in (sato, suzuki))


def test_somebody_added_in_outlook_stays_invited_when_the_meeting_moves(tenant, linked, sato, suzuki):
    appointment = confirmed(sato, [sato, suzuki])
    entry = CalendarEntry.objects.get(appointment=appointment, purpose="appointment")
    owner = tenant.mailbox(SATO)
    [his] = at(tenant, SATO, appointment)
    added = Attendee("tanaka@sample.example", "田中 翔")
    tenant.store.change_as(owner, entry.remote_id, attendees=(*his.attendees, added))

    wanted = ChangeInput(
        meeting=meeting(), time=late(3), host_ids=(sato.pk, suzuki.pk), revision=appointment.revision
    )
    change_by_host(sato, appointment, wanted, now=timezone.now())
    run_jobs()
    appointment.refresh_from_db()
    [his] = at(tenant, SATO, appointment)
    assert {person.address for person in his.attendees} == {SUZUKI, added.address}
    assert not [mail for mail in tenant.store.mails(added.address) if mail.kind == "cancellation"]


def test_a_colleagues_copy_is_ours_in_the_mirror(tenant, linked, sato, suzuki):
    appointment = confirmed(sato, [sato, suzuki])
    copy = CalendarEntry.objects.get(appointment=appointment, purpose="attendance")
    observe(copy.connection_id)
    mirrored = MirroredEvent.objects.get(connection=copy.connection, remote_id=copy.remote_id)
    assert mirrored.entry_key == copy.key, "so that it is in nobody's way when the meeting is moved"
    copy.refresh_from_db()
    assert (copy.state, copy.question) == ("written", "")


def test_a_change_of_time_is_accepted_anew_and_a_cancellation_takes_all_away(tenant, linked, sato, suzuki):
    appointment = confirmed(sato, [sato, suzuki])
    wanted = ChangeInput(
        meeting=meeting(), time=late(3), host_ids=(sato.pk, suzuki.pk), revision=appointment.revision
    )
    change_by_host(sato, appointment, wanted, now=timezone.now())
    run_jobs()
    appointment.refresh_from_db()
    [hers] = at(tenant, SUZUKI, appointment)
    assert (hers.response, appointment.starts_at) == ("accepted", late(3).start)

    cancel_by_host(sato, appointment, reason="", now=timezone.now())
    run_jobs()
    assert at(tenant, SATO, appointment) == []
    assert [one.is_cancelled for one in at(tenant, SUZUKI, appointment)] in ([], [True])
    assert set(CalendarEntry.objects.values_list("state", flat=True)) == {"gone"}


def test_a_colleague_whose_invitation_is_late_is_accepted_when_it_is_there(tenant, linked, sato, suzuki):
    appointment = confirmed(sato, [sato, suzuki])
    copy = CalendarEntry.objects.get(appointment=appointment, purpose="attendance")
    CalendarEntry.objects.filter(pk=copy.pk).update(written=None, written_generation=0, state="waiting")
    run_jobs()
    converge(f"proposal:{appointment.proposal_id}")
    copy.refresh_from_db()
    assert copy.state == "written", "accepting twice is accepting once"
    assert [mail.kind for mail in tenant.store.mails()] == ["invitation"]


def test_ten_candidates_of_three_hosts_are_written_in_a_handful_of_calls(tenant, linked, sato, suzuki):
    third = add_member(sato.organization, "tanaka@sample.example", "田中 翔", password="a-long-password")
    tenant.connect(third)
    run_jobs()
    tenant.traffic.clear()
    times = [late(day) for day in range(1, 11)]
    proposal = propose(sato, times, hosts=[sato, suzuki, third], now=timezone.now(), guest_email="")
    run_jobs()
    assert [len(tenant.ours(one.email)) for one in (sato, suzuki, third)] == [10, 10, 10]
    calls = [path for _, path in tenant.traffic if path.startswith("/v1.0")]
    assert calls == ["/v1.0/$batch"] * 3, "one for each calendar"

    tenant.traffic.clear()
    withdraw_proposal(sato, proposal, now=timezone.now())
    run_jobs()
    assert not any(tenant.ours(one.email) for one in (sato, suzuki, third))
    assert [path for _, path in tenant.traffic if path.startswith("/v1.0")] == ["/v1.0/$batch"] * 3


def test_hosts_of_two_tenants_each_have_an_event(tenant, linked, sato, jiro):
    appointment = confirmed(sato, [sato, jiro])
    [his] = at(tenant, SATO, appointment)
    [other] = at(tenant, ELSEWHERE, appointment)
    assert his.attendees == other.attendees == ()
    assert his.subject == other.subject == "導入のご相談"
    assert other.show_as == "busy"
    assert not other.join_url, "the organiser's event alone is the web meeting"
    assert tenant.store.mails() == []


def test_who_has_no_connection_gets_a_file(tenant, linked, sato):
    unlinked = add_member(sato.organization, "tanaka@sample.example", "田中 翔", password="a-long-password")
    appointment = confirmed(sato, [sato, unlinked])
    [his] = at(tenant, SATO, appointment)
    assert his.attendees == (), "who gets the file gets no invitation beside it"
    assert gets_calendar_object(appointment, unlinked)
    assert at(tenant, "tanaka@sample.example", appointment) == []
