"""Runs every Graph and token request through the guard."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chosei.sandbox.context import SandboxContext
from chosei.sandbox.directory import Directory
from chosei.sandbox.errors import GraphError, error_response
from chosei.sandbox.guard import Subject
from chosei.sandbox.identity import problems
from chosei.sandbox.identity.access import Caller, identify
from chosei.sandbox.identity.problems import SignInError, token_error_body

GRAPH_ROOT = "/v1.0/"
BATCH = "/v1.0/$batch"
# Where the application keeps the server's own `send`, which knows the connection: other layers stand between.
SERVER_SEND = "sandbox.send"
TOKEN_END = "/oauth2/v2.0/token"  # noqa: S105 - a path
# Parts of /me and /users/{id} that Exchange does not serve, and so does not count.
_NOT_IN_THE_MAILBOX = {"onlineMeetings", "photo", "memberOf", "manager"}


def subject_of(directory: Directory, caller: Caller | None, path: str) -> Subject:
    """What a Graph request for `path` (below /v1.0, with or without query) touches.

    For $batch: the URL of one item.
    """
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
        if scope["type"] == "http" and path.startswith(GRAPH_ROOT) and path != BATCH:
            await self._graph(scope, receive, send)
        elif scope["type"] == "http" and path.endswith(TOKEN_END):
            await self._token(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _graph(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        caller = identify(request)
        known = caller if isinstance(caller, Caller) else None
        subject = subject_of(self.context.directory, known, scope["path"].removeprefix(GRAPH_ROOT))
        try:
            await self._admitted(subject, scope, receive, send)
        except GraphError as error:
            await error_response(request, error, self.context.clock.now())(scope, receive, send)

    async def _token(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        given_back = False

        async def replay() -> Message:
            nonlocal given_back
            if given_back:
                return await receive()
            given_back = True
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            await self._admitted(Subject("", self._token_owner(body), False), scope, replay, send)
        except GraphError as error:
            refusal = _token_refusal(error)
            answer = token_error_body(refusal, self.context.clock.now())
            await JSONResponse(answer, refusal.status, error.headers)(scope, receive, send)

    def _token_owner(self, body: bytes) -> str | None:
        """The address of the account a token request is about, as far as its form tells."""
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        identity = self.context.identity
        found = identity.tokens.refresh(form.get("refresh_token", "")) or identity.codes.find(
            form.get("code", "")
        )
        user = self.context.directory.user(found.oid) if found else None
        return user.address if user else None

    async def _admitted(self, subject: Subject, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry the request out. Raises GraphError where the guard refuses it."""
        async with self.context.guard.admit(subject) as admission:
            told = torn(send) if admission.reply_torn else send
            await self.app(scope, receive, _swallow if admission.reply_lost else told)
        if admission.reply_lost:
            await lose_reply(scope, receive, send)


def _token_refusal(error: GraphError) -> SignInError:
    """The guard's refusal in the identity platform's words."""
    if error.status == 401:
        return problems.revoked()
    number, text = (
        (90055, "too many requests") if error.status == 429 else (90033, "a transient error has occurred")
    )
    return SignInError(
        "temporarily_unavailable", number, f"The service answers {text}. Try again.", status=error.status
    )


async def _swallow(message: Message) -> None:
    """Take an answer and tell nobody."""


TORN_HEADER = b"x-sandbox-fault"


def torn(send: Send) -> Send:
    """A `send` that tells the first half of the body only, as if that were all."""
    start: Message = {}
    body = b""

    async def tell(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start":
            start = message
            return
        body += message.get("body", b"")
        if message.get("more_body"):
            return
        half = body[: len(body) // 2]
        kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        length = (b"content-length", str(len(half)).encode())
        await send({**start, "headers": [*kept, length, (TORN_HEADER, b"torn")]})
        await send({"type": "http.response.body", "body": half})

    return tell


class _HasTransport(Protocol):
    transport: asyncio.Transport


async def lose_reply(scope: Scope, receive: Receive, send: Send) -> None:
    """Hang up without an answer. Raises GraphError 504 where the server's connection is out of reach."""
    cycle = getattr(scope.get(SERVER_SEND), "__self__", None)
    if not hasattr(cycle, "transport"):
        raise GraphError(504, "GatewayTimeout", "The answer was lost on its way.")
    cast(_HasTransport, cycle).transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass  # the rest of the request's body
