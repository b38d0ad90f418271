"""Events as they come over the wire: what the adapters of calendars share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chosei.ports.calendar import BusyEvent, EventDraft, ObservedEvent


class Unreadable(ValueError):
    """The provider's answer holds something we cannot understand; guessing would offer a busy time."""


def member(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object of that name; an empty one where there is none."""
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def text(raw: Mapping[str, Any], name: str, *, needed: bool = False) -> str:
    """The text of that name, "" where there is none. Raises ``Unreadable`` for anything else, and for an
    empty one that is ``needed``."""
    value = raw.get(name)
    if isinstance(value, str) and (value or not needed):
        return value
    if needed or value is not None:
        raise Unreadable(name)
    return ""


def carries(event: ObservedEvent, draft: EventDraft) -> bool:
    """Whether a link that was asked for has come."""
    return bool(event.join_url) or not draft.web_meeting


def touches(event: BusyEvent, start: datetime, end: datetime) -> bool:
    """Whether the event shares time with the window; one without length counts where it stands."""
    return event.start < end and (event.end > start or event.start == event.end >= start)
