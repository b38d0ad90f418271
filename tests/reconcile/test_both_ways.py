"""What people do to our events in Outlook is understood, and what we do ourselves is no news."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection as database
from django.utils import timezone

from chosei.actions.adopting import follow
from chosei.actions.asking import put_back, retry
from chosei.actions.cancellation import cancel_by_host
from chosei.actions.confirm import confirm_candidate
from chosei.actions.errors import Closed, TimeTaken
from chosei.actions.offers import proposal_offer
from chosei.actions.wishes import want_moved
from chosei.core.intervals import Interval
from chosei.jobs.queue import CONVERGE
from chosei.mails.compose import compose
from chosei.reconcile.converge import converge
from chosei.reconcile.observe import observe
from chosei.reconcile.sweep import sweep
from chosei.records.models import Appointment, CalendarEntry, Connection, MailMessage, Promise, TimelineEntry
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.graph.ids import decode
from tests.support.company import GUEST, propose
from tests.support.mortal import Fate, Killed, mortal
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
SATO = "sato@sample.example"


def offer(author, days=(1, 2, 3)):
    proposal = propose(author, [late(day) for day in days], now=timezone.now(), guest_email="")
    run_jobs()
    return proposal


def confirm(proposal) -> Appointment:
    first = proposal.candidates.earliest("starts_at").pk
    appointment = confirm_candidate(proposal, first, GUEST, submission=uuid4(), now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    appointment.refresh_from_db()
    return appointment


def drag(tenant, start, to: Interval) -> None:
    """The owner drags our event that begins at ``start`` to another time."""
    [event] = [one for one in tenant.ours(SATO) if one.starts == start]
    tenant.store.move_as(tenant.mailbox(SATO), event.id(immutable=True), to.start, to.end)


def delete(tenant, *starts) -> None:
    for event in tenant.ours(SATO):
        if not starts or event.starts in starts:
            tenant.store.delete_as(tenant.mailbox(SATO), event.id(immutable=True))


def read(linked) -> None:
    observe(linked.pk)
    run_jobs(hurrying=CONVERGE)


def two_minutes_pass() -> None:
    entries = CalendarEntry.objects.filter(missing_at__isnull=False)
    entries.update(missing_at=timezone.now() - timedelta(minutes=2))


def kinds(**of) -> list[str]:
    return list(TimelineEntry.objects.filter(**of).values_list("kind", flat=True))


def mails(appointment) -> list[tuple[str, int]]:
    return sorted(MailMessage.objects.filter(appointment=appointment).values_list("kind", "revision"))


def test_a_moved_event_moves_the_appointment_and_everybody_is_told(tenant, linked, sato):
    appointment = confirm(offer(sato))
    before = appointment.starts_at
    drag(tenant, before, late(6, 90))
    read(linked)
    appointment.refresh_from_db()
    assert Interval(appointment.starts_at, appointment.ends_at) == late(6, 90)
    assert (appointment.state, appointment.sequence, appointment.revision) == ("confirmed", 1, 1)
    [promise] = Promise.objects.filter(appointment=appointment)
    assert (promise.during.lower, promise.during.upper) == (late(6, 90).start, late(6, 90).end)
    assert {("changed_guest", 1), ("changed_host", 1)} <= set(mails(appointment))
    assert kinds(appointment=appointment).count("appointment_moved") == 1
    letter = compose(MailMessage.objects.get(kind="changed_guest"), now=timezone.now())
    assert letter is not None
    assert letter.calendar is not None
    assert b"SEQUENCE:1" in letter.calendar.content
    assert f"DTSTART:{late(6).start:%Y%m%dT%H%M%SZ}".encode() in letter.calendar.content
    assert letter.text.index("変更前の日時") < letter.text.index("所要時間")

    read(linked)
    read(linked)
    appointment.refresh_from_db()
    assert appointment.revision == 1, "followed once"
    [event] = tenant.ours(SATO)
    assert (event.starts, event.ends) == (late(6, 90).start, late(6, 90).end)


def test_our_own_writing_is_no_news(tenant, linked, sato):
    proposal = offer(sato)
    read(linked)
    appointment = confirm(proposal)
    read(linked)
    read(linked)
    appointment.refresh_from_db()
    assert appointment.revision == 0
    told = set(kinds())
    assert not told & {
        "appointment_moved",
        "candidate_moved",
        "candidate_withdrawn",
        "move_asked",
        "event_deleted",
    }
    assert not CalendarEntry.objects.exclude(question="", missing_at=None).exists()


def test_another_title_is_the_persons_affair(tenant, linked, sato):
    appointment = confirm(offer(sato))
    [event] = tenant.ours(SATO)
    tenant.store.change_as(tenant.mailbox(SATO), event.id(immutable=True), subject="自分用のメモ")
    read(linked)
    appointment.refresh_from_db()
    assert (appointment.revision, appointment.title) == (0, "導入のご相談")
    assert CalendarEntry.objects.get(appointment=appointment).observed["title"] == "自分用のメモ"
    assert [one.event.subject for one in tenant.ours(SATO)] == ["自分用のメモ"]


def test_onto_another_promise_the_old_time_stays_and_the_host_is_asked(tenant, linked, sato):
    first, second = confirm(offer(sato, days=(1,))), confirm(offer(sato, days=(4,)))
    drag(tenant, first.starts_at, Interval(second.starts_at + timedelta(minutes=30), second.ends_at))
    read(linked)
    read(linked)
    first.refresh_from_db()
    assert (first.starts_at, first.revision) == (late(1).start, 0)
    entry = CalendarEntry.objects.get(appointment=first)
    assert entry.question == "moved"
    assert kinds(appointment=first).count("move_asked") == 1, "asked once"
    with pytest.raises(TimeTaken):
        follow(sato, entry, now=timezone.now())
    put_back(sato, entry, now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    assert {one.starts for one in tenant.ours(SATO)} == {first.starts_at, second.starts_at}
    read(linked)
    entry.refresh_from_db()
    assert (entry.question, entry.state) == ("", "written")
    with pytest.raises(Closed):
        put_back(sato, entry, now=timezone.now())


def test_dragged_back_by_the_person_the_question_is_over(tenant, linked, sato):
    first, second = confirm(offer(sato, days=(1,))), confirm(offer(sato, days=(4,)))
    drag(tenant, first.starts_at, Interval(second.starts_at + timedelta(minutes=30), second.ends_at))
    read(linked)
    drag(tenant, second.starts_at + timedelta(minutes=30), late(1))
    read(linked)
    assert CalendarEntry.objects.get(appointment=first).question == ""
    first.refresh_from_db()
    assert (first.starts_at, first.revision) == (late(1).start, 0)


def test_a_deletion_counts_when_seen_twice_two_minutes_apart(tenant, linked, sato):
    appointment = confirm(offer(sato))
    delete(tenant)
    read(linked)
    read(linked)
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"
    two_minutes_pass()
    read(linked)
    appointment.refresh_from_db()
    assert (appointment.state, appointment.cancelled_by, appointment.sequence) == ("cancelled", "host", 1)
    assert not Promise.objects.filter(standing=True).exists()
    assert {("cancelled_guest", 1), ("cancelled_host", 1)} <= set(mails(appointment))
    assert {"event_deleted", "appointment_cancelled"} <= set(kinds(appointment=appointment))
    assert CalendarEntry.objects.get(appointment=appointment).state == "gone"


def test_the_second_look_comes_by_itself(tenant, linked, sato):
    confirm(offer(sato))
    delete(tenant)
    observe(linked.pk)
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT scheduled_at FROM procrastinate_jobs"
            " WHERE args->>'task' = 'chosei.observe' AND status = 'todo'"
        )
        [(due,)] = cursor.fetchall()
    assert timedelta(seconds=118) < due - timezone.now() < timedelta(seconds=126)


def test_a_mailbox_that_does_not_answer_proves_nothing(tenant, linked, sato):
    appointment = confirm(offer(sato))
    delete(tenant)
    read(linked)
    two_minutes_pass()
    tenant.fault(FaultKind.UNAVAILABLE, SATO)
    read(linked)
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"
    tenant.sandbox.context.faults.clear()


def test_what_comes_back_was_never_gone(tenant, linked, sato):
    appointment = confirm(offer(sato))
    CalendarEntry.objects.filter(appointment=appointment).update(
        missing_at=timezone.now() - timedelta(minutes=5)
    )
    read(linked)
    assert CalendarEntry.objects.get(appointment=appointment).missing_at is None
    delete(tenant)
    read(linked)
    appointment.refresh_from_db()
    assert appointment.state == "confirmed", "two minutes begin anew"


def test_in_another_calendar_of_the_same_mailbox_it_is_not_gone(tenant, linked, sato):
    from chosei.sandbox.graph.calendars import PERSONAL_CALENDAR

    appointment = confirm(offer(sato))
    [event] = tenant.ours(SATO)
    tenant.store.move_to_calendar_as(tenant.mailbox(SATO), event.id(immutable=True), PERSONAL_CALENDAR)
    read(linked)
    two_minutes_pass()
    read(linked)
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"


def test_many_deletions_at_once_wait_for_the_hosts_word(tenant, linked, sato):
    appointment = confirm(offer(sato, days=(1,)))
    proposal = offer(sato, days=(2, 3, 4, 5, 6))
    delete(tenant)
    read(linked)
    two_minutes_pass()
    read(linked)
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"
    assert proposal.candidates.filter(state="open").count() == 5
    asked = CalendarEntry.objects.filter(question="removed")
    assert asked.count() == 6
    read(linked)
    assert kinds().count("removal_asked") == 6, "asked once"

    hold = asked.filter(candidate__proposal=proposal).earliest("candidate__starts_at")
    follow(sato, hold, now=timezone.now())
    assert proposal.candidates.filter(state="open").count() == 4
    old_link = appointment.join_url
    put_back(sato, asked.get(appointment=appointment), now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    appointment.refresh_from_db()
    [event] = [one for one in tenant.ours(SATO) if one.starts == appointment.starts_at]
    assert appointment.join_url == event.event.join_url
    assert appointment.join_url not in ("", old_link)
    assert {("changed_guest", 1), ("changed_host", 1)} <= set(mails(appointment))


def test_a_moved_hold_moves_the_candidate_and_stays_on_offer(tenant, linked, sato):
    proposal = offer(sato)
    drag(tenant, late(1).start, late(7, 30))
    read(linked)
    times = set(proposal.candidates.values_list("starts_at", "ends_at"))
    assert times == {(one.start, one.end) for one in (late(2), late(3), late(7, 30))}
    assert [one.free for one in proposal_offer(proposal, now=timezone.now())] == [True] * 3
    assert "candidate_moved" in kinds(proposal=proposal)
    read(linked)
    assert [one.free for one in proposal_offer(proposal, now=timezone.now())] == [True] * 3
    moved = proposal.candidates.get(starts_at=late(7).start)
    appointment = confirm_candidate(proposal, moved.pk, GUEST, submission=uuid4(), now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    [event] = tenant.ours(SATO)
    assert (
        (event.starts, event.ends)
        == (appointment.starts_at, appointment.ends_at)
        == (late(7).start, late(7, 30).end)
    )


def test_a_deleted_hold_withdraws_its_candidate_and_the_last_one_the_proposal(tenant, linked, sato):
    proposal = offer(sato, days=(1, 2))
    for day, left in ((1, 1), (2, 0)):
        delete(tenant, late(day).start)
        read(linked)
        assert proposal.candidates.filter(state="open").count() == left + 1
        two_minutes_pass()
        read(linked)
        assert proposal.candidates.filter(state="open").count() == left
    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"
    assert kinds(proposal=proposal).count("candidate_withdrawn") == 2


def test_a_hold_moved_into_the_past_is_withdrawn(tenant, linked, sato):
    proposal = offer(sato)
    gone = Interval(timezone.now() - timedelta(hours=3), timezone.now() - timedelta(hours=2))
    drag(tenant, late(1).start, gone)
    read(linked)
    run_jobs(hurrying=CONVERGE)
    assert proposal.candidates.filter(state="open").count() == 2
    assert len(tenant.ours(SATO)) == 2


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_around_every_call_the_move_and_the_deletion_are_followed_once(tenant, linked, sato, after):
    for step in range(8):
        moved, deleted = confirm(offer(sato, days=(1,))), confirm(offer(sato, days=(2,)))
        drag(tenant, moved.starts_at, late(6))
        delete(tenant, deleted.starts_at)
        killed = die_reading(linked, Fate(step, after))
        two_minutes_pass()
        recover()
        recover()
        for one in (moved, deleted):
            one.refresh_from_db()
        assert (moved.starts_at, moved.revision, moved.state) == (late(6).start, 1, "confirmed")
        assert (deleted.state, deleted.revision) == ("cancelled", 1), f"killed at call {step}"
        assert kinds(appointment=moved).count("appointment_moved") == 1
        delete(tenant)
        CalendarEntry.objects.all().delete()
        Promise.objects.all().delete()
        if not killed:
            assert step > 1
            return
    raise AssertionError("more calls than expected")


def die_reading(linked, fate) -> bool:
    """Read until killed, twice, so that the deletion's second look is met as well."""
    with mortal(fate):
        try:
            observe(linked.pk)
            two_minutes_pass()
            observe(linked.pk)
        except Killed:
            return True
    return False


def recover() -> None:
    """Every job is forgotten with the worker; the sweep finds that the calendar was read long ago."""
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    old = timezone.now() - timedelta(minutes=6)
    Connection.objects.update(mirror_read_at=old, mirror_asked_at=None)
    two_minutes_pass()
    sweep()
    run_jobs(hurrying=CONVERGE)


# --- asked first, both at once, refused ---------------------------------------------------------------------


def questions() -> list[str]:
    return [mail.recipient for mail in MailMessage.objects.filter(kind="calendar_question")]


def test_whoever_wants_to_be_asked_first_decides_before_the_customer_hears(tenant, linked, sato):
    type(sato).objects.filter(pk=sato.pk).update(ask_before_moving=True)
    appointment = confirm(offer(sato))
    drag(tenant, appointment.starts_at, late(6))
    read(linked)
    read(linked)
    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.revision) == (late(1).start, 0)
    assert not MailMessage.objects.filter(kind="changed_guest").exists()
    assert questions() == [SATO]
    letter = compose(MailMessage.objects.get(kind="calendar_question"), now=timezone.now())
    assert letter is not None
    assert GUEST.name in letter.text
    entry = CalendarEntry.objects.get(appointment=appointment)
    follow(sato, entry, now=timezone.now())
    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.revision) == (late(6).start, 1)
    assert MailMessage.objects.filter(kind="changed_guest").exists()
    assert compose(MailMessage.objects.get(kind="calendar_question"), now=timezone.now()) is None


def changed_by_both(tenant, linked, sato) -> tuple[Appointment, CalendarEntry]:
    """The host drags the event to the sixth day; before Chosei has seen it, it wants it on the fifth."""
    appointment = confirm(offer(sato))
    drag(tenant, appointment.starts_at, late(6))
    entries = CalendarEntry.objects.filter(appointment=appointment)
    want_moved(entries, late(5))
    Appointment.objects.filter(pk=appointment.pk).update(starts_at=late(5).start, ends_at=late(5).end)
    converge(f"proposal:{appointment.proposal_id}")
    run_jobs(hurrying=CONVERGE)
    return appointment, entries.get()


def test_both_changed_nothing_is_written_before_the_hosts_word(tenant, linked, sato):
    _, entry = changed_by_both(tenant, linked, sato)
    assert (entry.question, entry.state) == ("both", "parked")
    [event] = tenant.ours(SATO)
    assert event.starts == late(6).start, "the host's change is not overwritten"
    assert questions() == [SATO]
    put_back(sato, entry, now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    [event] = tenant.ours(SATO)
    assert event.starts == late(5).start
    entry.refresh_from_db()
    assert (entry.question, entry.state) == ("", "written")


def test_both_changed_and_the_calendar_is_right(tenant, linked, sato):
    appointment, entry = changed_by_both(tenant, linked, sato)
    follow(sato, entry, now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    appointment.refresh_from_db()
    entry.refresh_from_db()
    [event] = tenant.ours(SATO)
    assert event.starts == appointment.starts_at == late(6).start
    assert (entry.question, entry.state, entry.desired) == ("", "written", entry.written)


def test_confirmed_while_its_hold_was_being_moved_the_host_is_asked(tenant, linked, sato):
    proposal = offer(sato)
    first = proposal.candidates.earliest("starts_at")
    confirm_candidate(proposal, first.pk, GUEST, submission=uuid4(), now=timezone.now())
    drag(tenant, late(1).start, late(6))
    run_jobs(hurrying=CONVERGE)
    entry = CalendarEntry.objects.get(appointment__isnull=False)
    assert entry.question == "both"
    follow(sato, entry, now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    [event] = tenant.ours(SATO)
    assert (event.starts, event.event.show_as) == (late(6).start, "busy"), "and it is no hold any more"


def test_a_candidate_moved_while_the_customer_confirms_is_not_confirmed(tenant, linked, sato, monkeypatch):
    """The hold is moved and followed between the reading of the calendars and the lock."""
    from chosei.actions import confirm as confirming
    from chosei.actions.promising import committed

    proposal = offer(sato)
    first = proposal.candidates.earliest("starts_at")

    def moved_before_the_lock(write):
        type(first).objects.filter(pk=first.pk).update(starts_at=late(6).start, ends_at=late(6).end)
        return committed(write)

    monkeypatch.setattr(confirming, "committed", moved_before_the_lock)
    with pytest.raises(TimeTaken):
        confirm_candidate(proposal, first.pk, GUEST, submission=uuid4(), now=timezone.now())
    assert not Appointment.objects.exists()


def test_what_was_refused_is_tried_again_on_the_hosts_word(tenant, linked, sato):
    appointment = confirm(offer(sato))
    entry = CalendarEntry.objects.get(appointment=appointment)
    with pytest.raises(Closed):
        retry(sato, entry)
    want_moved([entry], late(5))
    CalendarEntry.objects.filter(pk=entry.pk).update(state="parked", problem="ErrorQuotaExceeded")
    retry(sato, entry)
    run_jobs(hurrying=CONVERGE)
    [event] = tenant.ours(SATO)
    assert event.starts == late(5).start
    entry.refresh_from_db()
    assert (entry.state, entry.problem) == ("written", "")
    assert "entry_retried" in kinds(appointment=appointment)


def test_an_event_that_goes_by_another_id_since_is_neither_doubled_nor_left_behind(tenant, linked, sato):
    """As after a move between stores, or where a service does not keep ids for good."""
    appointment = confirm(offer(sato))
    entries = CalendarEntry.objects.filter(appointment=appointment, purpose="appointment")
    [event] = tenant.ours(SATO)
    real = event.id(immutable=True)

    old = replace(decode(real), key=uuid4().hex).encode()
    entries.update(remote_id=old)
    for _ in range(2):  # read twice, minutes apart: that is no deletion
        read(linked)
        two_minutes_pass()
    appointment.refresh_from_db()
    assert (appointment.state, entries.get().remote_id) == ("confirmed", real)

    entries.update(remote_id=old)
    want_moved(entries, late(9))
    converge(f"proposal:{appointment.proposal_id}")
    assert [one.starts for one in tenant.ours(SATO)] == [late(9).start]
    assert entries.get().remote_id == real

    entries.update(remote_id=old)
    cancel_by_host(sato, appointment, reason="", now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    assert tenant.ours(SATO) == []
    assert entries.get().state == "gone"
