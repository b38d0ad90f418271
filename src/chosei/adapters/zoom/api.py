"""Zoom's API under one account's permission."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chosei.adapters.http import Answer, Call, Deadline, Http
from chosei.adapters.zoom.answers import UNREADABLE
from chosei.adapters.zoom.problems import is_expired, refusal
from chosei.ports.errors import NeedsReconnect, Transient


@dataclass(frozen=True, slots=True)
class Request:
    """``route`` stands for the path in logs. ``repeatable``: twice does no harm."""

    method: str
    path: str
    route: str
    params: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None
    repeatable: bool = True


@dataclass(frozen=True, slots=True)
class Tokens:
    """``get(True)`` asks for a fresh access token; ``refused`` is told when that was turned away too."""

    get: Callable[[bool], str]
    refused: Callable[[NeedsReconnect], None]


class Api:
    """Sends requests; a token that is refused as expired is renewed once."""

    def __init__(self, http: Http, base: str, tokens: Tokens, deadline: Deadline) -> None:
        self._http, self._base, self._tokens, self._deadline = http, base, tokens, deadline

    def send(self, request: Request) -> Answer:
        """Any answer, a refusal as well. Raises ``NeedsReconnect`` when even a fresh token is refused."""
        answer = self._once(request, self._tokens.get(False))
        if not is_expired(answer.status, answer.body):
            return answer
        answer = self._once(request, self._tokens.get(True))
        if is_expired(answer.status, answer.body):
            error = refusal(answer.status, answer.body, answer.headers)
            if isinstance(error, NeedsReconnect):
                self._tokens.refused(error)
            raise error
        return answer

    def read(self, request: Request, status: int = 200) -> Mapping[str, Any]:
        """The JSON of an answer with this status; any other raises what it means."""
        answer = self.send(request)
        body = answer.body
        if answer.status != status:
            raise refusal(answer.status, body, answer.headers)
        if body is None:
            raise Transient(UNREADABLE)
        return body

    def _once(self, request: Request, token: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        content = None
        if request.body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(request.body, ensure_ascii=False).encode()
        call = Call(
            request.method,
            f"{self._base}{request.path}",
            request.route,
            headers,
            params=request.params,
            content=content,
            repeatable=request.repeatable,
        )
        return self._http.send(call, self._deadline)
