"""Addresses that open a filled-in event in the guest's own calendar.

Google: calendar.google.com/calendar/render?action=TEMPLATE with `dates` in UTC basic format and `ctz`.
Outlook on the web: outlook.office.com/calendar/deeplink/compose with `startdt`/`enddt` in UTC ISO format.
Neither is an interface with a promise, but both have been stable for years; the .ics works always.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

_BODY_LIMIT = 1200  # characters: longer addresses are cut or refused by mail gateways and browsers


@dataclass(frozen=True, slots=True)
class GuestEvent:
    """An event as the guest's calendar should show it; instants are UTC, ``zone`` is an IANA name."""

    title: str
    start: datetime
    end: datetime
    zone: str
    location: str = ""
    body: str = ""


def google_url(event: GuestEvent) -> str:
    span = "/".join(
        instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for instant in (event.start, event.end)
    )
    return _url(
        "https://calendar.google.com/calendar/render",
        action="TEMPLATE",
        text=event.title,
        dates=span,
        ctz=event.zone,
        details=event.body[:_BODY_LIMIT],
        location=event.location,
    )


def outlook_url(event: GuestEvent) -> str:
    return _url(
        "https://outlook.office.com/calendar/deeplink/compose",
        path="/calendar/action/compose",
        rru="addevent",
        subject=event.title,
        startdt=event.start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        enddt=event.end.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        body=event.body[:_BODY_LIMIT],
        location=event.location,
    )


def _url(base: str, **query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{base}?{urlencode(given, quote_via=quote, safe='/:')}"
