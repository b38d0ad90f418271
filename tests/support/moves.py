"""Meetings in two calendars in memory, to switch between them (``tests.support.toy.provider``)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.utils import timezone

from chosei.actions.confirm import confirm_candidate
from chosei.core.entries import EntryState
from chosei.jobs.queue import CONVERGE
from chosei.records.models import Appointment, CalendarEntry, Connection, MailKind, MailMessage, Member
from tests.support.company import GUEST, meeting, propose
from tests.support.memory_calendar import StoredEvent
from tests.support.times import late
from tests.support.toy.provider import ToyProvider, sign_in
from tests.support.worker import run_jobs

ONSITE = meeting(format="visit", web_meeting=False, location="東京本社")


def connected(who: Member, provider: str, **how: str) -> Connection:
    made = sign_in(who, provider, **how)
    run_jobs()
    return made


def confirmed(author: Member, day: int = 3, **values: Any) -> Appointment:
    proposal = propose(author, [late(day)], now=timezone.now(), guest_email="", **values)
    run_jobs()
    candidate = proposal.candidates.get().pk
    made = confirm_candidate(proposal, candidate, GUEST, submission=uuid4(), now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    made.refresh_from_db()
    return made


def there(provider: type[ToyProvider], who: Member) -> list[StoredEvent]:
    """Everything in the calendar, by start: what Chosei wrote and copies of colleagues' meetings."""
    return sorted(provider.service.mailbox(who.email).events.values(), key=lambda one: one.start)


def standing(provider: type[ToyProvider], who: Member) -> list[StoredEvent]:
    """What Chosei wrote itself."""
    return [one for one in there(provider, who) if one.key]


def settled() -> bool:
    rows = CalendarEntry.objects.exclude(state__in=[EntryState.WRITTEN, EntryState.GONE])
    return not rows.exists()


def told_guest(appointment: Appointment) -> list[str]:
    """What the customer was told after the confirmation."""
    rows = MailMessage.objects.filter(appointment=appointment, member=None)
    return sorted(rows.exclude(kind=MailKind.CONFIRMED_GUEST).values_list("kind", flat=True))
