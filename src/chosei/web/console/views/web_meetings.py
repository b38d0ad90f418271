"""The host's way into a web meeting, and asking for its link once more."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from chosei.actions.errors import Closed
from chosei.actions.web_links import issue_again
from chosei.actions.web_starts import start_url
from chosei.records import gates
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in


@require_safe
@member_required
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """On to the host's own link, which nobody else may have: the browser keeps neither it nor where it came
    from."""
    member = signed_in(request)
    appointment = gates.appointment_for_member(member, pk)
    try:
        address = start_url(member, appointment)
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
        return redirect("console:appointment", appointment.pk)
    response = redirect(address)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
@member_required
def again(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    appointment = gates.appointment_for_member(member, pk)
    try:
        issue_again(member, appointment, now=timezone.now())
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
    else:
        messages.success(request, gettext("Web会議URLを発行しています。"))
    return redirect("console:appointment", appointment.pk)
