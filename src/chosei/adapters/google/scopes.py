"""The permissions Chosei asks of Google, frozen here as those of Microsoft 365 are.

``calendar.events`` reads and writes events, and ``calendarlist`` names the calendars and the account's zone;
no right over the calendars themselves is asked for. Rooms are asked for by themselves, later (incremental
authorization), and of an administrator: the directory answers nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable

_PREFIX = "https://www.googleapis.com/auth/"
EVENTS = f"{_PREFIX}calendar.events"
FREE_BUSY = f"{_PREFIX}calendar.freebusy"
CALENDAR_LIST = f"{_PREFIX}calendar.calendarlist.readonly"
ROOMS = f"{_PREFIX}admin.directory.resource.calendar.readonly"

REASONS = {
    "openid": "an ID token that says who signed in",
    "email": "the account's address, to compare with the address in Chosei",
    "profile": "the person's name",
    EVENTS: "busy times, holds and appointments in the person's own calendars",
    FREE_BUSY: "when colleagues and rooms are free",
    CALENDAR_LIST: "the names of the person's calendars, to choose which of them count",
}
REQUESTED = tuple(REASONS)
LATER = {ROOMS: "the company's meeting rooms; asked only of an administrator who wants them in Chosei"}
BEYOND = {"": (), "places": tuple(LATER)}
"""What is asked for in addition, by the purpose that ``AuthorizationPort`` names."""
REGISTERED = (*REQUESTED, *LATER)
"""What the consent screen in Google Cloud must list."""
NEEDED = frozenset({EVENTS, FREE_BUSY, CALENDAR_LIST})
"""People may untick each; without one of these a calendar cannot be used."""


def granted(text: str) -> frozenset[str]:
    """The scopes of a token response."""
    return frozenset(text.split())


def missing(scopes: Iterable[str]) -> frozenset[str]:
    """What we cannot do without and was not granted."""
    return NEEDED - frozenset(scopes)


def why(scope: str) -> str:
    """What a scope is for, for the person who is asked to grant it. Raises ``KeyError``."""
    return {**REASONS, **LATER}[scope]
