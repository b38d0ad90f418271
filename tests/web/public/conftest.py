"""A Tuesday morning in Tokyo, and things behind secret links."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
import time_machine

from chosei.actions.confirm import confirm_candidate
from chosei.records.models import Appointment, BookingPage, Proposal
from tests.support.company import GUEST, NOW, connect, member, propose, publish, span


@pytest.fixture
def tuesday() -> Iterator[None]:
    """24 November 2026, 9:00 in Tokyo; the clock runs on from there."""
    with time_machine.travel(NOW, tick=True):
        yield


TIMES = [span(9, 10), span(9, 14), span(10, 11), span(10, 16)]


@pytest.fixture
def proposal(db: None, tuesday: None) -> Proposal:
    """By an author without a connection: nothing is read live, so the test needs no threads and is quick."""
    return propose(member(), TIMES)


@pytest.fixture
def linked_proposal(transactional_db: None, tuesday: None) -> Proposal:
    """By an author whose calendar is linked, but out of reach: its mirror decides."""
    author = member()
    connect(author)
    return propose(author, TIMES)


@pytest.fixture
def booking_page(db: None, tuesday: None) -> BookingPage:
    owner = member()
    connect(owner)
    return publish(owner, description="画面をご覧いただきながら、30分で全体像をご説明します。")


@pytest.fixture
def appointment(proposal: Proposal) -> Appointment:
    first = proposal.candidates.earliest("starts_at")
    made = confirm_candidate(proposal, first.pk, GUEST, submission=uuid4(), now=NOW)
    made.organizer = connect(proposal.author)
    made.save()
    return made
