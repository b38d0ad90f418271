"""Times for the viewer: Tokyo's, as everywhere in the sandbox, and said to be."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

_TOKYO = ZoneInfo("Asia/Tokyo")
_DAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(language: str, instant: datetime) -> str:
    """12月3日(木) 14:00:05（東京）, Thu, Dec 3, 14:00:05 (Tokyo)."""
    local = instant.astimezone(_TOKYO)
    day = _DAYS[language][local.weekday()]
    clock = f"{local.hour}:{local.minute:02}:{local.second:02}"
    if language == "ja":
        return f"{local.month}月{local.day}日({day}) {clock}（東京）"
    return f"{day}, {_MONTHS[local.month - 1]} {local.day}, {clock} (Tokyo)"


def when(text: str) -> str:
    """A time of a calendar object: 2026-12-03 05:00 UTC, as written there."""
    return text.replace("T", " ").replace("+00:00", " UTC")
