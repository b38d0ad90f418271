"""`chosei doctor --live`: a real mailbox walked, nothing left behind, and a report without secrets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from chosei import wiring
from chosei.ops.config import load
from chosei.ops.doctor_live import Walk, draft_for, report, walk, walk_hold
from chosei.records.models import Connection
from chosei.sandbox.faults import FaultKind

pytestmark = pytest.mark.django_db(transaction=True)
SATO = "sato@sample.example"


def test_the_whole_walk_leaves_the_calendar_as_it_was(tenant, linked) -> None:
    before = tenant.calendar(SATO)
    findings = walk("Sato@Sample.example")
    assert [one.subject for one in findings if not one.advice] == [
        "permission",
        "account",
        "mailbox",
        "reading",
        "free/busy",
        "writing a hold",
        "reading it back",
        "removing it",
    ]
    assert [one for one in findings if one.advice] == []
    assert tenant.calendar(SATO) == before


def test_the_report_says_nothing_secret_or_personal(tenant, linked) -> None:
    text = report(load(), walk(SATO), datetime(2026, 11, 24, tzinfo=UTC))
    linked.refresh_from_db()
    for secret in (linked.access_token, linked.refresh_token, "sandbox-secret", SATO, "佐藤", "部内定例"):
        assert secret
        assert secret not in text
    assert "2026-11-24T00:00:00+00:00" in text
    assert "removing it" in text


def test_nobody_and_not_connected_say_what_to_do(tenant, sato) -> None:
    assert walk("nobody@sample.example")[0].advice
    [finding] = walk(SATO)
    assert "外部連携" in finding.advice


def test_a_lost_connection_is_not_walked(tenant, linked) -> None:
    Connection.objects.update(state="needs_reconnect", problem="invalid_grant")
    [finding] = walk(SATO)
    assert "invalid_grant" in finding.state
    assert finding.advice


def test_another_address_is_told_and_the_walk_goes_on(tenant, linked) -> None:
    linked.member.email = "somebody@else.example"
    linked.member.save()
    findings = {one.subject: one for one in walk("somebody@else.example")}
    assert "none of them" in findings["account"].state
    assert findings["account"].advice
    assert findings["removing it"].advice == ""


@dataclass(frozen=True)
class BeforeWriting:
    """A calendar in front of which something happens just before each change."""

    calendar: Any
    happens: Callable[[], None]

    def apply(self, changes: Any) -> Any:
        self.happens()
        return self.calendar.apply(changes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.calendar, name)


def held(tenant, linked, kind: FaultKind, **how: Any) -> Walk:
    """The walk's last steps, with a fault before each write."""
    calendar = BeforeWriting(wiring.calendar_of(linked), lambda: tenant.fault(kind, SATO, **how))
    done = Walk()
    walk_hold(done, calendar, draft_for(timezone.now(), "Asia/Tokyo"))
    return done


def test_a_reply_lost_after_the_write_leaves_nothing_behind(tenant, linked) -> None:
    before = tenant.calendar(SATO)
    done = held(tenant, linked, FaultKind.LOST_REPLY, count=1)
    assert tenant.calendar(SATO) == before
    assert done.findings[-1].subject == "removing it"
    assert done.findings[-1].advice == ""


def test_what_cannot_be_removed_is_told_with_its_time(tenant, linked) -> None:
    done = held(tenant, linked, FaultKind.REVOKED)
    assert "delete the event “Chosei doctor”" in done.findings[-1].advice


def test_a_service_that_is_away_is_told_with_the_next_step(tenant, linked) -> None:
    first = held(tenant, linked, FaultKind.UNAVAILABLE, seconds=1).findings[0]
    assert first.subject == "writing a hold"
    assert first.state.startswith(("Transient", "Throttled"))
    assert first.advice
