"""Who attends what is booked on a page: possible hosts, whose turn it is, and the choice, under the locks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from chosei.actions.errors import TimeTaken, Unverifiable
from chosei.actions.people import Attending
from chosei.actions.rules import STANDING, groups_of
from chosei.core.attendance import AllOf, Host, Requirement
from chosei.core.availability import Unknown
from chosei.core.hostchoice import FAIR_OVER, Participation, Pick, Turn, ranked
from chosei.core.intervals import Interval
from chosei.core.slots import SlotRules, is_free
from chosei.records.models import BookingPage, Promise


@dataclass(frozen=True, slots=True)
class Possible:
    """Somebody who may host: their group, their time as it is known, and whether that was read just now."""

    host: Attending
    group: int
    leaf: Host
    read: bool

    @property
    def who(self) -> int:
        return self.host.member.pk


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who attends. ``turn`` and ``free`` (how many could have) explain a choice among several."""

    possible: Possible
    turn: Turn | None = None
    free: int = 1


class ReadMore(Exception):
    """Whose turn it is cannot be said before these hosts' calendars have been read."""

    def __init__(self, who: Sequence[int]) -> None:
        super().__init__(f"{len(who)} calendars to read")
        self.who = who


_AT_ONCE = 4
"""How many of a group are read together: mostly the first is free, and the next should cost no other wait."""


def turns(page: BookingPage, *, now: datetime) -> dict[int, Turn]:
    """What each host had of this page lately."""
    rows = Promise.objects.filter(
        appointment__booking_page=page,
        appointment__state__in=STANDING,
        appointment__confirmed_at__gt=now - FAIR_OVER,
        host__isnull=False,
    )
    counted = rows.order_by().values_list("host").annotate(Count("pk"), Max("appointment__confirmed_at"))
    return {who: Turn(who, count, last) for who, count, last in counted}


def choose(
    page: BookingPage,
    possible: Sequence[Possible],
    rules: SlotRules,
    time: Interval,
    *,
    seed: str,
    had: Mapping[int, Turn],
) -> list[Chosen]:
    """Who attends at ``time``, as the page's rule says. Raises ReadMore, Unverifiable, TimeTaken."""
    if page.participation == Participation.ALL:
        return _everybody(possible)
    chosen: list[Chosen] = []
    for group in groups_of(page):
        members = {one.who: one for one in possible if one.group == group}
        order = ranked(Pick(page.pick), [had.get(who, Turn(who)) for who in members], seed)
        chosen.append(_first_free(members, order, rules, time))
    return chosen


def needed(chosen: Sequence[Chosen]) -> Requirement:
    return AllOf(tuple(one.possible.leaf for one in chosen))


def _everybody(possible: Sequence[Possible]) -> list[Chosen]:
    unread = [one.who for one in possible if not one.read]
    if unread:
        raise ReadMore(unread)
    if not possible or any(_is_unknown(one) for one in possible):
        raise Unverifiable
    return [Chosen(one) for one in possible]


def _first_free(
    members: Mapping[int, Possible], order: Sequence[Turn], rules: SlotRules, time: Interval
) -> Chosen:
    """Nobody is passed over on the word of a mirror that cannot be relied on, nor taken on any mirror's."""
    hopeful = [turn for turn in order if _may_be_free(members[turn.who], rules, time)]
    for turn in hopeful:
        one = members[turn.who]
        if not one.read:
            raise ReadMore([other.who for other in hopeful if not members[other.who].read][:_AT_ONCE])
        if not _is_unknown(one):
            known = [other for other in hopeful if not _is_unknown(members[other.who])]
            return Chosen(one, turn, len(known))
    # Whoever is left was read and did not answer.
    raise Unverifiable if hopeful or not members else TimeTaken


def _is_unknown(one: Possible) -> bool:
    return isinstance(one.leaf.availability, Unknown)


def _may_be_free(one: Possible, rules: SlotRules, time: Interval) -> bool:
    return _is_unknown(one) or is_free(rules, one.leaf, time)
