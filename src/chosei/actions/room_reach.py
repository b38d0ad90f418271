"""Whose a room is: which accounts can invite it, and which can ask when it is free."""

from __future__ import annotations

from chosei.core.providers import ConnectionKind
from chosei.ports.providers import PROVIDERS, about, may_have_room
from chosei.records.models import Connection, Room


def can_invite(connection: Connection, room: Room) -> bool:
    """Whether the account's events can book the room: a directory's room takes its own company's alone. Of
    one entered by hand the address tells, as far as it does."""
    if not room.provider:
        return not room.address or may_have_room(connection.provider, room.address)
    return room.provider == connection.provider and room.tenant_id in ("", connection.account_tenant)


def providers_of(room: Room) -> tuple[str, ...]:
    """The providers whose accounts may know the room."""
    if room.provider:
        return (room.provider,)
    calendars = [key for key in PROVIDERS if about(key).kind is ConnectionKind.CALENDAR]
    return tuple(key for key in calendars if may_have_room(key, room.address))
