"""A member's own settings."""

from __future__ import annotations

from chosei.actions.checks import check_zone
from chosei.actions.errors import InvalidInput
from chosei.core.hours import WeeklyHours
from chosei.core.language import Language
from chosei.records.models import Member


def change_profile(member: Member, *, language: str, zone: str) -> None:
    """The language Chosei speaks to the member, and the IANA zone of their pages. Raises InvalidInput."""
    if language not in set(Language):
        raise InvalidInput(language="unknown")
    check_zone(zone, "zone")
    member.language, member.zone = language, zone
    member.save(update_fields=["language", "zone"])


def change_working_hours(member: Member, hours: WeeklyHours) -> None:
    """When the member is at work: shaded around on the composing page, and the finder's bounds."""
    member.working_hours = hours.to_json()
    member.save(update_fields=["working_hours"])
