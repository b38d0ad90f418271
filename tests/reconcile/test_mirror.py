"""The mirror, kept by what changed: right as a whole after each reading, or left to age."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from chosei import wiring
from chosei.adapters.microsoft import delta
from chosei.core.intervals import Interval
from chosei.ports.errors import Transient
from chosei.reconcile.observe import observe
from chosei.reconcile.reading import WHOLE_EVERY
from chosei.records.models import CalendarEntry, Connection, MirroredEvent
from chosei.sandbox.faults import FaultKind
from tests.support.company import propose
from tests.support.mortal import Fate, Killed, mortal
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"


def enters(tenant, time_, subject="社内会議", **fields):
    event = tenant.store.create_as(tenant.mailbox(SATO), subject, time_.start, time_.end, **fields)
    return event.id(immutable=True)


def weekly(tenant, start: datetime, weeks=4, **fields):
    """A series on the weekday of ``start``."""
    day = start.astimezone(ZoneInfo("Asia/Tokyo"))
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": [day.strftime("%A").lower()]}
    reach = {"type": "numbered", "startDate": day.date().isoformat(), "numberOfOccurrences": weeks}
    local = start.astimezone(ZoneInfo("Asia/Tokyo"))
    return tenant.store.create_as(
        tenant.mailbox(SATO),
        "定例",
        local,
        local + timedelta(hours=1),
        recurrence={"pattern": pattern, "range": reach},
        **fields,
    ).id(immutable=True)


def read(linked) -> list[str]:
    """Observe, and how that was done: the calls that left for the provider."""
    with mortal(Fate()) as fate:
        observe(linked.pk)
    linked.refresh_from_db()
    return [name for name in fate.log if name != "get"]


Row = tuple[str, str, str, datetime, datetime, bool]


def mirrored(linked) -> list[Row]:
    rows = MirroredEvent.objects.filter(connection=linked)
    return sorted(
        (row.remote_id, row.subject, row.show_as, row.starts_at, row.ends_at, row.all_day) for row in rows
    )


def standing(linked) -> list[Row]:
    """What a complete reading says now of the stretch that the mirror covers."""
    window = Interval(linked.mirror_from, linked.mirror_until)
    events = wiring.calendar_of(linked).read_busy(window)
    return sorted((e.remote_id, e.title, e.show_as.value, e.start, e.end, e.all_day) for e in events)


def change(tenant, remote_id, **members: Any):
    tenant.store.change_as(tenant.mailbox(SATO), remote_id, **members)


def test_after_the_first_reading_only_what_changed_is_read(tenant, linked):
    kept, gone = enters(tenant, late(1)), enters(tenant, late(2))
    assert read(linked) == ["changes"]
    assert mirrored(linked) == standing(linked)
    change(tenant, kept, subject="改題", show_as="free")
    tenant.store.move_as(tenant.mailbox(SATO), kept, late(3).start, late(3).end)
    tenant.store.delete_as(tenant.mailbox(SATO), gone)
    assert read(linked) == ["changes"]
    assert mirrored(linked) == standing(linked)
    row = MirroredEvent.objects.get(remote_id=kept)
    assert (row.subject, row.starts_at, row.blocks) == ("改題", late(3).start, False)


def test_a_series_its_exceptions_and_its_end(tenant, linked):
    series = weekly(tenant, late(2).start, show_as="tentative")
    assert read(linked) == ["changes"]
    assert mirrored(linked) == standing(linked)
    rows = MirroredEvent.objects.filter(series_id=series).order_by("starts_at")
    assert [(row.show_as, row.inherits) for row in rows] == [("tentative", True)] * 4
    first, second, third, _ = rows
    change(tenant, first.remote_id, show_as="oof", subject="特別回")
    tenant.store.move_as(tenant.mailbox(SATO), second.remote_id, late(10).start, late(10).end)
    tenant.store.delete_as(tenant.mailbox(SATO), third.remote_id)
    read(linked)
    assert mirrored(linked) == standing(linked)
    assert MirroredEvent.objects.get(remote_id=first.remote_id).inherits is False
    change(tenant, series, subject="新しい定例")
    read(linked)
    assert mirrored(linked) == standing(linked)
    tenant.store.delete_as(tenant.mailbox(SATO), series)
    assert read(linked) == ["changes"]
    assert not MirroredEvent.objects.filter(series_id=series).exists()


def test_what_leaves_the_stretch_leaves_the_mirror_and_no_entry_is_taken_for_deleted(tenant, linked, sato):
    proposal = propose(sato, [late(1), late(2)], now=timezone.now(), guest_email="")
    run_jobs()
    hold = CalendarEntry.objects.get(candidate=proposal.candidates.earliest("starts_at"))
    tenant.store.move_as(
        tenant.mailbox(SATO), hold.remote_id, late(200).start, late(200).end
    )  # far beyond the mirror: delta says "removed"
    run_jobs()
    assert read(linked) == ["changes"]
    assert not MirroredEvent.objects.filter(remote_id=hold.remote_id).exists()
    hold.refresh_from_db()
    assert hold.missing_at is None
    assert hold.candidate.proposal.candidates.filter(state="open").count() == 2
    assert proposal.candidates.filter(starts_at=late(200).start).exists()  # followed: moved, not deleted


def test_our_own_are_known_although_changes_carry_no_mark(tenant, linked, sato):
    propose(sato, [late(1), late(2)], now=timezone.now(), guest_email="")
    run_jobs()
    assert read(linked) == ["changes"]
    ours = MirroredEvent.objects.exclude(entry_key="")
    assert {row.entry_key for row in ours} == set(CalendarEntry.objects.values_list("key", flat=True))
    moved = CalendarEntry.objects.earliest("pk")
    CalendarEntry.objects.filter(pk=moved.pk).delete()
    read(linked)  # nothing has changed there: what we know of it has
    assert not MirroredEvent.objects.get(remote_id=moved.remote_id).entry_key


def test_while_a_creation_is_in_doubt_everything_is_read(tenant, linked, sato):
    tenant.fault(FaultKind.LOST_REPLY, SATO, count=3)
    propose(sato, [late(1)], now=timezone.now(), guest_email="")
    run_jobs()
    assert CalendarEntry.objects.filter(create_begun=True, remote_id="").exists()
    assert "read_busy" in read(linked)
    assert MirroredEvent.objects.exclude(entry_key="").count() == 1


def test_a_lost_token_a_long_time_and_lasting_trouble_lead_to_a_whole_reading(tenant, linked):
    whole = ["track", "read_busy"]
    enters(tenant, late(1))
    tenant.store.lose_sync_state(tenant.mailbox(SATO).key)
    assert read(linked) == ["changes", *whole]
    assert mirrored(linked) == standing(linked)
    assert read(linked) == ["changes"]
    before = linked.mirror_until
    Connection.objects.update(mirror_whole_at=timezone.now() - WHOLE_EVERY - timedelta(minutes=1))
    assert read(linked) == whole
    assert linked.mirror_until > before
    Connection.objects.update(
        mirror_error="unreadable_answer", mirror_read_at=timezone.now() - timedelta(minutes=13)
    )
    assert read(linked) == whole
    assert read(linked) == ["changes"]


def test_a_calendar_that_cannot_tell_its_changes_is_read_whole_each_time(tenant, linked, monkeypatch):
    def no_delta_link(*args: object) -> str:
        raise Transient("unreadable_answer")

    monkeypatch.setattr(delta, "begin", no_delta_link)
    tenant.store.lose_sync_state(tenant.mailbox(SATO).key)
    for day in (1, 2):
        enters(tenant, late(day))
        assert "read_busy" in read(linked)
        assert mirrored(linked) == standing(linked)
        assert (linked.mirror_error, linked.mirror_token) == ("", "")


def test_a_licence_for_web_meetings_that_comes_or_goes_is_noticed(tenant, linked):
    assert linked.web_meeting
    directory = tenant.sandbox.context.directory
    user = directory.user(SATO)
    for teams in (False, True):
        directory.set_licences(user.oid, mailbox=True, teams=teams)
        Connection.objects.update(mirror_whole_at=None)
        read(linked)
        assert linked.web_meeting is teams


@pytest.mark.parametrize("kind", [FaultKind.UNAVAILABLE, FaultKind.THROTTLED, FaultKind.LOST_REPLY])
def test_a_failed_reading_of_changes_leaves_the_mirror_to_age(tenant, linked, kind):
    before = mirrored(linked), linked.mirror_read_at, linked.mirror_token
    enters(tenant, late(1))
    tenant.fault(kind, SATO, seconds=1)
    read(linked)
    assert (mirrored(linked), linked.mirror_read_at, linked.mirror_token) == before
    assert linked.mirror_error


def test_killed_at_any_call_the_mirror_is_right_after_the_next_reading(tenant, linked):
    for step, after in ((0, False), (0, True), (1, True), (2, False), (2, True)):
        if step:
            tenant.store.lose_sync_state(tenant.mailbox(SATO).key)
        enters(tenant, late(step + 1 + after))
        before = mirrored(linked)
        with mortal(Fate(step, after)), pytest.raises(Killed):
            observe(linked.pk)
        assert mirrored(linked) == before
        read(linked)
        assert mirrored(linked) == standing(linked)


def test_the_same_changes_twice_change_nothing(tenant, linked):
    token = linked.mirror_token
    enters(tenant, late(1))
    weekly(tenant, late(2).start)
    read(linked)
    linked.mirror_token = token
    linked.save(update_fields=["mirror_token"])
    before = mirrored(linked)
    read(linked)
    assert mirrored(linked) == before == standing(linked)


def test_an_all_day_event_is_a_day_of_the_mailbox_whatever_the_member_keeps_in_chosei(tenant, linked, sato):
    sato.zone = "America/New_York"
    sato.save()
    day = late(3).start.astimezone(ZoneInfo("Asia/Tokyo")).replace(hour=0, tzinfo=None)
    midnight = datetime.combine(day, time(0), ZoneInfo("Asia/Tokyo"))
    enters(tenant, Interval(midnight, midnight + timedelta(days=1)), "休暇", all_day=True, show_as="oof")
    assert linked.mailbox_zone == "Asia/Tokyo"
    read(linked)
    [row] = [row for row in MirroredEvent.objects.filter(all_day=True) if row.subject == "休暇"]
    assert (row.starts_at, row.ends_at) == (midnight, midnight + timedelta(days=1))


def test_everything_is_kept_with_its_status_be_it_busy_or_not(tenant, linked):
    statuses = ("free", "tentative", "busy", "oof", "workingElsewhere")
    for number, status in enumerate(statuses):
        enters(tenant, late(number + 1), f"予定 {status}", show_as=status, sensitivity="private")
    read(linked)
    rows = {row.show_as: row for row in MirroredEvent.objects.all() if "予定 " in row.subject}
    assert {status: row.blocks for status, row in rows.items()} == {
        "free": False, "tentative": True, "busy": True, "oof": True, "workingElsewhere": False,
    }  # fmt: skip
    assert all(row.private and row.subject == f"予定 {status}" for status, row in rows.items())
