"""The company's meeting rooms and room lists (会議室設定), by hand and from the provider's directory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from chosei.actions.checks import check_email
from chosei.actions.errors import Closed, InvalidInput
from chosei.core.text import one_line
from chosei.jobs import queue
from chosei.ports.directory import DirectoryRoom, DirectoryRoomList
from chosei.records.locks import for_change
from chosei.records.models import (
    Connection,
    Member,
    Organization,
    Room,
    RoomDirectory,
    RoomList,
    RoomListRoom,
)

MOST_SEATS = 10_000
_LIMITS = {"name": 120, "building": 120, "floor": 40}


@dataclass(frozen=True, slots=True)
class RoomInput:
    """A room as an administrator enters it. ``address`` empty: a room without a mailbox."""

    name: str
    address: str = ""
    building: str = ""
    floor: str = ""
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class RoomListInput:
    """A list made by hand; ``room_ids`` in order."""

    name: str
    room_ids: tuple[int, ...]


def ask_directory(administrator: Member, provider: str, *, now: datetime) -> RoomDirectory:
    """Have the rooms read from the provider's directory now, and daily from now on. Raises Closed."""
    _insist(administrator)
    with transaction.atomic():
        row, _ = RoomDirectory.objects.get_or_create(
            organization_id=administrator.organization_id, provider=provider
        )
        row.asked_at, row.problem = now, ""
        own = Connection.objects.filter(member=administrator, provider=provider, state="active").first()
        row.reader = row.reader or own
        row.save(update_fields=["asked_at", "problem", "reader"])
        queue.enqueue(queue.FETCH_ROOMS, str(row.pk))
    return row


def add_room(administrator: Member, wanted: RoomInput) -> Room:
    """A room by hand. Raises InvalidInput, Closed."""
    _insist(administrator)
    return _saved(Room(organization_id=administrator.organization_id), wanted)


def change_room(administrator: Member, room: Room, wanted: RoomInput) -> Room:
    """Raises InvalidInput, Closed. What the directory says of its own rooms replaces it at the next reading.

    The address of a room from the directory stays: it is the room.
    """
    _insist(administrator)
    if room.provider and wanted.address.lower() != room.address.lower():
        raise InvalidInput(address="of_directory")
    return _saved(room, wanted)


def put_away_room(administrator: Member, room: Room) -> None:
    """Offer it no more; what is booked stands, and the directory does not bring it back. Raises Closed."""
    _insist(administrator)
    Room.objects.filter(pk=room.pk).update(in_use=False)


def use_room_again(administrator: Member, room: Room) -> None:
    """Raises Closed."""
    _insist(administrator)
    Room.objects.filter(pk=room.pk).update(in_use=True)


def save_room_list(administrator: Member, wanted: RoomListInput, found: RoomList | None = None) -> RoomList:
    """Make a list by hand, or change one. Raises InvalidInput; Closed("of_directory") for the directory's."""
    _insist(administrator)
    if found is not None and found.provider:
        raise Closed("of_directory")
    name = one_line(wanted.name)
    if not name:
        raise InvalidInput(name="required")
    if len(name) > _LIMITS["name"]:
        raise InvalidInput(name="too_long")
    rooms = Room.objects.filter(organization_id=administrator.organization_id).in_bulk(list(wanted.room_ids))
    if not wanted.room_ids:
        raise InvalidInput(rooms="required")
    if len(rooms) != len(wanted.room_ids):
        raise InvalidInput(rooms="unknown")
    with transaction.atomic():
        row = found or RoomList(organization_id=administrator.organization_id)
        row.name = name
        row.save()
        _fill_list(row, [rooms[pk] for pk in wanted.room_ids])
    return row


def remove_room_list(administrator: Member, found: RoomList) -> None:
    """The rooms stay; candidates that would have taken any of them keep the one they have. Raises Closed."""
    _insist(administrator)
    if found.provider and found.vanished_at is None:
        raise Closed("of_directory")
    found.delete()


def keep_directory(
    directory: RoomDirectory,
    reader: Connection,
    rooms: Sequence[DirectoryRoom],
    lists: Sequence[DirectoryRoomList],
    *,
    now: datetime,
) -> None:
    """Bring our rooms in line with what the reader's company lists: new ones come, vanished ones are marked.

    Capacity, building and floor that the directory leaves empty stay as they were entered here.
    """
    tenant = reader.account_tenant
    with transaction.atomic():
        rows = for_change(RoomDirectory.objects).select_related("organization")
        locked = rows.get(pk=directory.pk)
        organization = locked.organization
        known = _by_address(organization)
        for found in rooms:
            _keep_room(known, organization, reader, found)
        ours = Room.objects.filter(organization=organization, provider=reader.provider, tenant_id=tenant)
        listed = [found.address.lower() for found in rooms]
        gone = ours.annotate(key=Lower("address")).exclude(key__in=listed)
        gone.filter(vanished_at__isnull=True).update(vanished_at=now)
        _keep_lists(organization, reader, lists, now)
        locked.reader, locked.fetched_at, locked.tried_at = reader, now, now
        locked.found, locked.problem = len(rooms), ""
        locked.save()


def _by_address(organization: Organization) -> dict[str, Room]:
    rows = Room.objects.filter(organization=organization).exclude(address="")
    return {room.address.lower(): room for room in rows}


def _keep_room(
    known: dict[str, Room], organization: Organization, reader: Connection, found: DirectoryRoom
) -> None:
    room = known.get(found.address.lower()) or Room(organization=organization, address=found.address[:254])
    room.provider, room.tenant_id = reader.provider, reader.account_tenant
    room.name = one_line(found.name)[: _LIMITS["name"]] or room.address
    room.building = one_line(found.building)[: _LIMITS["building"]] or room.building
    room.floor = one_line(found.floor)[: _LIMITS["floor"]] or room.floor
    room.capacity = min(found.capacity, MOST_SEATS) if found.capacity else room.capacity
    room.equipment = [one_line(one)[:80] for one in found.equipment][:30]
    room.bookable, room.vanished_at = found.bookable, None
    room.save()


def _keep_lists(
    organization: Organization, reader: Connection, lists: Sequence[DirectoryRoomList], now: datetime
) -> None:
    known = _by_address(organization)
    rows = RoomList.objects.filter(
        organization=organization, provider=reader.provider, tenant_id=reader.account_tenant
    )
    ours = {row.address.lower(): row for row in rows}
    for found in lists:
        row = ours.pop(found.address.lower(), None) or RoomList(
            organization=organization,
            address=found.address[:254],
            provider=reader.provider,
            tenant_id=reader.account_tenant,
        )
        row.name, row.vanished_at = one_line(found.name)[: _LIMITS["name"]], None
        row.save()
        _fill_list(row, [known[one.lower()] for one in found.rooms if one.lower() in known])
    RoomList.objects.filter(pk__in=[row.pk for row in ours.values()], vanished_at__isnull=True).update(
        vanished_at=now
    )


def _fill_list(row: RoomList, rooms: Sequence[Room]) -> None:
    row.places.all().delete()
    RoomListRoom.objects.bulk_create(
        RoomListRoom(list=row, room=room, position=position) for position, room in enumerate(rooms)
    )


def _saved(room: Room, wanted: RoomInput) -> Room:
    values = {field: one_line(getattr(wanted, field)) for field in _LIMITS}
    if not values["name"]:
        raise InvalidInput(name="required")
    for field, limit in _LIMITS.items():
        if len(values[field]) > limit:
            raise InvalidInput(**{field: "too_long"})
    if wanted.address:
        check_email(wanted.address, "address")
    if wanted.capacity is not None and not 1 <= wanted.capacity <= MOST_SEATS:
        raise InvalidInput(capacity="out_of_range")
    for field, value in values.items():
        setattr(room, field, value)
    if wanted.address.lower() != room.address.lower():
        room.mirror_read_at = None  # another mailbox: what we know is of the old one
    room.address, room.capacity = wanted.address, wanted.capacity
    try:
        with transaction.atomic():
            room.save()
    except IntegrityError as twice:
        raise InvalidInput(address="room_taken") from twice
    return room


def _insist(administrator: Member) -> None:
    if not administrator.is_administrator:
        raise Closed("not_administrator")
