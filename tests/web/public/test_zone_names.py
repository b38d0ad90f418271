"""Zone names are kept for half an hour, and yet never outlive a change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from chosei.web.public.showing import zone_switch


@pytest.mark.parametrize(
    ("zone", "change", "before", "after"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "GMT+1)", "GMT+2)"),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC), "GMT+10:30)", "GMT+11)"),
    ],
)
def test_the_name_changes_with_the_clocks(zone: str, change: datetime, before: str, after: str):
    with translation.override("ja"):
        names = [zone_switch(zone, change + timedelta(seconds=s)).name for s in (-1, 0, 1)]
    assert [name.endswith(end) for name, end in zip(names, (before, after, after), strict=True)] == [True] * 3


def test_each_language_has_its_own_names():
    now = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)
    with translation.override("ja"):
        assert zone_switch("Asia/Tokyo", now).name == "日本標準時(GMT+9)"
    with translation.override("en"):
        assert zone_switch("Asia/Tokyo", now).name == "Japan Standard Time (GMT+9)"
