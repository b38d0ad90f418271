"""A host leaves, or lets their account go, between the offer and the customer's answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from chosei.actions.booking import book_page
from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.confirm import confirm_candidate
from chosei.actions.connections import disconnect
from chosei.actions.errors import Closed, TimeTaken, Unverifiable
from chosei.actions.hold_wishes import settle_holds
from chosei.actions.inputs import Booking, ProposalInput
from chosei.actions.members import remove_member
from chosei.actions.offers import page_offer
from chosei.actions.people import attending
from chosei.actions.proposal_changes import change_proposal
from chosei.actions.readjusting import WishInput, ask_for_other_times
from chosei.core.entries import DesiredEntry
from chosei.mails.compose import compose
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    Candidate,
    Connection,
    MailMessage,
    Member,
    Organization,
    Promise,
    Proposal,
    Room,
)
from tests.actions.test_races import together
from tests.support.company import (
    GUEST,
    NOW,
    at,
    connect,
    meeting,
    member,
    organization,
    propose,
    publish,
    span,
)

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Firm:
    """A company whose author and colleague have calendars; the administrator has none."""

    organization: Organization
    administrator: Member
    author: Member
    colleague: Member

    def remove(self, who: Member) -> None:
        remove_member(self.administrator, who, now=NOW)

    def let_go(self, who: Member) -> None:
        disconnect(who, who.connections.get(), now=NOW)


@pytest.fixture
def firm(db) -> Firm:
    ours = organization()
    made = Firm(ours, ours.members.get(), member(ours), member(ours, "鈴木 美咲"))
    for one in (made.author, made.colleague):
        # Not asked now: the mirror, read a moment ago, decides.
        connect(one, silent_until=timezone.now() + timedelta(hours=1))
    return made


def confirm(proposal: Proposal) -> Appointment:
    candidate = proposal.candidates.earliest("starts_at").pk
    return confirm_candidate(proposal, candidate, GUEST, submission=uuid4(), now=NOW)


def book(page) -> Appointment:
    return book_page(page, Booking(at(1, 10)), GUEST, submission=uuid4(), now=NOW)


def attends(appointment: Appointment) -> list[Member]:
    return [promise.host for promise in appointment.promises.filter(standing=True) if promise.host]


def written_to() -> set[str]:
    """The addresses of everybody whom a letter reaches, as things stand."""
    rows = MailMessage.objects.filter(state="waiting")
    return {mail.recipient for mail in rows if compose(mail, now=NOW) is not None}


def owns(who: Member):
    return CalendarEntry.objects.filter(connection__member=who, desired__isnull=False)


def nothing_was_written() -> bool:
    return not (Appointment.objects.exists() or Promise.objects.exists())


# --- a proposal's hosts


def test_a_host_who_has_left_attends_nothing_and_the_others_do(firm):
    proposal = propose(firm.author, hosts=[firm.colleague, firm.author])
    firm.remove(firm.colleague)
    appointment = confirm(proposal)
    assert attends(appointment) == [firm.author]
    assert appointment.organizer == firm.author.connections.get()
    assert not owns(firm.colleague).exists()
    assert written_to() == {GUEST.email, firm.author.email}


def test_nothing_is_promised_when_everybody_who_was_to_attend_has_left(firm):
    proposal = propose(firm.author, hosts=[firm.colleague])
    firm.remove(firm.colleague)
    with pytest.raises(Closed) as refused:
        confirm(proposal)
    assert refused.value.reason == "unattended"
    assert nothing_was_written()
    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_somebody_put_in_their_place_makes_it_answerable_again(firm):
    proposal = propose(firm.author)
    firm.remove(firm.author)
    times = tuple(span(day, hour) for day, hour in ((1, 10), (2, 14), (3, 16)))
    wanted = ProposalInput(meeting=meeting(), host_ids=(firm.colleague.pk,), candidates=times)
    change_proposal(firm.administrator, proposal, wanted, seen=proposal.revision, now=NOW)
    assert attends(confirm(proposal)) == [firm.colleague]


def test_an_author_who_has_left_keeps_nobody_from_choosing(firm):
    proposal = propose(firm.author, hosts=[firm.colleague])
    firm.remove(firm.author)
    appointment = confirm(proposal)
    assert attends(appointment) == [firm.colleague]
    assert written_to() == {GUEST.email, firm.colleague.email}


def test_a_wish_for_other_times_reaches_whoever_is_left(firm):
    wish = WishInput("午後でお願いします")
    answered = propose(firm.author, hosts=[firm.colleague])
    orphaned = propose(firm.author)
    MailMessage.objects.all().delete()
    firm.remove(firm.author)
    ask_for_other_times(answered, wish, now=NOW)
    assert written_to() == {firm.colleague.email}
    MailMessage.objects.all().delete()
    ask_for_other_times(orphaned, wish, now=NOW)
    assert written_to() == {firm.administrator.email}


def test_a_cancellation_is_told_to_the_administrators_when_all_hosts_have_left(firm):
    appointment = confirm(propose(firm.author))
    firm.remove(firm.author)
    MailMessage.objects.all().delete()
    cancel_by_guest(appointment, reason="", now=NOW)
    assert written_to() == {GUEST.email, firm.administrator.email}


def test_an_account_let_go_leaves_the_meeting_to_the_other_hosts_account(firm):
    proposal = propose(firm.author, hosts=[firm.colleague, firm.author])
    firm.let_go(firm.colleague)
    appointment = confirm(proposal)
    assert attends(appointment) == [firm.colleague, firm.author]
    assert appointment.organizer == firm.author.connections.get()
    assert not owns(firm.colleague).exists()


def test_the_only_account_let_go_leaves_mails_alone_and_nobody_waits_for_a_link(firm):
    proposal = propose(firm.author)
    firm.let_go(firm.author)
    appointment = confirm(proposal)
    assert appointment.organizer is None
    assert not appointment.is_incomplete
    assert not owns(firm.author).exists()
    letters = {mail.recipient: compose(mail, now=NOW) for mail in MailMessage.objects.filter(revision=0)}
    assert {GUEST.email, firm.author.email} <= set(letters)
    assert all(letter and letter.calendar for who, letter in letters.items() if who == firm.author.email)


def test_a_room_is_not_let_go_with_the_account_whose_holds_carried_it(firm):
    room = Room.objects.create(
        organization=firm.organization, name="会議室A", address="room-a@sample.example", in_use=True
    )
    proposal = propose(firm.author, hosts=[firm.colleague, firm.author])
    Candidate.objects.update(room=room, room_wanted=True)
    settle_holds(proposal, attending([firm.colleague, firm.author]))
    assert carriers(room) == {firm.colleague.pk}
    firm.let_go(firm.colleague)
    assert carriers(room) == {firm.author.pk}
    assert owns(firm.author).count() == 3


def carriers(room: Room) -> set[int]:
    rows = CalendarEntry.objects.filter(desired__isnull=False).select_related("connection")
    return {
        entry.connection.member_id
        for entry in rows
        if entry.desired and room.address in DesiredEntry.from_json(entry.desired).rooms
    }


# --- a booking page's hosts


def test_a_page_goes_on_with_those_who_are_left(firm):
    page = publish(firm.author, hosts=[firm.author, firm.colleague], participation="any")
    firm.remove(firm.author)
    assert attends(book(page)) == [firm.colleague]


@pytest.mark.parametrize("participation", ["all", "any"])
def test_a_page_whose_hosts_have_all_left_promises_nothing(firm, participation):
    page = publish(firm.author, participation=participation)
    firm.remove(firm.author)
    assert page_offer(page, NOW.date(), NOW.date() + timedelta(days=7), now=NOW).slots == ()
    with pytest.raises(Closed) as refused:
        book(page)
    assert refused.value.reason == "unattended"
    assert nothing_was_written()


def test_a_page_that_needs_one_of_each_group_promises_nothing_without_one_of_them(firm):
    page = publish(
        firm.author,
        host_ids=(firm.author.pk,),
        second_ids=(firm.colleague.pk,),
        participation="one_of_each",
    )
    firm.remove(firm.colleague)
    with pytest.raises(Closed):
        book(page)
    assert nothing_was_written()


@pytest.mark.parametrize(("participation", "books"), [("all", False), ("any", True)])
def test_an_account_let_go_is_unknown_not_free(firm, participation, books):
    page = publish(firm.author, hosts=[firm.author, firm.colleague], participation=participation)
    firm.let_go(firm.author)
    if books:
        assert attends(book(page)) == [firm.colleague]
        return
    with pytest.raises(Unverifiable):
        book(page)
    assert nothing_was_written()


# --- at the very moment


@pytest.mark.parametrize("leaves", ["removed", "let_go"])
@pytest.mark.parametrize("asked", ["proposal", "page"])
def test_leaving_while_the_customer_answers_ends_in_one_of_two_states(firm, leaves, asked):
    for _ in range(4):
        host = member(firm.organization)
        connection = connect(host, silent_until=timezone.now() + timedelta(hours=1))
        thing = propose(host) if asked == "proposal" else publish(host)
        leave = partial(firm.remove if leaves == "removed" else firm.let_go, host)
        outcomes = together(leave, partial(confirm if asked == "proposal" else book, thing))
        refused = [one for one in outcomes if isinstance(one, Exception)]
        assert all(isinstance(one, Closed | TimeTaken | Unverifiable) for one in refused), refused
        made = Appointment.objects.filter(promises__host=host).distinct()
        assert made.count() + len(refused) == 1
        connection = Connection.objects.get(pk=connection.pk)
        assert connection.state == "ending"
        # What stands in the account is the appointment that came first, or nothing.
        assert set(owns(host).values_list("purpose", flat=True)) <= {"appointment"}
        assert {entry.appointment_id for entry in owns(host)} <= set(made.values_list("pk", flat=True))
