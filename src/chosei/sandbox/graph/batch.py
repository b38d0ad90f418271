"""$batch: up to twenty calls in one, each with its own answer. Source: concepts/json-batching.

Items run through the whole application, so that faults and throttling meet each of them alone; four run at
a time for a mailbox, as Outlook does, and what depends on a failed item answers 424.
"""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Scope

from chosei.sandbox.graph.calls import Call, answer, route
from chosei.sandbox.graph.problems import bad_request

MAX_ITEMS = 20
AT_ONCE = 4
_METHODS = {"GET", "POST", "PATCH", "PUT", "DELETE"}
_MEMBERS = {"id", "method", "url", "headers", "body", "dependsOn"}
_KEPT_HEADERS = {
    "content-type", "retry-after", "location", "etag", "www-authenticate", "preference-applied",
    "x-sandbox-fault",
}  # fmt: skip


def routes() -> list[Route]:
    """The one path."""
    return [route("/$batch", "POST", batch)]


@dataclass(frozen=True)
class Item:
    """One call as it was asked for."""

    id: str
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    depends_on: tuple[str, ...] = ()


async def batch(call: Call) -> Response:
    """200 with one answer for each item, in no particular order."""
    items = _read(await call.json())
    gates = {path: asyncio.Semaphore(AT_ONCE) for path in {_mailbox_of(item) for item in items}}
    done: dict[str, asyncio.Task[dict[str, Any]]] = {}

    async def run(item: Item) -> dict[str, Any]:
        before = [await done[number] for number in item.depends_on]
        if any(not 200 <= one["status"] < 300 for one in before):
            return _failed_dependency(item)
        async with gates[_mailbox_of(item)]:
            return await _dispatch(call, item)

    for item in items:  # dependencies always come first, so their tasks exist already
        done[item.id] = asyncio.create_task(run(item))
    return answer({"responses": list(await asyncio.gather(*done.values()))})


def _mailbox_of(item: Item) -> str:
    return "/".join(item.url.strip("/").split("/")[:2]) if "users/" in item.url else "me"


def _read(body: Any) -> list[Item]:
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list) or not requests:
        raise bad_request("BadRequest", "Invalid batch payload format.")
    if len(requests) > MAX_ITEMS:
        raise bad_request(
            "BadRequest", f"Number of batch request steps exceeds the maximum value of {MAX_ITEMS}."
        )
    items: dict[str, Item] = {}
    for entry in requests:
        item = _item(entry)
        if item.id in items:
            raise bad_request("BadRequest", f"Request Id {item.id} is not unique in the batch.")
        if not set(item.depends_on) <= set(items):
            raise bad_request("BadRequest", f"Request {item.id} depends on one that does not come before it.")
        items[item.id] = item
    return list(items.values())


def _item(entry: Any) -> Item:
    if not isinstance(entry, dict) or not set(entry) <= _MEMBERS:
        raise bad_request("BadRequest", "Invalid batch payload format.")
    number, method, url = entry.get("id"), entry.get("method"), entry.get("url")
    if not isinstance(number, str) or not number or not isinstance(url, str) or not isinstance(method, str):
        raise bad_request("BadRequest", "Each request needs an id, a method and a url.")
    if method.upper() not in _METHODS:
        raise bad_request("BadRequest", f"The method '{method}' is not supported in a batch.")
    if url.lstrip("/").startswith("$batch"):
        raise bad_request("BadRequest", "A batch cannot hold another one.")
    headers = entry.get("headers") or {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise bad_request("BadRequest", "The headers of a request are texts.")
    if "body" in entry and "content-type" not in {name.lower() for name in headers}:
        raise bad_request("BadRequest", f"Request {number} has a body, but no Content-Type header.")
    depends = entry.get("dependsOn") or []
    if not isinstance(depends, list) or not all(isinstance(one, str) for one in depends):
        raise bad_request("BadRequest", "dependsOn is a list of ids.")
    return Item(number, method.upper(), url, headers, entry.get("body"), tuple(depends))


async def _dispatch(call: Call, item: Item) -> dict[str, Any]:
    raw = json.dumps(item.body, ensure_ascii=False).encode() if item.body is not None else b""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await call.request.app(_scope(call, item, len(raw)), receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    content = b"".join(
        message.get("body", b"") for message in sent if message["type"] == "http.response.body"
    )
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
    kept = {_title(name): value for name, value in headers.items() if name in _KEPT_HEADERS}
    reply: dict[str, Any] = {"id": item.id, "status": start["status"], "headers": kept}
    if content:
        reply["body"] = _body(content, is_json="json" in headers.get("content-type", ""))
    return reply


def _body(content: bytes, *, is_json: bool) -> Any:
    """As JSON where it is; anything else, and JSON that is torn, as base64."""
    try:
        if is_json:
            return json.loads(content)
    except ValueError:
        pass
    return base64.b64encode(content).decode()


def _scope(call: Call, item: Item, length: int) -> Scope:
    parts = urlsplit(item.url if item.url.startswith("/") else f"/{item.url}")
    own = dict(call.request.scope)
    names = {name.lower() for name in item.headers}
    inherited = [
        (name, value)
        for name, value in own["headers"]
        if name in (b"host", b"authorization", b"client-request-id") and name.decode() not in names
    ]
    given = [(name.lower().encode(), value.encode()) for name, value in item.headers.items()]
    return {
        "type": "http",
        "asgi": own.get("asgi", {"version": "3.0"}),
        "http_version": own.get("http_version", "1.1"),
        "server": own.get("server"),
        "client": own.get("client"),
        "scheme": own["scheme"],
        "method": item.method,
        "root_path": "",
        "path": f"/v1.0{unquote(parts.path)}",
        "raw_path": f"/v1.0{parts.path}".encode(),
        "query_string": parts.query.encode(),
        "headers": [*inherited, *given, (b"content-length", str(length).encode())],
        "state": {},
    }


def _failed_dependency(item: Item) -> dict[str, Any]:
    error = {"code": "FailedDependency", "message": "A request this one depends on has failed."}
    return {
        "id": item.id,
        "status": 424,
        "headers": {"Content-Type": "application/json"},
        "body": {"error": error},
    }


def _title(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))
