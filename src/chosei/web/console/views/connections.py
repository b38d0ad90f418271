"""外部連携: connecting an account, coming back from its provider's sign-in, and letting it go."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from chosei.actions.approvals import approval_of, came_back, last_sign_in, sign_in_under_way
from chosei.actions.connecting import begin_connection, complete_connection
from chosei.actions.connections import disconnect
from chosei.actions.errors import ConnectRefused
from chosei.actions.leftovers import leftovers_of
from chosei.actions.limits import within_limit
from chosei.actions.providers import offered, offered_provider
from chosei.actions.rooms import ask_directory
from chosei.core.providers import About, ConnectionKind
from chosei.core.states import LIVE, ConnectionState
from chosei.mails.troubles import trouble_words
from chosei.ports.directory import PLACES
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
from chosei.web.console.waiting import approval_context

_PROBLEM, _OWN_TAB, _FINISHED = "connect_refused", "connect_own_tab", "connect_finished"
_BEGUN, _MOST_BEGUN = "connect_begun", 20
FOR_ROOMS = "connect_for_rooms"
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
    shown = request.session.get(_PROBLEM)
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
        del request.session[_PROBLEM]  # shown once, like any message
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
        _tell(request, back.provider, kept.state)


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


@require_POST
@member_required
def begin(request: HttpRequest, provider: str) -> HttpResponse:
    """To the provider's sign-in; ``own_tab`` when it runs in a tab of its own beside the page."""
    insist_offered(provider)
    return sign_in(request, provider)


def sign_in(request: HttpRequest, provider: str, *, instead: str = "") -> HttpResponse:
    """``instead``: the account is to take the place of the one in use (``actions.switching``)."""
    member = signed_in(request)
    request.session.pop(FOR_ROOMS, None)
    request.session[_OWN_TAB] = request.POST.get("own_tab") == "yes"
    if not within_limit("connect", str(member.pk), limit=20, seconds=600):
        return _refused(request, provider, ConnectRefused("too_often"))
    try:
        return _to_sign_in(request, begin_connection(member, provider, instead=instead))
    except ConnectRefused as refused:
        return _refused(request, provider, refused)


def _to_sign_in(request: HttpRequest, address: str) -> HttpResponse:
    """Off to the provider; this browser alone may bring the ``state`` back (RFC 6749 section 10.12)."""
    states = parse_qs(urlsplit(address).query).get("state", [])
    begun = [*request.session.get(_BEGUN, []), *(_digest(state) for state in states)]
    request.session[_BEGUN] = begun[-_MOST_BEGUN:]
    return redirect(address)


def _begun_here(request: HttpRequest) -> bool:
    return _digest(request.GET.get("state", "")) in request.session.get(_BEGUN, [])


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def insist_offered(provider: str) -> About:
    """Raises NotThere for a provider that this installation does not offer."""
    found = offered_provider(provider)
    if found is None:
        raise gates.NotThere
    return found


@require_GET
@member_required
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """The browser is back. ``state`` was made for this member alone and is good once, so a repeated or
    foreign GET changes nothing.
    """
    given = request.GET
    insist_offered(provider)
    try:
        connection = complete_connection(
            signed_in(request),
            provider,
            state=given.get("state", ""),
            code=given.get("code", ""),
            error=given.get("error", ""),
            error_detail=given.get("error_description", ""),
            begun_here=_begun_here(request),
        )
    except ConnectRefused as refused:
        return _refused(request, provider, refused)
    if request.session.get(_OWN_TAB):
        request.session[_FINISHED] = {"reason": "", "state": connection.state}
        return redirect("console:connect-finished", provider)
    if request.session.pop(FOR_ROOMS, False) and connection.state == ConnectionState.ACTIVE:
        ask_directory(signed_in(request), provider, now=timezone.now())
        return redirect("console:rooms")
    _tell(request, provider, connection.state)
    return redirect("console:connections")


@require_safe
@member_required
def finished(request: HttpRequest, provider: str) -> HttpResponse:
    """The end of a sign-in in its own tab: what came of it, and back to the page that has waited."""
    insist_offered(provider)
    told = request.session.pop(_FINISHED, {"reason": "", "state": ""})
    context = {
        "problem": problem_of(told["reason"], provider) if told["reason"] else None,
        "news": _news_of(provider, told["state"]),
        "approved": told["state"] == ConnectionState.APPROVAL_ONLY,
        "connected": told["state"] == ConnectionState.ACTIVE,
        "mismatch": told["state"] == ConnectionState.ADDRESS_MISMATCH,
    }
    return render(request, "console/connect_finished.html", context)


def _tell(request: HttpRequest, provider: str, state: str) -> None:
    level = messages.INFO if state == ConnectionState.ADDRESS_MISMATCH else messages.SUCCESS
    messages.add_message(request, level, _news_of(provider, state))


def _news_of(provider: str, state: str) -> str:
    if state == ConnectionState.APPROVAL_ONLY:
        return gettext("承認を記録しました。")
    if state == ConnectionState.ADDRESS_MISMATCH:
        return gettext("アカウントを接続しました。アドレスをご確認ください。")
    return gettext("%(calendar)sと連携しました。") % {"calendar": calendar_name(about(provider))}


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


def begin_for_rooms(request: HttpRequest, provider: str) -> HttpResponse:
    """To the provider's sign-in once more, for the permission to read the company's rooms as well."""
    member = signed_in(request)
    request.session[_OWN_TAB] = False
    if not within_limit("connect", str(member.pk), limit=20, seconds=600):
        return _refused(request, provider, ConnectRefused("too_often"))
    try:
        address = begin_connection(member, provider, also=PLACES)
    except ConnectRefused as refused:
        return _refused(request, provider, refused)
    request.session[FOR_ROOMS] = True
    return _to_sign_in(request, address)


def _refused(request: HttpRequest, provider: str, refused: ConnectRefused) -> HttpResponse:
    if request.session.pop(FOR_ROOMS, False):
        problem = problem_of(refused.reason, provider)
        messages.warning(request, f"{problem.title} {problem.sentence}")
        return redirect("console:rooms")
    reason, detail = refused.reason, refused.detail[:80]
    request.session[_PROBLEM] = {"reason": reason, "detail": detail, "provider": provider}
    if request.session.get(_OWN_TAB):
        request.session[_FINISHED] = {"reason": reason, "state": ""}
        return redirect("console:connect-finished", provider)
    return redirect("console:connections")
