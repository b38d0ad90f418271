"""Errors as Graph tells them: a code for programs, a message for people, ids for support.

Source of the shape: microsoft-graph-docs concepts/errors.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse

REQUEST_ID = "request-id"
CLIENT_REQUEST_ID = "client-request-id"


class GraphError(Exception):
    """An answer other than success. `headers` are added to the reply (Retry-After, WWW-Authenticate)."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def request_ids(request: Request) -> dict[str, str]:
    """The two id headers of a reply: one of ours for each request, and the client's echoed.

    Our own id stays the same however often it is asked for during one request.
    """
    state = request.scope.setdefault("state", {})
    ours = state.setdefault(REQUEST_ID, str(uuid.uuid4()))
    return {REQUEST_ID: ours, CLIENT_REQUEST_ID: request.headers.get(CLIENT_REQUEST_ID, ours)}


def error_body(error: GraphError, ids: Mapping[str, str], now: datetime) -> dict[str, object]:
    """The JSON of an error; `now` in UTC. Items of a $batch carry the same body."""
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "innerError": {"date": now.strftime("%Y-%m-%dT%H:%M:%S"), **ids},
        }
    }


def error_response(request: Request, error: GraphError, now: datetime) -> JSONResponse:
    """The reply that tells `error`."""
    ids = request_ids(request)
    return JSONResponse(error_body(error, ids, now), error.status, {**ids, **error.headers})
