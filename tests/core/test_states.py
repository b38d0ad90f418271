"""Every pair of a state and an event, against the diagrams written out once more by hand."""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from chosei.core import states
from chosei.core.states import IllegalTransition, Machine, advance, can

# state --event--> state
DIAGRAMS = {
    "PROPOSAL": """
        draft --open--> open
        open --confirm--> confirmed
        open --request_readjustment--> readjustment_requested
        open --offer_again--> open
        open --expire--> expired
        open --withdraw--> withdrawn
        readjustment_requested --confirm--> confirmed
        readjustment_requested --request_readjustment--> readjustment_requested
        readjustment_requested --offer_again--> open
        readjustment_requested --expire--> expired
        readjustment_requested --withdraw--> withdrawn
        expired --offer_again--> open
        expired --withdraw--> withdrawn
    """,
    "CANDIDATE": """
        open --choose--> chosen
        open --take--> taken
        open --withdraw--> withdrawn
        taken --free--> open
        taken --withdraw--> withdrawn
    """,
    "APPOINTMENT": """
        pending --approve--> confirmed
        pending --decline--> declined
        pending --change--> pending
        pending --cancel--> cancelled
        confirmed --change--> confirmed
        confirmed --cancel--> cancelled
    """,
    "BOOKING_PAGE": """
        draft --publish--> published
        draft --archive--> archived
        published --pause--> paused
        published --archive--> archived
        paused --publish--> published
        paused --archive--> archived
        archived --restore--> paused
    """,
    "CONNECTION": """
        approval_only --connect--> active
        approval_only --approve--> approval_only
        approval_only --disconnect--> ended
        active --connect--> active
        active --mismatch--> address_mismatch
        active --lose_access--> needs_reconnect
        active --disconnect--> ending
        address_mismatch --connect--> active
        address_mismatch --settle--> active
        address_mismatch --lose_access--> needs_reconnect
        address_mismatch --disconnect--> ending
        needs_reconnect --connect--> active
        needs_reconnect --find_again--> active
        needs_reconnect --lose_access--> needs_reconnect
        needs_reconnect --disconnect--> ending
        ending --connect--> active
        ending --lose_access--> ending
        ending --finish--> ended
        ended --connect--> active
        ended --approve--> approval_only
    """,
}

# What the database holds: changing one of these would orphan rows.
STORED = {
    "PROPOSAL": {"draft", "open", "confirmed", "readjustment_requested", "expired", "withdrawn"},
    "CANDIDATE": {"open", "withdrawn", "taken", "chosen"},
    "APPOINTMENT": {"pending", "confirmed", "cancelled", "declined"},
    "BOOKING_PAGE": {"draft", "published", "paused", "archived"},
    "CONNECTION": {"active", "needs_reconnect", "address_mismatch", "approval_only", "ending", "ended"},
}


def machine(name: str) -> Machine[Any, Any]:
    found = getattr(states, name)
    assert isinstance(found, Machine)
    return found


def members(kind: type[StrEnum]) -> list[StrEnum]:
    return list(kind)


def drawn(name: str) -> dict[tuple[str, str], str]:
    lines = [line.split() for line in DIAGRAMS[name].strip().splitlines()]
    return {(state, arrow.removeprefix("--").removesuffix("-->")): after for state, arrow, after in lines}


def pairs() -> list[tuple[str, StrEnum, StrEnum]]:
    return [
        (name, state, event)
        for name in DIAGRAMS
        for state, event in product(members(machine(name).states), members(machine(name).events))
    ]


@pytest.mark.parametrize(("name", "state", "event"), pairs())
def test_every_pair(name: str, state: StrEnum, event: StrEnum) -> None:
    after = drawn(name).get((state.value, event.value))
    assert can(machine(name), state, event) == (after is not None)
    if after is not None:
        assert advance(machine(name), state, event) is machine(name).states(after)
        return
    with pytest.raises(IllegalTransition) as caught:
        advance(machine(name), state, event)
    assert (caught.value.state, caught.value.event) == (state, event)
    assert state.value in str(caught.value)
    assert event.value in str(caught.value)


@pytest.mark.parametrize("name", STORED)
def test_stored_values_stay(name: str) -> None:
    assert {state.value for state in machine(name).states} == STORED[name]


@pytest.mark.parametrize("name", STORED)
def test_every_state_has_a_row_and_no_event_is_idle(name: str) -> None:
    table = machine(name).table
    assert set(table) == set(members(machine(name).states))
    assert {event for row in table.values() for event in row} == set(members(machine(name).events))


def test_a_value_from_the_database_finds_its_way() -> None:
    state = states.AppointmentState("confirmed")
    assert advance(states.APPOINTMENT, state, states.AppointmentEvent.CANCEL) == "cancelled"
