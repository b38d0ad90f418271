"""How many meetings an account has made and changed today, where its service allows only so many a day."""

from __future__ import annotations

import time

from chosei.actions.limits import counted, within_limit
from chosei.records.models import Connection

_DAY = 24 * 3600
"""Counted from 00:00 UTC, as Zoom counts."""
_WHAT = "web_meetings"


def used_up(connection: Connection, limit: int) -> float | None:
    """Count one more; None while it is within ``limit`` (0: there is none), else seconds until the next
    day."""
    if not limit or counted(_WHAT, _who(connection), seconds=_DAY) < limit:
        within_limit(_WHAT, _who(connection), limit=limit, seconds=_DAY)
        return None
    return _DAY - time.time() % _DAY


def used_today(connection: Connection) -> int:
    return counted(_WHAT, _who(connection), seconds=_DAY)


def _who(connection: Connection) -> str:
    """The account, not our row: the service counts all who connected it together."""
    return f"{connection.provider}:{connection.account_tenant}:{connection.account_object}"
