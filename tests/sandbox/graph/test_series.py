"""Recurring series: rules, exceptions, cancelled occurrences, and DST."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import Any

import pytest

from chosei.sandbox.graph.recurrence import parse
from tests.sandbox.graph.conftest import Graph, World

pytestmark = pytest.mark.contract


def dates(pattern: dict[str, Any], start: str, count: int = 6, **span: Any) -> list[str]:
    rule = parse(
        {"pattern": pattern, "range": {"type": "noEnd", "startDate": start, **span}},
        date.fromisoformat(start),
        "Tokyo Standard Time",
    )
    return [day.isoformat() for day in islice(rule.dates(), count)]


def test_rules_unfold() -> None:
    assert dates({"type": "daily", "interval": 2}, "2026-12-30", 3) == [
        "2026-12-30", "2027-01-01", "2027-01-03",
    ]  # fmt: skip
    weekly = {"type": "weekly", "interval": 2, "daysOfWeek": ["friday", "monday"], "firstDayOfWeek": "monday"}
    assert dates(weekly, "2026-12-04", 4) == ["2026-12-04", "2026-12-14", "2026-12-18", "2026-12-28"]
    month_end = {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}
    assert dates(month_end, "2027-01-31", 3) == ["2027-01-31", "2027-02-28", "2027-03-31"]
    last_friday = {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["friday"], "index": "last"}
    assert dates(last_friday, "2026-12-25", 3) == ["2026-12-25", "2027-01-29", "2027-02-26"]
    yearly = {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 29, "month": 2}
    assert dates(yearly, "2028-02-29", 2) == ["2028-02-29", "2029-02-28"]
    second_monday = {
        "type": "relativeYearly", "interval": 1, "month": 1, "daysOfWeek": ["monday"], "index": "second",
    }  # fmt: skip
    assert dates(second_monday, "2027-01-11", 2) == ["2027-01-11", "2028-01-10"]


def test_ranges_end_series() -> None:
    daily = {"type": "daily", "interval": 1}
    assert len(dates(daily, "2027-01-01", 9, type="numbered", numberOfOccurrences=3)) == 3
    assert dates(daily, "2027-01-01", 9, type="endDate", endDate="2027-01-02")[-1] == "2027-01-02"


def weekly(graph: Graph, zone: str = "Tokyo Standard Time", start: str = "2027-03-03", **members: Any) -> Any:
    return graph.post(
        "/me/events",
        {
            "subject": "定例",
            "start": {"dateTime": f"{start}T15:00:00", "timeZone": zone},
            "end": {"dateTime": f"{start}T16:00:00", "timeZone": zone},
            "recurrence": {
                "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["wednesday"]},
                "range": {"type": "numbered", "startDate": start, "numberOfOccurrences": 4},
            },
            **members,
        },
    )


def test_a_view_shows_occurrences_and_events_the_master(sato: Graph) -> None:
    master = weekly(sato)
    assert master["type"] == "seriesMaster"
    assert master["recurrence"]["range"]["numberOfOccurrences"] == 4
    found = [
        one for one in sato.view("2027-03-01T00:00:00Z", "2027-04-30T00:00:00Z") if one["subject"] == "定例"
    ]
    assert [one["start"]["dateTime"][:16] for one in found] == [
        "2027-03-03T06:00", "2027-03-10T06:00", "2027-03-17T06:00", "2027-03-24T06:00",
    ]  # fmt: skip
    assert {one["type"] for one in found} == {"occurrence"}
    assert {one["seriesMasterId"] for one in found} == {master["id"]}
    assert len({one["id"] for one in found}) == 4
    assert sato.event(found[1]["id"])["start"] == found[1]["start"]
    assert all(one["recurrence"] is None for one in found)


def test_wall_times_stay_when_summer_begins(sato: Graph) -> None:
    weekly(sato, "Pacific Standard Time", "2027-03-10")
    found = [
        one for one in sato.view("2027-03-08T00:00:00Z", "2027-04-30T00:00:00Z") if one["subject"] == "定例"
    ]
    # daylight saving time begins on 14 March 2027 in the USA
    assert [one["start"]["dateTime"][11:16] for one in found] == ["23:00", "22:00", "22:00", "22:00"]


def test_a_changed_occurrence_is_an_exception(sato: Graph) -> None:
    master = weekly(sato)
    second = sato.view("2027-03-10T00:00:00Z", "2027-03-11T00:00:00Z")[0]
    change = {
        "start": {"dateTime": "2027-03-11T10:00:00", "timeZone": "Tokyo Standard Time"},
        "end": {"dateTime": "2027-03-11T11:00:00", "timeZone": "Tokyo Standard Time"},
        "subject": "定例(振替)",
    }
    changed = sato.call("PATCH", f"/me/events/{second['id']}", change).json()
    assert (changed["type"], changed["id"]) == ("exception", second["id"])
    assert changed["originalStart"].startswith("2027-03-10T06:00:00")
    assert sato.view("2027-03-10T00:00:00Z", "2027-03-10T23:00:00Z") == []
    (moved,) = sato.view("2027-03-11T00:00:00Z", "2027-03-12T00:00:00Z")
    assert (moved["subject"], moved["seriesMasterId"]) == ("定例(振替)", master["id"])


def test_a_deleted_occurrence_leaves_the_others(world: World, sato: Graph) -> None:
    weekly(sato)
    second = sato.view("2027-03-10T00:00:00Z", "2027-03-11T00:00:00Z")[0]
    assert sato.call("DELETE", f"/me/events/{second['id']}").status_code == 204
    found = [
        one for one in sato.view("2027-03-01T00:00:00Z", "2027-04-30T00:00:00Z") if one["subject"] == "定例"
    ]
    assert len(found) == 3
    assert world.refused(sato, "GET", f"/me/events/{second['id']}")["code"] == "ErrorItemNotFound"


def test_changes_of_a_series_reach_attendees(sato: Graph, suzuki: Graph) -> None:
    weekly(sato, attendees=[{"emailAddress": {"address": "suzuki@sample.example"}, "type": "required"}])
    second = sato.view("2027-03-10T00:00:00Z", "2027-03-11T00:00:00Z")[0]
    sato.call("DELETE", f"/me/events/{second['id']}")
    theirs = suzuki.view("2027-03-01T00:00:00Z", "2027-04-30T00:00:00Z")
    assert [one["start"]["dateTime"][:10] for one in theirs if one["subject"] == "定例"] == [
        "2027-03-03", "2027-03-17", "2027-03-24",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "span"),
    [
        ({"type": "weekly", "interval": 1}, {}),
        ({"type": "weekly", "interval": 0, "daysOfWeek": ["wednesday"]}, {}),
        ({"type": "daily", "interval": 1}, {"startDate": "2027-03-04"}),
        ({"type": "daily", "interval": 1}, {"type": "endDate", "endDate": "2027-03-01"}),
        ({"type": "daily", "interval": 1}, {"type": "numbered", "numberOfOccurrences": 0}),
        ({"type": "absoluteMonthly", "interval": 1}, {}),
        ({"type": "daily", "interval": 1}, {"recurrenceTimeZone": "Nowhere"}),
    ],
)
def test_senseless_rules_are_refused(
    world: World, sato: Graph, pattern: dict[str, Any], span: dict[str, Any]
) -> None:
    body = {
        "start": {"dateTime": "2027-03-03T15:00:00", "timeZone": "Tokyo Standard Time"},
        "end": {"dateTime": "2027-03-03T16:00:00", "timeZone": "Tokyo Standard Time"},
        "recurrence": {"pattern": pattern, "range": {"type": "noEnd", "startDate": "2027-03-03", **span}},
    }
    assert world.refused(sato, "POST", "/me/events", body)["code"] == "ErrorPropertyValidationFailure"
