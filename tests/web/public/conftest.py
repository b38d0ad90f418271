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


@pytest.fixture
def proposal(transactional_db: None, tuesday: None) -> Proposal:
    author = member()
    connect(author)
    return propose(author, [span(9, 10), span(9, 14), span(10, 11), span(10, 16)])


@pytest.fixture
def booking_page(transactional_db: None, tuesday: None) -> BookingPage:
    owner = member()
    connect(owner)
    return publish(owner, description="画面をご覧いただきながら、30分で全体像をご説明します。")


@pytest.fixture
def appointment(proposal: Proposal) -> Appointment:
    first = proposal.candidates.earliest("starts_at")
    return confirm_candidate(proposal, first.pk, GUEST, submission=uuid4(), now=NOW)
