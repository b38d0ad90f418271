"""Why a connected account does not work, as far as it can be told, and who can mend it."""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    """What stands in the way. Stored.

    SIGNED_OUT: the permission is refused without a reason we know. CHALLENGED: the service wants the person
    to be checked again, and has said what it wants (claims). IDLE: not used for too long. LAPSED: revoked,
    unused for six months, or given for a week's trial: Google does not say which. APP_REMOVED: the company
    has taken Chosei out, or switched it off, for everybody.
    """

    SIGNED_OUT = "signed_out"
    CHALLENGED = "challenged"
    REVOKED = "revoked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (a word)
    MFA = "mfa"
    CONDITIONAL_ACCESS = "conditional_access"
    SIGN_IN_FREQUENCY = "sign_in_frequency"
    IDLE = "idle"
    LAPSED = "lapsed"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_DELETED = "account_deleted"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    APP_REMOVED = "app_removed"
    NOT_ASSIGNED = "not_assigned"
    NO_MAILBOX = "no_mailbox"
    SECRET_EXPIRED = "secret_expired"  # noqa: S105 (a word)
    SECRET_WRONG = "secret_wrong"  # noqa: S105 (a word)
    REGISTRATION_REFUSED = "registration_refused"


OPERATORS = frozenset({Trouble.SECRET_EXPIRED, Trouble.SECRET_WRONG, Trouble.REGISTRATION_REFUSED})
"""Chosei itself is refused: whoever runs it mends them, for everybody at once."""

ADMINISTRATORS = frozenset(
    {
        Trouble.CONDITIONAL_ACCESS,
        Trouble.ACCOUNT_DISABLED,
        Trouble.ACCOUNT_DELETED,
        Trouble.CONSENT_WITHDRAWN,
        Trouble.APP_REMOVED,
        Trouble.NOT_ASSIGNED,
        Trouble.NO_MAILBOX,
    }
)
"""An administrator of the company mends them, or at least helps."""

NOT_THE_MEMBERS = OPERATORS | {Trouble.ACCOUNT_DISABLED, Trouble.ACCOUNT_DELETED}
"""The member cannot do anything about these: somebody else is written to."""


def may_pass(trouble: str) -> bool:
    """Whether an administrator may mend it without the member's signing in again: worth trying now and
    then."""
    return trouble in ADMINISTRATORS - {Trouble.NO_MAILBOX, Trouble.ACCOUNT_DELETED}
