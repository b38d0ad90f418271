"""管理者の承認: the three ways through the wall, and where an administrator's approval comes back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from chosei.actions.approvals import answer_admin_consent, ask_approval, settled_by_administrator
from chosei.actions.errors import Closed
from chosei.actions.limits import within_limit
from chosei.core.states import ApprovalState
from chosei.ports.providers import MICROSOFT
from chosei.records.gates import NotThere
from chosei.web.console.access import member_required, network_of, signed_in
from chosei.web.console.waiting import approval_context

RETURNS_PER_NETWORK = 60  # in an hour


@require_safe
@member_required
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "console/approval.html", approval_context(signed_in(request)))


@require_POST
@member_required
def ask(request: HttpRequest) -> HttpResponse:
    """Make the letter to the IT department; from now on the company's approval is asked for."""
    ask_approval(signed_in(request), MICROSOFT, now=timezone.now())
    return redirect(f"{reverse('console:approval')}#letter")


@require_POST
@member_required
def settled(request: HttpRequest) -> HttpResponse:
    """「設定しました」, by an administrator of ours."""
    member = signed_in(request)
    if not member.is_administrator:
        raise NotThere
    try:
        told = settled_by_administrator(member, MICROSOFT, now=timezone.now())
    except Closed as refused:
        raise NotThere from refused
    sentence = ngettext(
        "承認済みとして記録しました。お待ちの%(n)s人に、もう一度お試しいただくようメールでお知らせします。",
        "承認済みとして記録しました。お待ちの%(n)s人に、もう一度お試しいただくようメールでお知らせします。",
        told,
    )
    plain = gettext("承認済みとして記録しました。")
    messages.success(request, sentence % {"n": told} if told else plain)
    return redirect("console:approval")


@require_safe
def admin_consent(request: HttpRequest) -> HttpResponse:
    """Where an administrator lands who approved for the company; often somebody without an account here.

    ``state`` must be one of ours. Nothing else in the address is proof of anything (contract sheet), so it
    identifies nobody: it is noted, and those who wait are asked to try again.
    """
    given = request.GET
    granted = "error" not in given and given.get("admin_consent", "").lower() == "true"
    outcome = "unknown"
    if request.method == "GET" and within_limit(
        "admin-consent", network_of(request), limit=RETURNS_PER_NETWORK, seconds=3600
    ):
        try:
            state = answer_admin_consent(
                given.get("state", ""), granted=granted, tenant=given.get("tenant", ""), now=timezone.now()
            )
        except Closed:
            outcome = "unknown"
        else:
            outcome = "granted" if state == ApprovalState.GRANTED else "refused"
    return render(request, "console/admin_consent.html", {"outcome": outcome})
