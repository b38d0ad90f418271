"""The gates of what only an organisation's administrators see. Everybody else's are ``gates``."""

from __future__ import annotations

from django.db.models import QuerySet

from chosei.records.gates import NotThere, one_of
from chosei.records.models import (
    ChatDestination,
    Connection,
    FrontDesk,
    Member,
    Organization,
    Room,
    RoomDirectory,
    RoomList,
    Visit,
)


def organization_for_administrator(administrator: Member) -> Organization:
    _insist_on_administrator(administrator)
    return administrator.organization


def members_of(administrator: Member) -> QuerySet[Member]:
    """Everybody of the organisation, inactive ones included."""
    _insist_on_administrator(administrator)
    return Member.objects.filter(organization_id=administrator.organization_id)


def member_for_administrator(administrator: Member, pk: int) -> Member:
    return one_of(members_of(administrator), pk=pk)


def connection_for_administrator(administrator: Member, pk: int) -> Connection:
    """Any connection of the organisation: to judge its health, never to act through it."""
    _insist_on_administrator(administrator)
    rows = Connection.objects.filter(member__organization_id=administrator.organization_id)
    return one_of(rows.select_related("member"), pk=pk)


def front_desks_of(administrator: Member) -> QuerySet[FrontDesk]:
    """The organisation's tablets, those let go included."""
    _insist_on_administrator(administrator)
    return FrontDesk.objects.filter(organization_id=administrator.organization_id)


def front_desk_for_administrator(administrator: Member, pk: int) -> FrontDesk:
    return one_of(front_desks_of(administrator), pk=pk)


def visits_of(administrator: Member) -> QuerySet[Visit]:
    """Who came and left (来訪記録)."""
    _insist_on_administrator(administrator)
    return Visit.objects.filter(organization_id=administrator.organization_id)


def chats_of(administrator: Member) -> QuerySet[ChatDestination]:
    """Where the organisation's notices go, those removed left out."""
    _insist_on_administrator(administrator)
    return ChatDestination.objects.filter(organization_id=administrator.organization_id, removed=False)


def chat_for_administrator(administrator: Member, pk: int) -> ChatDestination:
    return one_of(chats_of(administrator), pk=pk)


def rooms_for_administrator(administrator: Member) -> QuerySet[Room]:
    """Every room, those put away or vanished included."""
    _insist_on_administrator(administrator)
    rows = Room.objects.filter(organization_id=administrator.organization_id)
    return rows.order_by("building", "floor", "name", "id")


def room_for_administrator(administrator: Member, pk: int) -> Room:
    return one_of(rooms_for_administrator(administrator), pk=pk)


def room_list_for_administrator(administrator: Member, pk: int) -> RoomList:
    _insist_on_administrator(administrator)
    return one_of(RoomList.objects.filter(organization_id=administrator.organization_id), pk=pk)


def room_directory_for_administrator(administrator: Member, provider: str) -> RoomDirectory | None:
    """Where the rooms of the provider's directory stand; None while nobody has asked for them."""
    _insist_on_administrator(administrator)
    rows = RoomDirectory.objects.filter(organization_id=administrator.organization_id)
    return rows.filter(provider=provider).first()


def _insist_on_administrator(member: Member) -> None:
    if not member.is_administrator:
        raise NotThere
