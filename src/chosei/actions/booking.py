"""Booking a page: who attends is chosen, their calendars are read live, and the choice is made again under
the locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from chosei.actions.agenda import availability, promised
from chosei.actions.answers import check_answers
from chosei.actions.appointing import Agreed, appoint
from chosei.actions.checks import check_guest
from chosei.actions.errors import ActionError, Closed, InvalidInput, TimeTaken
from chosei.actions.hosting import Chosen, Possible, ReadMore, choose, needed, turns
from chosei.actions.inputs import Booking, GuestInput
from chosei.actions.live import busy_times, read_live
from chosei.actions.offers import is_unattended, present
from chosei.actions.page_addresses import insist_unspent, spend
from chosei.actions.page_settings import durations_of, formats_of
from chosei.actions.people import attending
from chosei.actions.promising import committed, once
from chosei.actions.room_booking import room_for_page, rooms_of_page
from chosei.actions.room_reading import ask_rooms
from chosei.actions.rules import (
    STANDING,
    counting_of,
    opening_of,
    own_hours,
    quota_of,
    rules_of,
    with_buffers,
)
from chosei.actions.timeline import note
from chosei.core.attendance import AllOf, Host
from chosei.core.hostchoice import Participation
from chosei.core.hours import DateRange
from chosei.core.intervals import Interval
from chosei.core.slots import SlotRules, is_offered
from chosei.core.states import BookingPageState
from chosei.core.walltime import local_date
from chosei.records.locks import for_change, lock_hosts
from chosei.records.models import Appointment, BookingPage, BookingPageHost, Member, Room


@dataclass(slots=True)
class _Attempt:
    """What one form asks for, and what has been read for it so far: foreign busy time by connection, and the
    members who were asked.
    """

    form: Agreed
    time: Interval
    rules: SlotRules
    dates: DateRange
    around: Interval
    busy: dict[int, list[Interval]] = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)
    rooms: Sequence[Room] = ()
    room_busy: dict[int, list[Interval]] = field(default_factory=dict)


def book_page(
    page: BookingPage, wanted: Booking, guest: GuestInput, *, submission: UUID, now: datetime
) -> Appointment:
    """The guest books a time that a page offers. The same ``submission`` again gives the same appointment.

    Raises InvalidInput, Closed, TimeTaken, Unverifiable; then nothing was written.
    """
    check_guest(guest)
    check_answers(page, guest)
    minutes = wanted.minutes or page.duration_minutes
    if minutes not in durations_of(page):
        raise InvalidInput(minutes="unknown")
    offered = {option.format: option for option in formats_of(page)}
    if wanted.format and wanted.format not in offered:
        raise InvalidInput(format="unknown")
    if page.consent_required and not guest.consented:
        raise InvalidInput(consented="required")
    form = Agreed(page, guest, submission, now, offered.get(wanted.format))
    return once(form.made, lambda: _book(form, page, wanted.start, minutes))


def _book(form: Agreed, page: BookingPage, start: datetime, minutes: int) -> Appointment:
    if start <= form.now:
        raise TimeTaken
    time = Interval(start, start + timedelta(minutes=minutes))
    day = local_date(start, page.zone)
    rules = rules_of(page, minutes)
    attempt = _Attempt(form, time, rules, DateRange(day, day), with_buffers(page, time))
    more: Sequence[int] = ()
    while True:
        _read(attempt, page, more)
        try:
            return committed(lambda: _write(attempt, page))
        except ReadMore as unread:
            more = unread.who


def _read(attempt: _Attempt, page: BookingPage, who: Sequence[int]) -> None:
    """Read the calendars of these hosts; at first of those whose turn it seems to be without the locks."""
    if not who and page.participation == Participation.ALL:
        who = [row.member_id for row in present(page)]
        if page.state == BookingPageState.PUBLISHED and any(promised(who, attempt.time).values()):
            # Of many after the same few times, most need no calendar to learn that somebody was quicker.
            raise TimeTaken
    elif not who:
        try:
            _choose(attempt, page)
        except ReadMore as unread:
            who = unread.who
        except ActionError:
            return  # the locks will say the same, or know better
    hosts = attending(list(Member.objects.filter(pk__in=who)))
    if not attempt.rooms:
        attempt.rooms = rooms_of_page(page)
    silent = [room for room in attempt.rooms if room.pk not in attempt.room_busy]
    rooms = ask_rooms(silent, attempt.time)
    live = read_live([one.connection for one in hosts if one.connection], attempt.around, counting_of(page))
    attempt.busy |= {pk: busy_times(events) for pk, events in live.items()}
    attempt.asked |= set(who)
    attempt.room_busy |= rooms.busy()


def _write(attempt: _Attempt, page: BookingPage) -> Appointment:
    form, now = attempt.form, attempt.form.now
    under_lock = set(BookingPageHost.objects.filter(page=page).values_list("member_id", flat=True))
    lock_hosts(under_lock, room_ids=[room.pk for room in attempt.rooms])
    rows = for_change(BookingPage.objects).select_related("organization", "owner")
    locked = rows.get(pk=page.pk)
    if locked.state != BookingPageState.PUBLISHED:
        raise Closed(locked.state)
    if is_unattended(locked):
        raise Closed("unattended")
    if page.one_time is not None:
        insist_unspent(page.one_time, now=now)
    _insist_on_room_for(locked, form)
    chosen = _choose(attempt, locked)
    if not {one.possible.who for one in chosen} <= under_lock:
        raise TimeTaken  # the page got other hosts at this very moment
    quota = quota_of(locked)
    need = AllOf((needed(chosen), quota)) if quota else needed(chosen)
    if not is_offered(attempt.rules, opening_of(locked, attempt.dates), need, now, attempt.time):
        raise TimeTaken
    hosts = [one.possible.host for one in chosen]
    room = room_for_page(locked, attempt.rooms, attempt.time, now=now, live=attempt.room_busy)
    appointment = appoint(replace(form, source=locked), attempt.time, hosts, room=room)
    if page.one_time is not None:
        spend(page.one_time, appointment, now=now)
    _explain(locked, appointment, chosen)
    return appointment


def _choose(attempt: _Attempt, page: BookingPage) -> list[Chosen]:
    now = attempt.form.now
    rows = present(page)
    # As it is now: an account let go since the live read has taken its mirror along.
    hosts = attending([row.member for row in rows])
    known = availability(hosts, attempt.around, now=now, live=attempt.busy, counting=counting_of(page))
    possible = [
        Possible(
            host,
            row.group,
            Host(one, own_hours(page, row, attempt.dates), host.member.pk),
            host.member.pk in attempt.asked,
        )
        for row, host, one in zip(rows, hosts, known, strict=True)
    ]
    seed = str(attempt.form.submission)
    had = turns(page, now=now)
    return choose(page, possible, attempt.rules, attempt.time, seed=seed, had=had)


def _insist_on_room_for(page: BookingPage, form: Agreed) -> None:
    """Raises InvalidInput(email) where this customer has as many bookings to come as the page allows."""
    if page.cap_guest is None:
        return
    theirs = Appointment.objects.filter(
        booking_page=page, guest_email__iexact=form.guest.email, state__in=STANDING, ends_at__gt=form.now
    )
    if theirs.count() >= page.cap_guest:
        raise InvalidInput(email="too_many_bookings")


def _explain(page: BookingPage, appointment: Appointment, chosen: Sequence[Chosen]) -> None:
    if page.participation == Participation.ALL:
        return
    for one in chosen:
        note(
            "host_chosen",
            appointment=appointment,
            member=one.possible.host.member,
            actor="chosei",
            rule=page.pick,
            had=one.turn.count if one.turn else 0,
            free=one.free,
        )
