"""Confirming a candidate or a page's time, with calendars as the mirror knows them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from chosei.actions.booking import book_page
from chosei.actions.cancellation import cancel_by_guest, cancel_by_host
from chosei.actions.confirm import confirm_candidate
from chosei.actions.errors import Closed, InvalidInput, TimeTaken, Unverifiable
from chosei.actions.inputs import Booking
from chosei.actions.offers import page_offer, proposal_offer
from chosei.actions.proposals import withdraw_proposal
from chosei.core.entries import EntryState
from chosei.records.models import Appointment, CalendarEntry, MailMessage, Promise
from tests.support.company import GUEST, NOW, at, busy, connect, member, propose, publish, span

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("known", "named"),
    [
        ({"guest_company": "", "guest_name": "", "guest_email": ""}, GUEST.name),
        ({"guest_company": "", "guest_name": "四谷 三郎", "guest_email": ""}, "四谷 三郎"),
    ],
)
def test_a_proposal_for_nobody_in_particular_has_the_customer_who_answered(known, named):
    proposal = propose(member(), [span(1, 10)], **known)
    confirm_candidate(proposal, proposal.candidates.get().pk, GUEST, submission=uuid4(), now=NOW)
    proposal.refresh_from_db()
    assert proposal.guest_name == named
    assert Appointment.objects.get().guest_name == GUEST.name


def first(proposal):
    return proposal.candidates.earliest("starts_at").pk


def confirm(proposal, candidate=None, *, now=NOW, guest=GUEST, submission=None):
    return confirm_candidate(
        proposal, candidate or first(proposal), guest, submission=submission or uuid4(), now=now
    )


def test_the_chosen_hold_becomes_the_appointment_in_place_and_the_others_go():
    author = member()
    connect(author)
    proposal = propose(author)
    hold = CalendarEntry.objects.get(candidate=first(proposal))

    appointment = confirm(proposal)

    hold.refresh_from_db()
    assert hold.appointment_id == appointment.pk
    assert (hold.purpose, hold.desired["show_as"], hold.desired["title"]) == (
        "appointment",
        "busy",
        "導入のご相談",
    )
    assert hold.desired["web_meeting"] is True
    others = CalendarEntry.objects.exclude(pk=hold.pk)
    assert others.count() == 2
    assert all(entry.desired is None for entry in others)
    proposal.refresh_from_db()
    assert proposal.state == "confirmed"
    assert [c.state for c in proposal.candidates.all()] == ["chosen", "withdrawn", "withdrawn"]


def test_both_sides_get_one_mail_each_which_waits_a_minute_for_the_link():
    author = member()
    connect(author)
    appointment = confirm(propose(author))
    mails = {mail.kind: mail for mail in MailMessage.objects.filter(appointment=appointment)}
    assert set(mails) == {"confirmed_guest", "confirmed_host"}
    assert mails["confirmed_host"].recipient == author.email
    assert mails["confirmed_guest"].recipient == "hanako@test.example"
    assert {m.wait_for_link_until for m in mails.values()} == {NOW + timedelta(seconds=60)}


def test_without_a_linked_host_no_mail_waits():
    appointment = confirm(propose(member()))
    waits = set(
        MailMessage.objects.filter(appointment=appointment).values_list("wait_for_link_until", flat=True)
    )
    assert waits == {None}


def test_the_same_form_sent_twice_is_one_appointment():
    proposal, form = propose(member()), uuid4()
    assert confirm(proposal, submission=form).pk == confirm(proposal, submission=form).pk
    assert Appointment.objects.count() == 1
    assert MailMessage.objects.filter(kind="confirmed_guest").count() == 1


def test_a_form_spent_on_one_link_does_not_answer_for_another():
    form = uuid4()
    mine = confirm(propose(member()), submission=form)
    with pytest.raises(InvalidInput):
        confirm(propose(member()), submission=form)
    assert Appointment.objects.get() == mine


def test_a_second_choice_finds_the_proposal_closed():
    proposal = propose(member())
    confirm(proposal)
    with pytest.raises(Closed) as closed:
        confirm(proposal, proposal.candidates.latest("starts_at").pk)
    assert closed.value.reason == "confirmed"


def test_withdrawn_expired_and_past_are_refused():
    author = member()
    proposal = propose(author)
    with pytest.raises(Closed):
        confirm(proposal, now=NOW + timedelta(days=7))
    with pytest.raises(TimeTaken):
        confirm(proposal, now=at(1, 10))
    withdraw_proposal(author, proposal, now=NOW)
    proposal.refresh_from_db()
    with pytest.raises(Closed):
        confirm(proposal)
    assert not Appointment.objects.exists()


def test_a_candidate_of_another_proposal_is_not_ours_to_take():
    with pytest.raises(TimeTaken):
        confirm(propose(member()), first(propose(member())))


def test_one_time_offered_to_two_customers_goes_to_the_first():
    author = member()
    connect(author)
    one, two = propose(author, [span(1, 10)]), propose(author, [span(1, 10), span(2, 10)])
    confirm(one)
    assert [offer.free for offer in proposal_offer(two, now=NOW)] == [False, True]
    with pytest.raises(TimeTaken):
        confirm(two)
    assert confirm(two, two.candidates.latest("starts_at").pk).starts_at == at(2, 10)


def test_an_event_kept_over_knowingly_blocks_nothing_but_a_new_one_does():
    author = member()
    connection = connect(author)
    busy(connection, at(1, 10))
    proposal = propose(author, [span(1, 10), span(2, 10)])
    busy(connection, at(2, 10, 30))
    assert [offer.free for offer in proposal_offer(proposal, now=NOW)] == [True, False]
    with pytest.raises(TimeTaken):
        confirm(proposal, proposal.candidates.latest("starts_at").pk)
    assert confirm(proposal).starts_at == at(1, 10)


def test_free_and_elsewhere_do_not_block_and_unknown_does():
    author = member()
    connection = connect(author)
    proposal = propose(author, [span(day, 10) for day in (1, 2, 3)])
    for day, blocks in ((1, False), (2, False), (3, True)):
        busy(connection, at(day, 10), blocks=blocks)
    assert [offer.free for offer in proposal_offer(proposal, now=NOW)] == [True, True, False]


@pytest.mark.parametrize("wrong", ["", " ", "x" * 121])
def test_a_guest_needs_a_name_of_reasonable_length(wrong):
    guest = type(GUEST)(company="", name=wrong, email="hanako@test.example")
    with pytest.raises(InvalidInput) as refused:
        confirm(propose(member()), guest=guest)
    assert set(refused.value.fields) == {"name"}


# --- booking pages
# -------------------------------------------------------------------------------------------


def book(page, start, *, now=NOW, submission=None):
    return book_page(page, Booking(start), GUEST, submission=submission or uuid4(), now=now)


def test_a_page_books_what_it_offers_and_nothing_else():
    owner = member()
    connection = connect(owner)
    busy(connection, at(1, 10), 60)
    page = publish(owner)
    assert book(page, at(1, 9)).ends_at == at(1, 9, 30)
    for start in (
        at(1, 9),
        at(1, 10),
        at(1, 9, 45),
        at(1, 18),
        at(4, 9),
        at(40, 9),
        NOW - timedelta(hours=1),
    ):
        with pytest.raises(TimeTaken):
            book(page, start)
    assert book(page, at(1, 9, 30)).starts_at == at(1, 9, 30)


def test_a_held_time_is_not_booked():
    owner = member()
    connect(owner)
    page = publish(owner)
    propose(owner, [span(1, 10)])
    with pytest.raises(TimeTaken):
        book(page, at(1, 10))


def test_buffers_keep_their_distance_from_promises_and_events():
    owner = member()
    busy(connect(owner), at(1, 12), 60)
    page = publish(owner, buffer_before_minutes=15, buffer_after_minutes=15)
    book(page, at(1, 10))
    for start in (at(1, 9, 30), at(1, 10, 30), at(1, 11, 30), at(1, 13)):
        with pytest.raises(TimeTaken):
            book(page, start)
    book(page, at(1, 11))


def test_a_paused_page_takes_nothing():
    from chosei.actions.booking_pages import pause_page

    owner = member()
    connect(owner)
    page = publish(owner)
    pause_page(owner, page)
    with pytest.raises(Closed):
        book(page, at(1, 9))


def test_a_page_of_somebody_who_has_left_offers_nothing():
    owner = member()
    connect(owner)
    page = publish(owner)
    type(owner).objects.filter(pk=owner.pk).update(is_active=False)
    assert page_offer(page, NOW.date(), NOW.date() + timedelta(days=7), now=NOW).slots == ()
    with pytest.raises(Closed):
        book(page, at(1, 9))


def test_a_calendar_read_too_long_ago_offers_nothing():
    owner = member()
    connect(owner, mirror_read_at=NOW - timedelta(minutes=21))
    page = publish(owner)
    with pytest.raises(Unverifiable):
        book(page, at(1, 9))


def test_a_written_hold_stands_on_our_own_record_when_nothing_can_be_read():
    author = member()
    connect(author, mirror_read_at=NOW - timedelta(hours=2))
    proposal = propose(author)
    with pytest.raises(Unverifiable):
        confirm(proposal)
    CalendarEntry.objects.update(state=EntryState.WRITTEN)
    assert confirm(proposal).state == "confirmed"


# --- cancelling
# ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["host", "guest"])
def test_cancelling_releases_the_time_and_tells_both(by):
    author = member()
    connect(author)
    appointment = confirm(propose(author))
    if by == "host":
        cancel_by_host(author, appointment, reason="都合により", now=NOW)
    else:
        cancel_by_guest(appointment, reason="", now=NOW)
    appointment.refresh_from_db()
    assert (appointment.state, appointment.sequence, appointment.cancelled_by) == ("cancelled", 1, by)
    assert not Promise.objects.filter(standing=True).exists()
    assert not CalendarEntry.objects.filter(desired__isnull=False).exists()
    kinds = set(MailMessage.objects.filter(revision=1).values_list("kind", flat=True))
    assert kinds == {"cancelled_guest", "cancelled_host"}
    with pytest.raises(Closed):
        cancel_by_guest(appointment, reason="", now=NOW)


def test_what_is_over_cannot_be_cancelled():
    appointment = confirm(propose(member()))
    with pytest.raises(Closed) as closed:
        cancel_by_guest(appointment, reason="", now=appointment.ends_at)
    assert closed.value.reason == "past"
