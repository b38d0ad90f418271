"""承認待ち: a member approves or declines a booking that was asked for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from chosei.actions.errors import Closed
from chosei.actions.requests import approve, decline
from chosei.records import gates
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in


@require_POST
@member_required
def approval(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    appointment = gates.appointment_for_member(member, pk)
    try:
        approve(member, appointment, now=timezone.now())
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
    else:
        messages.success(request, gettext("承認しました。お客様に確定のお知らせを送ります。"))
    return redirect("console:appointment", appointment.pk)


@require_POST
@member_required
def refusal(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    appointment = gates.appointment_for_member(member, pk)
    try:
        decline(member, appointment, reason=request.POST.get("reason", "").strip(), now=timezone.now())
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
    else:
        messages.success(request, gettext("却下しました。お客様にお知らせします。"))
    return redirect("console:appointment", appointment.pk)
