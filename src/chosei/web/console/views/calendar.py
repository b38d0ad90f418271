"""The hosts' time as JSON, for the week on the composing page. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from chosei.actions.composing import (
    CalendarBlock,
    FreeTimes,
    HostTime,
    common_hours,
    days_between,
    find_times,
    hosts_time,
    seen_in_outlook,
)
from chosei.actions.proposals import MAX_CANDIDATES, MAX_HOSTS
from chosei.core.availability import Unknown, UnknownReason
from chosei.core.intervals import Interval, subtract
from chosei.core.walltime import zone_of
from chosei.records import gates
from chosei.records.gates import NotThere
from chosei.records.models import Member, Proposal
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.hosts import members_by_id

MAX_DAYS = 45
YEARS = range(2000, 2200)
SOON = (UnknownReason.NOT_READ_YET, UnknownReason.STALE, UnknownReason.READ_FAILED)
"""Reasons that pass by themselves: the page asks again."""
BAD_DATES = {"error": "from and to must be dates, at most 45 days apart"}


@require_safe
@member_required
def week(request: HttpRequest) -> HttpResponse:
    """What the mirror knows; ``proposal`` is the one that is being edited."""
    viewer = signed_in(request)
    members, window = _asked_for(request, viewer), _window(request, viewer)
    if window is None:
        return JsonResponse(BAD_DATES, status=400)
    return JsonResponse(week_json(viewer, members, window, _edited(request, viewer)))


@require_safe
@member_required
def outlook(request: HttpRequest) -> HttpResponse:
    """What Outlook shows the viewer of the others just now: for those without a connection, and titles."""
    viewer = signed_in(request)
    members, window = _asked_for(request, viewer), _window(request, viewer)
    if window is None:
        return JsonResponse(BAD_DATES, status=400)
    told = seen_in_outlook(viewer, members, window)
    return JsonResponse({"people": [_person_json(one, viewer.zone) for one in told.values() if one.known]})


@require_safe
@member_required
def free_times(request: HttpRequest) -> HttpResponse:
    """Candidates the finder proposes; ``taken`` are those marked already, as "start/end" in wall times."""
    viewer = signed_in(request)
    members = _asked_for(request, viewer)
    try:
        taken = [_interval(one, viewer.zone) for one in request.GET.getlist("taken")[:MAX_CANDIDATES]]
        minutes = int(request.GET.get("minutes", ""))
        edited = _edited(request, viewer)
        found = find_times(viewer, members, minutes, now=timezone.now(), taken=taken, without=edited)
    except (ValueError, OverflowError):
        return JsonResponse({"error": "minutes and taken must be a length and times"}, status=400)
    times = [[_wall(one.start, viewer.zone), _wall(one.end, viewer.zone)] for one in found.times]
    return JsonResponse({"times": times, "note": found_note(found)})


def found_note(found: FreeTimes) -> str:
    """What to say of the finder's answer: whom it could not ask, or that nothing was free."""
    if found.unreadable:
        names = gettext("、").join(member.name for member in found.unreadable)
        return gettext("%(names)sのカレンダーを確認できないため、提案できません。") % {"names": names}
    note = "" if found.times else gettext("今週と来週に、全員が空いている時間は見つかりませんでした。")
    if found.unseen:
        names = gettext("、").join(member.name for member in found.unseen)
        note += gettext("%(names)sの予定は確認できないため、含めていません。") % {"names": names}
    return note


def _interval(text: str, zone: str) -> Interval:
    start, _, end = text.partition("/")
    return Interval(*(_instant(one, zone) for one in (start, end)))


def _instant(wall: str, zone: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=zone_of(zone)).astimezone(UTC)


def week_json(
    viewer: Member, members: Sequence[Member], window: Interval, edited: Proposal | None = None
) -> dict[str, Any]:
    """Times are wall times of the viewer's zone, as the grid shows them. ``off``: not all are at work."""
    found = hosts_time(viewer, members, window, now=timezone.now(), without=edited)
    off = subtract([window], common_hours(members, window))
    return {
        "people": [_person_json(one, viewer.zone) for one in found],
        "off": [[_wall(one.start, viewer.zone), _wall(one.end, viewer.zone)] for one in off],
    }


def _person_json(time: HostTime, zone: str) -> dict[str, Any]:
    """``unknown`` is a sentence, or null."""
    doubt = time.availability if isinstance(time.availability, Unknown) else None
    return {
        "id": time.member.pk,
        "linked": time.linked,
        "unknown": str(reasons.UNKNOWN[doubt.reason]) if doubt else None,
        "again": doubt is not None and doubt.reason in SOON,
        "events": list(_blocks_json(time.blocks, zone)),
    }


def _blocks_json(blocks: Iterable[CalendarBlock], zone: str) -> Iterable[dict[str, Any]]:
    plain = {"hold": gettext("仮予約"), "event": gettext("予定あり"), "appointment": gettext("予定あり")}
    for block in blocks:
        yield {
            "start": _wall(block.start, zone),
            "end": _wall(block.end, zone),
            "title": block.title or plain[block.kind],
            "named": bool(block.title),
            "kind": block.kind,
            "tentative": block.show_as == "tentative",
            "allDay": block.all_day,
            "blocks": block.blocks,
        }


def _wall(instant: datetime, zone: str) -> str:
    return instant.astimezone(zone_of(zone)).replace(tzinfo=None).isoformat(timespec="minutes")


def _window(request: HttpRequest, viewer: Member) -> Interval | None:
    try:
        first, last = (date.fromisoformat(request.GET.get(name, "")) for name in ("from", "to"))
        if not timedelta(0) < last - first <= timedelta(days=MAX_DAYS) or first.year not in YEARS:
            return None
        return days_between(first, last, viewer.zone)
    except (ValueError, OverflowError):
        return None


def _asked_for(request: HttpRequest, viewer: Member) -> list[Member]:
    """The members named, in order; the viewer alone where none is. Raises NotThere for anybody else's."""
    given = [one for one in request.GET.get("members", "").split(",") if one]
    if not given:
        return [viewer]
    members = members_by_id(viewer, given)
    if len(members) != len(set(given)) or len(members) > MAX_HOSTS:
        raise NotThere
    return members


def _edited(request: HttpRequest, viewer: Member) -> Proposal | None:
    given = request.GET.get("proposal", "")
    return gates.proposal_for_member(viewer, gates.number(given)) if given else None
