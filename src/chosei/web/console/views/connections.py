"""外部連携: connecting Microsoft 365, coming back from its sign-in, and letting it go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from chosei.actions.connections import begin_connection, complete_connection, disconnect
from chosei.actions.errors import ConnectRefused
from chosei.actions.limits import within_limit
from chosei.core.entries import EntryPurpose
from chosei.core.states import AppointmentState, ConnectionState, ProposalState
from chosei.records import gates
from chosei.records.models import Appointment, Connection, Member, Proposal
from chosei.web.console import words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.connecting import admin_consent_url, problem_of

MICROSOFT = "microsoft"
LIVE = (ConnectionState.ACTIVE, ConnectionState.NEEDS_RECONNECT)
_PROBLEM = "connect_problem"


def live_connection(member: Member) -> Connection | None:
    """The account whose calendar is in use now, be it that it needs reconnecting."""
    return gates.connections_of(member).filter(state__in=LIVE).order_by("-id").first()


@require_safe
@member_required
def listing(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    connection = live_connection(member)
    ending = gates.connections_of(member).filter(state=ConnectionState.ENDING).exists()
    shown = request.session.get(_PROBLEM)
    context = {
        "connection": connection,
        "ending": ending and connection is None,
        "word": words.CONNECTION[ConnectionState(connection.state)] if connection else words.NOT_CONNECTED,
        "problem": problem_of(shown["reason"]) if shown else None,
        "problem_code": shown["detail"] if shown else "",
        "consent_url": admin_consent_url(),
    }
    if shown and request.method == "GET":
        del request.session[_PROBLEM]  # shown once, like any message
    return render(request, "console/connections.html", context)


@require_POST
@member_required
def begin(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    if not within_limit("connect", str(member.pk), limit=20, seconds=600):
        messages.error(request, gettext("接続の操作が続いています。数分おいて、もう一度お試しください。"))
        return redirect("console:connections")
    try:
        return redirect(begin_connection(member, MICROSOFT))
    except ConnectRefused as refused:
        return _refused(request, refused)


@require_GET
@member_required
def callback(request: HttpRequest) -> HttpResponse:
    """The browser is back. ``state`` was made for this member alone and is good once, so a repeated or
    foreign GET changes nothing.
    """
    given = request.GET
    try:
        complete_connection(
            signed_in(request),
            MICROSOFT,
            state=given.get("state", ""),
            code=given.get("code", ""),
            error=given.get("error", ""),
            error_detail=given.get("error_description", ""),
        )
    except ConnectRefused as refused:
        return _refused(request, refused)
    messages.success(request, gettext("Outlookカレンダーと連携しました。"))
    return redirect("console:connections")


@require_safe
def admin_consent(request: HttpRequest) -> HttpResponse:
    """Where an administrator lands who approved for the company; often somebody without an account here.

    Nothing in the address is proof of anything (contract sheet), so it only decides which words are shown.
    """
    approved = "error" not in request.GET and request.GET.get("admin_consent", "").lower() == "true"
    return render(request, "console/admin_consent.html", {"approved": approved})


@dataclass(frozen=True, slots=True)
class Affected:
    """What rests on an account: coming appointments in its calendar, running proposals with holds in it."""

    appointments: int
    proposals: int


def affected_by(connection: Connection) -> Affected:
    coming = Appointment.objects.filter(
        entries__connection=connection, state=AppointmentState.CONFIRMED, ends_at__gt=timezone.now()
    )
    running = Proposal.objects.filter(
        candidates__entries__connection=connection,
        candidates__entries__purpose=EntryPurpose.HOLD,
        state__in=[ProposalState.OPEN, ProposalState.READJUSTMENT_REQUESTED],
    )
    return Affected(coming.distinct().count(), running.distinct().count())


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def disconnection(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    connection = gates.connection_for_member(member, pk)
    if connection.state not in LIVE:
        messages.info(request, gettext("この接続は、すでに解除されています。"))
        return redirect("console:connections")
    if request.method == "POST":
        disconnect(member, connection, now=timezone.now())
        messages.success(request, gettext("Outlookカレンダーとの連携を解除しました。"))
        return redirect("console:connections")
    context: dict[str, Any] = {"connection": connection, "affected": affected_by(connection)}
    return render(request, "console/disconnection.html", context)


def _refused(request: HttpRequest, refused: ConnectRefused) -> HttpResponse:
    request.session[_PROBLEM] = {"reason": refused.reason, "detail": refused.detail[:80]}
    return redirect("console:connections")
