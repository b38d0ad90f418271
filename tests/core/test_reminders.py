from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chosei.core.reminders import due, next_at, occasion

START = datetime(2026, 12, 3, 5, 0, tzinfo=UTC)


def before(**length) -> datetime:
    return START - timedelta(**length)


def test_due_once_its_hour_has_come():
    assert due(START, [24, 1], before(days=3), before(hours=24, seconds=1)) is None
    assert due(START, [24, 1], before(days=3), before(hours=24)) == 24
    assert due(START, [24, 1], before(hours=24), before(hours=23)) is None
    assert due(START, [24, 1], before(hours=24), before(minutes=30)) == 1


def test_after_a_standstill_only_the_latest():
    assert due(START, [48, 24, 1], before(days=5), before(minutes=5)) == 1


def test_nothing_for_what_was_arranged_later_or_has_begun():
    assert due(START, [24], before(hours=5), before(hours=4)) is None
    assert due(START, [24], before(days=5), START) is None
    assert due(START, [], before(days=5), before(hours=1)) is None


def test_the_next_one():
    assert next_at(START, [24, 1], before(days=3)) == before(hours=24)
    assert next_at(START, [24, 1], before(hours=24)) == before(hours=1)
    assert next_at(START, [24, 1], before(hours=1)) is None


def test_every_reminder_has_its_own_name():
    assert occasion(START, 24) == "2026-12-03T05:00Z-24h"
    assert occasion(START, 24) != occasion(START, 1) != occasion(before(days=1), 1)
