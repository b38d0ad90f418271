"""担当者: found by typing, in order. Works by buttons of the form alone; htmx only saves the whole page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q
from django.http import QueryDict

from chosei.actions.people import Attending, attending
from chosei.actions.proposals import MAX_HOSTS
from chosei.actions.web_meetings import Tool, tools_of
from chosei.records import gates
from chosei.records.models import Member

SHOWN = 8
BUTTONS = ("host_find", "host_add", "host_remove", "host_earlier")


@dataclass
class HostPicker:
    """Who attends, and whom the search found. ``error`` stands beside the field."""

    author: Member
    members: list[Member]
    query: str = ""
    searched: bool = False
    error: str = ""
    found: list[Member] = field(default_factory=list)
    more: bool = False
    most: int = MAX_HOSTS

    @classmethod
    def of(cls, author: Member, ids: Iterable[int], most: int = MAX_HOSTS) -> HostPicker:
        """Those of a proposal, a template or a booking page who are still there."""
        return cls(author, members_by_id(author, [str(pk) for pk in ids]), most=most)

    @classmethod
    def typed(cls, data: QueryDict, author: Member, most: int = MAX_HOSTS) -> HostPicker:
        """What came with the form, after the button that was pressed."""
        members = _pressed(data, members_by_id(author, data.getlist("hosts")), author, most)
        query = data.get("host_query", "").replace("\x00", "").strip()[:100]
        added = "host_add" in data
        picker = cls(author, members, "" if added else query, most=most)
        if not added and (query or "host_find" in data):
            picker._search()
        return picker

    @cached_property
    def hosts(self) -> list[Attending]:
        """Each with the account their calendar is reached by, if any."""
        return attending(self.members)

    @property
    def linked(self) -> bool:
        """Whether holds will stand in anybody's calendar."""
        return any(host.connection is not None for host in self.hosts)

    @property
    def can_link(self) -> bool:
        """Whether one of them can issue the web meeting's URL."""
        return bool(self.tools)

    @cached_property
    def tools(self) -> list[Tool]:
        """The web conferences to choose from, by what they have connected."""
        return tools_of(self.hosts)

    @property
    def unlinked(self) -> list[Member]:
        """Those whose calendars Chosei can neither read nor write."""
        return [host.member for host in self.hosts if host.connection is None]

    @property
    def colleagues(self) -> list[Member]:
        return [member for member in self.members if member != self.author]

    @property
    def for_others(self) -> bool:
        """代理: the author arranges it, and does not attend."""
        return bool(self.members) and self.author not in self.members

    @property
    def full(self) -> bool:
        return len(self.members) >= self.most

    def _search(self) -> None:
        rows = gates.colleagues_of(self.author).exclude(pk__in=[member.pk for member in self.members])
        for word in self.query.split():
            rows = rows.filter(Q(name__icontains=word) | Q(email__icontains=word))
        found = list(rows[: SHOWN + 1])
        self.searched, self.found, self.more = True, found[:SHOWN], len(found) > SHOWN


def members_by_id(viewer: Member, given: Iterable[str]) -> list[Member]:
    """Active colleagues by their numbers, each once, in the order given; whoever is none is left out."""
    wanted = [int(one) for one in given if one.isascii() and one.isdecimal() and len(one) < 19]
    found = gates.colleagues_of(viewer).in_bulk(wanted)
    return [found[pk] for pk in dict.fromkeys(wanted) if pk in found]


def _pressed(data: QueryDict, members: Sequence[Member], author: Member, most: int) -> list[Member]:
    chosen = list(members)
    for member in members_by_id(author, [data.get("host_add", "")]):
        if member not in chosen and len(chosen) < most:
            chosen.append(member)
    for member in members_by_id(author, [data.get("host_remove", "")]):
        chosen = [one for one in chosen if one != member]
    for member in members_by_id(author, [data.get("host_earlier", "")]):
        if member in chosen[1:]:
            place = chosen.index(member)
            chosen[place - 1], chosen[place] = chosen[place], chosen[place - 1]
    return chosen
