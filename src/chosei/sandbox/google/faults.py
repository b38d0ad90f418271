"""The fault switch of the Google side: what can go wrong."""

from __future__ import annotations

from enum import StrEnum

from chosei.sandbox import switchboard
from chosei.sandbox.database import Database
from chosei.sandbox.switchboard import EVERYBODY, Switchboard

__all__ = ["EVERYBODY", "Fault", "FaultKind", "Faults"]


class FaultKind(StrEnum):
    """What can go wrong. `seconds` is the delay (slow, meet_pending, meet_failure) or Retry-After (quota,
    unavailable; 0: none is told)."""

    SLOW = "slow"
    USER_RATE = "user_rate"
    PROJECT_RATE = "project_rate"
    QUOTA = "quota"
    UNAVAILABLE = "unavailable"
    LOST_REPLY = "lost_reply"
    TORN = "torn"
    REVOKED = "revoked"
    REAUTH = "reauth"
    ACCOUNT_DELETED = "account_deleted"
    API_DISABLED = "api_disabled"
    FREE_BUSY = "free_busy"
    MEET_PENDING = "meet_pending"
    MEET_FAILURE = "meet_failure"
    CHANNEL_STOPS = "channel_stops"


Fault = switchboard.Fault[FaultKind]


class Faults(Switchboard[FaultKind]):
    """The faults switched on; they survive a restart."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "google_switches", FaultKind)

    def take(self, kind: FaultKind, account: str) -> Fault | None:
        """The first fault of this kind for the account, counted down."""
        return next(iter(self.hits(account, (kind,))), None)
