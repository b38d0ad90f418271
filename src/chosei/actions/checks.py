"""Checks that hold whichever door a value came through."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from chosei.actions.errors import InvalidInput
from chosei.actions.inputs import CompanionInput, GuestInput, MeetingInput
from chosei.core.companions import MAX_COMPANIONS
from chosei.core.walltime import zone_of
from chosei.ports.providers import PROVIDERS
from chosei.records.models import MeetingFormat, Member


def check_meeting(meeting: MeetingInput) -> None:
    """Raises InvalidInput."""
    _check_length(
        title=(meeting.title, 200), location=(meeting.location, 300), contact=(meeting.contact, 300)
    )
    _check_length(guidance=(meeting.guidance, 4000), internal_notes=(meeting.internal_notes, 4000))
    if meeting.format not in MeetingFormat.values:
        raise InvalidInput(format="unknown")
    if meeting.web_service and meeting.web_service not in PROVIDERS:
        raise InvalidInput(web_service="unknown")
    check_zone(meeting.zone, "zone")


def check_guest(guest: GuestInput) -> None:
    """Raises InvalidInput."""
    if not guest.name.strip():
        raise InvalidInput(name="required")
    _check_length(name=(guest.name, 120), company=(guest.company, 200), message=(guest.message, 4000))
    check_email(guest.email, "email")
    if guest.zone:
        check_zone(guest.zone, "zone")
    check_companions(guest.companions)


def check_companions(companions: Sequence[CompanionInput]) -> None:
    """Raises InvalidInput(companions)."""
    if len(companions) > MAX_COMPANIONS:
        raise InvalidInput(companions="too_many")
    for one in companions:
        if not one.name.strip():
            raise InvalidInput(companions="required")
        _check_length(companions=(one.name, 120))
        if one.email:
            check_email(one.email, "companions")


def check_email(address: str, field: str) -> None:
    """Raises InvalidInput(field)."""
    try:
        validate_email(address)
    except ValidationError as wrong:
        raise InvalidInput(**{field: "not_an_address" if address else "required"}) from wrong
    if len(address) > 254:
        raise InvalidInput(**{field: "too_long"})


def check_zone(zone: str, field: str) -> None:
    """Raises InvalidInput(field)."""
    try:
        zone_of(zone)
    except ValueError as wrong:
        raise InvalidInput(**{field: "unknown_zone"}) from wrong


def check_hosts(member: Member, host_ids: Sequence[int]) -> list[Member]:
    """The hosts in the order given: active members of the same organisation. Raises InvalidInput(hosts)."""
    if not host_ids:
        raise InvalidInput(hosts="no_host")
    if len(set(host_ids)) != len(host_ids):
        raise InvalidInput(hosts="twice_the_same")
    found = Member.objects.filter(organization_id=member.organization_id, is_active=True).in_bulk(
        list(host_ids)
    )
    if len(found) != len(host_ids):
        raise InvalidInput(hosts="unknown")
    return [found[host_id] for host_id in host_ids]


def _check_length(**texts: tuple[str, int]) -> None:
    for field, (text, limit) in texts.items():
        if len(text) > limit:
            raise InvalidInput(**{field: "too_long"})
