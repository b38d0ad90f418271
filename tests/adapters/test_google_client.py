"""Several changes of one calendar are one piece of work: a few at once, with one look for the token."""

from __future__ import annotations

from threading import Barrier, Lock, get_ident

import httpx2
import pytest

from chosei.adapters.google.client import Api, Request
from chosei.adapters.google.crew import AT_ONCE
from chosei.adapters.google.writes import Writer
from chosei.ports.accounts import AccountAccess
from chosei.ports.calendar import Change, DeleteEvent, Failed, Outcome, UpdateEvent, Written
from chosei.ports.errors import Missing, NeedsReconnect, Throttled, Transient
from tests.adapters.wire import Places, Reaction, Service, reply
from tests.contract.drafts import draft

SIGNED_OUT = reply(401, {"error": {"errors": [{"reason": "authError"}]}})
QUOTA = reply(429, {"error": {"errors": [{"reason": "rateLimitExceeded"}]}}, {"Retry-After": "7"})


class Account:
    """What was asked of the account while ``service`` answered."""

    def __init__(self, *reactions: Reaction) -> None:
        self.places, self.service = Places(), Service(*reactions)
        self.tokens: list[bool] = []
        self.paused: list[tuple[float, int]] = []
        self.refusals: list[str] = []
        self.threads: set[int] = set()
        access = AccountAccess(
            "sample.example",
            "1",
            zone="UTC",
            token=self._token,
            refused=self._refused,
            places=self.places,
            pause=self._pause,
        )
        self.api = Api(self.service.http, "https://google.example", access)

    def apply(self, *changes: Change) -> list[Outcome]:
        outcomes = Writer(self.api, "UTC").apply(changes)
        assert self.places.open == 0
        assert self.threads <= {get_ident()}, "only this thread may touch the database"
        return outcomes

    def presented(self) -> list[str]:
        return [one.headers["Authorization"] for one in self.service.requests]

    def _token(self, renew: bool, claims: str) -> str:
        self.threads.add(get_ident())
        self.tokens.append(renew)
        return f"token-{len(self.tokens)}"

    def _refused(self, error: NeedsReconnect) -> None:
        self.threads.add(get_ident())
        self.refusals.append(error.code)

    def _pause(self, seconds: float) -> None:
        self.threads.add(get_ident())
        self.paused.append((seconds, self.places.open))


class Meeting:
    """Answers only when so many requests are there at once; remembers how many ever were."""

    def __init__(self, at_once: int, answer: httpx2.Response) -> None:
        self._barrier, self._lock, self._answer = Barrier(at_once, timeout=60), Lock(), answer
        self.most = self._now = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self._barrier.wait()
        with self._lock:
            self._now -= 1
        return httpx2.Response(self._answer.status_code, content=self._answer.content)


def deletions(count: int) -> list[DeleteEvent]:
    return [DeleteEvent(f"event{n}") for n in range(count)]


def test_changes_go_three_at_once_and_no_more_through_as_many_of_the_four_places() -> None:
    three = Meeting(AT_ONCE, reply(204))
    account = Account(three)
    assert account.apply(*deletions(12)) == [Written(None)] * 12
    assert three.most == AT_ONCE == 3
    assert account.places.taken == [AT_ONCE]
    assert account.tokens == [False]


def test_one_change_takes_one_place_and_so_does_a_reading() -> None:
    account = Account(reply(204))
    assert account.apply(*deletions(1)) == [Written(None)]
    account.api.send(Request("GET", "/calendar/v3/users/me/calendarList/primary"))
    assert account.places.taken == [1, 1]


def test_a_token_refused_before_its_time_is_renewed_once_for_all_and_then_kept() -> None:
    def judged(request: httpx2.Request) -> httpx2.Response:
        stale = request.headers["Authorization"] == "Bearer token-1"
        return httpx2.Response(401, content=SIGNED_OUT.content) if stale else httpx2.Response(204)

    account = Account(judged)
    assert account.apply(*deletions(10)) == [Written(None)] * 10
    assert account.tokens == [False, True]
    assert account.presented().count("Bearer token-2") == 10
    assert account.apply(*deletions(2)) == [Written(None)] * 2
    assert (account.tokens, account.refusals) == ([False, True], [])


def test_a_new_token_that_is_refused_as_well_is_told_once() -> None:
    account = Account(SIGNED_OUT)
    with pytest.raises(NeedsReconnect):
        account.apply(*deletions(10))
    assert (account.tokens, account.refusals) == ([False, True], ["authError"])
    assert len(account.service.requests) <= 2 * AT_ONCE


def test_after_the_first_that_is_told_to_wait_no_more_is_sent_and_everybody_knows_first() -> None:
    account = Account(QUOTA)
    outcomes = account.apply(*deletions(30), UpdateEvent("another", draft()))
    assert {type(one.error) for one in outcomes if isinstance(one, Failed)} == {Throttled}
    assert len(outcomes) == 31
    assert len(account.service.requests) == 1, "updates go first, and theirs was refused"
    assert account.paused == [(7, 1)]
    again = Account(QUOTA)
    assert len(again.apply(*deletions(30))) == 30
    assert len(again.service.requests) <= AT_ONCE
    assert again.paused == [(7, AT_ONCE)]


def test_a_lost_answer_is_unknown_for_that_one_alone() -> None:
    def lossy(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/event3"):
            raise httpx2.ReadError("lost")
        return httpx2.Response(204)

    outcomes = Account(lossy).apply(*deletions(10))
    assert [i for i, one in enumerate(outcomes) if one != Written(None)] == [3]
    assert isinstance(outcomes[3], Failed)
    assert isinstance(outcomes[3].error, Transient)


def test_what_concerns_one_event_keeps_its_order_and_updates_go_first() -> None:
    account = Account(reply(404, {"error": {"errors": [{"reason": "notFound"}]}}))
    b = UpdateEvent("b", draft())
    outcomes = account.apply(DeleteEvent("a"), b, DeleteEvent("b"), b)
    sent = [(one.method, one.url.path.rpartition("/")[2]) for one in account.service.requests]
    assert sent == [("GET", "b"), ("DELETE", "a"), ("DELETE", "b"), ("GET", "b")]
    told = [type(one.error) if isinstance(one, Failed) else None for one in outcomes]
    assert told == [None, Missing, None, Missing]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"items": {}}', b'{"items": [1]}', b'{"items": [{"id": ']
)
def test_a_listing_that_does_not_say_what_it_holds_is_no_empty_calendar(content: bytes) -> None:
    account = Account(httpx2.Response(200, content=content))
    with pytest.raises(Transient):
        account.api.pages(Request("GET", "/calendar/v3/calendars/primary/events"))


def test_a_listing_without_anything_may_leave_it_out() -> None:
    account = Account(reply(200, {"kind": "admin#directory#resources#buildings#buildingsList"}))
    assert account.api.pages(Request("GET", "/buildings"), "buildings")[0] == []
