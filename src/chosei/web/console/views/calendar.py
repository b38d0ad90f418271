"""A member's time as JSON, for the week on the composing page. Reads the local mirror; changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from chosei.actions.offers import CalendarBlock, CalendarView, calendar_of
from chosei.core.availability import Unknown, UnknownReason
from chosei.core.intervals import Interval
from chosei.core.walltime import zone_of
from chosei.records import gates
from chosei.records.gates import NotThere
from chosei.records.models import Member
from chosei.web.console import words
from chosei.web.console.access import member_required, signed_in

MAX_DAYS = 45
SOON = (UnknownReason.NOT_READ_YET, UnknownReason.STALE, UnknownReason.READ_FAILED)
"""Reasons that pass by themselves: the page asks again."""


def blocks_time(block: CalendarBlock) -> bool:
    """Whether a candidate over this wants the author's word."""
    return block.show_as not in ("free", "workingElsewhere")


def days_between(first: date, last: date, zone: str) -> Interval:
    """From the midnight that begins ``first`` to the one that begins ``last``, in ``zone``."""
    return Interval(*(datetime.combine(day, time(0), zone_of(zone)).astimezone(UTC) for day in (first, last)))


@require_safe
@member_required
def week(request: HttpRequest) -> HttpResponse:
    viewer = signed_in(request)
    member = _asked_for(viewer, request.GET.get("member", ""))
    try:
        first, last = (date.fromisoformat(request.GET.get(name, "")) for name in ("from", "to"))
        if not timedelta(0) < last - first <= timedelta(days=MAX_DAYS):
            raise ValueError("from and to are the wrong way round or too far apart")
        window = days_between(first, last, viewer.zone)
    except (ValueError, OverflowError):
        return JsonResponse({"error": "from and to must be dates, at most 45 days apart"}, status=400)
    view = calendar_of(viewer, member, window, now=timezone.now())
    return JsonResponse(calendar_json(view, viewer.zone))


def calendar_json(view: CalendarView, zone: str) -> dict[str, Any]:
    """Times are wall times of ``zone``, as the grid shows them; ``unknown`` is a sentence, or null."""
    doubt = view.availability if isinstance(view.availability, Unknown) else None
    return {
        "readable": view.readable,
        "unknown": str(words.UNKNOWN[doubt.reason]) if doubt else None,
        "again": doubt is not None and doubt.reason in SOON,
        "events": [_block_json(block, zone) for block in view.blocks],
    }


def _block_json(block: CalendarBlock, zone: str) -> dict[str, Any]:
    return {
        "start": _wall(block.start, zone),
        "end": _wall(block.end, zone),
        "title": block.title or (gettext("仮予約") if block.kind == "hold" else gettext("予定あり")),
        "kind": block.kind,
        "allDay": block.all_day,
        "blocks": blocks_time(block),
    }


def _wall(instant: datetime, zone: str) -> str:
    return instant.astimezone(zone_of(zone)).replace(tzinfo=None).isoformat(timespec="minutes")


def _asked_for(viewer: Member, given: str) -> Member:
    if not given:
        return viewer
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NotThere
    member = gates.colleagues_of(viewer).filter(pk=int(given)).first()
    if member is None:
        raise NotThere
    return member
