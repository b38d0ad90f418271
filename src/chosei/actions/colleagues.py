"""The time of people whose calendars are not connected, as their colleague would see it in Outlook.

Asked under the viewer's own permission, at the moment of looking, and kept nowhere.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from chosei import wiring
from chosei.actions.people import attending
from chosei.actions.silence import SLOW_SECONDS, may_be_asked, note_answer, note_silence
from chosei.core.availability import Availability, Known, Unknown, UnknownReason
from chosei.core.intervals import Interval
from chosei.core.states import ConnectionState
from chosei.ports.calendar import ScheduleAnswer, ShowAs
from chosei.ports.errors import PortError
from chosei.records.models import Connection, Member

ASK_SECONDS = 3.0
"""Somebody looks at the grid: what is not told by then is unknown."""
MOST_ADDRESSES = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ColleagueBlock:
    """A piece of a colleague's time. ``title`` is what they show to the viewer in Outlook, mostly nothing."""

    start: datetime
    end: datetime
    show_as: ShowAs
    title: str = ""


@dataclass(frozen=True, slots=True)
class ColleagueSchedule:
    """What the viewer may see of one address. ``availability`` is Unknown where nothing can be said."""

    address: str
    blocks: tuple[ColleagueBlock, ...]
    availability: Availability


def colleague_schedule(
    viewer: Member, addresses: Sequence[str], window: Interval
) -> dict[str, ColleagueSchedule]:
    """Free/busy of ``addresses`` in ``window``, under the viewer's own connection: an entry for each,
    under the address as it was given.

    Speaks to the provider for at most three seconds: not inside a transaction, and not while something waits
    that could be drawn without it. Never raises for what goes wrong there: that is ``Unknown``. At most 100
    addresses, of less than a year; raises ValueError beyond.
    """
    if len(addresses) > MOST_ADDRESSES or window.duration.days > 366:
        raise ValueError("too much asked at once")
    connection = attending([viewer])[0].connection
    if connection is None:
        return _nothing(addresses, UnknownReason.NOT_CONNECTED)
    if connection.state == ConnectionState.ADDRESS_MISMATCH:
        return _nothing(addresses, UnknownReason.ADDRESS_MISMATCH)
    if connection.state != ConnectionState.ACTIVE:
        return _nothing(addresses, UnknownReason.NEEDS_RECONNECT)
    if not may_be_asked(connection):
        return _nothing(addresses, UnknownReason.READ_FAILED)
    begun = time.monotonic()
    try:
        answers = _asked(connection, addresses, window)
        note_answer(connection)
    except PortError as error:
        if time.monotonic() - begun > SLOW_SECONDS:
            note_silence(connection.pk)
        log.warning(
            "schedules_not_read",
            connection=connection.pk,
            error_code=error.code,
            request_id=error.request_id,
        )
        return _nothing(addresses, UnknownReason.READ_FAILED)
    return {answer.address: _schedule(answer) for answer in answers}


def _asked(connection: Connection, addresses: Sequence[str], window: Interval) -> list[ScheduleAnswer]:
    if not addresses:
        return []
    return wiring.calendar_of(connection, within=ASK_SECONDS).schedules(addresses, window)


def _nothing(addresses: Sequence[str], reason: UnknownReason) -> dict[str, ColleagueSchedule]:
    return {address: ColleagueSchedule(address, (), Unknown(reason)) for address in addresses}


def _schedule(answer: ScheduleAnswer) -> ColleagueSchedule:
    if answer.error:
        return ColleagueSchedule(answer.address, (), Unknown(UnknownReason.READ_FAILED))
    blocks = tuple(ColleagueBlock(one.start, one.end, one.show_as, one.title) for one in answer.items)
    return ColleagueSchedule(answer.address, blocks, Known(answer.busy))
