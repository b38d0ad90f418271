"""The contract file for Google, held against what passes between Chosei and the sandbox below /google.

Stricter than the file where Google only ignores: a member or a query parameter that it does not know is a
mistake of ours. A PATCH may say null, which takes away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.support.contract_schema import Contract, Exchange, Operation, contracts_folder

GOOGLE_FILE = "google.openapi.json"
ROOT = "/google"
_SCHEMAS = "#/components/schemas/"
_PUSHED = ("X-Goog-Channel-ID", "X-Goog-Message-Number", "X-Goog-Resource-ID", "X-Goog-Resource-State",
           "X-Goog-Resource-URI")  # fmt: skip


class GoogleContract(Contract):
    """Every check answers the violations found, as sentences."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, GOOGLE_FILE)

    def _operation(self, exchange: Exchange) -> Operation | None:
        path = exchange.path.removeprefix(ROOT)
        for pattern, template in self._paths:
            content = self.document["paths"][template].get(exchange.method.lower())
            if pattern.fullmatch(path) and content is not None:
                item = self.document["paths"][template]
                own = [*item.get("parameters", []), *content.get("parameters", [])]
                return Operation(template, content, tuple(self._resolved(one) for one in own))
        return None

    def response(self, exchange: Exchange, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
        operation = self._operation(exchange)
        found = self._answer(operation, status, headers, body) if operation else []
        return [f"{exchange.method} {exchange.path} -> {status}: {text}" for text in found]

    def push(self, headers: Mapping[str, str], body: bytes) -> list[str]:
        """What is wrong with a notification: it has no body, and says everything in headers."""
        there = {name.lower(): value for name, value in headers.items()}
        found = [f"push: the header {name} is missing" for name in _PUSHED if name.lower() not in there]
        if there.get("x-goog-resource-state") not in ("sync", "exists", "not_exists"):
            found.append("push: unknown resource state")
        return [*found, "push: has a body"] if body else found

    def _request_body(self, operation: Operation, exchange: Exchange) -> list[str]:
        wanted = operation.content.get("requestBody")
        if wanted is None or not exchange.body:
            return super()._request_body(operation, exchange)
        kind = exchange.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind not in wanted["content"]:
            return [f"the content type '{kind}' is not in the contract"]
        schema = wanted["content"][kind]["schema"]
        if kind == "application/x-www-form-urlencoded":
            form = dict(parse_qsl(exchange.body.decode(), keep_blank_values=True))
            missing = [name for name in schema["required"] if name not in form]
            strange = sorted(set(form) - set(schema["properties"]))
            return [f"form: {name} is missing or unknown" for name in missing + strange]
        try:
            value = json.loads(exchange.body)
        except ValueError:
            return ["body is not JSON"]
        if exchange.method == "PATCH":
            value = _without_nulls(value)
        return [*self._check(schema["$ref"], value), *self._strangers(value, schema)]

    def _strangers(self, value: Any, schema: Mapping[str, Any], where: str = "") -> Iterator[str]:
        """Members that the schema does not name."""
        schema = self._whole(schema)
        if isinstance(value, list):
            for one in value:
                yield from self._strangers(one, schema.get("items", {}), where)
        if not isinstance(value, dict) or "properties" not in schema:
            return
        for name, inner in value.items():
            if name not in schema["properties"]:
                yield f"{where}/{name} is unknown"
            else:
                yield from self._strangers(inner, schema["properties"][name], f"{where}/{name}")

    def _whole(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        for one in schema.get("allOf", []):
            schema = one
        if "$ref" in schema:
            found: Mapping[str, Any] = self.document["components"]["schemas"][
                schema["$ref"].removeprefix(_SCHEMAS)
            ]
            return found
        return schema


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return value


_KNOWN = re.compile(r"/google/(calendar/v3/|admin/directory/|token$|revoke$)")


def is_google(path: str) -> bool:
    """Whether the contract speaks of this path of the sandbox."""
    return _KNOWN.match(path) is not None


@cache
def google_contract() -> GoogleContract:
    """The Google contract, read once a process. Raises FileNotFoundError without the folder."""
    return GoogleContract(contracts_folder())
