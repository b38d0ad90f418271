"""Several people's time, as the composing page shows it. From the local mirror alone: nothing here waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import F
from psycopg.types.range import TimestamptzRange

from chosei.actions.agenda import trust_in
from chosei.actions.colleagues import ColleagueBlock, colleague_schedule
from chosei.actions.event_text import appointment_title, hold_title
from chosei.actions.holidays import JAPAN, holidays_in
from chosei.actions.offers import look_again
from chosei.actions.people import Attending, attending
from chosei.actions.rules import working_hours
from chosei.actions.taken import RUNNING
from chosei.core.attendance import all_hosts
from chosei.core.availability import Availability, Known, Unknown
from chosei.core.blocking import blocks
from chosei.core.holidays import HolidayRule, with_holidays
from chosei.core.hours import DateRange, windows
from chosei.core.intervals import Interval, intersect, merge
from chosei.core.slots import SlotRules, find_slots_within
from chosei.core.states import CandidateState
from chosei.core.suggest import suggest
from chosei.core.walltime import local_date, zone_of
from chosei.records.models import Appointment, Candidate, Member, MirroredEvent, Promise, Proposal

FINDER_STEP = 30
FINDER_NOTICE = 60
"""Minutes: candidates begin at half hours of the working day, and none within the hour."""

_COUNTRIES = {"Asia/Tokyo": JAPAN}
"""Zones that lie in one country, whose public holidays nobody would propose."""

_Blocks = dict[int, list["CalendarBlock"]]


@dataclass(frozen=True, slots=True)
class CalendarBlock:
    """A piece of somebody's time. ``title`` is empty unless the viewer owns it or is shown it in Outlook.

    ``kind`` is event, hold or appointment; a candidate over what ``blocks`` wants the author's word.
    """

    start: datetime
    end: datetime
    title: str
    show_as: str
    all_day: bool
    kind: str
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class HostTime:
    """What is known of one host's time. ``linked``: a calendar is connected, be it that it cannot be read."""

    member: Member
    linked: bool
    blocks: tuple[CalendarBlock, ...]
    availability: Availability

    @property
    def known(self) -> bool:
        return isinstance(self.availability, Known)

    def under(self, time: Interval) -> list[CalendarBlock]:
        """What a candidate at ``time`` would lie over."""
        return [one for one in self.blocks if one.blocks and one.start < time.end and time.start < one.end]


def hosts_time(
    viewer: Member,
    members: Sequence[Member],
    window: Interval,
    *,
    now: datetime,
    without: Proposal | None = None,
) -> list[HostTime]:
    """The members' time in ``window``, in their order, in a handful of queries however many they are.

    ``without``: the proposal that is being edited, whose own holds are in nobody's way.
    """
    hosts = attending(members)
    look_again(hosts, now=now)
    events = _events(viewer, hosts, window)
    appointments = _appointments(viewer, members, window)
    holds = _holds(viewer, members, window, now, without)
    found = []
    for host in hosts:
        pk = host.member.pk
        shown = (*events.get(pk, ()), *appointments.get(pk, ()), *holds.get(pk, ()))
        doubt = trust_in(host.connection, window, now=now)
        known: Availability = Unknown(doubt) if doubt else Known(_busy(shown))
        found.append(HostTime(host.member, host.connection is not None, shown, known))
    return found


def seen_in_outlook(viewer: Member, members: Sequence[Member], window: Interval) -> dict[int, HostTime]:
    """The time of the others as Outlook shows it to the viewer, by member: of those without a connection all
    there is to know, of the rest the titles they share.

    Asks the provider, for three seconds at most, and tells nothing of whom it does not answer about: not
    inside a transaction.
    """
    others = [host for host in attending(members) if host.member.pk != viewer.pk]
    addresses = {_address(host): host for host in others}
    told = colleague_schedule(viewer, list(addresses), window)
    return {
        host.member.pk: HostTime(
            host.member,
            host.connection is not None,
            tuple(_told(block, host.member.zone) for block in told[address].blocks),
            told[address].availability,
        )
        for address, host in addresses.items()
    }


def _address(host: Attending) -> str:
    return (host.connection.address if host.connection else "") or host.member.email


def _told(block: ColleagueBlock, zone: str) -> CalendarBlock:
    """Free/busy does not say what is all-day: whole days of the colleague's ``zone`` are."""
    taken = blocks(block.show_as) and block.end > block.start
    start, end = (at.astimezone(zone_of(zone)) for at in (block.start, block.end))
    all_day = start.time() == end.time() == time(0) and start < end
    return CalendarBlock(block.start, block.end, block.title, block.show_as, all_day, "event", taken)


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """What the finder proposes. With a calendar of ``unreadable`` it proposes nothing: unknown is not free.

    ``unseen`` have no connection and Outlook says nothing of them: the author decides about them.
    """

    times: tuple[Interval, ...] = ()
    unreadable: tuple[Member, ...] = ()
    unseen: tuple[Member, ...] = ()


def find_times(
    viewer: Member,
    members: Sequence[Member],
    minutes: int,
    *,
    now: datetime,
    taken: Sequence[Interval] = (),
    without: Proposal | None = None,
) -> FreeTimes:
    """A few times of this length, this week and next, at which all are at work and free. May ask Outlook
    about colleagues without a connection, for three seconds at most.

    ``taken``: candidates marked already. Raises ValueError for no members or a length out of range.
    """
    today = local_date(now, viewer.zone)
    dates = DateRange(today, today + timedelta(days=13 - today.weekday()))
    window = days_between(dates.first, dates.last + timedelta(days=1), viewer.zone)
    known = hosts_time(viewer, members, window, now=now, without=without)
    unlinked = [one.member for one in known if not one.linked]
    asked = seen_in_outlook(viewer, unlinked, window) if unlinked else {}
    told = [*(one for one in known if one.linked), *asked.values()]
    unreadable = tuple(one.member for one in told if one.linked and not one.known)
    unseen = tuple(one for one in unlinked if one.pk not in asked or not asked[one.pk].known)
    if unreadable:
        return FreeTimes(unreadable=unreadable, unseen=unseen)
    ours = [Known(_busy(one.blocks)) for one in known]
    need = all_hosts([Known(list(taken)), *ours, *(one.availability for one in told if one.known)])
    rules = SlotRules(minutes, FINDER_STEP, min_notice_minutes=FINDER_NOTICE)
    free = find_slots_within(rules, common_hours(members, window, holidays_off=True), need, now)
    return FreeTimes(tuple(suggest(free, viewer.zone)), unseen=unseen)


def times_within(
    viewer: Member,
    members: Sequence[Member],
    stretches: Sequence[Interval],
    minutes: int,
    *,
    now: datetime,
    without: Proposal | None = None,
) -> list[Interval]:
    """For each of the stretches a time of this length in it: the first with nothing in the members' calendars
    as far as they are known, else its beginning. A stretch not longer than that stays as it is.
    """
    if not stretches:
        return []
    window = Interval(min(one.start for one in stretches), max(one.end for one in stretches))
    known = hosts_time(viewer, members, window, now=now, without=without)
    length, step = timedelta(minutes=minutes), timedelta(minutes=FINDER_STEP)
    found = []
    for one in stretches:
        count = max((one.duration - length) // step + 1, 1)
        starts = [one.start + number * step for number in range(count)]
        times = [Interval(start, min(start + length, one.end)) for start in starts]
        found.append(next((time for time in times if not any(host.under(time) for host in known)), times[0]))
    return found


def days_between(first: date, last: date, zone: str) -> Interval:
    """From the midnight that begins ``first`` to the one that begins ``last``, in ``zone``."""
    return Interval(*(datetime.combine(day, time(0), zone_of(zone)).astimezone(UTC) for day in (first, last)))


def common_hours(
    members: Iterable[Member], window: Interval, *, holidays_off: bool = False
) -> list[Interval]:
    """When all of them are at work, by their own hours in their own zones; a normal list.

    ``holidays_off``: not on public holidays either, where those of the member's zone are known.
    """
    common = [window]
    for member in members:
        common = intersect(common, _hours_of(member, window, holidays_off))
    return common


def _hours_of(member: Member, window: Interval, holidays_off: bool) -> list[Interval]:
    opening = working_hours(member)
    day, zone = timedelta(days=1), opening.weekly.zone
    dates = DateRange(local_date(window.start, zone) - day, local_date(window.end, zone) + day)
    if holidays_off and zone in _COUNTRIES:
        opening = with_holidays(opening, holidays_in(_COUNTRIES[zone], dates), HolidayRule.CLOSED)
    return merge(Interval(one.start, one.end) for one in windows(opening, dates))


def _busy(shown: Iterable[CalendarBlock]) -> list[Interval]:
    return [Interval(one.start, one.end) for one in shown if one.blocks]


def _events(viewer: Member, hosts: Sequence[Attending], window: Interval) -> _Blocks:
    """Foreign events: the viewer's own one by one, those that are free among them; the others' time without
    titles, where what touches is one block.
    """
    owners = {host.connection.pk: host.member.pk for host in hosts if host.connection}
    rows = MirroredEvent.objects.filter(
        connection__in=list(owners), entry_key="", ends_at__gt=window.start, starts_at__lt=window.end
    ).order_by("starts_at", "id")
    own = [pk for pk, owner in owners.items() if owner == viewer.pk]
    found: _Blocks = defaultdict(list)
    for row in rows.filter(connection__in=own):
        found[viewer.pk].append(
            CalendarBlock(
                row.starts_at,
                row.ends_at,
                row.subject,
                row.show_as,
                row.all_day,
                "event",
                row.blocks and row.ends_at > row.starts_at,
            )
        )
    others = rows.exclude(connection__in=own).filter(blocks=True, ends_at__gt=F("starts_at"))
    facts = others.values_list("connection_id", "starts_at", "ends_at", "show_as", "all_day")
    plain: dict[tuple[int, bool, bool], list[Interval]] = defaultdict(list)
    for pk, start, end, show_as, all_day in facts:
        plain[owners[pk], show_as == "tentative", all_day].append(Interval(start, end))
    for (owner, tentative, all_day), times in plain.items():
        show_as = "tentative" if tentative else "busy"
        found[owner] += [
            CalendarBlock(time.start, time.end, "", show_as, all_day, "event") for time in merge(times)
        ]
    return found


def _appointments(viewer: Member, members: Sequence[Member], window: Interval) -> _Blocks:
    during = TimestamptzRange(window.start, window.end)
    rows = Promise.objects.filter(host__in=list(members), standing=True, during__overlap=during)
    found: _Blocks = defaultdict(list)
    for promise in rows.select_related("appointment__organization"):
        assert promise.host_id is not None
        appointment: Appointment = promise.appointment
        title = appointment_title(appointment) if promise.host_id == viewer.pk else ""
        time = (appointment.starts_at, appointment.ends_at)
        found[promise.host_id].append(CalendarBlock(*time, title, "busy", False, "appointment"))
    return found


def _holds(
    viewer: Member, members: Sequence[Member], window: Interval, now: datetime, without: Proposal | None
) -> _Blocks:
    rows = Candidate.objects.filter(
        state=CandidateState.OPEN,
        proposal__state__in=RUNNING,
        proposal__hosts__member__in=list(members),
        ends_at__gt=max(window.start, now),
        starts_at__lt=window.end,
    ).annotate(host_id=F("proposal__hosts__member_id"))
    if without is not None:
        rows = rows.exclude(proposal=without)
    found: _Blocks = defaultdict(list)
    for row in rows.select_related("proposal__organization"):
        title = hold_title(row.proposal) if row.host_id == viewer.pk else ""
        block = CalendarBlock(row.starts_at, row.ends_at, title, "tentative", False, "hold")
        found[row.host_id].append(block)
    return found
