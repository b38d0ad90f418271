"""What every adapter that speaks HTTP shares: one client per service, time limits, retries and the log line.

Nothing here knows a provider. A status code is an answer, not an error: judging it is the adapter's work.
Every call may raise ``Transient``; ``Unreachable`` says that nothing was sent.
"""

from __future__ import annotations

import ipaddress
import json
import math
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import httpx2
import stamina
import structlog

from chosei.ports.errors import Misconfigured, Transient

CONNECT_SECONDS = 4.0
READ_SECONDS = 25.0
WHOLE_SECONDS = 60.0
"""From the request to the last byte of its answer: a service that drips is as good as silent."""
MAX_BYTES = 32 * 1024 * 1024
RETRY_ATTEMPTS = 3
LONGEST_WAIT_SECONDS = 2.0
"""A longer Retry-After is not waited for inside a call: whoever called comes back later."""
_RETRY_STATUS = frozenset({503, 504})
_log = structlog.get_logger(__name__)


class Unreachable(Transient):
    """No connection came about: nothing was sent, so nothing can have happened."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment (of ``time.monotonic``) by which several calls together must be done."""

    at: float | None = None

    @classmethod
    def within(cls, seconds: float | None) -> Deadline:
        return cls(None if seconds is None else time.monotonic() + seconds)

    def left(self, most: float) -> float:
        """The seconds left, ``most`` at the utmost. Raises ``Transient`` when there are none."""
        if self.at is None:
            return most
        left = self.at - time.monotonic()
        if left <= 0:
            raise Transient("deadline")
        return min(most, left)

    def allows(self, seconds: float) -> bool:
        """Whether a pause of ``seconds`` ends before it."""
        return self.at is None or time.monotonic() + seconds < self.at


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``route`` stands for the address in logs: no ids, no addresses, no secrets.

    ``repeatable``: carrying it out twice does no harm, so that a lost answer may be asked for again.
    ``waits``: a short Retry-After is waited for inside the call; False where others have to hear of it first.
    """

    method: str
    url: str
    route: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    repeatable: bool = False
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole reply; header names compare without case."""

    status: int
    headers: httpx2.Headers = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def request_id(self) -> str:
        """What the provider's support asks for."""
        return self.headers.get("request-id") or self.headers.get("x-ms-request-id") or ""

    @property
    def retry_after(self) -> float | None:
        return retry_after(self.headers)

    @property
    def body(self) -> Mapping[str, Any] | None:
        """The JSON object that came; None for anything else."""
        try:
            body = json.loads(self.content)
        except ValueError:
            return None
        return body if isinstance(body, Mapping) else None


class Http:
    """The connections to one service, kept open between calls and shared by threads.

    ``service`` is its name in logs. Redirects are not followed and cookies not kept: one client serves many
    accounts.
    """

    def __init__(
        self, service: str, *, transport: httpx2.BaseTransport | None = None, environment: bool = True
    ) -> None:
        self._service = service
        self._client = httpx2.Client(
            transport=transport,
            # Proxies of the environment lead out of the company, never to this machine.
            trust_env=environment,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            # Shorter than what servers commonly keep a silent connection, so that ours is the first to close.
            limits=httpx2.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=4.0),
        )

    def close(self) -> None:
        self._client.close()

    def send(self, call: Call, deadline: Deadline | None = None) -> Answer:
        """Carry out the call; repeatable ones up to three times on 503, 504 and network faults, within the
        deadline.

        Raises ``Transient`` when no whole answer came in time, ``Unreachable`` when not even a connection
        did.
        """
        limit = deadline or Deadline()
        if not call.repeatable:
            return self._once(call, limit)

        def pause(error: Exception) -> bool | float:
            if not isinstance(error, (_TryAgain, Transient)) or not limit.allows(LONGEST_WAIT_SECONDS):
                return False
            wait = error.answer.retry_after if isinstance(error, _TryAgain) else None
            if wait is None:
                return True
            return wait if call.waits and wait <= LONGEST_WAIT_SECONDS else False

        try:
            for attempt in stamina.retry_context(
                on=pause,
                attempts=RETRY_ATTEMPTS,
                timeout=None,
                wait_initial=0.2,
                wait_jitter=0.2,
                wait_max=1.0,
            ):
                with attempt:
                    answer = self._once(call, limit)
                    if answer.status in _RETRY_STATUS:
                        raise _TryAgain(answer)
        except _TryAgain as error:
            return error.answer
        return answer

    def _once(self, call: Call, limit: Deadline) -> Answer:
        headers = {"client-request-id": str(uuid.uuid4()), "accept": "application/json", **call.headers}
        read = limit.left(READ_SECONDS)
        whole = Deadline.within(limit.left(WHOLE_SECONDS))
        timeout = httpx2.Timeout(read, connect=min(CONNECT_SECONDS, read))
        begun = time.monotonic()
        answer: Answer | None = None
        try:
            with self._client.stream(
                call.method,
                call.url,
                params=call.params,
                headers=headers,
                content=call.content,
                timeout=timeout,
            ) as response:
                answer = Answer(response.status_code, response.headers, _body(response, whole))
            return answer
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Unreachable("unreachable") from error
        except httpx2.TimeoutException as error:
            raise Transient("timeout") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Transient("network") from error
        finally:
            _log.info(
                "provider call",
                service=self._service,
                method=call.method,
                route=call.route,
                status=answer.status if answer else 0,
                request_id=answer.request_id if answer else headers["client-request-id"],
                ms=round((time.monotonic() - begun) * 1000),
            )


class _TryAgain(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__(f"status {answer.status}")
        self.answer = answer


def _body(response: httpx2.Response, limit: Deadline) -> bytes:
    """All of it, or ``Transient``: a service that drips is as good as silent."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > MAX_BYTES:
            raise Transient("answer_too_large")
        parts.append(part)
        limit.left(READ_SECONDS)
    return b"".join(parts)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds a Retry-After header asks for, given as a number or as a date (RFC 9110 10.2.3); None
    without one. A date is one of the service's clock, which tells its own time in Date."""
    value = _header(headers, "retry-after")
    try:
        seconds = float(value)
        return min(max(seconds, 0.0), 86_400.0) if math.isfinite(seconds) else None
    except ValueError:
        pass
    moment = _moment(value)
    if moment is None:
        return None
    now = now or _moment(_header(headers, "date")) or datetime.now(UTC)
    return min(max((moment - now).total_seconds(), 0.0), 86_400.0)


def _header(headers: Mapping[str, str], wanted: str) -> str:
    return next((text for name, text in headers.items() if name.lower() == wanted), "").strip()


def _moment(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_loopback(url: str) -> bool:
    """Whether the address leads to this machine only."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_base(url: str) -> str:
    """A service's base address without a trailing slash. Raises ``Misconfigured``: http is for loopback
    alone."""
    parts = urlsplit(url)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))):
        raise Misconfigured("address_not_https")
    return url.rstrip("/")


_shared: dict[tuple[str, str], Http] = {}


def shared(service: str, base: str) -> Http:
    """The process's one client for a service at an address."""
    key = (service, base)
    found = _shared.get(key)
    if found is None:
        made = Http(service, environment=not is_loopback(base))
        found = _shared.setdefault(key, made)
        if found is not made:
            made.close()  # another thread was first
    return found


def close_shared() -> None:
    """Let go of every connection, at the end of a process or a test."""
    while _shared:
        _shared.popitem()[1].close()
