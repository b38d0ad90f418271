"""ひな形: what a member starts new proposals from."""

from __future__ import annotations

from dataclasses import dataclass

from chosei.actions.checks import check_meeting
from chosei.actions.errors import InvalidInput, RoomsRefused
from chosei.actions.inputs import MeetingInput, RoomWish
from chosei.actions.room_wishes import wished_rooms
from chosei.records.models import Member, ProposalTemplate

MAX_TEMPLATES = 50


@dataclass(frozen=True, slots=True)
class TemplateInput:
    """``minutes``: a candidate's usual length; ``deadline_days`` after the day a proposal is sent.

    ``room``: what every candidate usually wishes for; ``room_min_capacity``: people that it has to hold.
    """

    name: str
    meeting: MeetingInput
    host_ids: tuple[int, ...]
    minutes: int
    deadline_days: int
    write_holds: bool
    room: RoomWish | None = None
    room_min_capacity: int = 0


def save_template(owner: Member, wanted: TemplateInput) -> ProposalTemplate:
    """Keep it under its name, in place of an earlier one of that name. Raises InvalidInput."""
    name = wanted.name.strip()
    if not name:
        raise InvalidInput(name="required")
    if len(name) > 120:
        raise InvalidInput(name="too_long")
    check_meeting(wanted.meeting)
    try:
        wished = wished_rooms(owner, [wanted.room], wanted.room_min_capacity)[0]
    except RoomsRefused as refused:
        raise InvalidInput(**refused.fields) from refused
    others = ProposalTemplate.objects.filter(owner=owner).exclude(name=name)
    if others.count() >= MAX_TEMPLATES:
        raise InvalidInput(name="too_many_templates")
    meeting = wanted.meeting
    template, _ = ProposalTemplate.objects.update_or_create(
        owner=owner,
        name=name,
        defaults={
            "title": meeting.title,
            "format": meeting.format,
            "web_meeting": meeting.web_meeting,
            "web_service": meeting.web_service,
            "location": meeting.location,
            "guidance": meeting.guidance,
            "contact": meeting.contact,
            "internal_notes": meeting.internal_notes,
            "reception_code": meeting.with_code,
            "zone": meeting.zone,
            "host_ids": list(wanted.host_ids),
            "minutes": wanted.minutes,
            "deadline_days": wanted.deadline_days,
            "write_holds": wanted.write_holds,
            "room": wished.rooms[0] if wished and wished.source is None else None,
            "room_list": wished.source if wished else None,
            "room_min_capacity": wanted.room_min_capacity,
        },
    )
    return template


def remove_template(template: ProposalTemplate) -> None:
    template.delete()
