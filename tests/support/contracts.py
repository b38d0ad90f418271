"""Checks what passes between Chosei and the sandbox against the contract files.

    with running_sandbox(wrap=checked) as sandbox: ...   # fixture `checked` fails the test at its end

`ValidatingASGI` looks at every call below /v1.0 (the items of a $batch one by one) and at the identity
platform's endpoints: does the path exist, the method, each query option; do headers and bodies fit; is the
answer one of those listed. `ValidatingWebhook` does the same for what the sandbox posts. Validators are made
once for each schema: making one costs some hundred times as much as using it.

A folder of tests takes the fixture in by importing `checked` in its conftest.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DEFAULT_FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "contracts"
GRAPH_FILE = "microsoft-graph.openapi.json"
GRAPH_ROOT = "/v1.0"
_URI = "urn:contract"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_FROM_LINKS = {"$skiptoken", "$deltatoken", "$skip"}  # put into links by the server itself
_PREFERENCES = {"outlook.timezone", "idtype", "outlook.body-content-type", "odata.maxpagesize", "return"}
_IDENTITY = re.compile(
    r"/[^/]+/(oauth2/v2\.0/(authorize|token)|v2\.0/(adminconsent|\.well-known/.*)|discovery/.*)"
)

formats = FormatChecker()


@formats.checks("date-time")
def _is_date_time(value: object) -> bool:
    pattern = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})"
    return not isinstance(value, str) or re.fullmatch(pattern, value) is not None


@formats.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


@formats.checks("email")
def _is_email(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"[^@\s]+@[^@\s]+", value) is not None


@dataclass(frozen=True)
class Exchange:
    """One request and, once known, its answer. `path` is percent-decoded and has no query."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Operation:
    """What the contract says of a path and method; parameters are resolved."""

    name: str
    content: dict[str, Any]
    parameters: tuple[dict[str, Any], ...]


class Contract:
    """The Graph contract, loaded. Every check answers the violations found, as sentences."""

    def __init__(self, folder: Path) -> None:
        self.document: dict[str, Any] = json.loads((folder / GRAPH_FILE).read_text("utf-8"))
        resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)
        self._validators: dict[str, Draft202012Validator] = {}
        self._paths = [(_pattern(path), path) for path in self.document["paths"]]
        # a fixed word is meant before a placeholder that would take it as well
        self._paths.sort(key=lambda entry: entry[1].count("{"))

    def request(self, exchange: Exchange) -> list[str]:
        """What is wrong with a request."""
        operation = self._operation(exchange)
        if operation is None:
            return [f"{exchange.method} {exchange.path}: not in the contract"]
        found = [*self._query(operation, exchange), *self._headers(operation, exchange)]
        found += self._request_body(operation, exchange)
        return [f"{exchange.method} {exchange.path}: {text}" for text in found]

    def response(self, exchange: Exchange, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
        """What is wrong with the answer to a request."""
        operation = self._operation(exchange)
        if operation is None:
            return []
        found = self._answer(operation, status, headers, body)
        if _is_graph(exchange.path) and "request-id" not in headers:
            found.append("has no request-id header")
        return [f"{exchange.method} {exchange.path} -> {status}: {text}" for text in found]

    def webhook(self, body: bytes) -> list[str]:
        """What is wrong with the body of a notification."""
        return self._json("graphNotificationPost", "#/components/schemas/graphNotificationPost", body)

    def schema(self, name: str, value: Any) -> list[str]:
        """What is wrong with a value of one of the contract's schemas."""
        return self._check(f"#/components/schemas/{name}", value)

    def _operation(self, exchange: Exchange) -> Operation | None:
        graph = _is_graph(exchange.path)
        path = exchange.path.removeprefix(GRAPH_ROOT) if graph else exchange.path
        for pattern, template in self._paths:
            if template.startswith("/{tenant}/") == graph or not pattern.fullmatch(path):
                continue
            item = self.document["paths"][template]
            content = item.get(exchange.method.lower())
            if content is not None:
                own = [*item.get("parameters", []), *content.get("parameters", [])]
                return Operation(template, content, tuple(self._resolved(one) for one in own))
        return None

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in node:
            return node
        found: Any = self.document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return self._resolved(found)

    def _query(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        known = {one["name"]: one for one in operation.parameters if one["in"] == "query"}
        given = dict(exchange.query)
        from_link = bool(_FROM_LINKS & set(given))
        for name, parameter in known.items():
            if parameter.get("required") and name not in given and not from_link:
                yield f"the query parameter {name} is missing"
        for name, value in exchange.query:
            if name in known:
                for text in self._parameter(known[name], value):
                    yield f"query parameter {name}: {text}"
            elif name not in _FROM_LINKS:
                yield f"the query parameter {name} is not in the contract"
        names = [name for name, _ in exchange.query]
        if len(set(names)) != len(names):
            yield "a query parameter is given twice"

    def _parameter(self, parameter: dict[str, Any], text: str) -> list[str]:
        schema = parameter["schema"]
        value: Any = text
        if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
            value = int(text)
        elif schema.get("type") == "boolean" and text in ("true", "false"):
            value = text == "true"
        elif schema.get("type") == "array":
            value = text.split(",")
        return [
            error.message for error in Draft202012Validator(schema, format_checker=formats).iter_errors(value)
        ]

    def _headers(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        for one in operation.parameters:
            value = exchange.headers.get(one["name"].lower()) if one["in"] == "header" else None
            if value is None:
                if one["in"] == "header" and one.get("required"):
                    yield f"the header {one['name']} is missing"
                continue
            for text in self._parameter(one, value):
                yield f"header {one['name']}: {text}"
        for wish in re.findall(r"([A-Za-z.\-]+)\s*(?:=|$)", exchange.headers.get("prefer", "")):
            if wish.lower() not in _PREFERENCES:
                yield f"the preference {wish} is not known"

    def _request_body(self, operation: Operation, exchange: Exchange) -> list[str]:
        wanted = operation.content.get("requestBody")
        if wanted is None:
            return ["has a body where none belongs"] if exchange.body else []
        if not exchange.body:
            return ["has no body"] if wanted.get("required") else []
        kind = exchange.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind not in wanted["content"]:
            return [f"the content type '{kind}' is not in the contract"]
        reference = wanted["content"][kind]["schema"]["$ref"]
        if kind == "application/x-www-form-urlencoded":
            return self._check(reference, dict(parse_qsl(exchange.body.decode(), keep_blank_values=True)))
        return self._json("body", reference, exchange.body)

    def _answer(
        self, operation: Operation, status: int, headers: Mapping[str, str], body: bytes
    ) -> list[str]:
        listed = operation.content["responses"]
        chosen = listed.get(str(status)) or (listed.get("default") if status >= 400 else None)
        if chosen is None:
            return ["this status is not in the contract"]
        chosen = self._resolved(chosen)
        if "content" not in chosen:
            return ["has a body where none belongs"] if body else []
        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        if kind not in chosen["content"]:
            return [f"the content type '{kind}' is not in the contract"]
        schema = chosen["content"][kind]["schema"]
        if "$ref" in schema:
            return self._json("body", schema["$ref"], body)
        pointer = _pointer(
            "paths", operation.name, _method(self.document, operation), "responses", str(status)
        )
        return self._json("body", f"{pointer}/content/application~1json/schema", body)

    def _json(self, what: str, reference: str, body: bytes) -> list[str]:
        try:
            value = json.loads(body)
        except ValueError:
            return [f"{what} is not JSON"]
        return self._check(reference, _with_loopback_allowed(value))

    def _check(self, reference: str, value: Any) -> list[str]:
        validator = self._validators.get(reference)
        if validator is None:
            validator = Draft202012Validator(
                {"$ref": _URI + reference}, registry=self._registry, format_checker=formats
            )
            self._validators[reference] = validator
        return [_told(error) for error in validator.iter_errors(value)]


def _told(error: Any) -> str:
    inner = sorted(error.context or [], key=lambda one: -len(one.absolute_path))[:2]
    reasons = "; ".join(one.message[:200] for one in inner)
    where = "/".join(str(part) for part in error.absolute_path) or "."
    return f"{where}: {error.message[:300]}{f' ({reasons})' if reasons else ''}"


def _with_loopback_allowed(value: Any) -> Any:
    """http is for this machine only; there it counts as https."""
    if not isinstance(value, dict):
        return value
    changed = dict(value)
    for name in ("notificationUrl", "lifecycleNotificationUrl"):
        url = changed.get(name)
        if isinstance(url, str) and url.startswith("http://") and urlsplit(url).hostname in _LOOPBACK:
            changed[name] = "https" + url.removeprefix("http")
    return changed


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", template)
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts))


def _pointer(*parts: str) -> str:
    return "#/" + "/".join(
        part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D") for part in parts
    )


def _method(document: dict[str, Any], operation: Operation) -> str:
    item = document["paths"][operation.name]
    return next(str(name) for name, content in item.items() if content is operation.content)


def _is_graph(path: str) -> bool:
    return path.startswith(f"{GRAPH_ROOT}/")


def contracts_folder() -> Path:
    """Where the contract files lie."""
    return Path(os.environ.get("CHOSEI_CONTRACTS", DEFAULT_FOLDER))


@cache
def graph_contract() -> Contract:
    """The Graph contract, read once a process. Raises FileNotFoundError without the folder."""
    return Contract(contracts_folder())


def validate_request(exchange: Exchange) -> list[str]:
    """The violations of one request, the items of a $batch included."""
    found = graph_contract().request(exchange)
    if exchange.path == f"{GRAPH_ROOT}/$batch":
        for item in _items(exchange.body, "requests"):
            found += [f"in $batch: {text}" for text in graph_contract().request(_item_exchange(item))]
    return found


def validate_response(exchange: Exchange, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
    """The violations of one answer, the items of a $batch included."""
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
        known = _is_graph(path) or (_IDENTITY.fullmatch(path) and not own_form)
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
        if not (is_page and not _is_graph(exchange.path)):
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
