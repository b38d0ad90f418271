"""Dates, times, zones and durations, to the letter, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chosei.core import wording
from chosei.core.hours import WeeklyHours
from chosei.core.intervals import Interval
from chosei.core.language import Language

JA, EN = Language.JA, Language.EN
TOKYO = "Asia/Tokyo"
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def span(start: datetime, hours: float = 1) -> Interval:
    return Interval(start, start + timedelta(hours=hours))


def tokyo(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(TOKYO))  # type: ignore[misc, arg-type]


def test_dates() -> None:
    assert wording.date_text(date(2026, 12, 3), JA, TODAY) == "12月3日(木)"
    assert wording.date_text(date(2027, 1, 5), JA, TODAY) == "2027年1月5日(火)"
    assert wording.date_text(date(2025, 12, 3), JA, TODAY) == "2025年12月3日(水)"
    assert wording.date_text(date(2026, 12, 3), JA, None) == "2026年12月3日(木)"
    assert wording.date_text(date(2026, 12, 3), EN, TODAY) == "Thu, Dec 3"
    assert wording.date_text(date(2027, 1, 5), EN, TODAY) == "Tue, Jan 5, 2027"
    assert wording.date_text(date(2026, 12, 3), EN, None) == "Thu, Dec 3, 2026"


def test_weekdays_and_weeks() -> None:
    assert [wording.weekday_text(n, JA) for n in range(7)] == list("月火水木金土日")
    assert wording.weekday_text(3, JA, full=True) == "木曜日"
    assert wording.weekday_text(6, EN) == "Sun"
    assert wording.weekday_text(2, EN, full=True) == "Wednesday"
    assert wording.date_range_text(date(2026, 11, 30), date(2026, 12, 4), JA) == "11/30〜12/4"
    assert wording.date_range_text(date(2026, 11, 30), date(2026, 12, 4), EN) == "Nov 30–Dec 4"
    assert wording.date_range_text(date(2026, 12, 7), date(2026, 12, 11), EN) == "Dec 7–11"


def test_intervals() -> None:
    meeting = span(tokyo(2026, 12, 3, 10))
    assert wording.interval_text(meeting, TOKYO, JA, NOW) == "12月3日(木) 10:00〜11:00"
    assert wording.interval_text(meeting, TOKYO, EN, NOW) == "Thu, Dec 3, 10:00–11:00"
    shown = wording.interval_text(meeting, TOKYO, EN, None, with_zone=True)
    assert shown == "Thu, Dec 3, 2026, 10:00–11:00 (GMT+9)"
    shown = wording.interval_text(meeting, TOKYO, JA, None, with_zone=True)
    assert shown == "2026年12月3日(木) 10:00〜11:00 (GMT+9)"


def test_the_same_meeting_for_a_reader_elsewhere() -> None:
    meeting = span(tokyo(2026, 12, 3, 10))
    shown = wording.interval_text(meeting, "America/New_York", EN, NOW, with_zone=True)
    assert shown == "Wed, Dec 2, 20:00–21:00 (GMT-5)"


def test_the_year_is_the_readers() -> None:
    # In Tokyo 2027 has begun, in London it has not.
    now, meeting = datetime(2026, 12, 31, 16, tzinfo=UTC), span(datetime(2026, 12, 31, 17, tzinfo=UTC))
    assert wording.interval_text(meeting, TOKYO, JA, now) == "1月1日(金) 2:00〜3:00"
    assert wording.interval_text(meeting, "Europe/London", EN, now) == "Thu, Dec 31, 17:00–18:00"


def test_past_midnight() -> None:
    late, to_midnight = span(tokyo(2026, 12, 3, 23), 2), span(tokyo(2026, 12, 3, 22), 2)
    assert wording.interval_text(late, TOKYO, JA, NOW) == "12月3日(木) 23:00〜12月4日(金) 1:00"
    assert wording.interval_text(late, TOKYO, EN, NOW) == "Thu, Dec 3, 23:00 – Fri, Dec 4, 1:00"
    assert wording.interval_text(to_midnight, TOKYO, JA, NOW) == "12月3日(木) 22:00〜24:00"
    assert wording.time_range_text(late, TOKYO, JA) == "23:00〜翌1:00"
    assert wording.time_range_text(late, TOKYO, EN) == "23:00–1:00 (+1 day)"
    assert wording.time_range_text(to_midnight, TOKYO, EN) == "22:00–24:00"
    assert wording.time_range_text(span(tokyo(2026, 12, 3, 23), 50), TOKYO, JA) == "23:00〜3日後の1:00"
    assert wording.time_range_text(span(tokyo(2026, 12, 3, 23), 50), TOKYO, EN) == "23:00–1:00 (+3 days)"
    two_days = span(tokyo(2026, 12, 3, 22), 26)
    assert wording.interval_text(two_days, TOKYO, JA, NOW) == "12月3日(木) 22:00〜12月5日(土) 0:00"


def test_single_times() -> None:
    assert wording.time_text(tokyo(2026, 12, 3, 9, 5), TOKYO) == "9:05"
    assert wording.time_text(tokyo(2026, 12, 3, 0, 0), TOKYO) == "0:00"
    assert wording.instant_text(tokyo(2026, 12, 3, 9), TOKYO, JA, NOW) == "12月3日(木) 9:00"
    assert wording.instant_text(tokyo(2026, 12, 3, 9), TOKYO, EN, None, with_zone=True) == (
        "Thu, Dec 3, 2026, 9:00 (GMT+9)"
    )


@pytest.mark.parametrize(
    ("zone", "at", "ja", "en"),
    [
        (TOKYO, (2026, 12, 3), "日本標準時(GMT+9)", "Japan Standard Time (GMT+9)"),
        ("America/New_York", (2026, 12, 3), "東部標準時(GMT-5)", "Eastern Standard Time (GMT-5)"),
        ("America/New_York", (2026, 7, 1), "東部夏時間(GMT-4)", "Eastern Daylight Time (GMT-4)"),
        ("Europe/London", (2026, 12, 3), "英国時間(GMT)", "Greenwich Mean Time (GMT)"),
        ("Europe/London", (2026, 7, 1), "英国夏時間(GMT+1)", "British Summer Time (GMT+1)"),
        ("Asia/Kolkata", (2026, 7, 1), "インド標準時(GMT+5:30)", "India Standard Time (GMT+5:30)"),
        ("Asia/Kathmandu", (2026, 7, 1), "ネパール時間(GMT+5:45)", "Nepal Time (GMT+5:45)"),
        ("America/St_Johns", (2026, 12, 3), "St Johns(GMT-3:30)", "St Johns (GMT-3:30)"),
        ("UTC", (2026, 7, 1), "協定世界時(GMT)", "Coordinated Universal Time (GMT)"),
    ],
)
def test_zones(zone: str, at: tuple[int, int, int], ja: str, en: str) -> None:
    instant = datetime(*at, tzinfo=UTC)
    assert wording.zone_text(zone, instant, JA) == ja
    assert wording.zone_text(zone, instant, EN) == en


def test_every_named_zone_exists() -> None:
    from chosei.core.zone_names import _BY_ZONE

    for zone in _BY_ZONE:
        assert ZoneInfo(zone).utcoffset(datetime(2026, 1, 1)) is not None


@pytest.mark.parametrize(
    ("minutes", "ja", "en"),
    [
        (30, "30分", "30 min"),
        (60, "1時間", "1 hr"),
        (90, "1時間30分", "1 hr 30 min"),
        (1440, "1日", "1 day"),
        (2 * 1440 + 61, "2日1時間1分", "2 days 1 hr 1 min"),
        (0, "0分", "0 min"),
    ],
)
def test_durations(minutes: int, ja: str, en: str) -> None:
    assert wording.duration_text(minutes, JA) == ja
    assert wording.duration_text(minutes, EN) == en


@pytest.mark.parametrize(
    ("until", "ja", "en"),
    [
        (tokyo(2026, 12, 3, 9), "あと9日", "9 days left"),
        (tokyo(2026, 11, 25, 10), "あと1日", "1 day left"),
        (tokyo(2026, 11, 25, 9, 59), "あと23時間", "23 hours left"),
        (tokyo(2026, 11, 24, 11), "あと1時間", "1 hour left"),
        (tokyo(2026, 11, 24, 10, 20), "あと20分", "20 minutes left"),
        (tokyo(2026, 11, 24, 10, 0, 5), "あと1分", "1 minute left"),
        (tokyo(2026, 11, 24, 10), "終了", "closed"),
        (tokyo(2026, 11, 20), "終了", "closed"),
    ],
)
def test_what_remains(until: datetime, ja: str, en: str) -> None:
    assert wording.remaining_text(until, NOW, TOKYO, JA) == ja
    assert wording.remaining_text(until, NOW, TOKYO, EN) == en


def test_weekly_hours_with_days_alike_together() -> None:
    week = [[("09:00", "12:00"), ("13:00", "17:30")]] * 3 + [[], [("22:00", "26:00")], [], []]
    hours = WeeklyHours.parse(week, TOKYO)
    assert wording.weekly_text(hours, JA) == "月〜水 9:00〜12:00・13:00〜17:30、金 22:00〜26:00"
    assert wording.weekly_text(hours, EN) == "Mon–Wed 9:00–12:00 / 13:00–17:30, Fri 22:00–26:00"


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        wording.time_text(datetime(2026, 12, 3), TOKYO)
