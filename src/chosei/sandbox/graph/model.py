"""What a mailbox keeps of an event, and how a series becomes instances. Pure.

Start and end are wall times with the zone they were given in, as Exchange keeps them; instants are computed.
An all-day event is a pair of dates: its midnights belong to no zone when it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chosei.sandbox.graph.ids import ItemId
from chosei.sandbox.graph.recurrence import Recurrence
from chosei.sandbox.graph.recurrence import parse as parse_rule
from chosei.sandbox.graph.zones import to_instant, zone

DEFAULT_CALENDAR = "default"
DELETED_ITEMS = "deleteditems"
"""The folder of what was deleted; no calendar, so that no view and no list shows what is in it."""
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Attendee:
    """Somebody invited. `kind` is required, optional or resource; `response` a Graph responseType;
    `responded` an ISO instant or ""."""

    address: str
    name: str
    kind: str = "required"
    response: str = "none"
    responded: str = ""


@dataclass(frozen=True)
class Event:
    """One item of one mailbox: a single event or the master of a series.

    `exceptions` maps an original date to the fields that differ there; `cancelled` lists original dates
    that are gone. `version` rises with every change and makes the etag. Instants are ISO texts in UTC.
    """

    key: str
    mailbox: str
    ical_uid: str
    start: str
    end: str
    start_zone: str
    end_zone: str
    organizer: str
    organizer_name: str
    created: str
    modified: str
    calendar: str = DEFAULT_CALENDAR
    folder_moves: int = 0
    version: int = 1
    is_organizer: bool = True
    is_cancelled: bool = False
    subject: str = ""
    body: str = ""
    body_type: str = "html"
    all_day: bool = False
    show_as: str = "busy"
    sensitivity: str = "normal"
    importance: str = "normal"
    categories: tuple[str, ...] = ()
    locations: tuple[dict[str, Any], ...] = ()
    attendees: tuple[Attendee, ...] = ()
    response: str = "organizer"
    responded: str = ""
    response_requested: bool = True
    allow_new_time_proposals: bool = True
    hide_attendees: bool = False
    reminder_on: bool = True
    reminder_minutes: int = 15
    recurrence: dict[str, Any] | None = None
    exceptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    cancelled: tuple[str, ...] = ()
    transaction_id: str | None = None
    single_properties: dict[str, str] = field(default_factory=dict)
    multi_properties: dict[str, list[str]] = field(default_factory=dict)
    extensions: tuple[dict[str, Any], ...] = ()
    join_url: str = ""
    thread_id: str = ""

    @property
    def starts(self) -> datetime:
        """The UTC instant it starts; for an all-day event midnight in its own zone."""
        return to_instant(datetime.fromisoformat(self.start), self.start_zone)

    @property
    def ends(self) -> datetime:
        """The UTC instant it ends (excluded)."""
        return to_instant(datetime.fromisoformat(self.end), self.end_zone)

    @property
    def etag(self) -> str:
        """The weak tag Graph writes; `change_key` is its inside."""
        return f'W/"{self.change_key}"'

    @property
    def change_key(self) -> str:
        """Rises with every change."""
        return f"{self.key[:12]}{self.version:08x}=="

    def rule(self) -> Recurrence | None:
        """The checked rule of a series, None for a single event."""
        if self.recurrence is None:
            return None
        name = self.recurrence["range"].get("recurrenceTimeZone") or self.start_zone
        return parse_rule(self.recurrence, self.starts.astimezone(zone(name)).date(), self.start_zone)

    def id(self, *, immutable: bool, occurrence: date | None = None) -> str:
        """Its id in one of the two forms."""
        moves = None if immutable else self.folder_moves
        return ItemId(self.mailbox, self.key, moves, occurrence).encode()

    def to_json(self) -> str:
        """All fields; `from_json` reads it back."""
        # asdict would copy every value first, and this runs at each write
        return json.dumps(vars(self), ensure_ascii=False, default=vars)


def from_json(text: str) -> Event:
    """The reverse of `Event.to_json`."""
    return revive(json.loads(text))


def revive(values: dict[str, Any]) -> Event:
    """An event from plain values, tuples and attendees restored."""
    return Event(**thaw(values))


def thaw(values: dict[str, Any]) -> dict[str, Any]:
    """Field values as JSON keeps them, turned back into the types of `Event`."""
    thawed = dict(values)
    for name in ("categories", "locations", "cancelled", "extensions"):
        if name in thawed:
            thawed[name] = tuple(thawed[name])
    if "attendees" in thawed:
        thawed["attendees"] = tuple(Attendee(**person) for person in thawed["attendees"])
    return thawed


@dataclass(frozen=True)
class Instance:
    """Something that stands in the calendar: `event` already carries what an exception changes.

    `kind` is a Graph eventType; `original` the occurrence's date in the series, None otherwise, and
    `first` the instant at which the rule alone would have it start.
    """

    event: Event
    kind: str
    original: date | None
    starts: datetime
    ends: datetime
    first: datetime | None = None

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether it touches [start, end); an event without length counts at its start."""
        if self.starts == self.ends:
            return start <= self.starts < end
        return self.starts < end and self.ends > start

    def id(self, *, immutable: bool) -> str:
        """Its id in one of the two forms; an occurrence has one of its own."""
        return self.event.id(immutable=immutable, occurrence=self.original)


def single(event: Event) -> Instance:
    """The event itself: a single instance, or a master where it is a series."""
    kind = "seriesMaster" if event.recurrence else "singleInstance"
    return Instance(event, kind, None, event.starts, event.ends)


def expand(event: Event, start: datetime, end: datetime) -> list[Instance]:
    """What of an event stands within [start, end), by start."""
    if event.recurrence is None:
        found = single(event)
        return [found] if found.overlaps(start, end) else []
    inside = [one for one in _instances(event, end) if one.overlaps(start, end)]
    return sorted(inside, key=lambda one: (one.starts, one.original))


def occurrence(event: Event, day: date) -> Instance | None:
    """The instance of a series with this original date, None when there is none or it was cancelled."""
    rule = event.rule()
    if rule is None or day.isoformat() in event.cancelled or not rule.includes(day):
        return None
    return _instance(event, rule, day)


def last_end(event: Event) -> datetime:
    """When the last instance is over; FOREVER for a series without end."""
    rule = event.rule()
    if rule is None:
        return event.ends
    final = rule.final()
    if final is None:
        return FOREVER
    ends = [_instance(event, rule, final).ends]
    ends += [_instance(event, rule, date.fromisoformat(day)).ends for day in event.exceptions]
    return max(ends)


def first_start(event: Event) -> datetime:
    """When the earliest instance starts; an exception may stand before the series' own start."""
    rule = event.rule()
    moved = (
        [_instance(event, rule, date.fromisoformat(day)).starts for day in event.exceptions] if rule else []
    )
    return min([event.starts, *moved])


def _instances(event: Event, end: datetime) -> Iterator[Instance]:
    rule = event.rule()
    assert rule is not None
    gone = set(event.cancelled)
    for day in rule.dates(until=(end + timedelta(days=1)).date()):
        if day.isoformat() not in gone and day.isoformat() not in event.exceptions:
            yield _instance(event, rule, day)
    for text in event.exceptions:
        if text not in gone:
            yield _instance(event, rule, date.fromisoformat(text))


def _instance(event: Event, rule: Recurrence, day: date) -> Instance:
    home = zone(rule.zone_name)
    first = event.starts.astimezone(home).replace(tzinfo=None)
    length = event.ends.astimezone(home).replace(tzinfo=None) - first
    begin = datetime.combine(day, first.time())
    changed = event.exceptions.get(day.isoformat())
    regular = {
        "start": _in_zone(begin, rule.zone_name, event.start_zone),
        "end": _in_zone(begin + length, rule.zone_name, event.end_zone),
    }
    merged = replace(
        event, recurrence=None, exceptions={}, cancelled=(), **{**regular, **thaw(changed or {})}
    )
    kind = "exception" if changed is not None else "occurrence"
    return Instance(merged, kind, day, merged.starts, merged.ends, to_instant(begin, rule.zone_name))


def _in_zone(wall: datetime, source: str, target: str) -> str:
    if source == target:
        return wall.isoformat()
    return to_instant(wall, source).astimezone(zone(target)).replace(tzinfo=None).isoformat()
