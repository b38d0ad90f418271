"""What every call to the sandbox's Zoom meets first: the fault switch, and who is calling."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from chosei.sandbox.context import SandboxContext, context_of
from chosei.sandbox.errors import GraphError
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.middleware import lose_reply, torn
from chosei.sandbox.zoom.grants import Grants
from chosei.sandbox.zoom.store import People, Person, ZoomStore


@dataclass(frozen=True, slots=True)
class Zoom:
    """Everything of Zoom that one request needs."""

    context: SandboxContext
    store: ZoomStore
    grants: Grants
    people: People


class ZoomError(Exception):
    """A refusal in Zoom's shape."""

    def __init__(self, status: int, code: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}

    def response(self) -> Response:
        return JSONResponse({"code": self.code, "message": self.message}, self.status, self.headers)


def zoom_of(context: SandboxContext) -> Zoom:
    database, clock = context.database, context.clock
    return Zoom(context, ZoomStore(database, clock), Grants(database, clock), People(context.directory))


def faults_of(person: Person) -> str:
    """The name under which a person's faults at Zoom are switched on."""
    return f"zoom:{person.email}"


Handler = Callable[[Request, Zoom, Person], Awaitable[Response]]


class Served:
    """An endpoint of the API: authenticates, meets the faults, and answers refusals in Zoom's shape."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        zoom = zoom_of(context_of(request))
        try:
            person = _caller(request, zoom)
            answer = await met(zoom.context, faults_of(person), self._handler(request, zoom, person))
        except ZoomError as error:
            await error.response()(scope, receive, send)
            return
        await answer(scope, receive, send)


@dataclass(frozen=True, slots=True)
class _Faulty:
    """An answer that does not arrive whole."""

    inner: Response
    lost: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.lost:
            await self.inner(scope, receive, torn(send))
            return
        try:
            await lose_reply(scope, receive, send)
        except GraphError:  # the connection is out of reach: a gateway in between would say so
            await ZoomError(504, 504, "The answer was lost on its way.").response()(scope, receive, send)


async def met(context: SandboxContext, name: str, work: Awaitable[Response]) -> Response | _Faulty:
    """Do the work unless a fault forbids it. Raises ZoomError."""
    hit = {fault.kind: fault for fault in context.faults.take(name)}
    if slow := hit.get(FaultKind.SLOW):
        await context.clock.sleep(slow.seconds)
    refused = _refused(hit.keys())
    if refused is not None:
        if hasattr(work, "close"):
            work.close()
        raise refused
    answer = await work
    if FaultKind.LOST_REPLY in hit or FaultKind.TORN in hit:
        return _Faulty(answer, lost=FaultKind.LOST_REPLY in hit)
    return answer


def _refused(kinds: object) -> ZoomError | None:
    hit = set(kinds)  # type: ignore[call-overload]
    if FaultKind.REVOKED in hit:
        return ZoomError(401, 124, "Invalid access token.")
    if FaultKind.THROTTLED in hit:
        told = {"X-RateLimit-Category": "Medium", "X-RateLimit-Type": "QPS", "X-RateLimit-Remaining": "0"}
        return ZoomError(429, 429, "You have reached the maximum per-second rate limit for this API.", told)
    if FaultKind.UNAVAILABLE in hit:
        return ZoomError(503, 503, "Service temporarily unavailable.")
    return None


def _caller(request: Request, zoom: Zoom) -> Person:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    holder = zoom.grants.holder(token) if scheme.lower() == "bearer" else None
    person = zoom.people.by_id(holder) if holder else None
    if person is None:
        raise ZoomError(401, 124, "Invalid access token.")
    return person
