"""A host changes a confirmed appointment in place: time, form, place, who attends, what it says.

The event stays the same where the provider allows, so do its link, the calendar object's UID and the thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.range import TimestamptzRange

from chosei.actions.appointing import LINK_PATIENCE
from chosei.actions.changes import changed
from chosei.actions.checks import check_hosts, check_meeting
from chosei.actions.conflicts import ConflictKind, HostConflict, conflicts_at
from chosei.actions.errors import Closed, InvalidInput, TimeTaken
from chosei.actions.inputs import ChangeInput
from chosei.actions.live import busy_times, read_live
from chosei.actions.meeting_wishes import want_appointment, want_buffers
from chosei.actions.outbox import queue_mail, to_member
from chosei.actions.people import Attending, attending, attending_at, organizer_of
from chosei.actions.promising import committed
from chosei.actions.readjusting import settle_readjustments
from chosei.actions.reception_codes import settle_code
from chosei.actions.room_booking import move_rooms, rooms_at_stake
from chosei.actions.rules import own_link
from chosei.actions.timeline import note
from chosei.actions.web_meetings import is_apart, settle_issuer
from chosei.actions.wishes import converge_soon
from chosei.core.intervals import Interval
from chosei.core.states import AppointmentState
from chosei.records.locks import for_change, lock_hosts
from chosei.records.models import Appointment, MailKind, Member, Promise

LONGEST = timedelta(hours=24)
FURTHEST = timedelta(days=2 * 366)
_TEXTS = ("title", "format", "location", "guidance")


@dataclass(frozen=True, slots=True)
class _Step:
    """What the change does, as found under the locks."""

    member: Member
    appointment: Appointment
    wanted: ChangeInput
    hosts: tuple[Attending, ...]
    now: datetime


def change_by_host(member: Member, appointment: Appointment, wanted: ChangeInput, *, now: datetime) -> bool:
    """Whether anything changed; if so, both sides are told and the calendars follow.

    Raises InvalidInput (over_conflicts: "conflict" where the time lies over something the host has not said
    they know of), TimeTaken where it is promised to another customer, and Closed: cancelled, past, or changed
    by somebody else since the host looked at it. Then nothing was written.
    """
    _check(appointment, wanted, now)
    hosts = tuple(attending(check_hosts(member, wanted.host_ids)))
    if not wanted.over_conflicts:
        found = new_conflicts(appointment, hosts, wanted.time, now=now, live=True)
        if any(one.kind is ConflictKind.PROMISED for one in found):
            raise TimeTaken
        if found:
            raise InvalidInput(over_conflicts="conflict")
    step = _Step(member, appointment, wanted, hosts, now)
    return committed(lambda: _change(step))


def new_conflicts(
    appointment: Appointment,
    hosts: Sequence[Attending],
    time: Interval,
    *,
    now: datetime,
    live: bool = False,
) -> list[HostConflict]:
    """What the changed appointment would lie over, of hosts whose time is not the appointment's already.

    An unknown calendar is no conflict once it was asked live: the host decides, as when proposing.
    """
    same_time = time == Interval(appointment.starts_at, appointment.ends_at)
    present = set(host_ids_of(appointment)) if same_time else set()
    asked = [host for host in hosts if host.member.pk not in present]
    read = {}
    if live:
        events = read_live([host.connection for host in asked if host.connection], time)
        read = {pk: busy_times(found) for pk, found in events.items()}
    found = conflicts_at(asked, time, now=now, apart_from=appointment.pk, live=read)
    return [one for one in found if not (live and one.kind is ConflictKind.UNKNOWN)]


def _check(appointment: Appointment, wanted: ChangeInput, now: datetime) -> None:
    check_meeting(wanted.meeting)
    time = wanted.time
    if time.duration > LONGEST:
        raise InvalidInput(time="too_long")
    if time.end > now + FURTHEST:
        raise InvalidInput(time="out_of_range")
    moved = time != Interval(appointment.starts_at, appointment.ends_at)
    if moved and time.start <= now:
        raise InvalidInput(time="in_the_past")


def _locked(step: _Step, new_ids: Sequence[int]) -> Appointment:
    """Under the locks of all whose time is at stake. Raises Closed where it cannot be changed (any more)."""
    lock_hosts({*host_ids_of(step.appointment), *new_ids}, room_ids=rooms_at_stake(step.appointment))
    rows = for_change(Appointment.objects).select_related(
        "organization", "proposal", "booking_page", "organizer", "meeting_account"
    )
    locked = rows.get(pk=step.appointment.pk)
    if locked.state != AppointmentState.CONFIRMED:
        raise Closed(locked.state)
    if locked.ends_at <= step.now:
        raise Closed("past")
    if locked.revision != step.wanted.revision:
        raise Closed("changed_meanwhile")
    return locked


def _change(step: _Step) -> bool:
    wanted, now = step.wanted, step.now
    new_ids = [host.member.pk for host in step.hosts]
    locked = _locked(step, new_ids)
    # As it is now: an account may have been let go.
    hosts = attending_at(locked, [host.member for host in step.hosts])
    old_ids = host_ids_of(locked)
    was = _differences(locked, wanted, new_ids)
    before = Interval(locked.starts_at, locked.ends_at)
    moved = before != wanted.time
    same_kind = (wanted.meeting.link, wanted.meeting.with_code) == (locked.link, locked.reception_code)
    if not moved and not was and same_kind:
        return _only_notes(step, locked, hosts)
    if moved:
        move_rooms(locked, wanted.time, now=now)
    promise_hosts(locked, new_ids, wanted.time)
    left = Member.objects.filter(pk__in=set(old_ids) - set(new_ids))
    expects_link = _take_over(locked, wanted, hosts, now)
    settle_code(locked)
    want_appointment(locked, locked.organizer, list(hosts))
    want_buffers(locked, hosts)
    converge_soon(locked)
    changed(
        locked,
        before=before if moved else None,
        was=was,
        joined=set(new_ids) - set(old_ids),
        wait_for_link_until=now + LINK_PATIENCE if expects_link else None,
        now=now,
    )
    for gone in left:
        queue_mail(MailKind.REMOVED_HOST, locked, to_member(gone), revision=locked.revision)
    if moved:
        settle_readjustments(step.member, appointment=locked, answer="moved", now=now)
    note(
        "appointment_changed",
        appointment=locked,
        proposal=locked.proposal,
        member=step.member,
        actor="member",
        what=["time"] * moved + sorted(was),
    )
    return True


def _only_notes(step: _Step, locked: Appointment, hosts: list[Attending]) -> bool:
    """The hosts' own notes are nobody else's business: they are kept, and nobody is told."""
    if locked.internal_notes == step.wanted.meeting.internal_notes:
        return False
    locked.internal_notes = step.wanted.meeting.internal_notes
    locked.save(update_fields=["internal_notes", "changed_at"])
    want_appointment(locked, locked.organizer, hosts)
    converge_soon(locked)
    return True


def host_ids_of(appointment: Appointment) -> list[int]:
    """Whose time is promised to it, in order."""
    standing = appointment.promises.filter(standing=True, host__isnull=False)
    return [pk for pk in standing.values_list("host_id", flat=True) if pk is not None]


def _differences(appointment: Appointment, wanted: ChangeInput, host_ids: list[int]) -> dict[str, Any]:
    """What the appointment says now and will no longer, by name."""
    was: dict[str, Any] = {
        name: getattr(appointment, name)
        for name in _TEXTS
        if getattr(appointment, name) != getattr(wanted.meeting, name)
    }
    promises = appointment.promises.filter(standing=True, host__isnull=False).select_related("host")
    present = [promise.host for promise in promises if promise.host]
    if [host.pk for host in present] != host_ids:
        was["hosts"] = [host.name for host in present]
    return was


def promise_hosts(appointment: Appointment, host_ids: list[int], time: Interval) -> None:
    """Promise the new time. Raises django.db.IntegrityError where it is promised already."""
    standing = appointment.promises.filter(standing=True, host__isnull=False)
    standing.exclude(host__in=host_ids).delete()
    during = TimestamptzRange(time.start, time.end)
    standing.update(during=during)
    present = {promise.host_id: promise for promise in standing}
    for position, host_id in enumerate(host_ids):
        if host_id in present:
            standing.filter(host=host_id).update(position=position)
        else:
            Promise.objects.create(appointment=appointment, host_id=host_id, during=during, position=position)


def _take_over(
    appointment: Appointment, wanted: ChangeInput, hosts: Sequence[Attending], now: datetime
) -> bool:
    """Put the wanted values into the appointment (unsaved); whether a link is to come.

    Who organises stays, unless they no longer attend or cannot issue the link that is wanted now.
    """
    meeting = wanted.meeting
    had, issuer = appointment.link, appointment.issuer
    for name in _TEXTS:
        setattr(appointment, name, getattr(meeting, name))
    appointment.internal_notes = meeting.internal_notes
    appointment.web_meeting, appointment.reception_code = meeting.web_meeting, meeting.with_code
    appointment.web_service = meeting.web_service
    appointment.starts_at, appointment.ends_at = wanted.time.start, wanted.time.end
    link = meeting.link
    organizer = next((host for host in hosts if host.connection == appointment.organizer), None)
    able = not link.wanted or had == link or is_apart(link.service)
    if organizer is None or organizer.connection is None or not (able or organizer.issues(link.service)):
        appointment.organizer = organizer_of(hosts, link)
    settle_issuer(appointment, hosts)
    anew = not had.wanted or appointment.issuer != issuer
    if not meeting.web_meeting or anew:
        appointment.join_url = own_link(meeting.format, meeting.location, web_meeting=meeting.web_meeting)
    expects = meeting.web_meeting and anew and appointment.issuer is not None
    if expects:
        appointment.link_wanted_at = now
    return expects
