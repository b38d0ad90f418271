"""What an administrator sets for the whole organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.reminding import plan_anew, plan_deadlines_anew
from chosei.core.reminders import MAX_HOURS, problem_of
from chosei.records.locks import lock_organization
from chosei.records.models import Member


@dataclass(frozen=True, slots=True)
class GuestSettings:
    """What customers may do, and when who is reminded. Hours count before the meeting or the deadline."""

    may_change: bool
    may_cancel: bool
    until_hours: int
    guest_reminders: tuple[int, ...]
    host_reminders: tuple[int, ...]
    deadline_reminders: tuple[int, ...]


def change_guest_settings(member: Member, wanted: GuestSettings, *, now: datetime) -> None:
    """Raises InvalidInput, Closed (not_administrator)."""
    if not member.is_administrator:
        raise Closed("not_administrator")
    if not 0 <= wanted.until_hours <= MAX_HOURS:
        raise InvalidInput(until_hours="out_of_range")
    reminders = {
        "guest_reminders": wanted.guest_reminders,
        "host_reminders": wanted.host_reminders,
        "deadline_reminders": wanted.deadline_reminders,
    }
    for field, hours in reminders.items():
        if problem := problem_of(hours):
            raise InvalidInput(**{field: problem})
    # Appointments and proposals apart: nobody else takes the rows of both without their people.
    with transaction.atomic():
        organization = lock_organization(member.organization_id)
        before = (organization.guest_reminder_hours, organization.host_reminder_hours)
        organization.guest_may_change = wanted.may_change
        organization.guest_may_cancel = wanted.may_cancel
        organization.guest_until_hours = wanted.until_hours
        organization.guest_reminder_hours = _descending(wanted.guest_reminders)
        organization.host_reminder_hours = _descending(wanted.host_reminders)
        organization.save()
        if (organization.guest_reminder_hours, organization.host_reminder_hours) != before:
            plan_anew(organization, now=now)
    with transaction.atomic():
        organization = lock_organization(member.organization_id)
        deadlines = _descending(wanted.deadline_reminders)
        if deadlines != organization.deadline_reminder_hours:
            organization.deadline_reminder_hours = deadlines
            organization.save(update_fields=["deadline_reminder_hours"])
            plan_deadlines_anew(organization, now=now)


def _descending(hours: Sequence[int]) -> list[int]:
    return sorted(set(hours), reverse=True)
