"""A thin client of Microsoft Graph v1.0 for one account.

Every call carries immutable ids and UTC, a client-request-id and the bearer token; a refused token is renewed
once. At most four calls run at once in a mailbox: each takes a place from ``slot``, a batch as many as it has
items, up to four (microsoft-graph-docs concepts/throttling-limits, json-batching).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from chosei.adapters.http import Answer, Call, Deadline, Http, Unreachable
from chosei.adapters.microsoft import challenges
from chosei.adapters.microsoft.calls import FINAL, GraphCall, Reply, as_item, json_of, judged_item
from chosei.adapters.microsoft.problems import UNREADABLE, refusal
from chosei.ports.errors import Misconfigured, NeedsReconnect, PortError, Throttled, Transient

BATCH_SIZE = 20
_BATCH = "/$batch"
MAILBOX_CALLS = 4
MAX_PAGES = 1000
"""Generous: a page may be as short as the service likes, and links that lead in a circle are found anyhow."""

Slot = Callable[[int], AbstractContextManager[None]]
"""Holds so many of the mailbox's places while the block runs. May raise ``Throttled``."""

Pause = Callable[[float], None]
"""Keeps everybody out of the mailbox for so many seconds: it asked for that."""


class TokenSource(Protocol):
    """Where an account's access tokens come from."""

    def get(self, *, renew: bool, claims: str = "") -> str:
        """A token. ``renew``: the last was refused before its time, ``claims`` says what was missing in it.
        May raise any ``PortError``."""

    def refused(self, error: NeedsReconnect) -> None:
        """A new token was refused as well: only its owner can help now."""


class Graph:
    """The calls of one account. ``token`` and ``slot`` come from outside, so that no state lives here."""

    def __init__(
        self,
        http: Http,
        base: str,
        token: TokenSource,
        slot: Slot,
        deadline: Deadline | None = None,
        *,
        pause: Pause = lambda seconds: None,
    ) -> None:
        self._http = http
        self._root = f"{base}/v1.0"
        self._token = token
        self._slot = slot
        self._pause = pause
        self._deadline = deadline or Deadline()

    def send(self, call: GraphCall) -> Reply:
        """Carry out one call. Raises any ``PortError``."""
        return self._judged(self._exchange(call, self._root + call.path, weight=1))

    def pages(self, call: GraphCall) -> list[Mapping[str, Any]]:
        """Every item of a collection. Raises rather than return a part of it."""
        return self.walk(call)[0]

    def walk(self, call: GraphCall) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
        """Every item of a collection, and the last page, which may lead on from there. Raises rather than
        return a part of it."""
        items: list[Mapping[str, Any]] = []
        url = self._root + call.path
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            seen.add(url)
            body = self._judged(self._exchange(call, url, weight=1)).body
            value = body.get("value")
            if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
                raise Transient(UNREADABLE)
            items += value
            following = body.get("@odata.nextLink")
            if following is None:
                return items, body
            url = self._own(following)
            if url in seen:
                raise Transient("paging_loop")
        raise Transient("too_many_pages")

    def send_all(self, calls: Sequence[GraphCall]) -> list[Reply | PortError]:
        """Carry out many calls, in batches of twenty, and judge each: an answer or an error for every call,
        in order.

        What was not tried because the service asked to wait, or could not be reached, has the error of what
        was.
        """
        outcomes: list[Reply | PortError] = []
        while len(outcomes) < len(calls):
            part = calls[len(outcomes) : len(outcomes) + BATCH_SIZE]
            try:
                answers = [self._tried(part[0])] if len(part) == 1 else self._batch(part)
            except PortError as error:
                answers = [error] * len(part)
            outcomes += answers
            stop = next((answer for answer in answers if isinstance(answer, _STOPPING)), None)
            if stop is not None:
                outcomes += [stop] * (len(calls) - len(outcomes))
        return outcomes

    def _tried(self, call: GraphCall) -> Reply | PortError:
        try:
            return self.send(call)
        except PortError as error:
            return error

    def _batch(self, calls: Sequence[GraphCall]) -> list[Reply | PortError]:
        outcomes = self._batch_once(calls)
        refused = [i for i, outcome in enumerate(outcomes) if isinstance(outcome, NeedsReconnect)]
        if refused:
            # The envelope was let in, these items were not: a token that ended in between.
            again = self._again([calls[i] for i in refused], _first_refusal(outcomes))
            for i, outcome in zip(refused, again, strict=True):
                outcomes[i] = outcome
        return outcomes

    def _again(self, calls: Sequence[GraphCall], first: NeedsReconnect | None) -> list[Reply | PortError]:
        """Once more with a new token; a failure concerns these calls only."""
        try:
            self._token.get(renew=True, claims=first.claims if first else "")
            outcomes = self._batch_once(calls)
            if lost := _first_refusal(outcomes):
                self._token.refused(lost)
            return outcomes
        except PortError as error:
            return [error] * len(calls)

    def _batch_once(self, calls: Sequence[GraphCall]) -> list[Reply | PortError]:
        requests = [as_item(number, call) for number, call in enumerate(calls)]
        envelope = GraphCall(
            "POST",
            _BATCH,
            _BATCH,
            {"requests": requests},
            repeatable=all(call.repeatable for call in calls),
        )
        weight = min(MAILBOX_CALLS, len(calls))
        body = self._judged(self._exchange(envelope, self._root + envelope.path, weight=weight)).body
        answers = body.get("responses")
        if not isinstance(answers, list):
            raise Transient(UNREADABLE)
        by_id = {
            str(answer["id"]): answer for answer in answers if isinstance(answer, Mapping) and "id" in answer
        }
        return [judged_item(by_id.get(str(number))) for number in range(len(calls))]

    def _exchange(self, call: GraphCall, url: str, *, weight: int) -> Answer:
        content = None if call.body is None else json.dumps(call.body, ensure_ascii=False).encode()
        sent = Call(
            call.method,
            url,
            call.route,
            call.headers,
            content=content,
            repeatable=call.repeatable,
            waits=False,  # the mailbox wants to be left alone by every process, not by this one only
        )
        answer = self._with_token(sent, self._token.get(renew=False), weight)
        if answer.status == 401:
            claims = challenges.of_refusal(answer.headers)
            answer = self._with_token(sent, self._token.get(renew=True, claims=claims), weight)
            if answer.status == 401:
                error = refusal(401, json_of(answer.content), answer.headers)
                if isinstance(error, NeedsReconnect):
                    self._token.refused(error)
        return answer

    def _with_token(self, call: Call, token: str, weight: int) -> Answer:
        with self._slot(weight):
            headers = {**call.headers, "Authorization": f"Bearer {token}"}
            answer = self._http.send(replace(call, headers=headers), self._deadline)
            # A wish to wait is everybody's to obey, whoever it was told to; known before our place is free.
            if (seconds := _wait_asked(answer, batch=call.route == _BATCH)) > 0:
                self._pause(seconds)
            return answer

    def _judged(self, answer: Answer) -> Reply:
        body = json_of(answer.content)
        if not 200 <= answer.status < 300:
            if answer.content and not isinstance(body, Mapping) and answer.status in FINAL:
                # A page of a proxy or firewall: whether an event is there or allowed is not its to say.
                raise Transient(f"foreign_answer_{answer.status}", request_id=answer.request_id)
            raise refusal(answer.status, body, answer.headers)
        if not answer.content:
            return Reply(answer.status, {})
        if not isinstance(body, Mapping):
            raise Transient(UNREADABLE, request_id=answer.request_id)
        return Reply(answer.status, body)

    def relative(self, link: Any) -> str:
        """A link that Graph gave, as the path of a later call. Raises ``Transient`` for one that leads
        elsewhere."""
        return self._own(link).removeprefix(self._root)

    def _own(self, link: Any) -> str:
        """A next link, if it leads to where we were sent in the first place: the token goes nowhere else."""
        if not isinstance(link, str):
            raise Transient(UNREADABLE)
        try:
            root, target = urlsplit(self._root), urlsplit(link)
        except ValueError:
            raise Transient(UNREADABLE) from None
        same = (target.scheme, target.netloc) == (root.scheme, root.netloc)
        below = target.path.startswith(f"{root.path}/") and ".." not in target.path.split("/")
        if not same or not below:
            raise Transient("foreign_next_link")
        return link


_STOPPING = (Throttled, Unreachable, NeedsReconnect, Misconfigured)


def _wait_asked(answer: Answer, *, batch: bool) -> float:
    """The longest time in seconds for which the answer, or an item of a batch, asks to be left alone; 0 for
    none."""
    told: list[Reply | PortError] = []
    if not 200 <= answer.status < 300:
        told.append(refusal(answer.status, json_of(answer.content), answer.headers))
    elif batch:
        items = (json_of(answer.content) or {}).get("responses")
        told += [judged_item(one) for one in items or [] if isinstance(one, Mapping)]
    return max((one.retry_after for one in told if isinstance(one, Throttled)), default=0.0)


def _first_refusal(outcomes: Sequence[Reply | PortError]) -> NeedsReconnect | None:
    return next((outcome for outcome in outcomes if isinstance(outcome, NeedsReconnect)), None)
