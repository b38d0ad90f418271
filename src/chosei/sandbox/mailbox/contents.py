"""What is inside a mail, for a person and for a test to look at."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import asdict, dataclass
from datetime import date, datetime
from email.message import EmailMessage
from typing import Any

from icalendar import Calendar

_LINK = re.compile(r"https?://[^\s<>\"')」』】、。]+")


@dataclass(frozen=True, slots=True)
class CalendarObject:
    """The .ics of a mail, read: times are ISO 8601 with offset, ``problem`` why it could not be read."""

    method: str
    content: str
    uid: str = ""
    sequence: int = 0
    status: str = ""
    summary: str = ""
    start: str = ""
    end: str = ""
    location: str = ""
    url: str = ""
    description: str = ""
    organizer: str = ""
    attendees: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    calendar: CalendarObject | None
    attachments: tuple[str, ...]

    @property
    def links(self) -> list[str]:
        """The addresses in the text, in their order, each once."""
        return list(dict.fromkeys(_LINK.findall(self.text)))

    def to_json(self) -> dict[str, Any]:
        calendar = asdict(self.calendar) if self.calendar else None
        return {
            "headers": {name.lower(): value for name, value in self.headers},
            "text": self.text,
            "html": self.html,
            "links": self.links,
            "calendar": calendar,
            "attachments": list(self.attachments),
        }


def contents_of(mail: EmailMessage) -> Contents:
    calendars = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    names = (part.get_filename() for part in mail.iter_attachments())
    return Contents(
        headers=tuple((name, str(value)) for name, value in mail.items()),
        text=_body(mail, "plain"),
        html=_with_images(mail, _body(mail, "html")),
        calendar=_calendar(calendars[0]) if calendars else None,
        attachments=tuple(name for name in names if name),
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _with_images(mail: EmailMessage, html: str) -> str:
    """The pictures that travel in the mail (RFC 2392) put where the HTML shows them."""
    for part in mail.walk():
        name = str(part.get("Content-ID", "")).strip("<>")
        content = part.get_payload(decode=True)
        if name and part.get_content_maintype() == "image" and isinstance(content, bytes):
            data = b64encode(content).decode()
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
    return html


def _calendar(part: Any) -> CalendarObject:
    content = str(part.get_content())
    method = str(part.get_param("method", ""))
    try:
        calendar = Calendar.from_ical(content)
        events = calendar.walk("VEVENT")
    except (ValueError, KeyError, IndexError) as error:
        return CalendarObject(method, content, problem=f"{type(error).__name__}: {error}")
    if not events:
        return CalendarObject(method, content, problem="no VEVENT")
    event = events[0]
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    return CalendarObject(
        method=method,
        content=content,
        uid=str(event.get("UID", "")),
        sequence=int(event.get("SEQUENCE", 0)),
        status=str(event.get("STATUS", "")),
        summary=str(event.get("SUMMARY", "")),
        start=_time(event.get("DTSTART")),
        end=_time(event.get("DTEND")),
        location=str(event.get("LOCATION", "")),
        url=str(event.get("URL", "")),
        description=str(event.get("DESCRIPTION", "")),
        organizer=_person(event.get("ORGANIZER")),
        attendees=tuple(_person(one) for one in attendees),
    )


def _time(value: Any) -> str:
    moment = getattr(value, "dt", None)
    return moment.isoformat() if isinstance(moment, datetime | date) else ""


def _person(value: Any) -> str:
    if value is None:
        return ""
    address = re.sub("^mailto:", "", str(value), flags=re.IGNORECASE)
    name = str(value.params.get("CN", "")) if hasattr(value, "params") else ""
    return f"{name} <{address}>" if name and name != address else address
