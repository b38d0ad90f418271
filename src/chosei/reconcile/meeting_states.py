"""Writing down how it stands with a web meeting: states for people to see, pauses, and what was refused."""

from __future__ import annotations

import structlog
from django.utils import timezone

from chosei.actions.health import connection_lost
from chosei.actions.switching import account_gone
from chosei.actions.timeline import note
from chosei.core.entries import EntryState
from chosei.core.states import ConnectionState
from chosei.ports.errors import NeedsReconnect, PortError, Rejected
from chosei.reconcile.recording import retry_pause
from chosei.records.models import WebMeeting

log = structlog.get_logger(__name__)

UNTROUBLED = {"create_begun": False, "attempts": 0, "retry_at": None, "problem": ""}


def failed(row: WebMeeting, error: PortError) -> None:
    log.warning(
        "web_meeting_not_written",
        web_meeting=row.pk,
        error_code=error.code,
        kind=type(error).__name__,
        request_id=error.request_id,
    )
    if isinstance(error, NeedsReconnect):
        connection_lost(row.connection_id, error)
        if row.connection.state != ConnectionState.ENDING:
            return  # it waits until the account is back
        account_gone(row.connection_id, error, now=timezone.now())
    if isinstance(error, NeedsReconnect | Rejected):
        park(row, error.code)
        return
    pause = retry_pause(error, row.attempts + 1)
    put(
        row,
        state=EntryState.RETRYING,
        attempts=row.attempts + 1,
        retry_at=timezone.now() + pause,
        problem=error.code[:80],
    )


def park(row: WebMeeting, code: str) -> None:
    """It waits for a person, who is told ``code``."""
    as_refused = WebMeeting.objects.filter(pk=row.pk, generation=row.generation)
    values = {"state": EntryState.PARKED, "problem": code[:80], "retry_at": None}
    if as_refused.update(**values, changed_at=timezone.now()):
        note(
            "web_meeting_problem" if row.desired else "web_meeting_stays",
            appointment=row.appointment,
            proposal=row.appointment.proposal,
            actor="chosei",
            code=code,
        )


def reach(row: WebMeeting, state: EntryState) -> None:
    """The state a person sees, unless something newer is desired by now."""
    WebMeeting.objects.filter(pk=row.pk, generation=row.generation).update(
        state=state, changed_at=timezone.now()
    )


def put(row: WebMeeting, **values: object) -> None:
    WebMeeting.objects.filter(pk=row.pk).update(changed_at=timezone.now(), **values)
    for name, value in values.items():
        setattr(row, name, value)
