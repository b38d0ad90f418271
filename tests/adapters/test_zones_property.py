"""Whatever the instant and the zone: what is written means the same instant when it is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from chosei.adapters.microsoft.zones import instant, moment, zone_named

ZONES = st.sampled_from(sorted(zone for zone in available_timezones() if "/" in zone))
INSTANTS = st.integers(0, 20 * 365 * 24 * 4).map(
    lambda quarters: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarters)
)


@given(INSTANTS, ZONES)
def test_an_instant_survives_writing_and_reading(at: datetime, zone: str) -> None:
    written = moment(at, zone)
    assert instant(written) == at
    if written["timeZone"] != "UTC":
        shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
        assert datetime.fromisoformat(written["dateTime"]) == shown


@given(ZONES, INSTANTS)
def test_a_wall_time_that_exists_once_is_written_in_its_zone_or_in_utc(zone: str, at: datetime) -> None:
    assert zone_named(moment(at, zone)["timeZone"])
