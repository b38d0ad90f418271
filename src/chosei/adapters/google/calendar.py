"""CalendarPort over Google Calendar: one account's own (primary) calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chosei.adapters.google import changes, drafts, events, schedules, watches
from chosei.adapters.google.client import Api, Request
from chosei.adapters.google.problems import NO_MAILBOX, UNREADABLE
from chosei.adapters.google.writes import CHANGING, EVENT, EVENTS, Writer, read
from chosei.adapters.wire import Unreadable, touches
from chosei.core.intervals import Interval
from chosei.ports.calendar import (
    BusyEvent,
    CalendarChanges,
    CalendarInfo,
    Change,
    MailboxProfile,
    ObservedEvent,
    Outcome,
    ScheduleAnswer,
    Watch,
)
from chosei.ports.errors import Missing, Rejected, Transient

PAGE_SIZE = 1000
_LIST = "/calendar/v3/users/me/calendarList"
_PRIMARY = "/calendar/v3/users/me/calendarList/primary"
_FURTHER_EVENTS = "/calendar/v3/calendars/{}/events"
_READABLE = frozenset({"owner", "writer", "reader"})
# A whole day is a date; where the owner's midnight lies may be this far from UTC's.
_WIDEST_ZONE = timedelta(hours=14)


class GoogleCalendar:
    """See ``ports.calendar.CalendarPort``. Days are the account's, in ``account.zone``."""

    def __init__(self, api: Api, *, page_size: int = PAGE_SIZE) -> None:
        self._api = api
        self._page = page_size
        self._zone = api.account.zone
        self._writer = Writer(api, self._zone)

    def profile(self) -> MailboxProfile:
        try:
            raw = self._api.send(Request("GET", _PRIMARY))
        except Missing as error:
            raise Rejected(NO_MAILBOX) from error
        allowed = raw.get("conferenceProperties")
        kinds = allowed.get("allowedConferenceSolutionTypes") if isinstance(allowed, Mapping) else None
        return MailboxProfile(
            address=str(raw.get("id") or ""),
            zone=_known_zone(raw.get("timeZone")),
            web_meeting=isinstance(kinds, list) and "hangoutsMeet" in kinds,
            calendar_id=str(raw.get("id") or ""),
        )

    def calendars(self) -> list[CalendarInfo]:
        raws, _ = self._api.pages(Request("GET", _LIST, query={"maxResults": "250"}))
        found = []
        for raw in raws:
            if raw.get("primary") is not True and raw.get("accessRole") not in _READABLE:
                continue  # of a calendar that is shared as free/busy only no event can be read
            name = raw.get("summaryOverride") or raw.get("summary") or raw.get("id")
            if not raw.get("id") or not name:
                raise Transient(UNREADABLE)
            found.append(CalendarInfo("" if raw.get("primary") is True else str(raw["id"]), str(name)))
        return sorted(found, key=lambda one: one.remote_id != "")

    def read_busy(self, window: Interval, *, calendar: str = "") -> list[BusyEvent]:
        query = {"singleEvents": "true", "maxResults": str(self._page), **_stretch(window)}
        route, ids = (_FURTHER_EVENTS, (calendar,)) if calendar else (EVENTS, ())
        raws, _ = self._api.pages(Request("GET", route, ids, query))
        try:
            read = [events.busy(raw, self._zone) for raw in raws]
        except Unreadable as error:
            # One event whose time we cannot tell may stand anywhere: the whole calendar is unknown.
            raise Transient(UNREADABLE) from error
        # Pages may overlap when the calendar changes in between: the later reading counts.
        latest = {(event.remote_id, event.start): event for event in read if not event.cancelled}
        return sorted(
            (event for event in latest.values() if touches(event, window.start, window.end)),
            key=lambda event: (event.start, event.end, event.remote_id),
        )

    def track(self, window: Interval) -> str:
        return changes.begin(self._api, _stretch(window), self._page)

    def changes(self, window: Interval, token: str) -> CalendarChanges:
        return changes.follow(self._api, token, window, owner_zone=self._zone, page_size=self._page)

    def find(self, key: str) -> list[ObservedEvent]:
        query = {"privateExtendedProperty": f"{events.KEY}={key}", "maxResults": str(self._page)}
        raws, _ = self._api.pages(Request("GET", EVENTS, query=query))
        return [event for event in self._observed(raws) if event.key == key and not event.cancelled]

    def get(self, remote_id: str) -> ObservedEvent:
        return self._observed([read(self._api, remote_id)])[0]

    def stands(self, event: ObservedEvent) -> bool:
        return not event.cancelled  # a deleted event says so itself

    def apply(self, changes: Sequence[Change]) -> list[Outcome]:
        return self._writer.apply(changes)

    def accept(self, ical_uid: str) -> ObservedEvent:
        raws, _ = self._api.pages(Request("GET", EVENTS, query={"iCalUID": ical_uid}))
        raw = next((one for one in raws if one.get("status") != events.CANCELLED), None)
        if raw is None:
            raise Missing("not_invited")
        if not events.accepted(raw):
            body = {"attendees": drafts.with_answer(raw, "accepted")}
            # The list is written whole: on the version read, so that nobody who came since falls out of it.
            patch = Request(
                "PATCH",
                EVENT,
                (str(raw.get("id")),),
                CHANGING,
                body,
                if_match=str(raw.get("etag") or ""),
                repeatable=False,
            )
            raw = self._api.send(patch)
        return self._observed([raw])[0]

    def schedules(self, addresses: Sequence[str], window: Interval) -> list[ScheduleAnswer]:
        return schedules.read(self._api, addresses, window)

    def watch(self, url: str, secret: str) -> Watch:
        return watches.begin(self._api, url, secret)

    def extend_watch(self, remote_id: str, url: str, secret: str) -> Watch:
        return watches.replace(self._api, remote_id, url, secret)

    def end_watch(self, remote_id: str) -> None:
        watches.end(self._api, remote_id)

    def _observed(self, raws: Iterable[Mapping[str, Any]]) -> list[ObservedEvent]:
        try:
            return [events.observed(raw, self._zone) for raw in raws]
        except Unreadable as error:
            raise Transient(UNREADABLE) from error


def _stretch(window: Interval) -> dict[str, str]:
    return {
        "timeMin": _stamp(window.start - _WIDEST_ZONE),
        "timeMax": _stamp(window.end + _WIDEST_ZONE),
    }


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _known_zone(name: object) -> str:
    """The zone, or "" for one that this machine does not know."""
    try:
        return ZoneInfo(str(name)).key
    except (KeyError, ValueError, OSError):
        return ""
