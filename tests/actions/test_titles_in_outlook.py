"""What hosts read in Outlook, to the letter of the specification."""

from __future__ import annotations

from uuid import uuid4

import pytest

from chosei.actions.confirm import confirm_candidate
from chosei.records.models import CalendarEntry
from tests.support.company import GUEST, NOW, connect, meeting, member, propose

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("title", "shape", "code", "held", "settled"),
    [
        ("導入のご相談", "web", False, "【仮】導入のご相談", "導入のご相談"),
        ("導入のご相談", "visit", True, "【仮】来訪: 導入のご相談", "来訪: 導入のご相談"),
        ("", "web", False, "【仮】日程調整", "株式会社テスト:三田花子"),
        ("", "visit", True, "【仮】来訪: 日程調整", "来訪: 株式会社テスト:三田花子"),
        ("導入のご相談", "web", True, "【仮】導入のご相談", "導入のご相談"),  # a code is for visits alone
    ],
)
def test_the_hold_and_the_meeting_before_and_after_the_customer_is_known(title, shape, code, held, settled):
    author = member()
    connect(author)
    wanted = meeting(title=title, format=shape, web_meeting=False, reception_code=code)
    proposal = propose(author, meeting=wanted, guest_company="", guest_name="", guest_email="")
    entry = CalendarEntry.objects.earliest("id")
    assert entry.desired["title"] == held

    candidate = proposal.candidates.earliest("id")
    connect_away(author)
    confirm_candidate(proposal, candidate.pk, GUEST, submission=uuid4(), now=NOW)
    entry.refresh_from_db()
    assert entry.desired["title"] == settled


def test_internal_notes_reach_the_hosts_calendar_and_never_the_guest():
    author = member()
    connect(author)
    proposal = propose(author, meeting=meeting(internal_notes="値引きは10%まで"))
    assert "値引きは10%まで" in CalendarEntry.objects.earliest("id").desired["body_html"]
    candidate = proposal.candidates.earliest("id")
    connect_away(author)
    appointment = confirm_candidate(proposal, candidate.pk, GUEST, submission=uuid4(), now=NOW)
    assert appointment.internal_notes == "値引きは10%まで"
    entry = CalendarEntry.objects.get(appointment=appointment)
    assert "値引きは10%まで" in entry.desired["body_html"]
    assert entry.desired["attendees"] == []


def connect_away(author):
    """No provider is asked here: a hold that stands decides."""
    author.connections.update(state="needs_reconnect")
    CalendarEntry.objects.filter(connection__member=author).update(state="written")
