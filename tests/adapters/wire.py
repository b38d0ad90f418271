"""A scripted service: answers given in advance, requests kept to look at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx2

from chosei.adapters.http import Http
from chosei.adapters.microsoft.graph import Graph
from chosei.ports.errors import NeedsReconnect

BASE = "https://graph.example"
Reaction = httpx2.Response | Exception | Callable[[httpx2.Request], httpx2.Response]


def reply(status: int = 200, body: Any = None, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    """An answer with a JSON body (none for None)."""
    content = b"" if body is None else json.dumps(body).encode()
    return httpx2.Response(status, headers=dict(headers or {}), content=content)


def refused(
    status: int, code: str, headers: Mapping[str, str] | None = None, **extra: Any
) -> httpx2.Response:
    """An error in Graph's shape."""
    return reply(status, {"error": {"code": code, "message": "told to people", **extra}}, headers)


class Service:
    """Answers each request with the next reaction, the last one for ever."""

    def __init__(self, *reactions: Reaction) -> None:
        self.reactions = list(reactions)
        self.requests: list[httpx2.Request] = []
        self.http = Http("test", transport=httpx2.MockTransport(self._handle), environment=False)

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        reaction = self.reactions.pop(0) if len(self.reactions) > 1 else self.reactions[0]
        if isinstance(reaction, Exception):
            raise reaction
        if callable(reaction):
            return reaction(request)
        return httpx2.Response(reaction.status_code, headers=reaction.headers, content=reaction.content)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]


class Tokens:
    """Counts what is asked of it."""

    def __init__(self) -> None:
        self.renewed = 0
        self.refusals: list[str] = []
        self.claims: list[str] = []

    def get(self, *, renew: bool, claims: str = "") -> str:
        self.renewed += renew
        self.claims.append(claims)
        return f"secret-token-{self.renewed}"

    def refused(self, error: NeedsReconnect) -> None:
        self.refusals.append(error.code)


class Places:
    """A slot that remembers how many places each call took, and that they were given back."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.open = 0

    @contextmanager
    def __call__(self, count: int) -> Iterator[None]:
        self.taken.append(count)
        self.open += count
        try:
            yield
        finally:
            self.open -= count


def graph_on(service: Service) -> tuple[Graph, Tokens, Places]:
    tokens, places = Tokens(), Places()
    return Graph(service.http, BASE, tokens, places), tokens, places
