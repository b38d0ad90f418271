"""お客様側での日時変更: who booked on a page picks another of its times, and the appointment moves there.

The hosts stay who they are, so the same event, link, reception code and thread go along. What the page offers
is judged as if the appointment did not stand; everything is judged again under the locks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chosei.actions.agenda import availability, promised
from chosei.actions.changes import changed
from chosei.actions.changing import host_ids_of, promise_hosts
from chosei.actions.errors import Closed, TimeTaken, Unverifiable
from chosei.actions.live import busy_times, read_live
from chosei.actions.meeting_wishes import want_appointment, want_buffers
from chosei.actions.offers import PageOffer, look_again, present, whole_window
from chosei.actions.own import buffer_ids
from chosei.actions.people import Attending, attending, attending_at
from chosei.actions.promising import committed
from chosei.actions.readjusting import settle_readjustments
from chosei.actions.room_agenda import look_again_at_rooms, room_availability
from chosei.actions.room_booking import move_rooms, rooms_at_stake, rooms_to_move
from chosei.actions.room_reading import ask_rooms
from chosei.actions.rules import (
    counting_of,
    offered_dates,
    opening_of,
    own_hours,
    quota_of,
    rules_of,
    with_buffers,
)
from chosei.actions.timeline import note
from chosei.actions.wishes import converge_soon
from chosei.core.attendance import AllOf, AnyOf, Host, Requirement, is_unknowable
from chosei.core.attendance import Room as RoomNeed
from chosei.core.hours import DateRange
from chosei.core.intervals import Interval
from chosei.core.slots import SlotRules, find_slots, is_offered
from chosei.core.states import AppointmentState, BookingPageState
from chosei.core.walltime import local_date
from chosei.records.guest_rules import may_change
from chosei.records.locks import for_change, lock_hosts
from chosei.records.models import Appointment, BookingPage, Member


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read just now: foreign busy time by connection, and by room."""

    hosts: dict[int, list[Interval]] = field(default_factory=dict)
    rooms: Mapping[int, Sequence[Interval]] = field(default_factory=dict)


def page_to_pick_from(appointment: Appointment, *, now: datetime) -> BookingPage | None:
    """The page whose times the customer may pick another from; None where they may only ask for one.

    A page that asks for approval is not gone around, and one that is not published offers nothing.
    """
    page = appointment.booking_page
    if page is None or page.state != BookingPageState.PUBLISHED or page.needs_approval:
        return None
    open_to_them = appointment.state == AppointmentState.CONFIRMED and may_change(appointment, now)
    return page if open_to_them else None


def times_to_pick(appointment: Appointment, page: BookingPage, *, now: datetime) -> PageOffer:
    """All the page's other times at which everybody who attends, and a room, is free, by the mirror alone."""
    dates = offered_dates(page, now)
    if dates is None:
        today = local_date(now, page.zone)
        return PageOffer((), False, None, None, today, today)
    hosts = _hosts(appointment)
    look_again(hosts, now=now)
    rooms = rooms_to_move(appointment)
    if rooms is not None:
        look_again_at_rooms(rooms.rooms, now=now)
    need = _need(appointment, page, hosts, whole_window(dates, now), dates, now=now, read=_Read())
    if is_unknowable(need):
        return PageOffer((), True, None, None, dates.first, dates.last)
    found = find_slots(_rules(appointment, page), opening_of(page, dates), need, now, dates)
    slots = tuple(slot for slot in found if slot.start != appointment.starts_at)
    return PageOffer(slots, False, slots[0] if slots else None, None, dates.first, dates.last)


def move_by_guest(appointment: Appointment, start: datetime, *, revision: int, now: datetime) -> None:
    """The customer moves their appointment to another of the page's times; both sides are told.

    ``revision``: of the appointment that they saw. Once more to where it stands already changes nothing.
    Raises TimeTaken, Unverifiable, and Closed: the state it is in, past, not_allowed, or changed_meanwhile.
    Then nothing was written.
    """
    page = appointment.booking_page
    if page is None:
        raise Closed("not_allowed")
    time = Interval(start, start + (appointment.ends_at - appointment.starts_at))
    if start <= now or any(promised(host_ids_of(appointment), time, apart_from=appointment.pk).values()):
        raise TimeTaken
    read = _read(appointment, page, time)
    committed(lambda: _move(appointment, time, read, revision, now))


def _read(appointment: Appointment, page: BookingPage, time: Interval) -> _Read:
    connections = [host.connection for host in _hosts(appointment) if host.connection is not None]
    rooms = rooms_to_move(appointment)
    asked = ask_rooms(rooms.rooms if rooms else (), time)
    live = read_live(connections, with_buffers(page, time), counting_of(page))
    ours = buffer_ids(appointment.pk)
    others = {pk: [one for one in events if one.remote_id not in ours] for pk, events in live.items()}
    return _Read({pk: busy_times(events) for pk, events in others.items()}, asked.busy())


def _move(seen: Appointment, time: Interval, read: _Read, revision: int, now: datetime) -> None:
    under_lock = host_ids_of(seen)
    lock_hosts(under_lock, room_ids=rooms_at_stake(seen))
    rows = for_change(Appointment.objects)
    locked = rows.select_related("organization", "proposal", "booking_page", "organizer").get(pk=seen.pk)
    before = Interval(locked.starts_at, locked.ends_at)
    if locked.state == AppointmentState.CONFIRMED and before == time:
        return  # sent twice
    page = _insist_on_page(locked, now)
    if locked.revision != revision or host_ids_of(locked) != under_lock:
        raise Closed("changed_meanwhile")
    hosts = _hosts(locked)
    day = local_date(time.start, page.zone)
    dates = DateRange(day, day)
    need = _need(locked, page, hosts, with_buffers(page, time), dates, now=now, read=read)
    if is_unknowable(need):
        raise Unverifiable
    if not is_offered(_rules(locked, page), opening_of(page, dates), need, now, time):
        raise TimeTaken
    move_rooms(locked, time, now=now, live=read.rooms)
    promise_hosts(locked, under_lock, time)
    locked.starts_at, locked.ends_at = time.start, time.end
    owners = attending_at(locked, [host.member for host in hosts])
    want_appointment(locked, locked.organizer, owners)
    want_buffers(locked, owners)
    converge_soon(locked)
    changed(locked, before=before, now=now)
    settle_readjustments(None, appointment=locked, answer="moved", now=now)
    note("appointment_moved_by_guest", appointment=locked, actor="guest")


def _insist_on_page(locked: Appointment, now: datetime) -> BookingPage:
    """Raises Closed with the reason that the customer is told."""
    if locked.state != AppointmentState.CONFIRMED:
        raise Closed(locked.state)
    if locked.starts_at <= now:
        raise Closed("past")
    page = page_to_pick_from(locked, now=now)
    if page is None:
        raise Closed("not_allowed")
    return page


def _hosts(appointment: Appointment) -> list[Attending]:
    ids = host_ids_of(appointment)
    members = Member.objects.in_bulk(ids)
    return attending([members[pk] for pk in ids])


def _rules(appointment: Appointment, page: BookingPage) -> SlotRules:
    """The page's, for the length and the buffers that were booked."""
    minutes = int((appointment.ends_at - appointment.starts_at) / timedelta(minutes=1))
    return replace(
        rules_of(page, minutes),
        buffer_before_minutes=appointment.buffer_before_minutes,
        buffer_after_minutes=appointment.buffer_after_minutes,
    )


def _need(
    appointment: Appointment,
    page: BookingPage,
    hosts: Sequence[Attending],
    window: Interval,
    dates: DateRange,
    *,
    now: datetime,
    read: _Read,
) -> Requirement:
    """Everybody who attends, a room where one is wanted, and a place in the page's quota."""
    own = appointment.pk
    known = availability(hosts, window, now=now, live=read.hosts, counting=counting_of(page), apart_from=own)
    rows = {row.member_id: row for row in present(page)}
    parts: list[Requirement] = []
    for host, one in zip(hosts, known, strict=True):
        row = rows.get(host.member.pk)
        parts.append(Host(one, own_hours(page, row, dates) if row else None, host.member.pk))
    rooms = rooms_to_move(appointment)
    if rooms is not None and rooms.rooms:
        free = room_availability(rooms.rooms, window, now=now, live=read.rooms, apart=rooms.apart)
        parts.append(AnyOf(tuple(RoomNeed(one) for one in free)))
    quota = quota_of(page, apart_from=own)
    return AllOf((*parts, quota) if quota else tuple(parts))
