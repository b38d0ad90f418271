"""A customer's requests for another time, as the console shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chosei.core.intervals import Interval
from chosei.records.models import Appointment, Proposal, Readjustment


@dataclass(frozen=True, slots=True)
class Request:
    """What a customer asked for; ``times`` are when they could."""

    record: Readjustment
    times: list[Interval]


def open_requests(about: Proposal | Appointment) -> list[Request]:
    """Those that nobody has answered yet, the latest first."""
    rows = about.readjustments.filter(answered_at__isnull=True).order_by("-asked_at")
    return [Request(one, times_of(one)) for one in rows]


def asked_about(appointments: Iterable[Appointment]) -> set[int]:
    """Which of these have a request that nobody has answered yet."""
    rows = Readjustment.objects.filter(appointment__in=list(appointments), answered_at__isnull=True)
    return {pk for pk in rows.values_list("appointment_id", flat=True) if pk is not None}


def times_of(asked: Readjustment) -> list[Interval]:
    return [Interval(*(datetime.fromisoformat(end) for end in pair)) for pair in asked.wishes]
