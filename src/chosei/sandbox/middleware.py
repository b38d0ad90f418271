"""Runs every Graph and token request through the guard."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chosei.sandbox.context import SandboxContext
from chosei.sandbox.directory import Directory
from chosei.sandbox.errors import GraphError, error_response
from chosei.sandbox.guard import Subject
from chosei.sandbox.identity.access import Caller, identify

GRAPH_ROOT = "/v1.0/"
TOKEN_END = "/oauth2/v2.0/token"  # noqa: S105 - a path
# Parts of /me and /users/{id} that Exchange does not serve, and so does not count.
_NOT_IN_THE_MAILBOX = {"onlineMeetings", "photo", "memberOf", "manager"}


def subject_of(directory: Directory, caller: Caller | None, path: str) -> Subject:
    """What a Graph request for `path` (below /v1.0, with or without query) touches. For $batch: one item's
    URL."""
    parts = path.split("?")[0].strip("/").split("/")
    app_id = caller.app_id if caller else ""
    own = caller.account.address if caller and caller.account else None
    if parts[0] == "users" and len(parts) > 1:
        found = directory.user(parts[1]) or directory.room(parts[1])
        return Subject(app_id, found.address if found else parts[1], _is_mailbox_call(parts[2:]))
    return Subject(app_id, own, parts[0] == "me" and _is_mailbox_call(parts[1:]))


def _is_mailbox_call(rest: list[str]) -> bool:
    return bool(rest) and rest[0] not in _NOT_IN_THE_MAILBOX


class FaultMiddleware:
    """Applies faults and the limit of concurrent calls to Graph, and faults to the token endpoint."""

    def __init__(self, app: ASGIApp, context: SandboxContext) -> None:
        self.app = app
        self.context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        # The envelope of a $batch is let through: each of its items is a request of its own.
        if scope["type"] != "http" or not path.startswith(GRAPH_ROOT) or path == "/v1.0/$batch":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        caller = identify(request)
        known = caller if isinstance(caller, Caller) else None
        subject = subject_of(self.context.directory, known, path.removeprefix(GRAPH_ROOT))
        try:
            async with self.context.guard.admit(subject) as admission:
                if not admission.reply_lost:
                    await self.app(scope, receive, send)
                    return
                await self.app(scope, receive, _swallow)
        except GraphError as error:
            await error_response(request, error, self.context.clock.now())(scope, receive, send)
            return
        await lose_reply(scope, receive, send)


async def _swallow(message: Message) -> None:
    """Take an answer and tell nobody."""


class _HasTransport(Protocol):
    transport: asyncio.Transport


async def lose_reply(scope: Scope, receive: Receive, send: Send) -> None:
    """Hang up without an answer; where the server's connection is out of reach, 504."""
    cycle = getattr(send, "__self__", None)
    if not hasattr(cycle, "transport"):
        await Response(status_code=504)(scope, receive, send)
        return
    cast(_HasTransport, cycle).transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass  # the rest of the request's body
