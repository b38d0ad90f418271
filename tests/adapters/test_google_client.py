"""Several changes of one calendar are one piece of work: through one place, with one look for the token."""

from __future__ import annotations

import pytest

from chosei.adapters.google.client import Api, Request
from chosei.adapters.google.writes import Writer
from chosei.ports.accounts import AccountAccess
from chosei.ports.calendar import DeleteEvent, Written
from chosei.ports.errors import Throttled
from tests.adapters.wire import Places, Reaction, Service, reply


class Account:
    """What was asked of the account while ``service`` answered."""

    def __init__(self, *reactions: Reaction) -> None:
        self.places, self.service = Places(), Service(*reactions)
        self.tokens: list[bool] = []
        access = AccountAccess(
            "sample.example",
            "1",
            zone="UTC",
            token=self._token,
            refused=lambda error: None,
            places=self.places,
            pause=lambda seconds: None,
        )
        self.api = Api(self.service.http, "https://google.example", access)

    def _token(self, renew: bool, claims: str) -> str:
        self.tokens.append(renew)
        return f"token-{len(self.tokens)}"

    def presented(self) -> list[str]:
        return [one.headers["Authorization"] for one in self.service.requests]


def test_changes_go_one_after_the_other_through_one_place() -> None:
    account = Account(reply(204))
    changes = [DeleteEvent(f"event{n}") for n in range(10)]
    assert Writer(account.api, "UTC").apply(changes) == [Written(None)] * 10
    assert (account.places.taken, account.places.open) == ([1], 0)
    assert account.tokens == [False]
    account.api.send(Request("GET", "/calendar/v3/users/me/calendarList/primary"))
    assert account.places.taken == [1, 1], "what is read by itself takes its own"


def test_a_token_refused_before_its_time_is_renewed_and_then_kept() -> None:
    account = Account(reply(401, {"error": {"errors": [{"reason": "authError"}]}}), reply(204))
    Writer(account.api, "UTC").apply([DeleteEvent("a"), DeleteEvent("b")])
    assert account.tokens == [False, True]
    assert account.presented() == ["Bearer token-1", "Bearer token-2", "Bearer token-2"]


def test_the_place_is_free_again_when_nothing_could_be_sent() -> None:
    account = Account(reply(429, {"error": {"errors": [{"reason": "rateLimitExceeded"}]}}))
    [first, second] = Writer(account.api, "UTC").apply([DeleteEvent("a"), DeleteEvent("b")])
    assert first == second
    assert len(account.service.requests) == 1
    assert account.places.open == 0
    with pytest.raises(Throttled):
        account.api.send(Request("GET", "/calendar/v3/users/me/calendarList/primary"))
