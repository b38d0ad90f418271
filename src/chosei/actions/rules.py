"""A booking page's settings in the terms of the slot search."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chosei.actions.holidays import holidays_in
from chosei.actions.page_settings import window_of
from chosei.core.attendance import AllOf, Host, Requirement, attendance
from chosei.core.availability import Availability
from chosei.core.blocking import Counting
from chosei.core.caps import Caps, Quota
from chosei.core.holidays import HolidayRule, parse_spans, with_holidays
from chosei.core.hostchoice import Participation
from chosei.core.hours import DateOverrides, DateRange, Opening, WeeklyHours, windows
from chosei.core.intervals import Interval
from chosei.core.slots import RollingDays, SlotRules, bookable_dates
from chosei.core.states import AppointmentState
from chosei.core.walltime import local_date
from chosei.records.models import Appointment, BookingPage, BookingPageHost, MeetingFormat, Member
from chosei.records.models.booking_page import weekday_office_hours

MOST_DAYS = 90
"""How far ahead anything is offered, whatever a page says: calendars are known no further."""

STANDING = (AppointmentState.PENDING.value, AppointmentState.CONFIRMED.value)


def rules_of(page: BookingPage, minutes: int | None = None) -> SlotRules:
    """``minutes``: the length that was chosen, for the page's usual one None."""
    return SlotRules(
        duration_minutes=minutes or page.duration_minutes,
        step_minutes=page.step_minutes,
        buffer_before_minutes=page.buffer_before_minutes,
        buffer_after_minutes=page.buffer_after_minutes,
        min_notice_minutes=page.min_notice_minutes,
        max_notice_minutes=page.max_notice_minutes,
        horizon=window_of(page) or RollingDays(page.window_days),
    )


def opening_of(page: BookingPage, dates: DateRange) -> Opening:
    """The page's hours with its overrides and the holidays around ``dates``."""
    opening = Opening(WeeklyHours.from_json(page.hours), DateOverrides.from_json(page.overrides))
    rule = HolidayRule(page.holiday_rule)
    if rule is HolidayRule.AS_USUAL:
        return opening
    own = parse_spans((start, end) for start, end in page.holiday_hours)
    return with_holidays(opening, holidays_in(page.holiday_country, dates.reach), rule, own)


def offered_dates(page: BookingPage, now: datetime) -> DateRange | None:
    """The dates, in the page's zone, on which something may be offered now; None when its window is over or
    too far.
    """
    zone = WeeklyHours.from_json(page.hours).zone
    within, today = bookable_dates(rules_of(page), zone, now), local_date(now, zone)
    first, last = max(within.first, today), min(within.last, today + timedelta(days=MOST_DAYS))
    return DateRange(first, last) if first <= last else None


def requirement_of(
    page: BookingPage,
    hosts: Sequence[BookingPageHost],
    known: Sequence[Availability],
    dates: DateRange,
) -> Requirement | None:
    """What a meeting needs: the hosts as the page's rule says, and a place in its quota. ``known``: their
    time, one by one. None when nobody is there to attend.
    """
    leaves = [
        (row.group, Host(one, own_hours(page, row, dates), row.member_id))
        for row, one in zip(hosts, known, strict=True)
    ]
    groups = [[leaf for number, leaf in leaves if number == group] for group in groups_of(page)]
    if not all(groups):
        return None
    quota = quota_of(page)
    needed = attendance(Participation(page.participation), groups)
    return AllOf((needed, quota)) if quota else needed


def groups_of(page: BookingPage) -> tuple[int, ...]:
    return (1, 2) if page.participation == Participation.ONE_OF_EACH else (1,)


def quota_of(page: BookingPage, *, apart_from: int | None = None) -> Quota | None:
    """The page's caps and what is booked, the appointment ``apart_from`` left out; None without caps."""
    if page.cap_day is None and page.cap_week is None and page.cap_total is None:
        return None
    booked = Appointment.objects.filter(booking_page=page, state__in=STANDING)
    if apart_from is not None:
        booked = booked.exclude(pk=apart_from)
    starts = list(booked.values_list("starts_at", flat=True))
    zone = WeeklyHours.from_json(page.hours).zone
    return Quota(Caps(page.cap_day, page.cap_week, page.cap_total), starts, zone)


def counting_of(page: BookingPage) -> Counting:
    """What the page makes of events in its hosts' calendars."""
    chosen = {
        "tentative": page.tentative_counts,
        "oof": page.oof_counts,
        "workingElsewhere": page.elsewhere_counts,
    }
    statuses = {status: counts == "busy" for status, counts in chosen.items() if counts}
    return Counting(statuses, tuple(page.free_words))


def with_buffers(page: BookingPage, time: Interval) -> Interval:
    """``time`` and the host's buffers around it."""
    before, after = (
        timedelta(minutes=page.buffer_before_minutes),
        timedelta(minutes=page.buffer_after_minutes),
    )
    return Interval(time.start - before, time.end + after)


def own_link(form: str, location: str, *, web_meeting: bool) -> str:
    """The link of a web meeting that the host brings along instead of having one issued; empty for none."""
    brings = form == MeetingFormat.WEB and not web_meeting
    return location if brings and location.startswith(("https://", "http://")) else ""


def working_hours(member: Member) -> Opening:
    """When the member is at work: the hours they entered, or the usual office hours of their zone."""
    stored = member.working_hours or {**weekday_office_hours(), "zone": member.zone}
    return Opening(WeeklyHours.from_json(stored))


def own_hours(page: BookingPage, row: BookingPageHost, dates: DateRange) -> list[Interval] | None:
    """When the host receives, around ``dates``: by the page's hours for them, else, where the page minds
    these, by their own working hours. None where only the page's hours count.
    """
    stored = row.hours or (row.member.working_hours if page.member_hours else None)
    if not stored:
        return None
    opening = Opening(WeeklyHours.from_json(stored))
    return [Interval(one.start, one.end) for one in windows(opening, dates.reach)]
