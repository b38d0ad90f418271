"""Times as Graph writes them, as literal walls and instants."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chosei.adapters.microsoft.zones import instant, moment, span, windows_name, zone_named
from chosei.adapters.wire import Unreadable


@pytest.mark.parametrize(
    ("zone", "at", "date_time", "time_zone"),
    [
        ("Asia/Tokyo", datetime(2026, 12, 3, 1, 0, tzinfo=UTC), "2026-12-03T10:00:00", "Tokyo Standard Time"),
        (
            "Asia/Kolkata",
            datetime(2026, 12, 3, 4, 30, tzinfo=UTC),
            "2026-12-03T10:00:00",
            "India Standard Time",
        ),
        (
            "America/New_York",
            datetime(2026, 7, 1, 14, 0, tzinfo=UTC),
            "2026-07-01T10:00:00",
            "Eastern Standard Time",
        ),
        (
            "America/New_York",  # the first 01:30 of the day the clocks go back
            datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
            "2026-11-01T01:30:00",
            "Eastern Standard Time",
        ),
        (
            "America/New_York",
            datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
            "2026-11-01T06:30:00",
            "UTC",
        ),  # the second
        ("UTC", datetime(2026, 12, 3, 1, 0, tzinfo=UTC), "2026-12-03T01:00:00", "UTC"),
        ("Antarctica/Troll", datetime(2026, 12, 3, 1, 0, tzinfo=UTC), "2026-12-03T01:00:00", "UTC"),
    ],
)
def test_instants_are_written_as_the_wall_shows_them(
    zone: str, at: datetime, date_time: str, time_zone: str
) -> None:
    written = moment(at, zone)
    assert written == {"dateTime": date_time, "timeZone": time_zone}
    assert instant(written) == at


@pytest.mark.parametrize(
    ("date_time", "time_zone", "expected"),
    [
        ("2026-12-03T10:00:00.0000000", "Tokyo Standard Time", datetime(2026, 12, 3, 1, 0, tzinfo=UTC)),
        ("2026-12-03T10:00:00", "tokyo standard time", datetime(2026, 12, 3, 1, 0, tzinfo=UTC)),
        ("2026-12-03T10:00", "Asia/Tokyo", datetime(2026, 12, 3, 1, 0, tzinfo=UTC)),
        ("2026-12-03T01:00:00.1234567", "UTC", datetime(2026, 12, 3, 1, 0, 0, 123456, tzinfo=UTC)),
        ("2026-12-03T01:00:00.0000000", "tzone://Microsoft/Utc", datetime(2026, 12, 3, 1, 0, tzinfo=UTC)),
        ("2026-12-03T01:00:00.0000000", None, datetime(2026, 12, 3, 1, 0, tzinfo=UTC)),
        ("2026-12-03T10:00:00+09:00", "UTC", datetime(2026, 12, 3, 1, 0, tzinfo=UTC)),
        ("2026-12-03T01:00:00Z", "Tokyo Standard Time", datetime(2026, 12, 3, 1, 0, tzinfo=UTC)),
        ("2026-07-01T10:00:00", "Eastern Standard Time", datetime(2026, 7, 1, 14, 0, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_every_form(date_time: str, time_zone: str | None, expected: datetime) -> None:
    assert instant({"dateTime": date_time, "timeZone": time_zone}) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        "2026-12-03T10:00:00",
        {},
        {"dateTime": 17, "timeZone": "UTC"},
        {"dateTime": "2026-12-03", "timeZone": "UTC"},
        {"dateTime": "2026-13-03T10:00:00", "timeZone": "UTC"},
        {"dateTime": "2026-12-03T10:00:00", "timeZone": "tzone://Microsoft/Custom"},
        {"dateTime": "2026-12-03T10:00:00", "timeZone": "Customized Time Zone"},
        {"dateTime": "2026-12-03T10:00:00", "timeZone": "Nowhere/Land"},
        {"dateTime": "2026-12-03T10:00:00", "timeZone": "../../etc/passwd"},
        {"dateTime": "2026-12-03T10:00:00", "timeZone": ["UTC"]},
    ],
)
def test_what_cannot_be_understood_is_not_guessed(value: Any) -> None:
    with pytest.raises(Unreadable):
        instant(value)


def at(text: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": text, "timeZone": zone}


def test_an_all_day_event_is_the_owners_day_in_whatever_zone_it_is_told() -> None:
    tokyo = (datetime(2026, 12, 2, 15, 0, tzinfo=UTC), datetime(2026, 12, 3, 15, 0, tzinfo=UTC))
    for zone in ("UTC", "Tokyo Standard Time", "Eastern Standard Time"):
        told = (at("2026-12-03T00:00:00.0000000", zone), at("2026-12-04T00:00:00.0000000", zone))
        assert span(*told, all_day=True, owner_zone="Asia/Tokyo") == tokyo


def test_an_all_day_event_told_as_instants_is_taken_as_told() -> None:
    start, end = span(
        at("2026-12-02T15:00:00"), at("2026-12-03T15:00:00"), all_day=True, owner_zone="Asia/Tokyo"
    )
    assert (start, end) == (
        datetime(2026, 12, 2, 15, 0, tzinfo=UTC),
        datetime(2026, 12, 3, 15, 0, tzinfo=UTC),
    )


def test_an_all_day_event_on_the_day_the_clocks_change_has_23_hours() -> None:
    start, end = span(
        at("2027-03-14T00:00:00"), at("2027-03-15T00:00:00"), all_day=True, owner_zone="America/New_York"
    )
    assert (end - start).total_seconds() == 23 * 3600


def test_an_end_before_the_start_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        span(at("2026-12-03T10:00:00"), at("2026-12-03T09:59:00"), all_day=False, owner_zone="UTC")


def test_names_go_both_ways() -> None:
    assert windows_name("Asia/Tokyo") == "Tokyo Standard Time"
    assert windows_name("Etc/UTC") == "UTC"
    assert zone_named("W. Europe Standard Time").key == "Europe/Berlin"
    assert zone_named("UTC").key == "UTC"
