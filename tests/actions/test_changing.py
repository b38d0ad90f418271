"""A confirmed appointment changes in place: promises, entries, letters and the calendar object follow."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.changing import change_by_host
from chosei.actions.confirm import confirm_candidate
from chosei.actions.errors import ActionError, Closed, InvalidInput, TimeTaken
from chosei.actions.inputs import ChangeInput, MeetingInput
from chosei.actions.readjusting import WishInput, ask_to_move
from chosei.core.intervals import Interval
from chosei.mails.compose import compose
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    Connection,
    MailMessage,
    Promise,
    Readjustment,
    TimelineEntry,
)
from tests.actions.test_races import together
from tests.support.company import GUEST, NOW, at, busy, connect, member, propose, span

pytestmark = pytest.mark.django_db(transaction=True)


def agreed(author, time=None, **values) -> Appointment:
    proposal = propose(author, [time or span(1, 10)], **values)
    pk = proposal.candidates.get().pk
    return confirm_candidate(proposal, pk, GUEST, submission=uuid4(), now=NOW)


def as_it_is(appointment) -> ChangeInput:
    appointment.refresh_from_db()
    fields = ("title", "format", "web_meeting", "zone", "location", "guidance", "contact", "internal_notes")
    meeting = MeetingInput(**{name: getattr(appointment, name) for name in fields})
    promises = appointment.promises.filter(standing=True, host__isnull=False)
    return ChangeInput(
        time=Interval(appointment.starts_at, appointment.ends_at),
        meeting=meeting,
        host_ids=tuple(promises.values_list("host_id", flat=True)),
        revision=appointment.revision,
        over_conflicts=True,
    )


def changing(by, appointment, **values):
    wanted = replace(as_it_is(appointment), **values)
    return lambda: change_by_host(by, appointment, wanted, now=NOW)


def kinds(appointment, revision) -> list[str]:
    rows = MailMessage.objects.filter(appointment=appointment, revision=revision)
    return sorted(rows.values_list("kind", flat=True))


def letter(appointment, kind):
    message = MailMessage.objects.filter(appointment=appointment, kind=kind).latest("id")
    written = compose(message, now=NOW)
    assert written is not None
    return written


def test_another_time_moves_promise_and_entry_and_both_sides_read_old_and_new():
    author = member()
    connect(author)
    appointment = agreed(author)
    MailMessage.objects.update(state="sent")
    assert changing(author, appointment, time=span(2, 15, 90))()
    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.ends_at) == (span(2, 15).start, span(2, 15, 90).end)
    assert (appointment.state, appointment.sequence, appointment.revision) == ("confirmed", 1, 1)
    [promise] = Promise.objects.all()
    assert (promise.during.lower, promise.during.upper) == (appointment.starts_at, appointment.ends_at)
    [entry] = CalendarEntry.objects.filter(appointment=appointment)
    assert entry.desired["start"] == appointment.starts_at.isoformat()
    assert kinds(appointment, 1) == ["changed_guest", "changed_host"]
    told = letter(appointment, "changed_guest")
    assert told.text.index("11月25日(水) 10:00〜11:00") < told.text.index("11月26日(木) 15:00〜16:30")
    assert told.calendar is not None
    assert b"SEQUENCE:1" in told.calendar.content
    assert appointment.ics_uid.encode() in told.calendar.content
    [line] = TimelineEntry.objects.filter(kind="appointment_changed")
    assert (line.member, line.detail) == (author, {"what": ["time"]})


def test_form_place_and_title_are_told_old_and_new():
    author = member()
    appointment = agreed(author)
    meeting = replace(
        as_it_is(appointment).meeting, format="visit", location="八重洲本社", web_meeting=False, title="定例"
    )
    assert changing(author, appointment, meeting=meeting)()
    told = letter(appointment, "changed_guest").text
    assert "Web会議 → ご来訪" in told
    assert "なし → 八重洲本社" in told
    assert "導入のご相談 → 定例" in told
    assert "変更前の日時" not in told
    assert changing(author, appointment, meeting=replace(meeting, title="定例会"))()
    again = letter(appointment, "changed_guest").text
    assert "導入のご相談 → 定例会" in again, "what was never told is told from what the reader still believes"
    assert "なし → 八重洲本社" in again
    assert MailMessage.objects.filter(kind="changed_guest", state="superseded").count() == 1


def test_internal_notes_are_told_to_nobody():
    author = member()
    appointment = agreed(author)
    meeting = replace(as_it_is(appointment).meeting, internal_notes="値引きは5%まで")
    assert changing(author, appointment, meeting=meeting)()
    appointment.refresh_from_db()
    assert (appointment.internal_notes, appointment.revision) == ("値引きは5%まで", 0)
    assert kinds(appointment, 1) == []


def test_nothing_changed_is_nothing_told():
    author = member()
    appointment = agreed(author)
    assert not changing(author, appointment)()
    appointment.refresh_from_db()
    assert appointment.revision == 0


def test_hosts_come_and_go_and_the_organisers_event_stays():
    author = member()
    first = connect(author)
    leaving, coming = member(author.organization, "田中 翔"), member(author.organization, "鈴木 美咲")
    connect(coming, account_tenant=first.account_tenant)
    appointment = agreed(author, hosts=[author, leaving])
    MailMessage.objects.update(state="sent")
    event = CalendarEntry.objects.get(appointment=appointment)
    assert changing(author, appointment, host_ids=(author.pk, coming.pk))()
    standing = Promise.objects.filter(appointment=appointment, standing=True)
    assert list(standing.values_list("host_id", flat=True)) == [author.pk, coming.pk]
    event.refresh_from_db()
    assert [one["address"] for one in event.desired["attendees"]] == [coming.email]
    assert kinds(appointment, 1) == ["changed_guest", "changed_host", "confirmed_host", "removed_host"]
    assert "田中 翔" in letter(appointment, "changed_guest").text
    gone = letter(appointment, "removed_host")
    assert gone.recipient == leaving.email
    assert gone.calendar is not None
    assert b"METHOD:CANCEL" in gone.calendar.content
    cancel_by_guest(appointment, reason="", now=NOW)
    told = set(MailMessage.objects.filter(kind="cancelled_host").values_list("recipient", flat=True))
    assert told == {author.email, coming.email}


def test_without_its_organiser_the_event_moves_to_the_next_host_and_a_new_link_is_awaited():
    author = member()
    first = connect(author)
    other = member(author.organization, "鈴木 美咲")
    second = connect(other)
    appointment = agreed(author, hosts=[author, other])
    Appointment.objects.filter(pk=appointment.pk).update(join_url="https://teams.example/old")
    assert changing(author, appointment, host_ids=(other.pk,))()
    appointment.refresh_from_db()
    assert (appointment.organizer_id, appointment.join_url) == (second.pk, "")
    assert appointment.link_wanted_at == NOW
    wanted = {entry.connection_id: entry.desired is not None for entry in appointment.entries.all()}
    assert wanted == {first.pk: False, second.pk: True}
    waiting = MailMessage.objects.get(kind="changed_guest")
    assert waiting.wait_for_link_until is not None


def test_no_web_meeting_any_more_is_another_event():
    author = member()
    connect(author)
    appointment = agreed(author)
    Appointment.objects.filter(pk=appointment.pk).update(join_url="https://teams.example/old")
    meeting = replace(as_it_is(appointment).meeting, format="phone", web_meeting=False)
    assert changing(author, appointment, meeting=meeting)()
    appointment.refresh_from_db()
    assert appointment.join_url == ""
    desired = [entry.desired for entry in appointment.entries.order_by("id")]
    assert desired[0] is None
    assert desired[1]["web_meeting"] is False


def test_a_time_promised_to_another_customer_is_refused():
    author = member()
    appointment, other = agreed(author), agreed(author, span(2, 10))
    with pytest.raises(TimeTaken):
        changing(author, appointment, time=span(2, 10, 30))()
    with pytest.raises(TimeTaken):
        changing(author, appointment, time=span(2, 10, 30), over_conflicts=False)()
    appointment.refresh_from_db()
    assert appointment.revision == 0
    assert Interval(appointment.starts_at, appointment.ends_at) == span(1, 10)
    assert other.promises.get().standing


def test_a_busy_calendar_asks_for_the_hosts_word():
    author = member()
    own = connect(author)
    appointment = agreed(author)
    Connection.objects.filter(pk=own.pk).update(state="address_mismatch")
    held = propose(author, [span(2, 15)])
    busy(own, at(3, 15))
    with pytest.raises(InvalidInput) as refused:
        changing(author, appointment, time=span(2, 15), over_conflicts=False)()
    assert refused.value.fields == {"over_conflicts": "conflict"}
    assert changing(author, appointment, time=span(2, 15), over_conflicts=True)()
    assert held.candidates.get().state == "open"


def test_two_hosts_looking_at_the_same_page():
    author = member()
    appointment = agreed(author)
    assert changing(author, appointment, time=span(2, 10))()
    with pytest.raises(Closed, match="changed_meanwhile"):
        changing(author, appointment, time=span(3, 10), revision=0)()


@pytest.mark.parametrize("wrong", ["past", "long", "nobody", "stranger"])
def test_what_cannot_be_is_refused(wrong):
    author = member()
    appointment = agreed(author)
    values = {
        "past": {"time": Interval(at(-1, 10), at(-1, 11))},
        "long": {"time": Interval(at(1, 10), at(3, 10))},
        "nobody": {"host_ids": ()},
        "stranger": {"host_ids": (member().pk,)},
    }[wrong]
    with pytest.raises(InvalidInput):
        changing(author, appointment, **values)()


def test_a_moved_appointment_answers_the_customers_request():
    author = member()
    appointment = agreed(author)
    ask_to_move(appointment, WishInput("翌日の午後を希望します。", (span(2, 15),)), now=NOW)
    assert changing(author, appointment, time=span(2, 15))()
    asked = Readjustment.objects.get()
    assert (asked.answered_at, asked.answered_by, asked.answer) == (NOW, author, "moved")


# --- at the same moment -------------------------------------------------------------------------------------


@pytest.mark.parametrize("_", range(4))
def test_the_host_moves_while_the_customer_cancels(_):
    author = member()
    appointment = agreed(author)
    moved, cancelled = together(
        changing(author, appointment, time=span(2, 15)),
        lambda: cancel_by_guest(appointment, reason="", now=NOW),
    )
    appointment.refresh_from_db()
    assert cancelled is None
    assert appointment.state == "cancelled"
    assert moved is True or isinstance(moved, Closed)
    assert not Promise.objects.filter(standing=True).exists()
    assert not CalendarEntry.objects.filter(desired__isnull=False).exists()


def test_several_appointments_race_to_one_free_hour():
    author = member()
    ours = [agreed(author, span(1, hour)) for hour in (9, 11, 13, 15)]
    outcomes = together(*[changing(author, one, time=span(2, 10)) for one in ours])
    assert sum(outcome is True for outcome in outcomes) == 1
    assert all(outcome is True or isinstance(outcome, TimeTaken) for outcome in outcomes)
    starts = list(Appointment.objects.values_list("starts_at", flat=True))
    assert starts.count(at(2, 10)) == 1
    assert Promise.objects.filter(standing=True).count() == 4


def test_a_move_races_a_customer_who_confirms_that_hour():
    author = member()
    appointment = agreed(author)
    proposal = propose(author, [span(2, 10)])
    pk = proposal.candidates.get().pk
    outcomes = together(
        changing(author, appointment, time=span(2, 10)),
        lambda: confirm_candidate(proposal, pk, GUEST, submission=uuid4(), now=NOW),
    )
    won = [one for one in outcomes if not isinstance(one, ActionError)]
    assert len(won) == 1, outcomes
    assert Promise.objects.filter(standing=True, during__contains=at(2, 10, 30)).count() == 1
