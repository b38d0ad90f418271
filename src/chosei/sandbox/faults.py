"""The fault switch of Microsoft 365, and of what is looked at with it: what can go wrong, and when it is
over."""

from __future__ import annotations

from enum import StrEnum

from chosei.sandbox import switchboard
from chosei.sandbox.database import Database
from chosei.sandbox.switchboard import EVERYBODY, Switchboard

__all__ = ["EVERYBODY", "PASSING", "Fault", "FaultKind", "Faults"]


class FaultKind(StrEnum):
    """What can go wrong. From CHALLENGE on: what stands between an account and the application, at the token
    endpoint only (CHALLENGE at Graph as well, NO_MAILBOX at Graph only), until a sign-in or somebody else
    settles it. LATE_LINK is met by a new online meeting alone.
    """

    SLOW = "slow"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    LOST_REPLY = "lost_reply"
    REVOKED = "revoked"
    TORN = "torn"
    CHALLENGE = "challenge"
    MFA = "mfa"
    CONDITIONAL_ACCESS = "conditional_access"
    SIGN_IN_FREQUENCY = "sign_in_frequency"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word
    IDLE = "idle"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_DELETED = "account_deleted"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    APP_REMOVED = "app_removed"
    NOT_ASSIGNED = "not_assigned"
    SECRET_EXPIRED = "secret_expired"  # noqa: S105 - a word
    SECRET_WRONG = "secret_wrong"  # noqa: S105 - a word
    NO_MAILBOX = "no_mailbox"
    LATE_LINK = "late_link"


PASSING = (
    FaultKind.SLOW,
    FaultKind.THROTTLED,
    FaultKind.UNAVAILABLE,
    FaultKind.LOST_REPLY,
    FaultKind.REVOKED,
    FaultKind.TORN,
)
"""Those that hit every request alike."""
SETTLED_BY_CLAIMS = (FaultKind.CHALLENGE, FaultKind.MFA, FaultKind.CONDITIONAL_ACCESS)
"""Over once the person has signed in anew with the claims that were asked for."""
SETTLED_BY_SIGN_IN = (
    FaultKind.SIGN_IN_FREQUENCY,
    FaultKind.PASSWORD_CHANGED,
    FaultKind.IDLE,
    FaultKind.CONSENT_WITHDRAWN,
    FaultKind.APP_REMOVED,
)
"""Over once the person has come back from a sign-in."""


Fault = switchboard.Fault[FaultKind]
"""`seconds` is the delay (slow), Retry-After (throttled, unavailable) or until the link is there (late)."""


class Faults(Switchboard[FaultKind]):
    """The faults switched on; they survive a restart."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "faults", FaultKind)

    def add(
        self, kind: FaultKind, mailbox: str = EVERYBODY, *, seconds: float = 5, count: int | None = None
    ) -> Fault:
        """As ``Switchboard.add``; who says nothing of seconds means five."""
        return super().add(kind, mailbox, seconds=seconds, count=count)

    def standing(self, mailbox: str | None, *kinds: FaultKind) -> FaultKind | None:
        """The first of these that is on for the account, not counted down: it is a state."""
        known = [fault.kind for fault in self.active() if fault.means(mailbox)]
        return next((kind for kind in kinds if kind in known), None)

    def settle(self, mailbox: str, kinds: tuple[FaultKind, ...]) -> None:
        """These are over for this account."""
        for fault in self.active():
            if fault.kind in kinds and fault.mailbox.casefold() == mailbox.casefold():
                self.remove(fault.id)

    def take(self, mailbox: str | None, *kinds: FaultKind) -> list[Fault]:
        """The passing faults that hit a request to `mailbox`, see ``Switchboard.hits``."""
        return self.hits(mailbox, kinds or PASSING)
