"""会社の設定: what holds for every member's customers. For administrators alone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from chosei.actions.errors import InvalidInput
from chosei.actions.guest_settings import change_guest_settings
from chosei.records.gates import NotThere
from chosei.records.models import Member
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import add_refusals
from chosei.web.console.forms.guest_settings import GuestSettingsForm


def administrator(request: HttpRequest) -> Member:
    """The signed-in administrator. Raises NotThere for everybody else."""
    member = signed_in(request)
    if not member.is_administrator:
        raise NotThere
    return member


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def guests(request: HttpRequest) -> HttpResponse:
    member = administrator(request)
    data = request.POST if request.method == "POST" else None
    form = GuestSettingsForm(data, organization=member.organization)
    if data is not None and form.is_valid():
        try:
            change_guest_settings(member, form.wanted(), now=timezone.now())
        except InvalidInput as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, gettext("保存しました。"))
            return redirect("console:guest-settings")
    return render(request, "console/guest_settings.html", {"form": form})
