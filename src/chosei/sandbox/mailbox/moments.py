"""Times for the viewer, in this machine's own zone."""

from __future__ import annotations

from datetime import datetime

_DAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(language: str, instant: datetime) -> str:
    """12月3日(木) 14:00:05, Thu, Dec 3, 14:00:05; where the machine runs."""
    local = instant.astimezone()
    day = _DAYS[language][local.weekday()]
    clock = f"{local.hour}:{local.minute:02}:{local.second:02}"
    if language == "ja":
        return f"{local.month}月{local.day}日({day}) {clock}"
    return f"{day}, {_MONTHS[local.month - 1]} {local.day}, {clock}"


def when(text: str) -> str:
    """A time of a calendar object: 2026-12-03 05:00 UTC, as written there."""
    return text.replace("T", " ").replace("+00:00", " UTC")
