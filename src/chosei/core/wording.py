"""Dates, times and durations as people read them. Nothing else in Chosei turns a time into text for a person.

Instants are shown in the reader's zone. The year appears where it is not the year of ``today`` or ``now``,
and always without these: so in mails and records, which are read later. Times are never padded (9:00); an
evening that ends at midnight ends at 24:00.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby

from chosei.core.hours import WeeklyHours
from chosei.core.intervals import Interval
from chosei.core.language import Language
from chosei.core.walltime import zone_of
from chosei.core.zone_names import zone_name

_WEEKDAYS_JA = "月火水木金土日"
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def weekday_text(weekday: int, language: Language, *, full: bool = False) -> str:
    """木 or 木曜日, Thu or Thursday; 0 is Monday."""
    if language == Language.JA:
        return _WEEKDAYS_JA[weekday] + ("曜日" if full else "")
    return _WEEKDAYS_EN[weekday] if full else _WEEKDAYS_EN[weekday][:3]


def date_text(day: date, language: Language, today: date | None) -> str:
    """12月3日(木), Thu, Dec 3; 2027年1月5日(火), Tue, Jan 5, 2027 when ``today`` is in another year."""
    weekday = weekday_text(day.weekday(), language)
    with_year = today is None or day.year != today.year
    if language == Language.JA:
        return f"{day.year}年" * with_year + f"{day.month}月{day.day}日({weekday})"
    return f"{weekday}, {_MONTHS_EN[day.month - 1]} {day.day}" + f", {day.year}" * with_year


def date_range_text(first: date, last: date, language: Language) -> str:
    """11/30〜12/4, Nov 30–Dec 4: short, for the head of a week."""
    if language == Language.JA:
        return f"{first.month}/{first.day}〜{last.month}/{last.day}"
    start = f"{_MONTHS_EN[first.month - 1]} {first.day}"
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{start}–{last.day}" if same_month else f"{start}–{_MONTHS_EN[last.month - 1]} {last.day}"


def time_text(instant: datetime, zone: str) -> str:
    """9:00"""
    return _clock(_local(instant, zone))


def time_range_text(interval: Interval, zone: str, language: Language) -> str:
    """10:00〜11:00, 10:00–11:00; an end on another day says so: 23:00〜翌1:00, 23:00–1:00 (+1 day)."""
    start, end = _local(interval.start, zone), _local(interval.end, zone)
    if _ends_at_midnight(start, end):
        return _range(_clock(start), "24:00", language)
    days = (end.date() - start.date()).days
    if language == Language.JA:
        later = "" if days <= 0 else "翌" if days == 1 else f"{days}日後の"
        return _range(_clock(start), later + _clock(end), language)
    later = "" if days <= 0 else " (+1 day)" if days == 1 else f" (+{days} days)"
    return _range(_clock(start), _clock(end), language) + later


def weekly_text(hours: WeeklyHours, language: Language) -> str:
    """月〜水 9:00〜12:00、木 13:00〜17:00; Mon–Wed 9:00–12:00, Thu 13:00–17:00. Days alike stand together."""
    japanese = language == Language.JA
    parts: list[str] = []
    for spans, alike in groupby(range(7), key=lambda day: hours.weekdays[day]):
        if not spans:
            continue
        days = [weekday_text(day, language) for day in alike]
        named = days[0] if len(days) == 1 else _range(days[0], days[-1], language)
        times = [_range(_wall(span.start_minute), _wall(span.end_minute), language) for span in spans]
        parts.append(f"{named} {('・' if japanese else ' / ').join(times)}")
    return ("、" if japanese else ", ").join(parts)


def instant_text(
    instant: datetime, zone: str, language: Language, now: datetime | None, *, with_zone: bool = False
) -> str:
    """12月3日(木) 10:00, Thu, Dec 3, 10:00; ``with_zone`` adds (GMT+9)."""
    local = _local(instant, zone)
    day = date_text(local.date(), language, _today(now, zone))
    return _day_and_time(day, _clock(local), language) + _zone_mark(instant, zone, with_zone)


def interval_text(
    interval: Interval, zone: str, language: Language, now: datetime | None, *, with_zone: bool = False
) -> str:
    """12月3日(木) 10:00〜11:00, Thu, Dec 3, 10:00–11:00; over several days both dates are said."""
    start, end = _local(interval.start, zone), _local(interval.end, zone)
    today = _today(now, zone)
    mark = _zone_mark(interval.start, zone, with_zone)
    first = date_text(start.date(), language, today)
    if end.date() == start.date() or _ends_at_midnight(start, end):
        return _day_and_time(first, time_range_text(interval, zone, language), language) + mark
    last = _day_and_time(date_text(end.date(), language, today), _clock(end), language)
    return _range(_day_and_time(first, _clock(start), language), last, language, wide=True) + mark


def offset_text(instant: datetime, zone: str) -> str:
    """GMT+9, GMT+5:30, GMT-3, GMT: what the zone's clocks keep at ``instant``."""
    offset = _local(instant, zone).utcoffset()
    assert offset is not None
    minutes = round(offset / timedelta(minutes=1))
    if not minutes:
        return "GMT"
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")


def zone_text(zone: str, instant: datetime, language: Language) -> str:
    """日本標準時(GMT+9), Japan Standard Time (GMT+9); an unlisted zone by its city, Yangon (GMT+6:30)."""
    name = zone_name(zone, summer=bool(_local(instant, zone).dst()), language=language)
    offset = offset_text(instant, zone)
    return f"{name}({offset})" if language == Language.JA else f"{name} ({offset})"


def duration_text(minutes: int, language: Language) -> str:
    """30分, 1時間30分, 2日; 30 min, 1 hr 30 min, 2 days."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if language == Language.JA:
        parts = [f"{days}日"] * bool(days) + [f"{hours}時間"] * bool(hours) + [f"{left}分"] * bool(left)
        return "".join(parts) or "0分"
    parts = [f"{days} day{'s' * (days > 1)}"] * bool(days)
    parts += [f"{hours} hr"] * bool(hours) + [f"{left} min"] * bool(left)
    return " ".join(parts) or "0 min"


def remaining_text(until: datetime, now: datetime, zone: str, language: Language) -> str:
    """あと9日 by the reader's calendar, あと5時間 or あと20分 in the last 24 hours, 終了 when it is over.

    English: 9 days left, 5 hours left, 20 minutes left, closed.
    """
    left = until - now
    japanese = language == Language.JA
    if left <= timedelta(0):
        return "終了" if japanese else "closed"
    if left >= _DAY:
        count, ja, en = (_local(until, zone).date() - _local(now, zone).date()).days, "日", "day"
    elif left >= _HOUR:
        count, ja, en = left // _HOUR, "時間", "hour"
    else:
        count, ja, en = max(1, left // timedelta(minutes=1)), "分", "minute"
    return f"あと{count}{ja}" if japanese else f"{count} {en}{'' if count == 1 else 's'} left"


def _local(instant: datetime, zone: str) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(zone_of(zone))


def _today(now: datetime | None, zone: str) -> date | None:
    return None if now is None else _local(now, zone).date()


def _ends_at_midnight(start: datetime, end: datetime) -> bool:
    return (end.hour, end.minute) == (0, 0) and end.date() - start.date() == _DAY


def _clock(local: datetime) -> str:
    return f"{local.hour}:{local.minute:02}"


def _wall(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def _day_and_time(day: str, time: str, language: Language) -> str:
    return f"{day} {time}" if language == Language.JA else f"{day}, {time}"


def _range(start: str, end: str, language: Language, *, wide: bool = False) -> str:
    if language == Language.JA:
        return f"{start}〜{end}"
    return f"{start} – {end}" if wide else f"{start}–{end}"


def _zone_mark(instant: datetime, zone: str, wanted: bool) -> str:
    return f" ({offset_text(instant, zone)})" if wanted else ""
