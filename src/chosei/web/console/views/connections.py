"""外部連携: which accounts are connected, what waits at a sign-in, and letting one go."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from chosei.actions.approvals import approval_of, came_back, last_sign_in, sign_in_under_way
from chosei.actions.connections import disconnect
from chosei.actions.leftovers import leftovers_of
from chosei.actions.providers import offered, offered_provider
from chosei.core.providers import About, ConnectionKind
from chosei.core.states import LIVE, ConnectionState
from chosei.mails.troubles import trouble_words
from chosei.ports.providers import MICROSOFT, about
from chosei.records import gates
from chosei.records.models import Connection, Member
from chosei.web.console import words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.connecting import problem_of
from chosei.web.console.leaving import left_without
from chosei.web.console.leaving_meetings import left_without_meetings
from chosei.web.console.providers import (
    calendar_name,
    cards_of,
    live_connection,
    place_name,
    with_places,
)
from chosei.web.console.views.connecting import PROBLEM, tell
from chosei.web.console.waiting import approval_context

_KEPT = {
    "connected": (ConnectionState.ACTIVE, ConnectionState.ADDRESS_MISMATCH),
    "approved": (ConnectionState.APPROVAL_ONLY,),
}
"""By what came of a sign-in: as what its account is kept."""


def approval_only(member: Member) -> Connection | None:
    """An account without a calendar that has given its approval (承認のみ)."""
    rows = gates.connections_of(member).filter(state=ConnectionState.APPROVAL_ONLY)
    return rows.order_by("-id").first()


@require_safe
@member_required
def listing(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    _say_what_came(request, member)
    connection = live_connection(member)
    shown = request.session.get(PROBLEM)
    problem = problem_of(shown["reason"], shown["provider"]) if shown else None
    signing_in = _waiting(request, connection) if problem is None else None
    silent = any(
        one.approval and not _in_use(connection, one) and sign_in_under_way(member, one.key) == "silent"
        for one in offered()
    )
    refused = bool(shown and problem and problem.wall and about(shown["provider"]).approval)
    context = {
        "cards": cards_of(member),
        "leftovers": with_places(leftovers_of(member, now=timezone.now())),
        "connection": connection,
        "about": about(connection.provider) if connection else None,
        "approved": approval_only(member),
        "trouble": trouble_words(connection.trouble, connection.provider)
        if connection and words.in_trouble(connection)
        else None,
        "problem": problem,
        "problem_code": shown["detail"] if shown else "",
        "signing_in": signing_in,
        "silent": silent,
        "wall": refused or silent,
        "seen": _state_of(member),
        "last_sign_in": last_sign_in(member),
        "member": member,
        "offers_approval": any(one.approval for one in offered()),
        **approval_context(member),
    }
    if shown and request.method == "GET":
        del request.session[PROBLEM]  # shown once, like any message
    return render(request, "console/connections.html", context)


def _in_use(connection: Connection | None, provider: About) -> bool:
    """Whether the account works: a sign-in there that does not come back keeps nobody from anything."""
    works = connection is not None and connection.state == ConnectionState.ACTIVE
    return works and connection is not None and connection.provider == provider.key


@require_safe
@member_required
def news(request: HttpRequest) -> HttpResponse:
    """Asked by a page that waits: it is loaded anew once something is different from what it has ``seen``."""
    response = HttpResponse(status=204)
    if request.GET.get("seen", "") != _state_of(signed_in(request)):
        response.headers["HX-Refresh"] = "true"
    return response


def _before(request: HttpRequest) -> int | None:
    """The number of the last sign-in before the one that this page waits for; None where there is none."""
    before = request.GET.get("begun", "")
    return int(before) if before.isdecimal() and len(before) < 19 else None


def _say_what_came(request: HttpRequest, member: Member) -> None:
    """To the page that has waited, as soon as the account is kept, whatever the other tab shows by then."""
    before = _before(request)
    back = came_back(member, before, now=timezone.now()) if before is not None else None
    if back is None or back.result not in _KEPT:
        return
    kept = gates.connections_of(member).filter(provider=back.provider, state__in=_KEPT[back.result]).first()
    if kept is not None:
        tell(request, back.provider, kept.state)


def _begun_since(request: HttpRequest, member: Member) -> bool:
    """Whether the sign-in that this page waits for has not even reached us: none is newer than the last one
    of before."""
    before = _before(request)
    return before is not None and last_sign_in(member) <= before


def _state_of(member: Member) -> str:
    """What 外部連携 shows, in a few words, to be compared."""
    connections = gates.connections_of(member).order_by("pk").values_list("pk", "state", "trouble")
    approval = approval_of(member.organization_id, MICROSOFT)
    known = ",".join(f"{pk}:{state}:{trouble}" for pk, state, trouble in connections)
    under_way = ",".join(sign_in_under_way(member, one.key) for one in offered())
    return f"{known};{last_sign_in(member)};{under_way};{approval.state if approval else ''}"


def _waiting(request: HttpRequest, connection: Connection | None) -> About | None:
    """At whose sign-in the member is in another tab, as far as that concerns what the page shows."""
    if connection is not None and "begun" not in request.GET:
        return None
    member = signed_in(request)
    running = [one for one in offered() if sign_in_under_way(member, one.key) == "running"]
    if running or not _begun_since(request, member):
        return next(iter(running), None)
    return offered_provider(request.GET.get("at", "")) or next(iter(offered()), None)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def disconnection(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    connection = gates.connection_for_member(member, pk)
    if connection.state not in (*LIVE, ConnectionState.APPROVAL_ONLY):
        messages.info(request, gettext("この接続は、すでに解除されています。"))
        return redirect("console:connections")
    if request.method == "POST":
        disconnect(member, connection, now=timezone.now())
        name = {"calendar": calendar_name(about(connection.provider))}
        messages.success(request, gettext("%(calendar)sとの連携を解除しました。") % name)
        return redirect("console:connections")
    is_calendar = connection.kind == ConnectionKind.CALENDAR
    context: dict[str, Any] = {
        "connection": connection,
        "about": about(connection.provider),
        "calendar": calendar_name(about(connection.provider)),
        "place": place_name(about(connection.provider)),
        "is_calendar": is_calendar,
        "left": left_without(member, connection)
        if is_calendar
        else left_without_meetings(member, connection),
    }
    return render(request, "console/disconnection.html", context)
