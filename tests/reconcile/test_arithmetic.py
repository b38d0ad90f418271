"""The figures of docs/microsoft365.md, section 10, held against the code and what leaves for Graph."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from chosei.actions.calendars import MOST_CALENDARS
from chosei.adapters.microsoft.calendar import PAGE_SIZE
from chosei.reconcile import sweep
from chosei.reconcile.observe import observe
from chosei.reconcile.reading import AHEAD, BEHIND, WHOLE_EVERY
from chosei.records.models import Connection

DOCS = Path(__file__).parents[2] / "docs"
CALENDARS, SWEEP_SECONDS = 10_000, 15
LIMIT_10_SECONDS, LIMIT_10_MINUTES = 130_000, 10_000


def test_the_figures_are_those_of_the_code() -> None:
    readings = CALENDARS / sweep._READ_EVERY.total_seconds()
    days = (BEHIND + AHEAD).days
    pages = math.ceil(days * 10 * 5 / 7 / PAGE_SIZE)
    whole = 2 * pages + 2
    weekly = CALENDARS / WHOLE_EVERY.total_seconds()
    at_once = CALENDARS / sweep._AT_ONCE * SWEEP_SECONDS
    assert at_once == timedelta(minutes=5).total_seconds()
    each = 1 + MOST_CALENDARS * pages
    figures = [
        f"{readings:.1f}",
        f"{readings * 10:.0f}",
        f"{readings * 10 / LIMIT_10_SECONDS:.2%}",
        f"{weekly:.3f}",
        f"{days}",
        f"{AHEAD.days}",
        f"{PAGE_SIZE}",
        f"{days * 10 * 5 / 7:.0f}",
        f"{weekly * whole:.2f}",
        f"{readings * whole:.0f}",
        f"{readings * whole * 10:,.0f}",
        f"{readings * whole * 10 / LIMIT_10_SECONDS:.1%}",
        f"{readings * pages:.0f}",
        f"{readings * pages * 10:,.0f}",
        f"{readings * pages * 10 / LIMIT_10_SECONDS:.1%}",
        f"{readings * pages * MOST_CALENDARS * 10 / LIMIT_10_SECONDS:.1%}",
        f"{2 * each}",
        f"{2 * each / LIMIT_10_MINUTES:.2%}",
    ]
    for name in ("microsoft365.md", "microsoft365.ja.md"):
        text = (DOCS / name).read_text(encoding="utf-8").replace(" %", "%")
        section = text[text.index("## 10.") : text.index("## 11.")]
        assert [figure for figure in figures if figure not in section] == [], name


@pytest.mark.django_db(transaction=True)
def test_a_reading_of_changes_is_one_request_and_a_whole_one_as_many_as_told(tenant, linked) -> None:
    observe(linked.pk)
    assert requests_of(linked) == ["/me/calendarView/delta"]
    Connection.objects.update(mirror_whole_at=None)
    assert sorted(set(requests_of(linked))) == [
        "/me/calendar",
        "/me/calendar/getSchedule",
        "/me/calendarView",
        "/me/calendarView/delta",
    ]


def requests_of(linked: Connection) -> list[str]:
    """The routes of what one reading asks Graph for."""
    with capture_logs() as said:
        observe(linked.pk)
    return [entry["route"] for entry in said if entry["event"] == "provider call"]
