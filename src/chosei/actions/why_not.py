"""Why a page does not offer a time, in facts that its members may know (空かない理由)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from chosei.actions.agenda import availability
from chosei.actions.holidays import holidays_in
from chosei.actions.offers import look_again, present
from chosei.actions.page_rooms import room_need
from chosei.actions.people import Attending, attending
from chosei.actions.rules import (
    MOST_DAYS,
    counting_of,
    opening_of,
    requirement_of,
    rules_of,
    with_buffers,
)
from chosei.actions.taken import taken
from chosei.core.explain import Hurdle, Obstacle, explain
from chosei.core.holidays import HolidayRule
from chosei.core.hours import DateOverrides, DateRange
from chosei.core.intervals import Interval
from chosei.core.states import BookingPageState
from chosei.core.walltime import local_date
from chosei.records.models import BookingPage, Member, Room


class SpecialDay(StrEnum):
    """What takes the place of a day's weekly hours."""

    OVERRIDE = "override"  # 特定の日
    CLOSED_HOLIDAY = "closed_holiday"
    HOLIDAY_HOURS = "holiday_hours"


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One thing in the way. ``member``: whose calendar or hours; ``sources``: what takes their time, of
    calendar, appointment and hold. ``room``: which is taken or unknown; None for want of any usable one.
    ``special``: why other hours than the week's hold on that day, if they do.
    """

    obstacle: Obstacle
    member: Member | None = None
    sources: tuple[str, ...] = ()
    room: Room | None = None
    special: SpecialDay | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``closed``: the page's state, unless it is published; ``nobody``: no host is left."""

    reasons: tuple[WhyNot, ...]
    closed: str = ""
    nobody: bool = False

    @property
    def offered(self) -> bool:
        return not (self.reasons or self.closed or self.nobody)


def why_not(page: BookingPage, start: datetime, *, now: datetime, minutes: int | None = None) -> Verdict:
    """Everything that keeps the page from offering ``start`` now; ``offered`` exactly when it does."""
    day = local_date(start, page.zone)
    dates = DateRange(day, day)
    rules, opening = rules_of(page, minutes), opening_of(page, dates)
    around = with_buffers(page, Interval(start, start + rules.length))
    rows = present(page)
    hosts = attending([row.member for row in rows])
    look_again(hosts, now=now)
    known = availability(hosts, around, now=now, counting=counting_of(page))
    need = requirement_of(page, rows, known, dates)
    closed = "" if page.state == BookingPageState.PUBLISHED else page.state
    if need is None:
        return Verdict((), closed, nobody=True)
    need = room_need(page, around, now=now).beside(need)
    found = explain(rules, opening, need, now, start)
    too_far = day > local_date(now, page.zone) + timedelta(days=MOST_DAYS)
    if too_far and not any(one.hurdle is Hurdle.OUTSIDE_WINDOW for one in found):
        found.append(Obstacle(Hurdle.OUTSIDE_WINDOW))
    by_id = {host.member.pk: host for host in hosts}
    rooms = {row.room_id: row.room for row in page.rooms.select_related("room")}
    told = [
        WhyNot(one, special=_special(page, day))
        if one.hurdle is Hurdle.OUTSIDE_HOURS
        else _told(page, one, by_id, rooms, around, now)
        for one in found
    ]
    return Verdict(tuple(told), closed)


def _told(
    page: BookingPage,
    obstacle: Obstacle,
    hosts: dict[int, Attending],
    rooms: dict[int, Room],
    around: Interval,
    now: datetime,
) -> WhyNot:
    if obstacle.hurdle in (Hurdle.ROOM_BUSY, Hurdle.ROOM_UNKNOWN):
        return WhyNot(obstacle, room=rooms.get(obstacle.who))
    host = hosts.get(obstacle.who)
    if host is None:
        return WhyNot(obstacle)
    sources = _sources(page, host, around, now) if obstacle.hurdle is Hurdle.HOST_BUSY else ()
    return WhyNot(obstacle, host.member, sources)


def _special(page: BookingPage, day: date) -> SpecialDay | None:
    if day in DateOverrides.from_json(page.overrides).days:
        return SpecialDay.OVERRIDE
    rule = HolidayRule(page.holiday_rule)
    if rule is HolidayRule.AS_USUAL or day not in holidays_in(page.holiday_country, DateRange(day, day)):
        return None
    return SpecialDay.CLOSED_HOLIDAY if rule is HolidayRule.CLOSED else SpecialDay.HOLIDAY_HOURS


def _sources(page: BookingPage, host: Attending, around: Interval, now: datetime) -> tuple[str, ...]:
    """What takes the host's time. Nobody is told what it is about."""
    who = host.member.pk
    linked = [host.connection.pk] if host.connection else []
    found = taken([who], linked, around, now=now, counting=counting_of(page))
    sources = {"calendar": found.mirrored, "appointment": found.promised, "hold": found.held}
    return tuple(name for name, busy in sources.items() if busy)
