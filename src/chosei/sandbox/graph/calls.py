"""One call to Graph: who calls, whose mailbox is meant, what was preferred; how answers and errors go out."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chosei.sandbox.context import SandboxContext, context_of, origin_of
from chosei.sandbox.errors import GraphError, error_body, request_ids
from chosei.sandbox.graph.mailboxes import Mailbox, find, of_user
from chosei.sandbox.graph.odata import Prefer, prefer
from chosei.sandbox.graph.problems import (
    DetailedGraphError,
    access_denied,
    bad_request,
    no_mailbox,
)
from chosei.sandbox.graph.store import GraphStore, store_of
from chosei.sandbox.identity.access import Caller, authenticate

READ = ("Calendars.Read", "Calendars.ReadWrite", "Calendars.Read.Shared", "Calendars.ReadWrite.Shared")
READ_BASIC = (*READ, "Calendars.ReadBasic")
WRITE = ("Calendars.ReadWrite", "Calendars.ReadWrite.Shared")
_MAX_BODY = 4 * 1024 * 1024


@dataclass(frozen=True)
class Call:
    """A request of a known caller."""

    request: Request
    context: SandboxContext
    store: GraphStore
    caller: Caller
    wish: Prefer

    @property
    def origin(self) -> str:
        """Scheme and host as the client knows the sandbox."""
        return origin_of(self.request)

    def mailbox(self, *scopes: str, write: bool = False) -> Mailbox:
        """The mailbox of /me or /users/{id}, when scopes and sharing let the caller in. Raises GraphError."""
        self.caller.require(*scopes)
        key = self.request.path_params.get("user")
        if key is None:
            user = self.caller.user
            if not user.mailbox:
                raise no_mailbox()
            return of_user(user)
        box = self._named(key)
        if self.caller.account is not None and self.caller.account.oid != box.key:
            self._require_share(box, write)
        return box

    def _named(self, key: str) -> Mailbox:
        """A path names people by object id or user principal name, not by any other address they have."""
        tid = self.caller.tenant.tid
        user = self.context.directory.user(key, tid)
        known = user is None or key.casefold() in (user.oid.casefold(), user.upn.casefold())
        box = find(self.context.directory, key, tid) if known else None
        if box is not None:
            return box
        if user is not None and known:
            raise no_mailbox()
        raise GraphError(404, "ErrorInvalidUser", f"The requested user '{key}' is invalid.")

    def _require_share(self, box: Mailbox, write: bool) -> None:
        assert self.caller.account is not None
        role = self.store.repository.role(box.key, self.caller.account.oid)
        needed = (
            ["Calendars.ReadWrite.Shared"]
            if write
            else ["Calendars.Read.Shared", "Calendars.ReadWrite.Shared"]
        )
        self.caller.require(*needed)
        if role != "write" and (write or role != "read"):
            raise access_denied()

    @property
    def kind(self) -> str:
        """The media type of the request's body."""
        return self.request.headers.get("content-type", "").split(";")[0].strip().lower()

    async def raw(self) -> bytes:
        """The request's body as it came. Raises GraphError 413."""
        raw = await self.request.body()
        if len(raw) > _MAX_BODY:
            raise GraphError(413, "RequestEntityTooLarge", "The request is too large.")
        return raw

    async def json(self) -> Any:
        """The request's body. Raises GraphError 400, 413 or 415."""
        raw = await self.raw()
        if self.kind != "application/json":
            raise GraphError(415, "UnsupportedMediaType", "The Content-Type has to be application/json.")
        try:
            return json.loads(raw)
        except ValueError as error:
            raise bad_request("BadRequest", "Unable to read JSON request payload.") from error

    async def object(self, *members: str) -> dict[str, Any]:
        """A JSON object whose members' names compare without case; others raise GraphError 400."""
        raw = await self.json()
        if not isinstance(raw, dict):
            raise bad_request("BadRequest", "Unable to read JSON request payload.")
        names = {name.lower(): name for name in members}
        found: dict[str, Any] = {}
        for name, value in raw.items():
            if name.startswith("@"):
                continue
            if name.lower() not in names:
                raise bad_request("BadRequest", f"The parameter '{name}' does not exist for this action.")
            found[names[name.lower()]] = value
        return found


Handler = Callable[[Call], Awaitable[Response]]


def route(path: str, method: str, handler: Handler) -> Route:
    """A route below /v1.0 that answers as Graph does, errors included."""

    async def endpoint(request: Request) -> Response:
        context = context_of(request)
        ids = request_ids(request)
        try:
            caller = await authenticate(request)
            call = Call(request, context, store_of(context), caller, prefer(request))
            response = await handler(call)
            response.headers.update({**ids, **call.wish.applied()})
        except GraphError as error:
            response = error_answer(error, ids, context)
        return response

    return Route(path, endpoint, methods=[method])


def both(path: str, method: str, handler: Handler) -> list[Route]:
    """The same call under /me and under /users/{id}."""
    return [route(f"/me{path}", method, handler), route(f"/users/{{user}}{path}", method, handler)]


def error_answer(error: GraphError, ids: dict[str, str], context: SandboxContext) -> JSONResponse:
    """An error in Microsoft's shape."""
    body: dict[str, Any] = error_body(error, ids, context.clock.now())
    if isinstance(error, DetailedGraphError):
        body["error"].update(error.extra)
    return JSONResponse(body, error.status, {**ids, **error.headers})


def answer(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    """A JSON answer as Graph labels it."""
    response = JSONResponse(body, status, headers)
    response.headers["content-type"] = (
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
    )
    return response
