"""The tab 「会社の設定」, for administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from chosei.actions.errors import InvalidInput
from chosei.actions.logos import remove_logo, set_logo
from chosei.actions.organizations import change_organization
from chosei.records import admin_gates
from chosei.records.models import Organization
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import add_refusals
from chosei.web.console.forms.organization import LogoForm, OrganizationForm
from chosei.web.logos import logo_of


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest) -> HttpResponse:
    organization = admin_gates.organization_for_administrator(signed_in(request))
    form = _form(organization, request.POST if request.method == "POST" else None)
    if form.is_valid():
        change_organization(organization, **form.cleaned_data)
        messages.success(request, gettext("保存しました。"))
        return redirect("console:organization")
    return _page(request, organization, form, LogoForm())


@require_POST
@member_required
def logo(request: HttpRequest) -> HttpResponse:
    """A logo, in place of the one before."""
    member = signed_in(request)
    organization = admin_gates.organization_for_administrator(member)
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            set_logo(member, form.content())
        except InvalidInput as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, gettext("ロゴを保存しました。"))
            return redirect("console:organization")
    return _page(request, organization, _form(organization, None), form, status=422)


@require_POST
@member_required
def logo_removal(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    admin_gates.organization_for_administrator(member)
    remove_logo(member)
    messages.success(request, gettext("ロゴを削除しました。"))
    return redirect("console:organization")


def _form(organization: Organization, data: Any) -> OrganizationForm:
    initial = {"write_holds": organization.write_holds, "mail_footer": organization.mail_footer}
    return OrganizationForm(data, initial=initial)


def _page(
    request: HttpRequest,
    organization: Organization,
    form: OrganizationForm,
    logo_form: LogoForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "logo_form": logo_form, "logo": logo_of(organization)}
    return render(request, "console/organization.html", context, status=status)
