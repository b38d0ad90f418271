"""A mail that was refused: the address put right, and the letter sent once more."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.sending_again import send_again
from chosei.records import gates
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import refusal


@require_POST
@member_required
def again(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    mail = gates.mail_for_member(member, pk)
    try:
        send_again(member, mail, request.POST.get("address", "").strip())
    except InvalidInput as refused:
        messages.warning(request, refusal(refused.fields["address"]))
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
    else:
        messages.success(request, gettext("宛先を直し、もう一度送っています。"))
    if mail.appointment_id is not None:
        return redirect("console:appointment", mail.appointment_id)
    return redirect("console:proposal", mail.proposal_id)
