"""A booking page's settings, from what was entered to the record and back, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chosei.actions.checks import check_hosts, check_meeting
from chosei.actions.errors import InvalidInput
from chosei.actions.holidays import COUNTRIES
from chosei.actions.inputs import BookingPageInput, FormatOption, MeetingInput
from chosei.core.holidays import HolidayRule, parse_spans
from chosei.core.hostchoice import Participation, Pick
from chosei.core.hours import DateOverrides, DateRange, WeeklyHours
from chosei.core.reminders import problem_of
from chosei.core.titles import unknown_placeholders
from chosei.records.models import BookingPage, MeetingFormat, Member, Visibility

# (lowest, highest); minutes, days, hours or bookings. None is allowed where the record allows it.
LIMITS = {
    "duration_minutes": (5, 24 * 60),
    "step_minutes": (5, 24 * 60),
    "buffer_before_minutes": (0, 24 * 60),
    "buffer_after_minutes": (0, 24 * 60),
    "min_notice_minutes": (0, 90 * 24 * 60),
    "max_notice_minutes": (1, 90 * 24 * 60),
    "window_days": (1, 90),
    "cap_day": (1, 1000),
    "cap_week": (1, 1000),
    "cap_total": (1, 100_000),
    "cap_guest": (1, 1000),
    "approval_hours": (1, 30 * 24),
    "guest_until_hours": (0, 30 * 24),
}
LENGTHS = {"description": 4000, "title_pattern": 200, "buffer_title": 200}
CHOICES = {
    "participation": [one.value for one in Participation],
    "pick": [one.value for one in Pick],
    "holiday_rule": [one.value for one in HolidayRule],
    "visibility": Visibility.values,
    "tentative_counts": ["", "busy", "free"],
    "oof_counts": ["", "busy", "free"],
    "elsewhere_counts": ["", "busy", "free"],
}
MOST_WORDS, LONGEST_WORD, MOST_DURATIONS = 20, 40, 8

# Stored as they were entered, under the same name.
_ALIKE = (
    *LIMITS,
    *LENGTHS,
    *CHOICES,
    "holiday_country",
    "member_hours",
    "buffer_entries",
    "needs_approval",
    "guest_may_change",
    "guest_may_cancel",
    "consent_required",
)
_MEETING = (
    "title",
    "format",
    "web_meeting",
    "web_service",
    "location",
    "guidance",
    "contact",
    "internal_notes",
    "reception_code",
)


def settings_of(page: BookingPage) -> BookingPageInput:
    """The page's settings as they would be entered."""
    hosts = list(page.hosts.all())
    return BookingPageInput(
        meeting=MeetingInput(**{name: getattr(page, name) for name in _MEETING}, zone=page.zone),
        hours=WeeklyHours.from_json(page.hours),
        host_ids=tuple(host.member_id for host in hosts if host.group == 1),
        second_ids=tuple(host.member_id for host in hosts if host.group == 2),
        host_hours={host.member_id: WeeklyHours.from_json(host.hours) for host in hosts if host.hours},
        deputy_ids=tuple(deputy.member_id for deputy in page.deputies.all()),
        other_durations=tuple(page.other_durations),
        other_formats=formats_of(page)[1:],
        window=window_of(page),
        overrides=DateOverrides.from_json(page.overrides),
        holiday_hours=parse_spans((start, end) for start, end in page.holiday_hours),
        free_words=tuple(page.free_words),
        slug=page.slug,
        room_min_capacity=page.room_min_capacity,
        room_ids=tuple(row.room_id for row in page.rooms.all()),
        guest_reminders=_hours(page.guest_reminder_hours),
        host_reminders=_hours(page.host_reminder_hours),
        **{name: getattr(page, name) for name in _ALIKE},
    )


def fill(page: BookingPage, wanted: BookingPageInput) -> None:
    """Put checked settings into the record. Not its people, nor its address."""
    meeting = wanted.meeting
    for name in _MEETING:
        setattr(page, name, getattr(meeting, name))
    for name in _ALIKE:
        setattr(page, name, getattr(wanted, name))
    page.zone = wanted.hours.zone
    page.hours = wanted.hours.to_json()
    page.other_durations = list(wanted.other_durations)
    page.other_formats = [{"format": one.format, "location": one.location} for one in wanted.other_formats]
    page.window_first = wanted.window.first if wanted.window else None
    page.window_last = wanted.window.last if wanted.window else None
    page.overrides = wanted.overrides.to_json()
    page.holiday_hours = [span.to_json() for span in wanted.holiday_hours]
    page.free_words = list(wanted.free_words)
    page.guest_reminder_hours = _stored(wanted.guest_reminders)
    page.host_reminder_hours = _stored(wanted.host_reminders)


def check_settings(wanted: BookingPageInput) -> None:
    """Raises InvalidInput naming the fields. People and address are not looked at."""
    if not wanted.meeting.title.strip():
        raise InvalidInput(title="required")
    check_meeting(wanted.meeting)
    wrong = {**_out_of_range(wanted), **_not_a_choice(wanted), **_too_long(wanted), **_misfits(wanted)}
    if not any(wanted.hours.weekdays) and not any(wanted.overrides.days.values()):
        wrong["hours"] = "required"
    if wrong:
        raise InvalidInput(**wrong)


def check_people(member: Member, wanted: BookingPageInput) -> list[tuple[Member, int]]:
    """The hosts with their groups, in order. Raises InvalidInput(hosts, second_hosts or deputies)."""
    both = wanted.participation == Participation.ONE_OF_EACH
    if both and not wanted.second_ids:
        raise InvalidInput(second_hosts="no_second_host")
    seconds = wanted.second_ids if both else ()
    members = check_hosts(member, (*wanted.host_ids, *seconds))
    if not wanted.host_ids:
        raise InvalidInput(hosts="no_host")
    if set(wanted.deputy_ids) & {host.pk for host in members}:
        raise InvalidInput(deputies="attends_already")
    known = Member.objects.filter(organization_id=member.organization_id, pk__in=wanted.deputy_ids)
    if known.filter(is_active=True).count() != len(set(wanted.deputy_ids)):
        raise InvalidInput(deputies="unknown")
    return [(one, 1 if place < len(wanted.host_ids) else 2) for place, one in enumerate(members)]


def durations_of(page: BookingPage) -> tuple[int, ...]:
    """The lengths to choose from in minutes, the usual one first."""
    return (page.duration_minutes, *page.other_durations)


def formats_of(page: BookingPage) -> tuple[FormatOption, ...]:
    """The 会議形態 to choose from, the usual one first."""
    others = [FormatOption(one["format"], one["location"]) for one in page.other_formats]
    return (FormatOption(page.format, page.location), *others)


def window_of(page: BookingPage) -> DateRange | None:
    """The fixed dates of the booking window; None for a rolling one."""
    if page.window_first is None or page.window_last is None:
        return None
    return DateRange(page.window_first, page.window_last)


def _out_of_range(wanted: BookingPageInput) -> dict[str, str]:
    values: Mapping[str, Any] = {name: getattr(wanted, name) for name in LIMITS}
    wrong = {
        name: "out_of_range"
        for name, (low, high) in LIMITS.items()
        if values[name] is not None and not low <= values[name] <= high
    }
    low, high = LIMITS["duration_minutes"]
    if len(wanted.other_durations) > MOST_DURATIONS or not all(
        low <= one <= high for one in wanted.other_durations
    ):
        wrong["other_durations"] = "out_of_range"
    return wrong


def _not_a_choice(wanted: BookingPageInput) -> dict[str, str]:
    wrong = {name: "unknown" for name, allowed in CHOICES.items() if getattr(wanted, name) not in allowed}
    if any(option.format not in MeetingFormat.values for option in wanted.other_formats):
        wrong["other_formats"] = "unknown"
    if wanted.holiday_country not in COUNTRIES:
        wrong["holiday_country"] = "unknown"
    return wrong


def _too_long(wanted: BookingPageInput) -> dict[str, str]:
    wrong = {name: "too_long" for name, limit in LENGTHS.items() if len(getattr(wanted, name)) > limit}
    if any(len(option.location) > 300 for option in wanted.other_formats):
        wrong["other_formats"] = "too_long"
    if len(wanted.free_words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in wanted.free_words):
        wrong["free_words"] = "too_long"
    for name in ("guest_reminders", "host_reminders"):
        if problem := problem_of(getattr(wanted, name) or ()):
            wrong[name] = problem
    return wrong


def _misfits(wanted: BookingPageInput) -> dict[str, str]:
    """What is right by itself and wrong together."""
    wrong: dict[str, str] = {}
    if _repeats((wanted.duration_minutes, *wanted.other_durations)):
        wrong["other_durations"] = "twice_the_same"
    if _repeats((wanted.meeting.format, *(option.format for option in wanted.other_formats))):
        wrong["other_formats"] = "twice_the_same"
    if unknown_placeholders(wanted.title_pattern):
        wrong["title_pattern"] = "unknown_placeholder"
    if wanted.max_notice_minutes is not None and wanted.max_notice_minutes <= wanted.min_notice_minutes:
        wrong["max_notice_minutes"] = "before_the_other"
    if any(wanted.hours.weekdays) and not all(map(wanted.hours.meets, wanted.host_hours.values())):
        wrong["host_hours"] = "outside_page_hours"
    if wanted.holiday_rule == HolidayRule.OWN_HOURS and not wanted.holiday_hours:
        wrong["holiday_hours"] = "required"
    return wrong


def _hours(stored: list[int] | None) -> tuple[int, ...] | None:
    return None if stored is None else tuple(stored)


def _stored(hours: tuple[int, ...] | None) -> list[int] | None:
    return None if hours is None else sorted(set(hours), reverse=True)


def _repeats(values: Sequence[object]) -> bool:
    return len(set(values)) != len(values)
