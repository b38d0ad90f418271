"""A calendar service in memory: an honest CalendarPort to test with, without HTTP and without patched
methods.

    service = MemoryProvider()
    calendar = MemoryCalendar(service, "sato@sample.example")

Keys, versions, idempotent creation, conflicts, meeting links and rooms that answer work as they do outside;
what can go wrong there is switched on with ``fail_next`` and ``lose_replies``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from chosei.core.intervals import Interval, clip
from chosei.ports.calendar import (
    AttendeeKind,
    AttendeeResponse,
    AttendeeStatus,
    BusyEvent,
    CalendarChanges,
    CalendarInfo,
    Change,
    CreateEvent,
    DeleteEvent,
    EventDraft,
    Failed,
    MailboxProfile,
    ObservedEvent,
    Outcome,
    ScheduleAnswer,
    ScheduleItem,
    ShowAs,
    UpdateEvent,
    Watch,
    Written,
)
from chosei.ports.errors import Conflict, Missing, NeedsReconnect, PortError, Rejected, Throttled, Transient

WATCH_LASTS = timedelta(days=7)
_NOT_BUSY = (ShowAs.FREE, ShowAs.WORKING_ELSEWHERE)


@dataclass(frozen=True)
class StoredEvent:
    """An event as it stands. ``online``: it has a meeting with a link."""

    remote_id: str
    version: int
    title: str
    start: datetime
    end: datetime
    show_as: ShowAs
    key: str = ""
    body_html: str = ""
    location: str = ""
    join_url: str = ""
    attendees: tuple[AttendeeStatus, ...] = ()
    all_day: bool = False
    private: bool = False


@dataclass
class Mailbox:
    """One person's or room's calendar, further ones by their ids, and how it stood when tokens were given."""

    address: str
    room: bool = False
    web_meetings: bool = True
    missing: bool = False
    revoked: bool = False
    events: dict[str, StoredEvent] = field(default_factory=dict)
    spent_tokens: dict[str, str] = field(default_factory=dict)
    further: dict[str, dict[str, StoredEvent]] = field(default_factory=dict)
    tracked: dict[str, dict[str, StoredEvent]] = field(default_factory=dict)
    watches: dict[str, tuple[Watch, str]] = field(default_factory=dict)


class MemoryProvider:
    """The service's state, shared by every calendar on it."""

    def __init__(self, first: int = 1) -> None:
        self.mailboxes: dict[str, Mailbox] = {}
        self._numbers = count(first)
        self._failures: list[PortError] = []
        self._replies_to_lose = 0

    def mailbox(self, address: str, *, room: bool = False) -> Mailbox:
        """The mailbox at an address, opened when first asked for."""
        return self.mailboxes.setdefault(address.lower(), Mailbox(address, room=room))

    def fail_next(self, error: PortError, times: int = 1) -> None:
        """Refuse the next operations (each change counts as one) with this error, doing nothing."""
        self._failures += [error] * times

    def lose_replies(self, times: int = 1) -> None:
        """Carry out the next changes and lose what is said about them."""
        self._replies_to_lose += times

    def heal(self) -> None:
        """Nothing goes wrong from now on."""
        self._failures.clear()
        self._replies_to_lose = 0

    def number(self) -> int:
        return next(self._numbers)

    def meet_fault(self) -> None:
        """Raises the next failure that was switched on."""
        if self._failures:
            raise self._failures.pop(0)

    def loses_reply(self) -> bool:
        lost = self._replies_to_lose > 0
        self._replies_to_lose -= lost
        return lost

    def let_rooms_answer(self) -> None:
        """Every room that was invited accepts when it is free then, else declines."""
        for box in list(self.mailboxes.values()):
            for event in list(box.events.values()):
                answered = tuple(self._answer(event, person) for person in event.attendees)
                if answered != event.attendees:
                    box.events[event.remote_id] = replace(
                        event, attendees=answered, version=event.version + 1
                    )

    def _answer(self, event: StoredEvent, person: AttendeeStatus) -> AttendeeStatus:
        if person.kind is not AttendeeKind.ROOM or person.response is not AttendeeResponse.NONE:
            return person
        room = self.mailbox(person.address, room=True)
        taken = any(
            other.start < event.end and event.start < other.end
            for other in room.events.values()
            if other.remote_id != event.remote_id
        )
        if taken:
            return replace(person, response=AttendeeResponse.DECLINED)
        room.events[event.remote_id] = replace(event, attendees=(), key="")
        return replace(person, response=AttendeeResponse.ACCEPTED)


class MemoryCalendar:
    """CalendarPort over one mailbox of a MemoryProvider."""

    def __init__(self, service: MemoryProvider, address: str, *, zone: str = "Asia/Tokyo") -> None:
        self._service = service
        self._box = service.mailbox(address)
        self._zone = zone

    def profile(self) -> MailboxProfile:
        self._admit()
        return MailboxProfile(self._box.address, self._zone, self._box.web_meetings, "default")

    def calendars(self) -> list[CalendarInfo]:
        self._admit()
        return [CalendarInfo("", "予定表"), *(CalendarInfo(one, one) for one in self._box.further)]

    def read_busy(self, window: Interval, *, calendar: str = "") -> list[BusyEvent]:
        self._admit()
        if calendar and calendar not in self._box.further:
            raise Missing("not_found")
        return _inside((self._box.further[calendar] if calendar else self._box.events).values(), window)

    def track(self, window: Interval) -> str:
        self._admit()
        token = f"token-{self._service.number()}"
        self._box.tracked[token] = dict(self._box.events)
        return token

    def changes(self, window: Interval, token: str) -> CalendarChanges:
        before = self._box.tracked.get(token)
        if before is None:
            self._admit()
            raise Missing("unknown_token")
        following = self.track(window)
        now = self._box.tracked[following]
        touched = [number for number in before | now if before.get(number) != now.get(number)]
        present = _inside([now[number] for number in touched if number in now], window)
        return CalendarChanges(
            following, tuple(present), gone=frozenset(touched) - {one.remote_id for one in present}
        )

    def find(self, key: str) -> list[ObservedEvent]:
        self._admit()
        return [_observed(event) for event in self._box.events.values() if event.key == key]

    def get(self, remote_id: str) -> ObservedEvent:
        self._admit()
        return _observed(self._stored(remote_id))

    def stands(self, event: ObservedEvent) -> bool:
        self._admit()
        return event.remote_id in self._box.events and not event.cancelled

    def apply(self, changes: Sequence[Change]) -> list[Outcome]:
        if self._box.revoked:
            raise NeedsReconnect("revoked")
        return [self._outcome(change) for change in changes]

    def accept(self, ical_uid: str) -> ObservedEvent:
        self._admit()
        me = self._box.address.lower()
        for box in self._service.mailboxes.values():
            for event in box.events.values():
                invited = {person.address.lower() for person in event.attendees}
                if f"uid-{event.remote_id}" == ical_uid and me in invited:
                    copy = replace(event, remote_id=f"{event.remote_id}-{me}", key="")
                    self._box.events[copy.remote_id] = copy
                    return replace(_observed(copy), ical_uid=ical_uid, organizes=False)
        raise Missing("not_invited")

    def schedules(self, addresses: Sequence[str], window: Interval) -> list[ScheduleAnswer]:
        self._admit()
        return [self._schedule(address, window) for address in addresses]

    def watch(self, url: str, secret: str) -> Watch:
        self._admit()
        for stray in [one for one, (_, asked) in self._box.watches.items() if asked == url]:
            del self._box.watches[stray]
        watch = Watch(f"watch-{self._service.number()}", datetime.now(UTC) + WATCH_LASTS)
        self._box.watches[watch.remote_id] = (watch, url)
        return watch

    def extend_watch(self, remote_id: str, url: str, secret: str) -> Watch:
        self._admit()
        if remote_id not in self._box.watches:
            raise Missing("not_found")
        watch, url = self._box.watches[remote_id]
        self._box.watches[remote_id] = (replace(watch, expires=datetime.now(UTC) + WATCH_LASTS), url)
        return self._box.watches[remote_id][0]

    def end_watch(self, remote_id: str) -> None:
        self._admit()
        self._box.watches.pop(remote_id, None)

    def _admit(self) -> None:
        if self._box.revoked:
            raise NeedsReconnect("revoked")
        if self._box.missing:
            raise Rejected("no_mailbox")
        self._service.meet_fault()

    def _outcome(self, change: Change) -> Outcome:
        try:
            self._admit()
            event = self._carry_out(change)
        except PortError as error:
            return Failed(error)
        if self._service.loses_reply():
            return Failed(Transient("reply_lost"))
        return Written(_observed(event) if event else None)

    def _carry_out(self, change: Change) -> StoredEvent | None:
        match change:
            case CreateEvent(draft, token):
                return self._create(draft, token)
            case UpdateEvent():
                return self._update(change)
            case DeleteEvent(remote_id):
                if self._box.events.pop(remote_id, None):
                    self._clear_rooms(remote_id)
                    self._take_copies(remote_id, ())
        return None

    def _create(self, draft: EventDraft, token: str) -> StoredEvent:
        known = self._box.spent_tokens.get(token)
        if known is not None:
            if known not in self._box.events:
                raise Conflict("duplicate_token")
            return self._update(UpdateEvent(known, draft))
        event = _drafted(
            StoredEvent(f"event-{self._service.number()}", 0, "", draft.start, draft.end, ShowAs.BUSY),
            draft,
            online=draft.web_meeting and self._box.web_meetings,
        )
        self._box.events[event.remote_id] = event
        self._box.spent_tokens[token] = event.remote_id
        return event

    def _update(self, change: UpdateEvent) -> StoredEvent:
        before = self._stored(change.remote_id)
        online = bool(before.join_url) or (change.draft.web_meeting and self._box.web_meetings)
        after = _drafted(before, change.draft, online=online)
        after = replace(after, attendees=(*after.attendees, *_added(before, change)))
        if replace(after, version=before.version) == before:
            return before  # our own earlier change, whose answer was lost
        if change.etag and change.etag != _etag(before):
            raise Conflict("changed_since_read")
        if (before.start, before.end) != (after.start, after.end):
            self._clear_rooms(before.remote_id)
        self._box.events[after.remote_id] = after
        self._take_copies(after.remote_id, after.attendees)
        return after

    def _take_copies(self, remote_id: str, invited: Sequence[AttendeeStatus]) -> None:
        """Whoever is not invited any more loses the copy."""
        kept = {person.address.lower() for person in invited}
        for address, box in self._service.mailboxes.items():
            if address not in kept:
                box.events.pop(f"{remote_id}-{address}", None)

    def _clear_rooms(self, remote_id: str) -> None:
        for box in self._service.mailboxes.values():
            if box.room:
                box.events.pop(remote_id, None)

    def _stored(self, remote_id: str) -> StoredEvent:
        if remote_id not in self._box.events:
            raise Missing("not_found")
        return self._box.events[remote_id]

    def _schedule(self, address: str, window: Interval) -> ScheduleAnswer:
        box = self._service.mailboxes.get(address.lower())
        if box is None or box.missing:
            return ScheduleAnswer(address, error="ErrorMailRecipientNotFound")
        shown = [e for e in box.events.values() if e.start < window.end and e.end > window.start]
        busy = [Interval(e.start, e.end) for e in shown if e.show_as not in _NOT_BUSY]
        items = tuple(ScheduleItem(e.start, e.end, e.show_as) for e in shown if e.show_as != ShowAs.FREE)
        return ScheduleAnswer(address, tuple(clip(busy, window)), items=items)


def throttled(seconds: float = 7) -> Throttled:
    """What a service that has had enough says."""
    return Throttled("TooManyRequests", retry_after=seconds)


def _drafted(before: StoredEvent, draft: EventDraft, *, online: bool) -> StoredEvent:
    """The event as the draft wants it, one version later. Answers of people who stay invited stay."""
    known = {(person.address.lower(), person.kind): person for person in before.attendees}
    moved = (before.start, before.end) != (draft.start, draft.end)
    people = tuple(
        known[person.address.lower(), person.kind]
        if (person.address.lower(), person.kind) in known and not moved
        else AttendeeStatus(person.address, person.kind, AttendeeResponse.NONE)
        for person in draft.attendees
    )
    return StoredEvent(
        remote_id=before.remote_id,
        version=before.version + 1,
        title=draft.title,
        start=draft.start,
        end=draft.end,
        show_as=draft.show_as,
        key=draft.key,
        body_html=draft.body_html,
        location=draft.location,
        join_url=(before.join_url or f"https://meet.example/{before.remote_id}") if online else "",
        attendees=people,
    )


def _added(before: StoredEvent, change: UpdateEvent) -> list[AttendeeStatus]:
    """The people there whom Chosei has not invited, where it knows whom it has."""
    if change.invited is None:
        return []
    known = change.invited | {person.address.lower() for person in change.draft.attendees}
    return [
        one
        for one in before.attendees
        if one.kind is AttendeeKind.PERSON and one.address.lower() not in known
    ]


def _inside(stored: Iterable[StoredEvent], window: Interval) -> list[BusyEvent]:
    read = [_busy(event) for event in stored if event.start < window.end and event.end > window.start]
    return sorted(read, key=lambda event: (event.start, event.end, event.remote_id))


def _etag(event: StoredEvent) -> str:
    return f'W/"{event.version}"'


def _observed(event: StoredEvent) -> ObservedEvent:
    return ObservedEvent(
        remote_id=event.remote_id,
        etag=_etag(event),
        key=event.key,
        title=event.title,
        start=event.start,
        end=event.end,
        show_as=event.show_as,
        location=event.location,
        join_url=event.join_url,
        ical_uid=f"uid-{event.remote_id}",
        attendees=event.attendees,
    )


def _busy(event: StoredEvent) -> BusyEvent:
    return BusyEvent(
        remote_id=event.remote_id,
        start=event.start,
        end=event.end,
        show_as=event.show_as,
        title=event.title,
        key=event.key,
        all_day=event.all_day,
        private=event.private,
    )
