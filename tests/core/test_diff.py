"""The next step about an entry, for every combination of facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chosei.core.diff import EntryFacts, Step, next_step
from chosei.core.entries import DesiredEntry, SeenEntry, WantedAttendee

START, END = datetime(2026, 12, 3, 5, tzinfo=UTC), datetime(2026, 12, 3, 6, tzinfo=UTC)
HOLD = DesiredEntry("【仮】導入のご相談", "<p>…</p>", START, END, "Asia/Tokyo")
SETTLED = replace(HOLD, title="導入のご相談").settled(web_meeting=True)
SEEN = SeenEntry("導入のご相談", START, END, "busy")
LINKED = replace(SEEN, join_url="https://teams.example/l/1")


def facts(desired=None, written=None, observed=None, remote_id="", create_begun=False):
    return EntryFacts(desired, written, observed, remote_id, create_begun)


@pytest.mark.parametrize(
    ("known", "step"),
    [
        (facts(), Step.NOTHING),
        (facts(HOLD), Step.CREATE),
        (facts(HOLD, create_begun=True), Step.LOOK),
        (facts(None, create_begun=True), Step.LOOK),
        (facts(None, HOLD, SEEN, "r1"), Step.DELETE),
        (facts(None, None, None, "r1"), Step.DELETE),
        (facts(HOLD, HOLD, SEEN, "r1"), Step.NOTHING),
        (facts(SETTLED, HOLD, SEEN, "r1"), Step.UPDATE),
        (facts(HOLD, None, SEEN, "r1"), Step.UPDATE),
    ],
)
def test_each_combination_leads_to_one_step(known, step):
    assert next_step(known) is step


def test_a_persons_change_is_not_undone():
    moved = replace(SEEN, start=END, end=END.replace(hour=8))
    assert next_step(facts(HOLD, HOLD, moved, "r1")) is Step.NOTHING


def test_a_missing_link_is_read_for_only_while_somebody_waits():
    waiting = facts(SETTLED, SETTLED, SEEN, "r1")
    assert next_step(waiting) is Step.NOTHING
    assert next_step(waiting, still_waiting_for_link=True) is Step.READ
    assert next_step(facts(SETTLED, SETTLED, LINKED, "r1"), still_waiting_for_link=True) is Step.NOTHING
    assert next_step(facts(HOLD, HOLD, SEEN, "r1"), still_waiting_for_link=True) is Step.NOTHING


def test_an_entry_survives_being_stored():
    invited = SETTLED.settled(attendees=(WantedAttendee("suzuki@sample.example", "鈴木", "person"),))
    assert DesiredEntry.from_json(invited.to_json()) == invited
    assert SeenEntry.from_json(LINKED.to_json()) == LINKED


@pytest.mark.parametrize(
    ("known", "rooms_wanted", "step"),
    [
        (facts(None, HOLD, SEEN, "r1"), False, Step.WAIT),
        (facts(None, HOLD, SEEN, "r1"), True, Step.RELEASE),
        (facts(None, create_begun=True), False, Step.LOOK),
        (facts(), False, Step.NOTHING),
    ],
)
def test_what_is_replaced_goes_only_once_the_other_stands_but_lets_its_rooms_go(known, rooms_wanted, step):
    leaving = replace(known, replaced_soon=True, rooms_wanted=rooms_wanted)
    assert next_step(leaving) is step
    stands = replace(leaving, replaced_soon=False)
    assert next_step(stands) is (Step.DELETE if known.remote_id else step)


@pytest.mark.parametrize(
    "known", [facts(HOLD), facts(SETTLED, HOLD, SEEN, "r1")], ids=["to be created", "to be changed"]
)
def test_no_room_is_asked_while_the_event_before_has_it(known):
    assert next_step(replace(known, rooms_taken=True)) is Step.WAIT
    assert next_step(replace(known, rooms_taken=False)) in (Step.CREATE, Step.UPDATE)
