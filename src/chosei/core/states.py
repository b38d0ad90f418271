"""The life of each thing, as tables. What a table does not list is impossible.

Values are stored in the database and appear in links and logs: never change one, only add.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar


class ProposalState(StrEnum):
    """下書き / 調整中 / 確定 / 再調整依頼 / 期限切れ / 取り下げ."""

    DRAFT = "draft"
    OPEN = "open"
    CONFIRMED = "confirmed"
    READJUSTMENT_REQUESTED = "readjustment_requested"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class ProposalEvent(StrEnum):
    OPEN = "open"
    CONFIRM = "confirm"
    REQUEST_READJUSTMENT = "request_readjustment"
    OFFER_AGAIN = "offer_again"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


class CandidateState(StrEnum):
    OPEN = "open"
    WITHDRAWN = "withdrawn"
    TAKEN = "taken"
    CHOSEN = "chosen"


class CandidateEvent(StrEnum):
    WITHDRAW = "withdraw"
    TAKE = "take"
    FREE = "free"
    CHOOSE = "choose"


class AppointmentState(StrEnum):
    """承認待ち / 確定 / キャンセル / 却下."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    DECLINED = "declined"


class AppointmentEvent(StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"
    CHANGE = "change"
    CANCEL = "cancel"


class BookingPageState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    ARCHIVED = "archived"


class BookingPageEvent(StrEnum):
    PUBLISH = "publish"
    PAUSE = "pause"
    ARCHIVE = "archive"
    RESTORE = "restore"


class ApprovalState(StrEnum):
    """依頼中 / 承認済み / 承認されませんでした. Any may follow any: companies change their minds."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class ConnectionState(StrEnum):
    """APPROVAL_ONLY: the organisation's approval is asked for or given, no mailbox is linked yet.

    ADDRESS_MISMATCH: the account works, but does not go by the member's address: not used for booking.
    ENDING: what this account owns is still being moved or finished through it.
    """

    ACTIVE = "active"
    NEEDS_RECONNECT = "needs_reconnect"
    ADDRESS_MISMATCH = "address_mismatch"
    APPROVAL_ONLY = "approval_only"
    ENDING = "ending"
    ENDED = "ended"


LIVE = (ConnectionState.ACTIVE, ConnectionState.NEEDS_RECONNECT, ConnectionState.ADDRESS_MISMATCH)
"""Entries are kept in such an account's calendar; one that needs reconnecting gets them when it is back."""


class ConnectionEvent(StrEnum):
    CONNECT = "connect"
    APPROVE = "approve"
    MISMATCH = "mismatch"
    SETTLE = "settle"
    LOSE_ACCESS = "lose_access"
    FIND_AGAIN = "find_again"
    DISCONNECT = "disconnect"
    FINISH = "finish"


class IllegalTransition(Exception):
    """``event`` cannot happen in ``state``: mostly somebody else was quicker. Read again, tell the person."""

    def __init__(self, state: StrEnum, event: StrEnum) -> None:
        super().__init__(f"{type(state).__name__} {state.value}: {event.value} is not possible")
        self.state = state
        self.event = event


StateT = TypeVar("StateT", bound=StrEnum)
EventT = TypeVar("EventT", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Machine(Generic[StateT, EventT]):
    """Which event leads from which state to which."""

    states: type[StateT]
    events: type[EventT]
    table: Mapping[StateT, Mapping[EventT, StateT]]


def advance(machine: Machine[StateT, EventT], state: StateT, event: EventT) -> StateT:
    """The state after ``event``. Raises IllegalTransition where the table has no such step."""
    try:
        return machine.table[state][event]
    except KeyError:
        raise IllegalTransition(state, event) from None


def can(machine: Machine[StateT, EventT], state: StateT, event: EventT) -> bool:
    """Whether ``event`` may happen in ``state``; for showing or hiding a button."""
    return event in machine.table.get(state, {})


def _proposal() -> Machine[ProposalState, ProposalEvent]:
    s, e = ProposalState, ProposalEvent
    return Machine(
        s,
        e,
        {
            s.DRAFT: {e.OPEN: s.OPEN},
            s.OPEN: {
                e.CONFIRM: s.CONFIRMED,
                e.REQUEST_READJUSTMENT: s.READJUSTMENT_REQUESTED,
                e.OFFER_AGAIN: s.OPEN,
                e.EXPIRE: s.EXPIRED,
                e.WITHDRAW: s.WITHDRAWN,
            },
            # The candidates still stand while the author thinks: the customer may yet take one of them.
            s.READJUSTMENT_REQUESTED: {
                e.CONFIRM: s.CONFIRMED,
                e.REQUEST_READJUSTMENT: s.READJUSTMENT_REQUESTED,
                e.OFFER_AGAIN: s.OPEN,
                e.EXPIRE: s.EXPIRED,
                e.WITHDRAW: s.WITHDRAWN,
            },
            s.EXPIRED: {e.OFFER_AGAIN: s.OPEN, e.WITHDRAW: s.WITHDRAWN},
            s.CONFIRMED: {},
            s.WITHDRAWN: {},
        },
    )


def _candidate() -> Machine[CandidateState, CandidateEvent]:
    s, e = CandidateState, CandidateEvent
    return Machine(
        s,
        e,
        {
            s.OPEN: {e.CHOOSE: s.CHOSEN, e.TAKE: s.TAKEN, e.WITHDRAW: s.WITHDRAWN},
            s.TAKEN: {e.FREE: s.OPEN, e.WITHDRAW: s.WITHDRAWN},
            s.CHOSEN: {},
            s.WITHDRAWN: {},
        },
    )


def _appointment() -> Machine[AppointmentState, AppointmentEvent]:
    s, e = AppointmentState, AppointmentEvent
    return Machine(
        s,
        e,
        {
            s.PENDING: {
                e.APPROVE: s.CONFIRMED,
                e.DECLINE: s.DECLINED,
                e.CHANGE: s.PENDING,
                e.CANCEL: s.CANCELLED,
            },
            s.CONFIRMED: {e.CHANGE: s.CONFIRMED, e.CANCEL: s.CANCELLED},
            s.CANCELLED: {},
            s.DECLINED: {},
        },
    )


def _booking_page() -> Machine[BookingPageState, BookingPageEvent]:
    s, e = BookingPageState, BookingPageEvent
    return Machine(
        s,
        e,
        {
            s.DRAFT: {e.PUBLISH: s.PUBLISHED, e.ARCHIVE: s.ARCHIVED},
            s.PUBLISHED: {e.PAUSE: s.PAUSED, e.ARCHIVE: s.ARCHIVED},
            s.PAUSED: {e.PUBLISH: s.PUBLISHED, e.ARCHIVE: s.ARCHIVED},
            s.ARCHIVED: {e.RESTORE: s.PAUSED},
        },
    )


def _connection() -> Machine[ConnectionState, ConnectionEvent]:
    s, e = ConnectionState, ConnectionEvent
    return Machine(
        s,
        e,
        {
            s.APPROVAL_ONLY: {e.CONNECT: s.ACTIVE, e.APPROVE: s.APPROVAL_ONLY, e.DISCONNECT: s.ENDED},
            s.ACTIVE: {
                e.CONNECT: s.ACTIVE,
                e.MISMATCH: s.ADDRESS_MISMATCH,
                e.LOSE_ACCESS: s.NEEDS_RECONNECT,
                e.DISCONNECT: s.ENDING,
            },
            s.ADDRESS_MISMATCH: {
                e.CONNECT: s.ACTIVE,
                e.SETTLE: s.ACTIVE,
                e.LOSE_ACCESS: s.NEEDS_RECONNECT,
                e.DISCONNECT: s.ENDING,
            },
            s.NEEDS_RECONNECT: {
                e.CONNECT: s.ACTIVE,
                e.FIND_AGAIN: s.ACTIVE,
                e.LOSE_ACCESS: s.NEEDS_RECONNECT,
                e.DISCONNECT: s.ENDING,
            },
            # The same account may come back before its affairs are settled, or long after.
            s.ENDING: {e.CONNECT: s.ACTIVE, e.LOSE_ACCESS: s.ENDING, e.FINISH: s.ENDED},
            s.ENDED: {e.CONNECT: s.ACTIVE, e.APPROVE: s.APPROVAL_ONLY},
        },
    )


PROPOSAL = _proposal()
CANDIDATE = _candidate()
APPOINTMENT = _appointment()
BOOKING_PAGE = _booking_page()
CONNECTION = _connection()
