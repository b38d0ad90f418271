"""The tab 「会社の設定」, for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from chosei.actions.organizations import change_organization
from chosei.records import gates
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.organization import OrganizationForm


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest) -> HttpResponse:
    organization = gates.organization_for_administrator(signed_in(request))
    initial = {"write_holds": organization.write_holds, "mail_footer": organization.mail_footer}
    form = OrganizationForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        change_organization(organization, **form.cleaned_data)
        messages.success(request, gettext("保存しました。"))
        return redirect("console:organization")
    return render(request, "console/organization.html", {"form": form})
