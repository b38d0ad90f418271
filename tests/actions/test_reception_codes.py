"""A visit's six digits: who gets some, what becomes of them, and that no two are the same."""

from __future__ import annotations

import itertools
import secrets
from datetime import timedelta
from uuid import uuid4

import pytest

from chosei.actions.booking import book_page
from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.changes import changed
from chosei.actions.confirm import confirm_candidate
from chosei.actions.inputs import Booking
from chosei.actions.reception_codes import expire_codes
from chosei.core.intervals import Interval
from chosei.records.models import Appointment, CalendarEntry, Reception, ReceptionCode
from tests.actions.test_races import together
from tests.support.company import GUEST, NOW, at, connect, meeting, member, propose, publish, span

VISIT = meeting(format="visit", web_meeting=False, reception_code=True, location="東京本社 12F")


def visit(author=None, time=None, wanted=VISIT):
    proposal = propose(author or member(), [time or span(1, 10)], meeting=wanted)
    return confirm_candidate(proposal, proposal.candidates.get().pk, GUEST, submission=uuid4(), now=NOW)


def the_same_number(monkeypatch, *numbers):
    drawn = iter(numbers)
    monkeypatch.setattr(secrets, "randbelow", lambda below: next(drawn))


@pytest.mark.django_db
def test_a_confirmed_visit_gets_six_digits_good_on_its_day():
    code = visit().code
    assert len(code.digits) == 6
    assert code.digits.isdigit()
    assert (code.valid_from, code.valid_until) == (at(1, 0), at(2, 0))


@pytest.mark.django_db(transaction=True)
def test_a_page_issues_them_as_a_proposal_does():
    owner = member()
    connect(owner)
    page = publish(owner, meeting=VISIT)
    assert book_page(page, Booking(at(1, 10)), GUEST, submission=uuid4(), now=NOW).code.state == "valid"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wanted",
    [
        meeting(format="visit", web_meeting=False),
        meeting(format="web", reception_code=True),
        meeting(format="outing", web_meeting=False, reception_code=True),
    ],
)
def test_nobody_else_gets_one(wanted):
    visit(wanted=wanted)
    assert not ReceptionCode.objects.exists()


@pytest.mark.django_db
def test_it_stays_with_a_change_and_its_days_move():
    appointment = visit()
    number = appointment.code.number
    appointment.starts_at, appointment.ends_at = at(8, 15), at(8, 16)
    changed(appointment, before=Interval(at(1, 10), at(1, 11)))
    code = ReceptionCode.objects.get()
    assert (code.number, code.valid_from, code.valid_until) == (number, at(8, 0), at(9, 0))


@pytest.mark.django_db
def test_a_visit_that_becomes_a_web_meeting_needs_none_and_back_again_it_does():
    appointment = visit()
    appointment.format = "web"
    changed(appointment, before=None)
    assert ReceptionCode.objects.get().state == "void"
    appointment.format = "visit"
    changed(appointment, before=None)
    assert ReceptionCode.objects.get().state == "valid"


@pytest.mark.django_db
def test_it_is_void_once_the_appointment_is_cancelled():
    cancel_by_guest(visit(), reason="", now=NOW)
    assert ReceptionCode.objects.get().state == "void"


@pytest.mark.django_db
def test_the_organisation_may_receive_people_on_other_days_too():
    author = member()
    Reception.objects.create(organization=author.organization, days_before=1, days_after=3)
    code = visit(author).code
    assert (code.valid_from, code.valid_until) == (at(0, 0), at(5, 0))


@pytest.mark.django_db
def test_a_number_in_use_is_not_drawn_again_and_one_given_back_is(monkeypatch):
    author = member()
    the_same_number(monkeypatch, 7, 7, 7, 810749)
    visit(author)
    second = visit(author, span(40, 10))  # on quite another day
    assert second.code.digits == "810749"
    the_same_number(monkeypatch, 7, 7)
    expire_codes(now=at(2, 0) - timedelta(seconds=1))
    assert visit().code.digits == "000007"  # another company's is another matter
    expire_codes(now=at(2, 0))
    assert visit(author, span(3, 10)).code.digits == "000007"


@pytest.mark.django_db
def test_the_host_reads_it_in_the_calendar():
    author = member()
    connect(author)
    proposal = propose(author, [span(1, 10)], meeting=VISIT)
    author.connections.update(state="needs_reconnect")
    CalendarEntry.objects.update(state="written")
    appointment = confirm_candidate(
        proposal, proposal.candidates.get().pk, GUEST, submission=uuid4(), now=NOW
    )
    entry = CalendarEntry.objects.get(appointment=appointment)
    assert entry.desired["title"] == "来訪: 導入のご相談"
    assert appointment.code.digits in entry.desired["body_html"]


@pytest.mark.django_db(transaction=True)
def test_confirmations_at_the_same_moment_get_different_numbers(monkeypatch):
    """Every draw is the same for all of them until somebody has it."""
    author = member()
    proposals = [propose(member(author.organization), [span(1, 10)], meeting=VISIT) for _ in range(8)]
    draws = itertools.count()
    monkeypatch.setattr(secrets, "randbelow", lambda below: next(draws) // 12)

    def confirming(proposal):
        candidate = proposal.candidates.get().pk
        return lambda: confirm_candidate(proposal, candidate, GUEST, submission=uuid4(), now=NOW)

    outcomes = together(*map(confirming, proposals))
    assert all(isinstance(outcome, Appointment) for outcome in outcomes), outcomes
    assert len(set(ReceptionCode.objects.values_list("number", flat=True))) == 8
