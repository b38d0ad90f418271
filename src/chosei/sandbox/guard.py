"""Lets a request through, late or not at all: the fault switch and the limit of concurrent calls.

The middleware asks once for each request, and $batch once for each of its items.
Source of the limit: microsoft-graph-docs concepts/throttling-limits (Outlook: four concurrent calls per
app and mailbox).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from chosei.sandbox.clock import Clock
from chosei.sandbox.errors import GraphError
from chosei.sandbox.faults import Fault, FaultKind, Faults

MAILBOX_CONCURRENCY_RETRY_SECONDS = 1
_NO_MAILBOX = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request touches. `mailbox` (an address) is whose faults apply, None for nobody's in particular;
    `limited` says whether it is a call into that mailbox, counted against the limit."""

    app_id: str
    mailbox: str | None
    limited: bool


@dataclass(frozen=True, slots=True)
class Admission:
    """A request let through. With `reply_lost` it is to be carried out, and its answer thrown away; with
    `reply_torn` only the first half of the answer's body is told."""

    reply_lost: bool
    reply_torn: bool = False


class Guard:
    """Applies faults and counts the calls in flight."""

    def __init__(self, faults: Faults, clock: Clock, concurrent_calls: int) -> None:
        self._faults = faults
        self._clock = clock
        self._limit = concurrent_calls
        self._in_flight: Counter[tuple[str, str]] = Counter()

    def under_way(self, mailbox: str) -> int:
        """How many requests touching a mailbox are being carried out now."""
        return sum(count for (_, name), count in self._in_flight.items() if name == mailbox.casefold())

    @asynccontextmanager
    async def admit(self, subject: Subject) -> AsyncIterator[Admission]:
        """Hold a place for one request. Raises GraphError 429, 503 or 401 where it is refused.

        A request beyond the limit is refused before any fault is counted down.
        """
        key = (subject.app_id, (subject.mailbox or "").casefold())
        if subject.limited and self._in_flight[key] >= self._limit:
            raise _too_many()
        self._in_flight[key] += 1
        try:
            hit = {fault.kind: fault for fault in self._faults.take(subject.mailbox)}
            if slow := hit.get(FaultKind.SLOW):
                await self._clock.sleep(slow.seconds)
            _refuse(hit)
            if subject.limited and self._faults.standing(subject.mailbox, FaultKind.NO_MAILBOX):
                raise GraphError(404, "MailboxNotEnabledForRESTAPI", _NO_MAILBOX)
            yield Admission(FaultKind.LOST_REPLY in hit, FaultKind.TORN in hit)
        finally:
            self._in_flight[key] -= 1
            if not self._in_flight[key]:
                del self._in_flight[key]


def _too_many() -> GraphError:
    return GraphError(
        429,
        "ApplicationThrottled",
        "Application is over its MailboxConcurrency limit.",
        {"Retry-After": str(MAILBOX_CONCURRENCY_RETRY_SECONDS)},
    )


def _refuse(hit: dict[FaultKind, Fault]) -> None:
    if FaultKind.REVOKED in hit:
        message = "Continuous access evaluation resulted in challenge: TokenIssuedBeforeRevocationTimestamp"
        raise GraphError(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": 'Bearer realm=""'})
    if fault := hit.get(FaultKind.THROTTLED):
        retry = {"Retry-After": f"{fault.seconds:.0f}"}
        raise GraphError(429, "TooManyRequests", "Too many requests. Retry after the time told.", retry)
    if fault := hit.get(FaultKind.UNAVAILABLE):
        retry = {"Retry-After": f"{fault.seconds:.0f}"}
        raise GraphError(503, "serviceNotAvailable", "The service is temporarily unavailable.", retry)
