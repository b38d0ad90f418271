"""What every request passes first: the client's address behind proxies, and one log line without paths.

The line names the route (`p/<token>/`), never the path: paths carry secret links, queries carry what people
typed.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

Next = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("chosei.requests")


def forwarded_address(direct: str, forwarded: str, proxies: int) -> str:
    """The client's address: the entry of X-Forwarded-For that our outermost proxy appended.

    Entries further left were written by the client and are believed by nobody.
    """
    entries = [entry.strip() for entry in forwarded.split(",") if entry.strip()]
    return entries[-proxies] if 0 < proxies <= len(entries) else direct


def client_address(request: HttpRequest) -> str:
    """For the lock on sign-in: REMOTE_ADDR, which `ClientAddressMiddleware` has made right."""
    return str(request.META.get("REMOTE_ADDR", ""))


def sign_in_address(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """For the lock on sign-in: the address in one spelling, so that capitals are no fresh attempts."""
    given = credentials or (request.POST if request is not None else {})
    address = given.get("username") or given.get("email")
    return str(address).strip().lower() if address else None


class ClientAddressMiddleware:
    """Puts the client's own address into REMOTE_ADDR when CHOSEI_TRUSTED_PROXIES says who is in front."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        direct = str(request.META.get("REMOTE_ADDR", ""))
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        request.META["REMOTE_ADDR"] = forwarded_address(direct, forwarded, settings.CHOSEI_TRUSTED_PROXIES)
        return self.get_response(request)


class CookiesMiddleware:
    """Leaves aside cookies that no server of ours has set: quoted, a cookie can spell characters that the
    database refuses, NUL above all.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if not value.isprintable()]:
            del request.COOKIES[name]
        return self.get_response(request)


class RequestLogMiddleware:
    """One line per request: method, route, status, milliseconds, and an id that other lines share."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = uuid.uuid4().hex[:16]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            match = request.resolver_match
            if match is not None or response.status_code >= 400:  # static files are not worth a line each
                log.info(
                    "request",
                    method=request.method,
                    route=match.route if match else None,
                    status=response.status_code,
                    ms=round((time.perf_counter() - started) * 1000, 1),
                )
        response.headers["X-Request-ID"] = request_id
        return response
