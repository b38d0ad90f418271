"""A member's own settings."""

from __future__ import annotations

from chosei.actions.checks import check_zone
from chosei.actions.errors import InvalidInput
from chosei.core.hours import WeeklyHours
from chosei.core.language import Language
from chosei.records.models import Member


def change_profile(member: Member, *, language: str, zone: str, ask_before_moving: bool = False) -> None:
    """The language Chosei speaks to the member, the IANA zone of their pages, and whether an event moved in
    Outlook waits for their word. Raises InvalidInput.
    """
    if language not in set(Language):
        raise InvalidInput(language="unknown")
    check_zone(zone, "zone")
    member.language, member.zone = language, zone
    member.ask_before_moving = ask_before_moving
    member.save(update_fields=["language", "zone", "ask_before_moving"])


def change_working_hours(member: Member, hours: WeeklyHours) -> None:
    """When the member is at work: shaded around on the composing page, and the finder's bounds."""
    member.working_hours = hours.to_json()
    member.save(update_fields=["working_hours"])
