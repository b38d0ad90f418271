"""Why an action did not happen, for a view to say in the reader's words.

ActionError
├── TimeTaken       the time is no longer free; offer the others, keep what was typed
├── Unverifiable    the calendar cannot be read and what we know is too old; try again later
├── Closed          the proposal, page or appointment does not take this any more (``reason``)
├── InvalidInput    a value is wrong: ``fields`` maps field name to a stable error code
│   └── RoomsRefused  rooms of candidates cannot be had, and which
└── ConnectRefused  the provider account cannot be connected (``reason``)
"""

from __future__ import annotations


class ActionError(Exception):
    """An action was refused; nothing was written."""


class TimeTaken(ActionError):
    pass


class Unverifiable(ActionError):
    pass


class Closed(ActionError):
    """``reason`` is one of: withdrawn, expired, confirmed, cancelled, paused, past, not_open,
    unattended (whoever was to attend has left).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidInput(ActionError):
    """``fields`` maps a field name to a code: required, in_the_past, end_before_start, too_many,
    unknown_zone, …
    """

    def __init__(self, **fields: str) -> None:
        super().__init__(", ".join(f"{name}: {code}" for name, code in fields.items()))
        self.fields = fields


class RoomsRefused(InvalidInput):
    """Rooms that cannot be had: ``candidates`` maps a candidate's place in what was wanted to the code."""

    def __init__(self, candidates: dict[int, str]) -> None:
        super().__init__(rooms=next(iter(candidates.values())))
        self.candidates = candidates


class Unconnected(InvalidInput):
    """The calendars of ``names``, without whom a page has nothing to offer, cannot be read."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(hosts="not_connected")
        self.names = names


class ConnectRefused(ActionError):
    """``reason``: cancelled, approval_needed, state_unknown, state_spent, other_member, other_account,
    other_provider, other_address, in_use, let_go_just_now, foreign_account, no_mailbox, scopes_missing,
    provider_away, misconfigured, too_often, rejected; or a ``core.troubles.Trouble`` that stands in the way.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
