"""The slot search against the brute-force oracle."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.core.oracle import Case, Person, offered
from tests.core.random_cases import random_case

from chosei.core.attendance import AllOf, AnyOf, Host, Requirement, Room
from chosei.core.availability import Known, Unknown, UnknownReason
from chosei.core.caps import Caps, Quota
from chosei.core.explain import explain
from chosei.core.holidays import HolidayRule, with_holidays
from chosei.core.hours import DateOverrides, DateRange, Opening, Span, WeeklyHours
from chosei.core.intervals import Interval
from chosei.core.slots import RollingDays, SlotRules, find_slots, is_offered


def found(case: Case) -> list[Interval]:
    return find_slots(_rules(case), _opening(case), _need(case), case.now)


def _rules(case: Case) -> SlotRules:
    return SlotRules(
        duration_minutes=case.duration,
        step_minutes=case.step,
        buffer_before_minutes=case.before,
        buffer_after_minutes=case.after,
        min_notice_minutes=case.notice,
        max_notice_minutes=case.latest,
        horizon=DateRange(*case.dates) if case.dates else RollingDays(case.horizon_days),
    )


def _opening(case: Case) -> Opening:
    week = tuple(tuple(Span(*span) for span in spans) for spans in case.weekdays)
    days = {day: tuple(Span(*span) for span in spans) for day, spans in case.overrides.items()}
    rule = HolidayRule.AS_USUAL if case.on_holidays is None else HolidayRule.OWN_HOURS
    own = tuple(Span(*span) for span in case.on_holidays or ())
    plain = Opening(WeeklyHours(week, case.zone), DateOverrides(days))
    return with_holidays(plain, case.holidays, HolidayRule.CLOSED if case.on_holidays == () else rule, own)


def _need(case: Case) -> Requirement:
    parts: list[Requirement] = [_leaf(person) for person in case.everybody]
    parts += [AnyOf(tuple(_leaf(person) for person in group)) for group in case.one_of]
    caps = Caps(case.per_day, case.per_week, case.in_all)
    return AllOf((*parts, Quota(caps, case.booked, case.zone)))


def _leaf(person: Person) -> Requirement:
    if person.busy is None:
        return Host(Unknown(UnknownReason.STALE))
    known = Known([Interval(*times) for times in person.busy])
    hours = None if person.hours is None else [Interval(*times) for times in person.hours]
    if person.buffered:
        return Host(known, hours)
    # A room has no hours of its own: a host who is never busy stands beside it with these.
    return Room(known) if hours is None else AllOf((Room(known), Host(Known(), hours)))


def agree(seeds: range) -> int:
    """Compare all cases; how many slots they offered together, so that a test knows it saw any."""
    total = 0
    for seed in seeds:
        case = random_case(seed)
        expected = [Interval(*times) for times in offered(case)]
        assert found(case) == expected, f"seed {seed}: {case}"
        total += len(expected)
    return total


@pytest.mark.parametrize("part", range(6))
def test_agrees_with_the_oracle(part: int) -> None:
    assert agree(range(part * 50, part * 50 + 50)) > 150


def test_a_meeting_runs_on_over_a_date_that_the_calendar_jumps() -> None:
    """Samoa had no 30 December 2011; found as number 6078 of the long run."""
    case = random_case(6078)
    expected = [Interval(*times) for times in offered(case)]
    assert len(expected) > 10
    assert found(case) == expected
    for slot in expected:
        assert not explain(_rules(case), _opening(case), _need(case), case.now, slot.start)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(20))
def test_agrees_with_the_oracle_at_length(part: int) -> None:
    assert agree(range(1000 + part * 500, 1500 + part * 500)) > 2000


def test_a_slot_is_offered_exactly_when_it_is_listed() -> None:
    for seed in range(40):
        case = random_case(seed)
        slots = found(case)
        for slot in slots[:3]:
            assert is_offered(_rules(case), _opening(case), _need(case), case.now, slot), f"seed {seed}"
            off_grid = Interval(slot.start.replace(second=1), slot.end)
            assert not is_offered(_rules(case), _opening(case), _need(case), case.now, off_grid)


def test_nothing_is_in_the_way_exactly_when_a_time_is_offered() -> None:
    offered_ones = hindered = 0
    for seed in range(60):
        case = random_case(seed)
        rules, opening, need = _rules(case), _opening(case), _need(case)
        slots = {slot.start for slot in find_slots(rules, opening, need, case.now)}
        minute = case.now.replace(second=0) - timedelta(hours=2)
        tried = [minute + timedelta(minutes=17 * n) for n in range(150)]
        for start in [*tried, *slots]:
            obstacles = explain(rules, opening, need, case.now, start)
            assert (not obstacles) == (start in slots), f"seed {seed}, {start}: {obstacles}"
            offered_ones += not obstacles
            hindered += bool(obstacles)
    assert offered_ones > 100
    assert hindered > 5000
