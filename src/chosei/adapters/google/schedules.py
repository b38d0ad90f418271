"""Free/busy of other people and of rooms (freeBusy).

At most fifty calendars and about three months a call. One that could not be read says so inside a successful
answer, and that is not free. Only intervals come back: no titles, nothing tentative.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chosei.adapters.google.client import Api, Request
from chosei.adapters.google.problems import UNREADABLE
from chosei.core.intervals import Interval, clip
from chosei.ports.calendar import ScheduleAnswer, ScheduleItem, ShowAs
from chosei.ports.errors import Transient

CALENDARS = 50
LONGEST = timedelta(days=60)
_ROUTE = "/calendar/v3/freeBusy"


def read(api: Api, addresses: Sequence[str], window: Interval) -> list[ScheduleAnswer]:
    """An answer for each address, in their order. Raises ``PortError`` when a call failed as a whole."""
    wanted = list(dict.fromkeys(address.lower() for address in addresses))
    told: dict[str, list[list[Interval] | str]] = {address: [] for address in wanted}
    for at in range(0, len(wanted), CALENDARS):
        chunk = wanted[at : at + CALENDARS]
        for part in _parts(window):
            calendars = _asked(api, chunk, part)
            for address in chunk:
                told[address].append(_busy(calendars.get(address)))
    return [_joined(address, told[address.lower()], window) for address in addresses]


def _asked(api: Api, addresses: Sequence[str], part: Interval) -> Mapping[str, Any]:
    body = {
        "timeMin": part.start.isoformat(),
        "timeMax": part.end.isoformat(),
        "items": [{"id": address} for address in addresses],
        "calendarExpansionMax": CALENDARS,
    }
    answer = api.send(Request("POST", _ROUTE, body=body)).get("calendars")
    if not isinstance(answer, Mapping):
        raise Transient(UNREADABLE)
    return {str(name).lower(): value for name, value in answer.items()}


def _busy(raw: Any) -> list[Interval] | str:
    """What is taken, or the reason why that is unknown."""
    if not isinstance(raw, Mapping):
        return UNREADABLE
    errors = raw.get("errors")
    if errors:
        first = errors[0] if isinstance(errors, list) else None
        return str(first.get("reason") or "error") if isinstance(first, Mapping) else UNREADABLE
    try:
        spans = [(_instant(one["start"]), _instant(one["end"])) for one in raw["busy"]]
        return [Interval(start, end) for start, end in spans if end > start]
    except (KeyError, TypeError, ValueError):
        return UNREADABLE


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found.astimezone(UTC)


def _parts(window: Interval) -> Iterator[Interval]:
    start = window.start
    while start < window.end:
        end = min(start + LONGEST, window.end)
        yield Interval(start, end)
        start = end


def _joined(address: str, answers: Sequence[list[Interval] | str], window: Interval) -> ScheduleAnswer:
    """One answer from those for the parts of the window; one part unknown makes it unknown."""
    error = next((answer for answer in answers if isinstance(answer, str)), "")
    if error:
        return ScheduleAnswer(address, error=error)
    busy = [one for answer in answers if not isinstance(answer, str) for one in answer]
    items = tuple(ScheduleItem(one.start, one.end, ShowAs.BUSY) for one in dict.fromkeys(busy))
    return ScheduleAnswer(address, tuple(clip(busy, window)), items=items)
