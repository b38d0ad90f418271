"""What is known about somebody's time. A failed read is Unknown, never an empty calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from chosei.core.intervals import Interval


class UnknownReason(StrEnum):
    """Why a calendar cannot be relied on. The values are stored: never change them."""

    NOT_READ_YET = "not_read_yet"
    STALE = "stale"
    READ_FAILED = "read_failed"
    NEEDS_RECONNECT = "needs_reconnect"
    NOT_CONNECTED = "not_connected"
    ADDRESS_MISMATCH = "address_mismatch"


@dataclass(frozen=True, slots=True)
class Known:
    """The calendar was read wholly and recently enough. ``busy`` may be in any order and may overlap."""

    busy: Sequence[Interval] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing may be offered on the strength of this calendar."""

    reason: UnknownReason


Availability = Known | Unknown
