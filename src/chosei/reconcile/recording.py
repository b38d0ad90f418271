"""Writing down what the provider answered, field by field: what is desired may have changed meanwhile."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.utils import timezone

from chosei.actions.accounts import NO_MAILBOX
from chosei.actions.health import connection_lost
from chosei.actions.switching import account_gone
from chosei.actions.timeline import note
from chosei.core.entries import DesiredEntry, EntryPurpose, EntryState
from chosei.core.states import ConnectionState
from chosei.ports.calendar import ObservedEvent
from chosei.ports.errors import Conflict, Misconfigured, NeedsReconnect, PortError, Rejected, Throttled
from chosei.reconcile.facts import seen
from chosei.records.models import CalendarEntry, Proposal
from chosei.records.models.calendar_entry import new_key

log = structlog.get_logger(__name__)

_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(minutes=15)


def creation_begins(entry: CalendarEntry) -> None:
    """Announce the creation before it is sent: from now on an event of ours may stand there, as told now."""
    _update(entry, create_begun=True, written=entry.desired)


def creation_refused(entry: CalendarEntry, error: PortError) -> None:
    """The first attempt was answered: nothing of it stands there, unless the answer says nothing of that."""
    if isinstance(error, Rejected | NeedsReconnect):
        _update(entry, create_begun=False, written=None)


def written(entry: CalendarEntry, event: ObservedEvent) -> None:
    first = not entry.remote_id
    _update(
        entry, **_remote(event), written=entry.desired, written_generation=entry.generation, **_UNTROUBLED
    )
    _reach(entry, EntryState.WRITTEN)
    if entry.purpose == EntryPurpose.APPOINTMENT:
        note("event_written", appointment=entry.appointment, proposal=_proposal(entry), actor="chosei")
    elif entry.purpose == EntryPurpose.ATTENDANCE:
        note("event_accepted", appointment=entry.appointment, proposal=_proposal(entry), actor="chosei")
    elif entry.purpose == EntryPurpose.REQUEST and first:
        note("request_written", appointment=entry.appointment, actor="chosei")
    elif entry.purpose == EntryPurpose.HOLD and first:
        note("hold_written", proposal=_proposal(entry), actor="chosei", candidate=entry.candidate_id)


def released(entry: CalendarEntry, event: ObservedEvent) -> None:
    """It let its rooms go and stands, until what takes its place does."""
    assert entry.written is not None
    without = DesiredEntry.from_json(entry.written).without_rooms()
    _update(entry, **_remote(event), written=without.to_json(), **_UNTROUBLED)


def found(entry: CalendarEntry, event: ObservedEvent) -> None:
    """The event whose creation's answer was lost. What it says is compared again in the next round."""
    _update(entry, **_remote(event), written=None, **_UNTROUBLED)


def renamed(entry: CalendarEntry, event: ObservedEvent) -> None:
    """The event is known by another id now."""
    log.info("entry_renamed", entry=entry.pk)
    _update(entry, missing_at=None, **_remote(event))


def observed(entry: CalendarEntry, event: ObservedEvent) -> None:
    _update(entry, etag=event.etag, observed=seen(event).to_json())


def removed(entry: CalendarEntry) -> None:
    _forget_remote(entry)
    _reach(entry, EntryState.GONE)
    if entry.purpose == EntryPurpose.HOLD:
        note("hold_removed", proposal=_proposal(entry), actor="chosei", candidate=entry.candidate_id)
    elif entry.purpose == EntryPurpose.REQUEST:
        note("request_removed", appointment=entry.appointment, actor="chosei")


def lost(entry: CalendarEntry) -> None:
    """The event is no longer there; a new one gets a new token, since the old one's is spent."""
    _forget_remote(entry, create_token=new_key())


def waits(entry: CalendarEntry) -> None:
    """Its turn comes with what takes its place, which is on the way; the sweep need not look every time."""
    CalendarEntry.objects.filter(pk=entry.pk, state=EntryState.WAITING).update(
        retry_at=timezone.now() + _LONGEST_PAUSE
    )


def nothing_to_do(entry: CalendarEntry) -> None:
    """Everything is as desired: say so, if it does not yet."""
    target = EntryState.GONE if entry.desired is None else EntryState.WRITTEN
    if entry.state not in (target, EntryState.PARKED):
        _reach(entry, target)


def failed(entry: CalendarEntry, error: PortError) -> None:
    log.warning(
        "entry_not_written",
        entry=entry.pk,
        error_code=error.code,
        kind=type(error).__name__,
        request_id=error.request_id,
    )
    if isinstance(error, NeedsReconnect):
        connection_lost(entry.connection_id, error)
    ending = entry.connection.state == ConnectionState.ENDING
    if isinstance(error, NeedsReconnect) and not ending:
        return  # the entry waits, unharmed, until the connection is back
    if isinstance(error, NeedsReconnect) or (ending and error.code == NO_MAILBOX):
        # An account that was let go is not coming back by itself: its owner has to remove the event.
        account_gone(entry.connection_id, error, now=timezone.now())
    if isinstance(error, NeedsReconnect | Rejected) and not _may_pass(entry, error):
        _park(entry, error)
        return
    attempts = entry.attempts + 1
    pause = retry_pause(error, attempts)
    _update(
        entry,
        state=EntryState.RETRYING,
        attempts=attempts,
        retry_at=timezone.now() + pause,
        problem=error.code[:80],
    )


def _may_pass(entry: CalendarEntry, error: PortError) -> bool:
    """A mailbox that is not there is being moved, or has lost its licence; it comes back by itself. One that
    was let go of need not."""
    return error.code == NO_MAILBOX and entry.connection.state == ConnectionState.ACTIVE


def retry_pause(error: PortError, attempts: int) -> timedelta:
    """How long to wait after the ``attempts``-th failure in a row."""
    if isinstance(error, Throttled):
        return timedelta(seconds=max(error.retry_after, 1.0))
    if isinstance(error, Conflict) and attempts == 1:
        return timedelta(0)
    if isinstance(error, Misconfigured):
        return _LONGEST_PAUSE
    pause: timedelta = min(_FIRST_PAUSE * 2 ** min(attempts - 1, 12), _LONGEST_PAUSE)
    return pause


_UNTROUBLED = {"create_begun": False, "attempts": 0, "retry_at": None, "problem": ""}


def _remote(event: ObservedEvent) -> dict[str, object]:
    return {"remote_id": event.remote_id, "etag": event.etag, "observed": seen(event).to_json()}


def _forget_remote(entry: CalendarEntry, **values: object) -> None:
    _update(
        entry,
        **values,
        remote_id="",
        etag="",
        observed=None,
        written=None,
        written_generation=entry.generation,
        **_UNTROUBLED,
    )


def _park(entry: CalendarEntry, error: PortError) -> None:
    """Refused for good: shown to the host, kept out of the way until something changes. If something has
    changed meanwhile, that was not what was refused."""
    as_refused = CalendarEntry.objects.filter(pk=entry.pk, generation=entry.generation)
    if not as_refused.update(
        state=EntryState.PARKED, problem=error.code[:80], retry_at=None, changed_at=timezone.now()
    ):
        return
    kind = "hold_problem" if entry.purpose == EntryPurpose.HOLD else "event_problem"
    note(kind, appointment=entry.appointment, proposal=_proposal(entry), actor="provider", code=error.code)


def _reach(entry: CalendarEntry, state: EntryState) -> None:
    """The state a person sees, unless something newer is desired by now."""
    CalendarEntry.objects.filter(pk=entry.pk, generation=entry.generation).update(
        state=state, changed_at=timezone.now()
    )


def _proposal(entry: CalendarEntry) -> Proposal | None:
    if entry.candidate:
        return entry.candidate.proposal
    return entry.appointment.proposal if entry.appointment else None


def _update(entry: CalendarEntry, **values: object) -> None:
    CalendarEntry.objects.filter(pk=entry.pk).update(changed_at=timezone.now(), **values)
    for name, value in values.items():
        setattr(entry, name, value)
