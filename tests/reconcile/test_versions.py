"""Versions that never come to rest must not keep a promise from being written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from chosei import wiring
from chosei.actions.confirm import confirm_candidate
from chosei.core.diff import Step
from chosei.ports.calendar import Change, Failed, ObservedEvent, Outcome, UpdateEvent
from chosei.ports.errors import Conflict
from chosei.reconcile.writing import carry_out
from chosei.records.models import CalendarEntry
from tests.support.company import GUEST, propose
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Restless:
    """A calendar whose events have another version each time they are looked at."""

    calendar: Any

    def get(self, remote_id: str) -> ObservedEvent:
        return replace(self.calendar.get(remote_id), etag=uuid4().hex)

    def apply(self, changes: list[Change]) -> list[Outcome]:
        if any(isinstance(one, UpdateEvent) and one.etag for one in changes):
            return [Failed(Conflict("changed_since_read")) for _ in changes]
        return list(self.calendar.apply(changes))


def test_an_event_whose_version_never_rests_is_written_all_the_same(tenant, linked, sato):
    proposal = propose(sato, [late(1)], now=timezone.now(), guest_email="")
    run_jobs()
    chosen = proposal.candidates.get().pk
    confirm_candidate(proposal, chosen, GUEST, submission=uuid4(), now=timezone.now())
    states = []
    for _ in range(3):
        entry = CalendarEntry.objects.get(appointment__isnull=False)
        carry_out(Restless(wiring.calendar_of(linked)), [(entry, Step.UPDATE)])
        entry.refresh_from_db()
        states.append(entry.state)
    assert states == ["retrying", "retrying", "written"]
