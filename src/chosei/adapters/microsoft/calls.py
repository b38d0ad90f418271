"""One call of Microsoft Graph v1.0 and its answer: by itself, or as an item of a batch."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from chosei.adapters.microsoft.problems import UNREADABLE, refusal
from chosei.ports.errors import PortError, Transient

PREFER = 'IdType="ImmutableId", outlook.timezone="UTC"'
FINAL = frozenset({400, 403, 404, 405, 407, 409, 410, 412})
"""Graph answers these with an object; a page with such a status is a proxy's, and says nothing of events."""


@dataclass(frozen=True, slots=True)
class GraphCall:
    """One request below /v1.0. ``path`` is ready-made (ids quoted, query included); ``route`` names it in
    logs."""

    method: str
    path: str
    route: str
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    if_match: str = ""
    repeatable: bool = True
    prefer: str = ""

    @property
    def headers(self) -> dict[str, str]:
        own = {"Prefer": f"{PREFER}, {self.prefer}" if self.prefer else PREFER}
        if self.body is not None:
            own["Content-Type"] = "application/json"
        if self.if_match:
            own["If-Match"] = self.if_match
        return own


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer; ``body`` is empty where there is none (204)."""

    status: int
    body: Mapping[str, Any] = field(repr=False)


def path(route: str, *ids: str, **query: str) -> str:
    """``/me/events/{}`` with its ids quoted; query names are written without their dollar (``select=``)."""
    filled = route.format(*(quote(one, safe="") for one in ids))
    # Spaces as %20: inside a batch the address is no form, and "+" stays a plus.
    options = {_QUERY.get(name, name): value for name, value in query.items()}
    return f"{filled}?{urlencode(options, quote_via=quote, safe=_QUERY_SAFE)}" if options else filled


_QUERY = {name: f"${name}" for name in ("select", "expand", "filter", "top", "orderby")}
_QUERY_SAFE = "$,'()/:"


def as_item(number: int, call: GraphCall) -> dict[str, Any]:
    """The call as an item of a batch, to be answered under its number."""
    item: dict[str, Any] = {
        "id": str(number),
        "method": call.method,
        "url": call.path,
        "headers": {**call.headers, "client-request-id": str(uuid.uuid4())},
    }
    if call.body is not None:
        item["body"] = call.body
    return item


def judged_item(answer: Mapping[str, Any] | None) -> Reply | PortError:
    """One item of a batch. An item without an answer may have been carried out."""
    if answer is None:
        return Transient("answer_missing")
    status, body = answer.get("status"), _content(answer.get("body"))
    told = answer.get("headers")
    headers = {str(name): str(value) for name, value in told.items()} if isinstance(told, Mapping) else {}
    if not isinstance(status, int):
        return Transient(UNREADABLE)
    if not 200 <= status < 300:
        if not isinstance(body, Mapping) and body is not None and status in FINAL:
            return Transient(f"foreign_answer_{status}")
        return refusal(status, body, headers)
    if body is None:
        return Reply(status, {})
    return Reply(status, body) if isinstance(body, Mapping) else Transient(UNREADABLE)


def _content(body: Any) -> Any:
    """The body of an item: an object, or text that may hold one, plainly or in base64, as what is not known
    to be JSON comes (concepts/json-batching); None for an empty one."""
    if not isinstance(body, str):
        return body
    plain = json_of(body.encode())
    if isinstance(plain, Mapping) or not body:
        return plain
    try:
        return json_of(base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True), body)
    except ValueError:
        return body


def json_of(content: bytes, otherwise: Any = None) -> Any:
    """What an answer says; ``otherwise`` where it is no JSON."""
    try:
        return json.loads(content)
    except ValueError:
        return otherwise
