"""A thin client of Google's JSON APIs for one account: bearer token, renewed once; every page or none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from chosei.adapters.google.problems import SIGNED_OUT, UNREADABLE, WritesUsedUp, refusal
from chosei.adapters.http import Answer, Call, Deadline, Http
from chosei.ports.accounts import AccountAccess
from chosei.ports.errors import NeedsReconnect, PortError, Throttled, Transient

MAX_PAGES = 1000
_FINAL = frozenset({400, 403, 404, 405, 407, 409, 410, 412})


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``route`` names it in logs and holds a ``{}`` for each of ``ids``."""

    method: str
    route: str
    ids: tuple[str, ...] = field(default=(), repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    if_match: str = ""
    repeatable: bool = True


class Api:
    """The calls of one account at one base address, for one thread and as long as one piece of work."""

    def __init__(self, http: Http, base: str, account: AccountAccess) -> None:
        self._http, self._base, self.account = http, base, account
        self._deadline = Deadline.within(account.within)
        self._token = ""
        self._in_place = False

    @contextmanager
    def in_one_place(self) -> Iterator[None]:
        """What is sent meanwhile goes one after the other through one of the account's places. Raises
        ``Throttled`` where none becomes free, or while the account is to be left alone."""
        with self.account.places(1):
            self._in_place = True
            try:
                yield
            finally:
                self._in_place = False

    def send(self, request: Request) -> Mapping[str, Any]:
        """Carry out one call; an answer without a body is empty. Raises any ``PortError``."""
        body, error = self._judged(_call(request, self._base))
        if isinstance(error, NeedsReconnect) and error.code == SIGNED_OUT:
            body, error = self._judged(_call(request, self._base), renew=True)
            if isinstance(error, NeedsReconnect) and error.code == SIGNED_OUT:
                self.account.refused(error)
        if error is not None:
            raise error
        return body

    def pages(
        self, request: Request, name: str = "items"
    ) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
        """Every item of a collection, and its last page. Raises rather than return a part of it."""
        items: list[Mapping[str, Any]] = []
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            body = self.send(request)
            value = body.get(name, [])
            if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
                raise Transient(UNREADABLE)
            items += value
            following = body.get("nextPageToken")
            if not following:
                return items, body
            if not isinstance(following, str) or following in seen:
                raise Transient("paging_loop")
            seen.add(following)
            request = replace(request, query={**request.query, "pageToken": following})
        raise Transient("too_many_pages")

    def _judged(self, call: Call, *, renew: bool = False) -> tuple[Mapping[str, Any], PortError | None]:
        """The body, or the error that the answer means."""
        if renew or not self._token:
            self._token = self.account.token(renew, "")
        headers = {**call.headers, "Authorization": f"Bearer {self._token}"}
        with nullcontext() if self._in_place else self.account.places(1):
            answer = self._http.send(replace(call, headers=headers), self._deadline)
            body, error = _read(answer)
            if isinstance(error, Throttled) and not isinstance(error, WritesUsedUp):
                # The quota is the account's: everybody waits, and knows it before our place is free.
                self.account.pause(error.retry_after)
        return body, error


def _call(request: Request, base: str) -> Call:
    headers: dict[str, str] = {"If-Match": request.if_match} if request.if_match else {}
    content = None
    if request.body is not None:
        headers["Content-Type"] = "application/json"
        content = json.dumps(request.body, ensure_ascii=False).encode()
    path = request.route.format(*(quote(one, safe="") for one in request.ids))
    query = f"?{urlencode(request.query)}" if request.query else ""
    return Call(
        request.method,
        f"{base}{path}{query}",
        request.route,
        headers,
        content=content,
        repeatable=request.repeatable,
        waits=False,
    )


def _read(answer: Answer) -> tuple[Mapping[str, Any], PortError | None]:
    try:
        body = json.loads(answer.content) if answer.content else {}
    except ValueError:
        body = None
    if not 200 <= answer.status < 300:
        if answer.content and not isinstance(body, Mapping) and answer.status in _FINAL:
            # A page of a proxy: whether an event is there or allowed is not its to say.
            return {}, Transient(f"foreign_answer_{answer.status}")
        return {}, refusal(answer.status, body, answer.headers)
    return (body, None) if isinstance(body, Mapping) else ({}, Transient(UNREADABLE))
