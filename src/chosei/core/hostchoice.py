"""Who of several possible hosts attends (参加ルール), and why. Pure: the same facts give the same choice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

FAIR_OVER = timedelta(days=30)
"""How far back bookings count when they are spread evenly: what was long ago is settled."""

_NEVER = datetime.min.replace(tzinfo=UTC)


class Participation(StrEnum):
    """全員が参加 / 誰か1人が参加 / 2つのグループから1人ずつ. Stored."""

    ALL = "all"
    ANY = "any"
    ONE_OF_EACH = "one_of_each"


class Pick(StrEnum):
    """優先度順 / ランダム / 均等に. Stored."""

    PRIORITY = "priority"
    RANDOM = "random"
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class Turn:
    """A possible host. ``count``: their bookings of this page in the last ``FAIR_OVER`` that still stand;
    ``last``: when the latest of them was made.
    """

    who: int
    count: int = 0
    last: datetime | None = None


def ranked(pick: Pick, possible: Sequence[Turn], seed: str) -> list[Turn]:
    """Everybody possible, whose turn it is first. ``possible`` in order of priority.

    Even: who has fewest, then who has waited longest, then by priority. Random: every booking has its own
    ``seed``; where one host stands in the draw does not depend on who else is free.
    """
    match pick:
        case Pick.PRIORITY:
            return list(possible)
        case Pick.EVEN:
            return sorted(possible, key=lambda turn: (turn.count, turn.last or _NEVER))
        case Pick.RANDOM:
            return sorted(possible, key=lambda turn: _lot(seed, turn.who))


def _lot(seed: str, who: int) -> bytes:
    return hashlib.sha256(f"{seed}:{who}".encode()).digest()
