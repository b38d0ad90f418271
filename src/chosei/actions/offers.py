"""What can be offered now, from the local mirror alone: nothing here waits for a provider."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chosei.actions.agenda import accepted_under, availability, promised, trust_in
from chosei.actions.page_rooms import room_need
from chosei.actions.people import Attending, attending, hosts_here
from chosei.actions.rules import counting_of, groups_of, offered_dates, opening_of, requirement_of, rules_of
from chosei.actions.taken import RUNNING
from chosei.core.attendance import Requirement, is_unknowable
from chosei.core.availability import Availability
from chosei.core.hours import DateRange
from chosei.core.intervals import Interval
from chosei.core.slots import find_slots
from chosei.core.states import BookingPageState, CandidateState
from chosei.core.walltime import as_utc, local_date, midnight, zone_of
from chosei.jobs import queue
from chosei.records.models import (
    BookingPage,
    BookingPageHost,
    Candidate,
    Connection,
    Member,
    MirroredEvent,
    Proposal,
)
from chosei.records.prepared import Given, Prepared, is_remembered, remember

LOOK_AGAIN = timedelta(seconds=30)
ASK_AGAIN = timedelta(seconds=20)
_hosts = Prepared(lambda: BookingPageHost.objects.filter(page=Given("page")).select_related("member"))


@dataclass(frozen=True, slots=True)
class PageOffer:
    """The slots that begin on the dates asked for. ``unknown``: some host's calendar cannot be relied on now.

    ``next_free`` is the earliest slot of the whole booking window, ``bookable_until`` its last date.
    """

    slots: tuple[Interval, ...]
    unknown: bool
    next_free: Interval | None
    next_free_after: Interval | None
    bookable_from: date
    bookable_until: date


@dataclass(frozen=True, slots=True)
class CandidateOffer:
    """A candidate as the guest may see it. ``reason`` when it is not free: past, taken, withdrawn."""

    candidate: Candidate
    free: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CalendarBlock:
    """A piece of somebody's time for the composing grid. ``title`` is empty unless the viewer owns it."""

    start: datetime
    end: datetime
    title: str
    show_as: str
    all_day: bool
    kind: str  # event, hold, appointment


@dataclass(frozen=True, slots=True)
class CalendarView:
    blocks: tuple[CalendarBlock, ...]
    availability: Availability
    readable: bool


def page_offer(
    page: BookingPage, first: date, last: date, *, now: datetime, minutes: int | None = None
) -> PageOffer:
    """What the page offers on the local dates ``first`` to ``last`` of its own zone, both included.

    ``minutes``: the length that was chosen of several. A page that is not published offers nothing.
    """
    if page.state != BookingPageState.PUBLISHED:
        return _nothing(page, now)
    return page_times(page, first, last, now=now, minutes=minutes)


def page_times(
    page: BookingPage, first: date, last: date, *, now: datetime, minutes: int | None = None
) -> PageOffer:
    """The same whether the page is published or not, for those who see a preview."""
    dates = offered_dates(page, now)
    if dates is None:
        return _nothing(page, now)
    opening = opening_of(page, dates)
    need = need_of(page, dates, now=now)
    if need is None or is_unknowable(need):
        return PageOffer((), True, None, None, dates.first, dates.last)
    slots = find_slots(rules_of(page, minutes), opening, need, now, dates)
    clock = zone_of(opening.weekly.zone)
    dated = [(slot, slot.start.astimezone(clock).date()) for slot in slots]
    shown = tuple(slot for slot, day in dated if first <= day <= last)
    after = next((slot for slot, day in dated if day > last), None)
    return PageOffer(shown, False, slots[0] if slots else None, after, dates.first, dates.last)


def need_of(page: BookingPage, dates: DateRange, *, now: datetime) -> Requirement | None:
    """What a meeting of the page needs, as known from the mirror; None when nobody is there to attend."""
    rows = present(page)
    hosts = attending([row.member for row in rows])
    look_again(hosts, now=now)
    known = availability(hosts, whole_window(dates, now), now=now, counting=counting_of(page))
    need = requirement_of(page, rows, known, dates)
    return need if need is None else room_need(page, whole_window(dates, now), now=now).beside(need)


def whole_window(dates: DateRange, now: datetime) -> Interval:
    """All instants that matter for meetings that begin on ``dates``, in any zone, buffers included."""
    first = max(now - timedelta(days=1), as_utc(midnight(dates.first)) - timedelta(days=2))
    return Interval(first, as_utc(midnight(dates.last)) + timedelta(days=4))


def _nothing(page: BookingPage, now: datetime) -> PageOffer:
    today = local_date(now, page.zone)
    return PageOffer((), False, None, None, today, today)


def present(page: BookingPage) -> list[BookingPageHost]:
    """The page's hosts who have not left, in order; read once for one ``page`` object."""
    if not is_remembered(page, "hosts"):
        remember(page, "hosts", _hosts(page=page.pk))
    return [host for host in page.hosts.all() if host.member.is_active]


def is_unattended(page: BookingPage) -> bool:
    """Whether nobody is left who could attend, or nobody of a group that one has to come from."""
    return not set(groups_of(page)) <= {host.group for host in present(page)}


def hosts_of(page: BookingPage) -> list[Member]:
    """Who attends or may attend, in order."""
    return [host.member for host in present(page)]


def proposal_offer(proposal: Proposal, *, now: datetime) -> tuple[CandidateOffer, ...]:
    """Every candidate that was not withdrawn, with whether it can be taken now."""
    candidates = [one for one in proposal.candidates.all() if one.state != CandidateState.WITHDRAWN]
    if not candidates:
        return ()
    hosts = attending(hosts_here(proposal))
    look_again(hosts, now=now)
    window = Interval(min(c.starts_at for c in candidates), max(c.ends_at for c in candidates))
    taken = _foreign_under(hosts, window, now)
    ours = [time for times in promised([h.member.pk for h in hosts], window).values() for time in times]
    accepted = accepted_under(candidates)
    return tuple(
        _candidate_offer(
            candidate, proposal, [time for pk, time in taken if pk not in accepted[candidate.pk]] + ours, now
        )
        for candidate in candidates
    )


def look_again(hosts: list[Attending], *, now: datetime) -> None:
    """Have calendars read again that were last read a while ago; whoever looks again soon sees the answer."""
    linked = [host.connection for host in hosts if host.connection and host.connection.state == "active"]
    ask_again(
        [
            one.pk
            for one in linked
            if (one.mirror_read_at is None or one.mirror_read_at <= now - LOOK_AGAIN)
            and (one.mirror_asked_at is None or one.mirror_asked_at <= now - ASK_AGAIN)
        ],
        now=now,
    )


def ask_again(connections: Iterable[int], *, now: datetime) -> None:
    """Have these calendars read again, apart from those that somebody else has asked for just now."""
    for pk in connections:
        asked = Connection.objects.filter(pk=pk).exclude(mirror_asked_at__gt=now - ASK_AGAIN)
        if asked.update(mirror_asked_at=now):
            queue.enqueue(queue.OBSERVE, str(pk))


def _foreign_under(hosts: list[Attending], window: Interval, now: datetime) -> list[tuple[str, Interval]]:
    """Foreign events that block, where the mirror can be relied on; what it cannot say is asked at
    confirmation.
    """
    trusted = [
        h.connection for h in hosts if h.connection and trust_in(h.connection, window, now=now) is None
    ]
    rows = MirroredEvent.objects.filter(
        connection__in=trusted, blocks=True, entry_key="", ends_at__gt=window.start, starts_at__lt=window.end
    )
    return [
        (remote_id, Interval(starts_at, ends_at))
        for remote_id, starts_at, ends_at in rows.values_list("remote_id", "starts_at", "ends_at")
        if ends_at > starts_at
    ]


def _candidate_offer(
    candidate: Candidate,
    proposal: Proposal,
    busy: list[Interval],
    now: datetime,
) -> CandidateOffer:
    time = Interval(candidate.starts_at, candidate.ends_at)
    if candidate.state != CandidateState.OPEN or proposal.state not in RUNNING:
        return CandidateOffer(candidate, False, "taken")
    if candidate.starts_at <= now:
        return CandidateOffer(candidate, False, "past")
    if any(time.overlaps(taken) for taken in busy):
        return CandidateOffer(candidate, False, "taken")
    return CandidateOffer(candidate, True)
