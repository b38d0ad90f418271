"""A room belongs to one provider: by its directory, else by what its address tells."""

from __future__ import annotations

import pytest

from chosei.actions.room_reach import can_invite, providers_of
from chosei.records.models import Connection, Room

GOOGLES, OTHERS = "c_188a@resource.calendar.google.com", "room-a@sample.example"


@pytest.mark.parametrize(
    ("provider", "address", "expected"),
    [
        ("google", GOOGLES, True),
        ("google", GOOGLES.upper(), True),
        ("google", OTHERS, False),
        ("microsoft", OTHERS, True),
        ("microsoft", GOOGLES, False),
        ("google", "", True),
        ("microsoft", "", True),
    ],
)
def test_of_a_room_entered_by_hand_the_address_tells(provider: str, address: str, expected: bool) -> None:
    assert can_invite(Connection(provider=provider), Room(address=address)) is expected


def test_a_directorys_room_takes_its_own_company_alone() -> None:
    room = Room(provider="microsoft", tenant_id="t-1", address=OTHERS)
    assert can_invite(Connection(provider="microsoft", account_tenant="t-1"), room)
    assert not can_invite(Connection(provider="microsoft", account_tenant="t-2"), room)
    assert not can_invite(Connection(provider="google", account_tenant="t-1"), room)


def test_whoever_may_know_a_room_is_asked_when_it_is_free() -> None:
    assert providers_of(Room(address=GOOGLES)) == ("google",)
    assert providers_of(Room(address=OTHERS)) == ("microsoft",)
    assert providers_of(Room(provider="google", tenant_id="t", address=OTHERS)) == ("google",)
