"""What can be offered now, from the local mirror alone: nothing here waits for a provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, prefetch_related_objects

from chosei.actions.agenda import RUNNING, accepted_under, availability, promised, trust_in
from chosei.actions.people import Attending, attending
from chosei.actions.rules import opening_of, rules_of
from chosei.core.attendance import all_hosts
from chosei.core.availability import Unknown
from chosei.core.intervals import Interval
from chosei.core.slots import find_slots
from chosei.core.states import BookingPageState, CandidateState
from chosei.core.walltime import local_date, zone_of
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

_LOOK_AGAIN = timedelta(seconds=30)
_ASK_AGAIN = timedelta(seconds=20)


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


def page_offer(page: BookingPage, first: date, last: date, *, now: datetime) -> PageOffer:
    """What the page offers on the local dates ``first`` to ``last`` of its own zone, both included."""
    rules, opening = rules_of(page), opening_of(page)
    zone = opening.weekly.zone
    today = local_date(now, zone)
    until = today + timedelta(days=page.window_days)
    hosts = attending(hosts_of(page))
    whole = Interval(now - timedelta(days=1), now + timedelta(days=page.window_days + 3))
    known = availability(hosts, whole, now=now)
    look_again(hosts, now=now)
    unknown = not known or any(isinstance(one, Unknown) for one in known)
    if unknown or page.state != BookingPageState.PUBLISHED:
        return PageOffer((), unknown, None, None, today, until)
    slots = find_slots(rules, opening, all_hosts(known), now)
    clock = zone_of(zone)
    dated = [(slot, slot.start.astimezone(clock).date()) for slot in slots]
    shown = tuple(slot for slot, day in dated if first <= day <= last)
    after = next((slot for slot, day in dated if day > last), None)
    return PageOffer(shown, False, slots[0] if slots else None, after, today, until)


def hosts_of(page: BookingPage) -> list[Member]:
    """Who attends, in order; read once for one ``page`` object."""
    with_members = BookingPageHost.objects.select_related("member")
    prefetch_related_objects([page], Prefetch("hosts", with_members))
    return [host.member for host in page.hosts.all()]


def proposal_offer(proposal: Proposal, *, now: datetime) -> tuple[CandidateOffer, ...]:
    """Every candidate that was not withdrawn, with whether it can be taken now."""
    candidates = [one for one in proposal.candidates.all() if one.state != CandidateState.WITHDRAWN]
    if not candidates:
        return ()
    hosts = attending([host.member for host in proposal.hosts.select_related("member")])
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
    for host in hosts:
        connection = host.connection
        if connection is None or connection.state != "active":
            continue
        if connection.mirror_read_at is not None and connection.mirror_read_at > now - _LOOK_AGAIN:
            continue
        asked = Connection.objects.filter(pk=connection.pk).exclude(mirror_asked_at__gt=now - _ASK_AGAIN)
        if asked.update(mirror_asked_at=now):
            queue.enqueue(queue.OBSERVE, str(connection.pk))


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
