"""Checks what passes between Chosei and the sandbox against the contract files.

    with running_sandbox(wrap=checked) as sandbox: ...   # fixture `checked` fails the test at its end

`ValidatingASGI` looks at every call below /v1.0 (the items of a $batch one by one) and at the identity
platform's endpoints: does the path exist, the method, each query option; do headers and bodies fit; is the
answer one of those listed. `ValidatingWebhook` does the same for what the sandbox posts.

A folder of tests takes the fixture in by importing `checked` in its conftest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.support.contract_schema import GRAPH_ROOT, Exchange, graph_contract, is_graph
from tests.support.google_contract import google_contract, is_google
from tests.support.zoom_contract import is_zoom, zoom_contract

__all__ = [
    "Exchange",
    "ValidatingASGI",
    "ValidatingWebhook",
    "checked",
    "graph_contract",
    "validate_request",
    "validate_response",
]

_IDENTITY = re.compile(
    r"/[^/]+/(oauth2/v2\.0/(authorize|token)|v2\.0/(adminconsent|\.well-known/.*)|discovery/.*)"
)


def validate_request(exchange: Exchange) -> list[str]:
    """The violations of one request, the items of a $batch included."""
    if is_google(exchange.path):
        return google_contract().request(exchange)
    if is_zoom(exchange.path, exchange.method):
        return zoom_contract().request(exchange)
    found = graph_contract().request(exchange)
    if exchange.path == f"{GRAPH_ROOT}/$batch":
        for item in _items(exchange.body, "requests"):
            found += [f"in $batch: {text}" for text in graph_contract().request(_item_exchange(item))]
    return found


TORN = "x-sandbox-fault"
"""Marks an answer that the sandbox has broken on purpose."""


def validate_response(exchange: Exchange, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
    """The violations of one answer, the items of a $batch included."""
    if is_google(exchange.path):
        return google_contract().response(exchange, status, headers, body)
    if is_zoom(exchange.path, exchange.method):
        return zoom_contract().response(exchange, status, headers, body)
    found = graph_contract().response(exchange, status, headers, body)
    if exchange.path != f"{GRAPH_ROOT}/$batch" or status != 200:
        return found
    asked = {item.get("id"): item for item in _items(exchange.body, "requests")}
    answered = _items(body, "responses")
    if sorted(str(item.get("id")) for item in answered) != sorted(map(str, asked)):
        found.append("$batch: not every item was answered once")
    for item in answered:
        if item.get("id") not in asked or "status" not in item:
            continue
        inner = {name.lower(): value for name, value in item.get("headers", {}).items()}
        if TORN in inner:
            continue
        content = json.dumps(item["body"]).encode() if "body" in item else b""
        checked = graph_contract().response(
            _item_exchange(asked[item["id"]]),
            item["status"],
            {"request-id": "of the batch", **inner},
            content,
        )
        found += [f"in $batch: {text}" for text in checked]
    return found


def _items(body: bytes, name: str) -> list[dict[str, Any]]:
    try:
        items = json.loads(body).get(name)
    except (ValueError, AttributeError):
        return []
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _item_exchange(item: dict[str, Any]) -> Exchange:
    url = urlsplit("/" + str(item.get("url", "")).lstrip("/"))
    return Exchange(
        str(item.get("method", "")),
        GRAPH_ROOT + unquote(url.path),
        tuple(parse_qsl(url.query, keep_blank_values=True)),
        {name.lower(): str(value) for name, value in (item.get("headers") or {}).items()},
        json.dumps(item["body"]).encode() if "body" in item else b"",
    )


class _Recorder:
    """Lets a call through and keeps both sides of it; `finished` is called before its end goes out."""

    def __init__(self, receive: Receive, send: Send, finished: Callable[[_Recorder], None]) -> None:
        self._receive, self._send, self._finished = receive, send, finished
        self._replayed = False
        self.request = b""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.response = b""

    async def read(self) -> None:
        """Takes the whole request in: an application that refuses early need not read it."""
        more = True
        while more:
            message = await self._receive()
            self.request += message.get("body", b"")
            more = message.get("more_body", False)

    async def receive(self) -> Message:
        if self._replayed:
            return await self._receive()
        self._replayed = True
        return {"type": "http.request", "body": self.request, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = _texts(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self.response += message.get("body", b"")
            if not message.get("more_body", False):
                self._finished(self)
        await self._send(message)


class ValidatingASGI:
    """A layer around the sandbox that checks everything and hinders nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.violations: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        # a form posted to /authorize is the sandbox's own page talking to itself
        own_form = scope.get("method") == "POST" and not path.endswith("/token")
        served = is_graph(path) or is_google(path) or is_zoom(path, scope.get("method", ""))
        known = served or (_IDENTITY.fullmatch(path) and not own_form)
        if scope["type"] != "http" or not known:
            await self.app(scope, receive, send)
            return
        query = tuple(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))

        def exchange(recorder: _Recorder) -> Exchange:
            return Exchange(scope["method"], path, query, _texts(scope["headers"]), recorder.request)

        recorder = _Recorder(receive, send, lambda one: self._examine(exchange(one), one))
        await recorder.read()
        self.violations += validate_request(exchange(recorder))
        await self.app(scope, recorder.receive, recorder.send)

    def _examine(self, exchange: Exchange, recorder: _Recorder) -> None:
        # pages of the identity platform are for people: the contract knows only where they lead
        is_page = recorder.headers.get("content-type", "").startswith("text/html")
        if TORN in recorder.headers:
            return
        if not is_page or is_graph(exchange.path) or is_google(exchange.path):
            self.violations += validate_response(
                exchange, recorder.status, recorder.headers, recorder.response
            )

    def take(self) -> list[str]:
        """The violations so far, which are forgotten with this: for tests that mean to do wrong."""
        found, self.violations = self.violations, []
        return found


class ValidatingWebhook:
    """A layer around whoever receives notifications: checks what the sandbox posts there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.violations: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        recorder = _Recorder(receive, send, lambda _: None)
        await recorder.read()
        await self.app(scope, recorder.receive, recorder.send)
        if b"validationToken=" not in scope["query_string"]:
            self.violations += graph_contract().webhook(recorder.request)


def _texts(headers: Any) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


@pytest.fixture
def checked() -> Iterator[Callable[[ASGIApp], ASGIApp]]:
    """Wraps a sandbox application; whatever broke the contract by the end of the test fails it."""
    layers: list[ValidatingASGI] = []

    def wrap(app: ASGIApp) -> ASGIApp:
        layers.append(ValidatingASGI(app))
        return layers[-1]

    yield wrap
    violations = [text for layer in layers for text in layer.violations]
    assert not violations, "\n".join(violations)
