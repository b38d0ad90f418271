"""A thin client of Google's JSON APIs for one account: bearer token, renewed once; every page or none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeGuard
from urllib.parse import quote, urlencode

from chosei.adapters.google.problems import SIGNED_OUT, UNREADABLE, WritesUsedUp, refusal
from chosei.adapters.http import Answer, Call, Deadline, Http
from chosei.ports.accounts import AccountAccess
from chosei.ports.errors import NeedsReconnect, Throttled, Transient

MAX_PAGES = 1000
_NO_CONTENT = 204
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


class Line(Protocol):
    """What requests go out through."""

    def send(self, request: Request) -> Mapping[str, Any]:
        """Carry out one call; an answer of 204 is empty. Raises any ``PortError``."""


class Api:
    """The calls of one account at one base address, as long as one piece of work; but for ``exchange`` from
    one thread."""

    def __init__(self, http: Http, base: str, account: AccountAccess) -> None:
        self._http, self._base, self.account = http, base, account
        self._deadline = Deadline.within(account.within)
        self._token = ""

    def token(self, *, renew: bool = False) -> str:
        """The account's token, looked up once. ``renew``: it was refused before its time. May raise any
        ``PortError``."""
        if renew or not self._token:
            self._token = self.account.token(renew, "")
        return self._token

    def send(self, request: Request) -> Mapping[str, Any]:
        """Carry out one call; an answer of 204 is empty. Raises any ``PortError``."""
        token = self.token()
        try:
            return self._placed(request, token)
        except NeedsReconnect as error:
            if not signed_out(error):
                raise
        token = self.token(renew=True)
        try:
            return self._placed(request, token)
        except NeedsReconnect as error:
            if signed_out(error):
                self.account.refused(error)
            raise

    def exchange(self, request: Request, token: str) -> Mapping[str, Any]:
        """One call under ``token``, from any thread: nothing of the account is asked or told. Raises any
        ``PortError``."""
        call = _call(request, self._base)
        headers = {**call.headers, "Authorization": f"Bearer {token}"}
        return _read(self._http.send(replace(call, headers=headers), self._deadline))

    def pages(
        self, request: Request, name: str = "items"
    ) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
        """Every item of a collection, and its last page. Raises rather than return a part of it: a page that
        does not say what it is holds nothing that we know of."""
        items: list[Mapping[str, Any]] = []
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            body = self.send(request)
            value = body.get(name, [] if body.get("kind") else None)
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

    def _placed(self, request: Request, token: str) -> Mapping[str, Any]:
        with self.account.places(1):
            try:
                return self.exchange(request, token)
            except Throttled as error:
                # The quota is the account's: everybody waits, and knows it before our place is free.
                if asks_for_rest(error):
                    self.account.pause(error.retry_after)
                raise


def signed_out(outcome: object) -> bool:
    """Whether the token was turned away: nothing was carried out."""
    return isinstance(outcome, NeedsReconnect) and outcome.code == SIGNED_OUT


def asks_for_rest(error: Exception) -> TypeGuard[Throttled]:
    """Whether everybody is to leave the account alone."""
    return isinstance(error, Throttled) and not isinstance(error, WritesUsedUp)


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


def _read(answer: Answer) -> Mapping[str, Any]:
    try:
        body = json.loads(answer.content) if answer.content or answer.status != _NO_CONTENT else {}
    except ValueError:
        body = None
    if not 200 <= answer.status < 300:
        if answer.content and not isinstance(body, Mapping) and answer.status in _FINAL:
            # A page of a proxy: whether an event is there or allowed is not its to say.
            raise Transient(f"foreign_answer_{answer.status}")
        raise refusal(answer.status, body, answer.headers)
    if not isinstance(body, Mapping):
        raise Transient(UNREADABLE)
    return body
