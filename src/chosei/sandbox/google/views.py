"""Events and calendars as the pages show them: in the words that the pages share with Outlook's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from chosei.sandbox.google.service import GoogleService
from chosei.sandbox.google.store import Calendar, Document
from chosei.sandbox.pages.week import Shown

_RESPONSES = {"accepted": "accepted", "declined": "declined", "tentative": "tentativelyAccepted"}
SHOW_AS = ("busy", "tentative", "free", "oof", "workingElsewhere")


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody invited; `kind` and `response` as the pages know them."""

    name: str
    address: str
    kind: str
    response: str


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """What a page says of an event."""

    subject: str
    show_as: str
    sensitivity: str
    is_cancelled: bool
    all_day: bool
    join_url: str
    locations: tuple[dict[str, str], ...]
    attendees: tuple[Attendee, ...]
    organizer_name: str
    organizer: str
    is_organizer: bool
    body: str
    ical_uid: str
    body_type: str = "html"
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownInstance:
    """An event, or an occurrence of a series (`original`)."""

    number: str
    event: ShownEvent
    original: bool

    def id(self, *, immutable: bool) -> str:
        """The one id there is."""
        return self.number


@dataclass(frozen=True, slots=True)
class Box:
    """Whose calendar it is: a person's, or a `room`'s."""

    name: str
    address: str
    room: bool


def box_of(google: GoogleService, calendar: Calendar) -> Box:
    """The calendar under its owner's name."""
    owner = google.people.account(calendar.owner)
    name = owner.name if owner and calendar.kind == "primary" else calendar.summary
    return Box(name, calendar.id, calendar.kind == "resource")


def shown(google: GoogleService, calendar: Calendar, event: Document) -> Shown:
    """The event with its wall times in the calendar's zone."""
    home = ZoneInfo(calendar.zone)
    start, end = (moment.astimezone(home) for moment in google.events.span(event, calendar))
    all_day = "date" in event["start"]
    return Shown(instance_of(google, calendar, event), start, end, all_day)


def instance_of(google: GoogleService, calendar: Calendar, event: Document) -> ShownInstance:
    """What the pages say of an event."""
    organizer = str(event["organizer"]["email"])
    host = google.people.account(organizer)
    private = event.get("visibility") in ("private", "confidential")
    place = str(event.get("location") or "")
    found = ShownEvent(
        subject=str(event.get("summary") or ""),
        show_as=_show_as(event),
        sensitivity="private" if private else "normal",
        is_cancelled=event["status"] == "cancelled",
        all_day="date" in event["start"],
        join_url=str(event.get("hangoutLink") or ""),
        locations=({"displayName": place},) if place else (),
        attendees=tuple(_attendee(google, one) for one in event.get("attendees", [])),
        organizer_name=host.name if host else organizer,
        organizer=organizer,
        is_organizer=google.events.is_organizer(calendar, event),
        body=str(event.get("description") or ""),
        ical_uid=str(event.get("iCalUID") or ""),
    )
    return ShownInstance(event["id"], found, "recurringEventId" in event)


def document(subject: str, start: datetime, end: datetime, show_as: str, *, all_day: bool) -> Document:
    """What somebody types into Google Calendar, as a request would say it."""
    moments = {"start": start, "end": end}
    times = {
        name: {"date": moment.date().isoformat()} if all_day else {"dateTime": moment.isoformat()}
        for name, moment in moments.items()
    }
    kinds: dict[str, Document] = {
        "tentative": {"status": "tentative"},
        "free": {"transparency": "transparent"},
        # An absence of whole days is an ordinary event at Google.
        "oof": {} if all_day else {"eventType": "outOfOffice"},
        "workingElsewhere": {"eventType": "workingLocation", "transparency": "transparent"},
    }
    return {"summary": subject, **times, **kinds.get(show_as, {})}


def _attendee(google: GoogleService, person: Document) -> Attendee:
    email = str(person["email"])
    account, room = google.people.account(email), google.people.room(email)
    name = account.name if account else room.name if room else str(person.get("displayName") or "")
    response = _RESPONSES.get(str(person["responseStatus"]), "none")
    kind = "resource" if person.get("resource") else "optional" if person.get("optional") else "required"
    return Attendee(name, email, kind, response)


def _show_as(event: Document) -> str:
    kind = event.get("eventType")
    if kind == "workingLocation":
        return "workingElsewhere"
    if event.get("transparency") == "transparent":
        return "free"
    return "oof" if kind == "outOfOffice" else "tentative" if event["status"] == "tentative" else "busy"
