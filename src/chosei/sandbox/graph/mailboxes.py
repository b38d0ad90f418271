"""Whose calendar a call means, and whether the caller may reach it."""

from __future__ import annotations

from dataclasses import dataclass

from chosei.sandbox.directory import Directory, Room, User


@dataclass(frozen=True)
class Mailbox:
    """A calendar's owner: a person or a room. `key` is the object id that names the mailbox."""

    key: str
    tid: str
    address: str
    name: str
    teams: bool
    room: Room | None = None


def of_user(user: User) -> Mailbox:
    """The mailbox of an account that has one."""
    return Mailbox(user.oid, user.tid, user.address, user.display_name, user.teams_licence)


def of_room(room: Room) -> Mailbox:
    """The mailbox of a room."""
    return Mailbox(room.id, room.tid, room.address, room.name, False, room)


def find(directory: Directory, address: str, tid: str) -> Mailbox | None:
    """The mailbox within a tenant that an address or object id names; None outside it or without licence."""
    room = directory.room(address, tid)
    if room:
        return of_room(room)
    user = directory.user(address, tid)
    return of_user(user) if user and user.mailbox else None
