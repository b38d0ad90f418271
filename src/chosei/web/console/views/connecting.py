"""To a provider's sign-in and back, in the page's own tab or in one beside it."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from chosei.actions.connecting import begin_connection, complete_connection
from chosei.actions.errors import ConnectRefused
from chosei.actions.limits import within_limit
from chosei.actions.providers import offered_provider
from chosei.actions.rooms import ask_directory
from chosei.core.providers import About
from chosei.core.states import ConnectionState
from chosei.ports.directory import PLACES
from chosei.ports.providers import about
from chosei.records import gates
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.connecting import problem_of
from chosei.web.console.providers import calendar_name

PROBLEM = "connect_refused"
"""What the session keeps of a refusal until it has been shown."""
_OWN_TAB, _FINISHED, _FOR_ROOMS = "connect_own_tab", "connect_finished", "connect_for_rooms"
_BEGUN, _MOST_BEGUN = "connect_begun", 20


@require_POST
@member_required
def begin(request: HttpRequest, provider: str) -> HttpResponse:
    """To the provider's sign-in; ``own_tab`` when it runs in a tab of its own beside the page."""
    insist_offered(provider)
    return sign_in(request, provider)


def sign_in(request: HttpRequest, provider: str, *, instead: str = "") -> HttpResponse:
    """``instead``: the account is to take the place of the one in use (``actions.switching``)."""
    member = signed_in(request)
    request.session.pop(_FOR_ROOMS, None)
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
    if request.session.pop(_FOR_ROOMS, False) and connection.state == ConnectionState.ACTIVE:
        ask_directory(signed_in(request), provider, now=timezone.now())
        return redirect("console:rooms")
    tell(request, provider, connection.state)
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


def tell(request: HttpRequest, provider: str, state: str) -> None:
    level = messages.INFO if state == ConnectionState.ADDRESS_MISMATCH else messages.SUCCESS
    messages.add_message(request, level, _news_of(provider, state))


def _news_of(provider: str, state: str) -> str:
    if state == ConnectionState.APPROVAL_ONLY:
        return gettext("承認を記録しました。")
    if state == ConnectionState.ADDRESS_MISMATCH:
        return gettext("アカウントを接続しました。アドレスをご確認ください。")
    return gettext("%(calendar)sと連携しました。") % {"calendar": calendar_name(about(provider))}


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
    request.session[_FOR_ROOMS] = True
    return _to_sign_in(request, address)


def _refused(request: HttpRequest, provider: str, refused: ConnectRefused) -> HttpResponse:
    if request.session.pop(_FOR_ROOMS, False):
        problem = problem_of(refused.reason, provider)
        messages.warning(request, f"{problem.title} {problem.sentence}")
        return redirect("console:rooms")
    reason, detail = refused.reason, refused.detail[:80]
    request.session[PROBLEM] = {"reason": reason, "detail": detail, "provider": provider}
    if request.session.get(_OWN_TAB):
        request.session[_FINISHED] = {"reason": reason, "state": ""}
        return redirect("console:connect-finished", provider)
    return redirect("console:connections")
