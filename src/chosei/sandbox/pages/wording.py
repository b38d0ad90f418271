"""Dates and times as readers write them."""

from __future__ import annotations

import datetime as dt

_JAPANESE_DAYS = "月火水木金土日"
_ENGLISH_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Wording:
    """Words for local dates and times in one language."""

    def __init__(self, language: str) -> None:
        self._japanese = language == "ja"

    def weekday(self, day: dt.date) -> str:
        """木, Thu"""
        return (_JAPANESE_DAYS if self._japanese else _ENGLISH_DAYS)[day.weekday()]

    def date(self, day: dt.date) -> str:
        """12月3日(木), Thu 3 Dec"""
        if self._japanese:
            return f"{day.month}月{day.day}日({self.weekday(day)})"
        return f"{self.weekday(day)} {day.day} {_ENGLISH_MONTHS[day.month - 1]}"

    def time(self, moment: dt.datetime) -> str:
        """9:05"""
        return f"{moment.hour}:{moment.minute:02}"

    def span(self, start: dt.datetime, end: dt.datetime) -> str:
        """10:00〜11:00, 10:00–11:00"""
        midnight = end.time() == dt.time() and end.date() == start.date() + dt.timedelta(days=1)
        last = "24:00" if midnight else self.time(end)
        return f"{self.time(start)}{'〜' if self._japanese else '–'}{last}"

    def when(self, start: dt.datetime, end: dt.datetime) -> str:
        """12月3日(木) 10:00〜11:00; with both dates where it ends on a later day."""
        if end.date() > start.date() and end - start > dt.timedelta(hours=24):
            dash = "〜" if self._japanese else "–"
            return f"{self.date(start)} {self.time(start)}{dash}{self.date(end)} {self.time(end)}"
        return f"{self.date(start)} {self.span(start, end)}"

    def week(self, monday: dt.date) -> str:
        """2026年11月30日〜12月6日, 30 Nov – 6 Dec 2026"""
        sunday = monday + dt.timedelta(days=6)
        if self._japanese:
            return f"{monday.year}年{monday.month}月{monday.day}日〜{sunday.month}月{sunday.day}日"
        first = f"{monday.day} {_ENGLISH_MONTHS[monday.month - 1]}"
        return f"{first} – {sunday.day} {_ENGLISH_MONTHS[sunday.month - 1]} {sunday.year}"
