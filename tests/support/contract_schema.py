"""The contract file for Graph, loaded: what is wrong with a request, an answer, a notification.

Validators are made once for each schema: making one costs some hundred times as much as using it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DEFAULT_FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "contracts"
GRAPH_FILE = "microsoft-graph.openapi.json"
GRAPH_ROOT = "/v1.0"
_URI = "urn:contract"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_FROM_LINKS = {"$skiptoken", "$deltatoken", "$skip"}  # put into links by the server itself
_PREFERENCES = {"outlook.timezone", "idtype", "outlook.body-content-type", "odata.maxpagesize", "return"}

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
    """A contract file, loaded: Graph's. Every check answers the violations found, as sentences."""

    def __init__(self, folder: Path, file: str = GRAPH_FILE) -> None:
        self.document: dict[str, Any] = json.loads((folder / file).read_text("utf-8"))
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
        if is_graph(exchange.path) and "request-id" not in headers:
            found.append("has no request-id header")
        return [f"{exchange.method} {exchange.path} -> {status}: {text}" for text in found]

    def webhook(self, body: bytes) -> list[str]:
        """What is wrong with the body of a notification."""
        return self._json("graphNotificationPost", "#/components/schemas/graphNotificationPost", body)

    def schema(self, name: str, value: Any) -> list[str]:
        """What is wrong with a value of one of the contract's schemas."""
        return self._check(f"#/components/schemas/{name}", value)

    def _operation(self, exchange: Exchange) -> Operation | None:
        graph = is_graph(exchange.path)
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
        names = [name for name, _ in exchange.query if not known.get(name, {}).get("explode")]
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
            value = [text] if parameter.get("explode") else text.split(",")
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


def is_graph(path: str) -> bool:
    return path.startswith(f"{GRAPH_ROOT}/")


def contracts_folder() -> Path:
    """Where the contract files lie."""
    return Path(os.environ.get("CHOSEI_CONTRACTS", DEFAULT_FOLDER))


@cache
def graph_contract() -> Contract:
    """The Graph contract, read once a process. Raises FileNotFoundError without the folder."""
    return Contract(contracts_folder())
