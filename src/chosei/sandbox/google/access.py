"""Who is calling Google's APIs, whether they may, and what goes wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chosei.sandbox.context import SandboxContext, context_of, origin_of
from chosei.sandbox.errors import GraphError
from chosei.sandbox.google.faults import FaultKind
from chosei.sandbox.google.people import Account
from chosei.sandbox.google.problems import GoogleError, invalid, not_found, scope_missing, signed_out
from chosei.sandbox.google.service import GoogleService
from chosei.sandbox.google.store import Calendar, Document
from chosei.sandbox.middleware import lose_reply, torn

_ATTRIBUTE = "google_service"
_USAGE = "usageLimits"
Handler = Callable[["Call"], Awaitable[Response]]


def google_in(context: SandboxContext) -> GoogleService:
    """The one Google side of a running sandbox, made at the first call."""
    # it lives on the background, which is the one part of the frozen context that stands for "this run"
    found: GoogleService | None = getattr(context.background, _ATTRIBUTE, None)
    if found is None:
        found = GoogleService(context)
        setattr(context.background, _ATTRIBUTE, found)
    return found


def google_of(request: Request) -> GoogleService:
    """The Google side of the application that serves `request`."""
    return google_in(context_of(request))


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in."""

    request: Request
    google: GoogleService
    account: Account

    @property
    def origin(self) -> str:
        """Where this sandbox is, as the client wrote it."""
        return origin_of(self.request)

    def calendar(self) -> Calendar:
        """The calendar that the path names. Raises GoogleError 404."""
        number = self.request.path_params["calendar"]
        found = self.google.store.calendar(self.account.email if number == "primary" else number)
        if found is None or not self.google.may_see(self.account, found):
            raise not_found()
        return found

    def flag(self, name: str) -> bool:
        """A boolean of the query."""
        return self.request.query_params.get(name, "false") == "true"

    def number(self, name: str, default: int, most: int) -> int:
        """A number of the query. Raises GoogleError 400."""
        text = self.request.query_params.get(name, str(default))
        if not text.isdecimal() or not int(text) > 0:
            raise invalid(f"Invalid value for {name}.")
        return min(int(text), most)

    async def body(self) -> Document:
        """The JSON object of the request. Raises GoogleError 400."""
        try:
            found = json.loads(await self.request.body() or b"{}")
        except ValueError as error:
            raise invalid("Parse Error", "parseError") from error
        if not isinstance(found, dict):
            raise invalid("Parse Error", "parseError")
        return found


class Api:
    """An ASGI endpoint: one of `scopes` is needed, and the calendar service unless `calendar` is False."""

    def __init__(self, handler: Handler, *scopes: str, calendar: bool = True) -> None:
        self._handler, self._scopes, self._calendar = handler, frozenset(scopes), calendar

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        google = google_of(request)
        address = ""
        try:
            account, granted = _who(request, google)
            address = account.email
            await _faults(request, google, address)
            if not self._scopes & granted:
                raise scope_missing()
            if self._calendar and not account.calendar:
                raise GoogleError(403, "notACalendarUser", "The user must be signed up for Google Calendar.")
            response = await self._handler(Call(request, google, account))
        except GoogleError as error:
            response = error.response()
        if address and google.faults.take(FaultKind.LOST_REPLY, address):
            try:
                await lose_reply(scope, receive, send)
            except GraphError:
                await GoogleError(503, "backendError", "Backend Error").response()(scope, receive, send)
            return
        broken = address and google.faults.take(FaultKind.TORN, address)
        await response(scope, receive, torn(send) if broken else send)


def _who(request: Request, google: GoogleService) -> tuple[Account, frozenset[str]]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    token = google.grants.find("access", value.strip()) if scheme.casefold() == "bearer" else None
    account = google.people.account(token.sub) if token else None
    if token is None or account is None:
        raise signed_out()
    return account, token.scopes


async def _faults(request: Request, google: GoogleService, address: str) -> None:
    if slow := google.faults.take(FaultKind.SLOW, address):
        await context_of(request).clock.sleep(slow.seconds)
    if google.faults.take(FaultKind.REVOKED, address):
        raise signed_out()
    for kind, error in _refusals().items():
        if fault := google.faults.take(kind, address):
            if fault.seconds and kind in (FaultKind.QUOTA, FaultKind.UNAVAILABLE):
                error.headers["Retry-After"] = f"{fault.seconds:.0f}"
            raise error


def _refusals() -> dict[FaultKind, GoogleError]:
    user, project = "User Rate Limit Exceeded", "Rate Limit Exceeded"
    disabled = "Google Calendar API has not been used in project 482013570001 before or it is disabled."
    return {
        FaultKind.USER_RATE: GoogleError(403, "userRateLimitExceeded", user, domain=_USAGE),
        FaultKind.PROJECT_RATE: GoogleError(403, "rateLimitExceeded", project, domain=_USAGE),
        FaultKind.QUOTA: GoogleError(429, "rateLimitExceeded", project, domain=_USAGE),
        FaultKind.API_DISABLED: GoogleError(403, "accessNotConfigured", disabled, domain=_USAGE),
        FaultKind.UNAVAILABLE: GoogleError(503, "backendError", "Backend Error"),
    }


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """Every other path of the APIs."""
    await not_found().response()(scope, receive, send)
