"""Reception codes: reading what was typed, and the days they are good on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chosei.core.intervals import Interval
from chosei.core.reception import read_code, validity


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("810749", 810749),
        ("000007", 7),
        (" 810 749\n", 810749),
        ("８１０７４９", 810749),
        ("810-749", 810749),
        ("81０ー749", 810749),
        ("", None),
        ("81074", None),
        ("8107490", None),
        ("81O749", None),
        ("-810749", 810749),
        ("８１０７４٩", None),
        ("²10749", 210749),
    ],
)
def test_six_digits_however_they_are_typed(typed, number):
    assert read_code(typed) == number


def meeting(start, end):
    begin, finish = (datetime(2026, *parts).replace(tzinfo=UTC) for parts in (start, end))
    return Interval(begin, finish)


@pytest.mark.parametrize(
    ("meeting", "zone", "around", "good"),
    [
        (meeting((12, 3, 5), (12, 3, 6)), "Asia/Tokyo", (0, 0), meeting((12, 2, 15), (12, 3, 15))),
        (meeting((12, 2, 15), (12, 3, 15)), "Asia/Tokyo", (0, 0), meeting((12, 2, 15), (12, 3, 15))),
        (meeting((12, 3, 13), (12, 3, 16)), "Asia/Tokyo", (0, 0), meeting((12, 2, 15), (12, 4, 15))),
        (meeting((12, 3, 5), (12, 3, 6)), "Asia/Tokyo", (1, 2), meeting((12, 1, 15), (12, 5, 15))),
        (meeting((12, 3, 5), (12, 3, 6)), "Asia/Kolkata", (0, 0), meeting((12, 2, 18, 30), (12, 3, 18, 30))),
        # A day of 25 hours, and one of 23.
        (meeting((11, 1, 17), (11, 1, 18)), "America/New_York", (0, 0), meeting((11, 1, 4), (11, 2, 5))),
        (meeting((3, 8, 17), (3, 8, 18)), "America/New_York", (0, 0), meeting((3, 8, 5), (3, 9, 4))),
    ],
)
def test_good_on_whole_days_where_the_company_is(meeting, zone, around, good):
    assert validity(meeting, zone, days_before=around[0], days_after=around[1]) == good
