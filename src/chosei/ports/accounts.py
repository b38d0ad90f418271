"""An account as an adapter is given it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from chosei.ports.errors import NeedsReconnect


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """An account, and what its adapter needs from us.

    ``zone`` (IANA) is where its owner's days begin. ``token(True, claims)`` asks for a fresh access token;
    ``refused`` is told when that was turned away too. ``places(n)`` holds n of the mailbox's four places;
    ``pause`` keeps everybody out of it for so many seconds, as it asked. All calls together may take
    ``within`` seconds.
    """

    tenant_id: str
    object_id: str
    zone: str
    token: Callable[[bool, str], str]
    refused: Callable[[NeedsReconnect], None]
    places: Callable[[int], AbstractContextManager[None]]
    pause: Callable[[float], None]
    within: float | None = None
