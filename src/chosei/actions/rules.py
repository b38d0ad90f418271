"""A booking page's settings in the terms of the slot search."""

from __future__ import annotations

from datetime import timedelta

from chosei.core.hours import Opening, WeeklyHours
from chosei.core.intervals import Interval
from chosei.core.slots import RollingDays, SlotRules
from chosei.records.models import BookingPage, Member
from chosei.records.models.booking_page import weekday_office_hours


def rules_of(page: BookingPage) -> SlotRules:
    return SlotRules(
        duration_minutes=page.duration_minutes,
        step_minutes=page.step_minutes,
        buffer_before_minutes=page.buffer_before_minutes,
        buffer_after_minutes=page.buffer_after_minutes,
        min_notice_minutes=page.min_notice_minutes,
        horizon=RollingDays(page.window_days),
    )


def opening_of(page: BookingPage) -> Opening:
    return Opening(WeeklyHours.from_json(page.hours))


def with_buffers(page: BookingPage, time: Interval) -> Interval:
    """``time`` and the host's buffers around it."""
    before, after = (
        timedelta(minutes=page.buffer_before_minutes),
        timedelta(minutes=page.buffer_after_minutes),
    )
    return Interval(time.start - before, time.end + after)


def working_hours(member: Member) -> Opening:
    """When the member is at work: the hours they entered, or the usual office hours of their zone."""
    stored = member.working_hours or {**weekday_office_hours(), "zone": member.zone}
    return Opening(WeeklyHours.from_json(stored))
