"""Several calls of one account at once.

Google's batches are no way to do that: their items are carried out side by side without a bound, count like
so many calls, and go on after the first was told to wait, while many writes to one calendar in quick
succession are what it limits (developers.google.com/workspace/calendar/api/guides/batch, …/guides/quota).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from chosei.adapters.google.client import Api, Request, asks_for_rest, signed_out
from chosei.adapters.http import Unreachable
from chosei.ports.errors import Misconfigured, NeedsReconnect, PortError, Throttled

AT_ONCE = 3
"""Of an account's four places one stays for somebody who asks live whether a time is free."""
STOPPING = (Throttled, Unreachable, NeedsReconnect, Misconfigured)
"""What would meet the next call as well."""

Result = TypeVar("Result")


class Crew:
    """Calls of one account under one token, from several threads. None of them touches the database: what
    the account asked for is in ``waits`` when they are done."""

    def __init__(self, api: Api, token: str) -> None:
        self._api = api
        self._token = token
        self._stop: PortError | None = None
        self.waits: list[float] = []

    def send(self, request: Request) -> Mapping[str, Any]:
        """Carry out one call. Raises any ``PortError``: after one that would meet every call, that one."""
        if self._stop is not None:
            raise self._stop
        try:
            return self._api.exchange(request, self._token)
        except STOPPING as error:
            self._stop = error
            if asks_for_rest(error):
                self.waits.append(error.retry_after)
            raise

    def all_of(self, works: Sequence[Work[Result]]) -> list[Result | PortError]:
        """What each work returned or raised."""
        with ThreadPoolExecutor(min(AT_ONCE, len(works)), thread_name_prefix="google") as pool:
            begun = [pool.submit(copy_context().run, self._outcome, work) for work in works]
        return [one.result() for one in begun]

    def _outcome(self, work: Work[Result]) -> Result | PortError:
        try:
            return work(self)
        except PortError as error:
            return error


Work = Callable[[Crew], Result]


def together(api: Api, works: Sequence[Work[Result]]) -> list[Result | PortError]:
    """Carry out the works, each of a few calls, up to three at once and in no order: what each returned or
    raised. A token refused before its time is renewed once for all of them. After an error that would meet
    every call the rest is not tried, and has that error. Raises ``PortError`` when nothing was sent."""
    token = api.token()
    with api.account.places(min(AT_ONCE, len(works))):
        outcomes = _carried_out(api, token, works)
        refused = [i for i, one in enumerate(outcomes) if signed_out(one)]
        if refused:
            again = _again(api, [works[i] for i in refused])
            for i, outcome in zip(refused, again, strict=True):
                outcomes[i] = outcome
    return outcomes


def _again(api: Api, works: Sequence[Work[Result]]) -> list[Result | PortError]:
    """With a new token: none of these was let in."""
    try:
        outcomes = _carried_out(api, api.token(renew=True), works)
    except PortError as error:
        return [error] * len(works)
    lost = next((one for one in outcomes if signed_out(one)), None)
    if isinstance(lost, NeedsReconnect):
        api.account.refused(lost)
    return outcomes


def _carried_out(api: Api, token: str, works: Sequence[Work[Result]]) -> list[Result | PortError]:
    crew = Crew(api, token)
    try:
        return crew.all_of(works)
    finally:
        if crew.waits:
            # Everybody is to know before our places are free.
            api.account.pause(max(crew.waits))
