"""Bringing web meetings at a service of their own in line with what is desired. As converge does for
calendars: level-triggered, safe to run at any time, twice, or after a crash at any instruction.

Such a service makes another meeting of every creation. So each is announced in the database before it is
sent; when its answer was lost, the account's meetings are searched for our key, several times, before a
second is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from chosei import wiring
from chosei.actions.daily_limits import used_up
from chosei.actions.limits import within_limit
from chosei.actions.links import link_issued
from chosei.actions.timeline import note
from chosei.actions.web_links import meeting_gone
from chosei.core.diff import Step
from chosei.core.entries import EntryState
from chosei.core.states import ConnectionState
from chosei.core.web_meetings import DesiredMeeting, MeetingFacts, next_step
from chosei.jobs import queue
from chosei.ports.errors import Missing, PortError, Throttled, Transient
from chosei.ports.meetings import MeetingDraft, MeetingPort, ObservedMeeting
from chosei.reconcile import meeting_states as states
from chosei.records.locks import exclusively
from chosei.records.models import WebMeeting

_ROUNDS = 5
_BUSY_SECONDS = 1.0
_LOOKS = 3
"""How often a meeting whose creation's answer was lost is looked for, over some seconds, before it is made
anew."""
_PUT_BACK = "web_meeting_put_back"
"""Counted, a few a day for each meeting: a service that does not keep what we write would have us write for
ever."""
_DAY = 24 * 3600
_WRITABLE = (ConnectionState.ACTIVE, ConnectionState.ENDING)


def settle_meetings(appointment_id: int) -> None:
    """Bring every web meeting of the appointment closer to what is desired; what cannot be done now,
    later."""
    with exclusively(f"meet:{appointment_id}") as ours:
        if not ours:
            queue.enqueue(queue.MEET, str(appointment_id), after=_BUSY_SECONDS)
            return
        for _ in range(_ROUNDS):
            if not _round(appointment_id):
                break
        _come_back(appointment_id)


def _rows(appointment_id: int) -> Sequence[WebMeeting]:
    rows = WebMeeting.objects.filter(appointment=appointment_id).order_by("id")
    return list(rows.select_related("connection__member", "appointment__proposal"))


def _round(appointment_id: int) -> bool:
    """One step for each meeting that needs one; whether another round may find more to do."""
    now = timezone.now()
    worked = False
    for row in _rows(appointment_id):
        step = next_step(_facts(row), now)
        if step is Step.NOTHING:
            _nothing_to_do(row)
        elif row.connection.state == ConnectionState.ENDED and row.state != EntryState.PARKED:
            states.park(row, row.connection.problem or "connection_ended")  # nobody can carry it out
        elif row.connection.state in _WRITABLE and _due(row, now):
            worked = True
            try:
                _carry_out(wiring.meetings_of(row.connection), row, step)
            except PortError as error:
                states.failed(row, error)
    return worked


def _facts(row: WebMeeting) -> MeetingFacts:
    return MeetingFacts(
        desired=DesiredMeeting.from_json(row.desired) if row.desired else None,
        written=DesiredMeeting.from_json(row.written) if row.written else None,
        remote_id=row.remote_id,
        create_begun=row.create_begun,
        doubted=row.doubted,
    )


def _due(row: WebMeeting, now: datetime) -> bool:
    return row.state != EntryState.PARKED and (row.retry_at is None or row.retry_at <= now)


def _carry_out(port: MeetingPort, row: WebMeeting, step: Step) -> None:
    """Raises PortError."""
    match step:
        case Step.LOOK:
            _look(port, row)
        case Step.CREATE:
            _create(port, row)
        case Step.UPDATE:
            _update(port, row)
        case Step.DELETE:
            port.delete(row.remote_id)
            _removed(row)
        case Step.READ:
            _read(port, row)


def _create(port: MeetingPort, row: WebMeeting) -> None:
    if not _counted(port, row):
        return
    draft = _draft(row)
    # Announced: from now on a meeting of ours may stand there, as told now.
    states.put(row, create_begun=True, written=row.desired)
    try:
        made = port.create(draft)
    except Transient:
        raise
    except PortError:
        states.put(row, create_begun=False, written=None)  # refused: nothing was made
        raise
    _written(row, made)


def _update(port: MeetingPort, row: WebMeeting) -> None:
    if not _counted(port, row):
        return
    try:
        port.update(row.remote_id, _draft(row))
    except Missing:
        meeting_gone(row.pk, now=timezone.now())
        return
    states.put(row, written=row.desired, written_generation=row.generation, **states.UNTROUBLED)
    states.reach(row, EntryState.WRITTEN)
    note(
        "web_meeting_changed", appointment=row.appointment, proposal=row.appointment.proposal, actor="chosei"
    )


def _look(port: MeetingPort, row: WebMeeting) -> None:
    """A creation was sent and its answer lost: does the meeting stand there? Lists may lag, and the
    request may still be on its way: only after several looks is there none."""
    found = port.find(row.key)
    if found:
        for double in found[1:]:
            port.delete(double.remote_id)
        _found(row, found[0])  # last: only as long as it is missing does anybody look
    elif row.attempts >= _LOOKS:
        states.put(row, **states.UNTROUBLED)
        if row.desired is None:
            states.reach(row, EntryState.GONE)
    else:
        raise Transient("not_listed_yet")


def _read(port: MeetingPort, row: WebMeeting) -> None:
    try:
        seen = port.get(row.remote_id)
    except Missing:
        meeting_gone(row.pk, now=timezone.now())
        return
    if _moved_there(row, seen) and within_limit(_PUT_BACK, str(row.pk), limit=3, seconds=_DAY):
        # The appointment is where its time is decided: the next round writes it there again.
        states.put(row, written=None, doubted=False)
        note(
            "web_meeting_moved_there",
            appointment=row.appointment,
            proposal=row.appointment.proposal,
            actor="chosei",
        )
    else:
        states.put(row, doubted=False)
    _issued(row, seen.join_url)


def _moved_there(row: WebMeeting, seen: ObservedMeeting) -> bool:
    """Whether somebody moved it at the service. Minutes are what services know."""
    wanted, minute = _draft(row), timedelta(minutes=1)
    return abs(seen.start - wanted.start) >= minute or abs(seen.end - wanted.end) >= minute


def _draft(row: WebMeeting) -> MeetingDraft:
    assert row.desired is not None, "only what is desired is written"
    wanted = DesiredMeeting.from_json(row.desired)
    return MeetingDraft(row.key, wanted.title, wanted.start, wanted.end, wanted.zone)


def _counted(port: MeetingPort, row: WebMeeting) -> bool:
    """Count one more creation or change today. Without any left, the rest waits for the service's next
    day."""
    wait = used_up(row.connection, port.daily_limit)
    if wait is None:
        return True
    states.failed(row, Throttled("daily_limit", retry_after=wait))
    return False


def _written(row: WebMeeting, made: ObservedMeeting) -> None:
    states.put(
        row,
        remote_id=made.remote_id,
        written=row.desired,
        written_generation=row.generation,
        doubted=False,
        **states.UNTROUBLED,
    )
    states.reach(row, EntryState.WRITTEN)
    note("web_meeting_made", appointment=row.appointment, proposal=row.appointment.proposal, actor="chosei")
    _issued(row, made.join_url)


def _found(row: WebMeeting, meeting: ObservedMeeting) -> None:
    """What it says is compared in the next round."""
    states.put(row, remote_id=meeting.remote_id, written=None, doubted=False, **states.UNTROUBLED)
    _issued(row, meeting.join_url)


def _removed(row: WebMeeting) -> None:
    states.put(
        row, remote_id="", join_url="", written=None, written_generation=row.generation, **states.UNTROUBLED
    )
    states.reach(row, EntryState.GONE)


def _issued(row: WebMeeting, url: str) -> None:
    """The link is kept with the meeting first: a kill before it is told leaves it to the next run."""
    if url and row.join_url != url:
        states.put(row, join_url=url)
    _tell(row)


def _nothing_to_do(row: WebMeeting) -> None:
    target = EntryState.GONE if row.desired is None else EntryState.WRITTEN
    if row.state not in (target, EntryState.PARKED) and (row.desired is None or row.remote_id):
        states.reach(row, target)
    _tell(row)


def _tell(row: WebMeeting) -> None:
    if row.desired is not None and row.join_url and row.join_url != row.appointment.join_url:
        link_issued(row.appointment_id, row.join_url, through=row.connection_id)


def _come_back(appointment_id: int) -> None:
    """Plan the next look at what is to be tried again."""
    now = timezone.now()
    waits = [
        row.retry_at - now
        for row in _rows(appointment_id)
        if row.state == EntryState.RETRYING and row.retry_at and row.connection.state in _WRITABLE
    ]
    if waits:
        soonest = max(min(waits), timedelta(milliseconds=200))
        queue.enqueue(queue.MEET, str(appointment_id), after=soonest.total_seconds())
