"""受付: the tablets at the entrance, how visitors are received, and who came; for administrators alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.front_desk import (
    add_desk,
    await_pairing_again,
    rename_desk,
    revoke_desk,
    set_reception,
)
from chosei.mails.qr import svg_address
from chosei.records import admin_gates
from chosei.records.models import FrontDesk, Reception
from chosei.web.console import reasons, words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import add_refusals
from chosei.web.console.forms.reception import DeskForm, ReceptionForm
from chosei.web.console.listing import by_id
from chosei.web.console.words import Word


@dataclass(frozen=True, slots=True)
class DeskLine:
    desk: FrontDesk
    word: Word


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def overview(request: HttpRequest) -> HttpResponse:
    administrator = signed_in(request)
    desks = admin_gates.front_desks_of(administrator).filter(revoked_at__isnull=True)
    now = Reception.objects.filter(organization=administrator.organization_id).first() or Reception()
    form = ReceptionForm(
        request.POST or None,
        initial={name: getattr(now, name) for name in ReceptionForm.base_fields},
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_reception(administrator, form.wanted())
        except InvalidInput as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, gettext("保存しました。"))
            return redirect("console:reception")
    return render(request, "console/reception.html", {"form": form, "rows": [_line(desk) for desk in desks]})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: HttpRequest) -> HttpResponse:
    administrator = signed_in(request)
    admin_gates.front_desks_of(administrator)
    form = DeskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            desk = add_desk(administrator, form.cleaned_data["name"], now=timezone.now())
        except InvalidInput as refused:
            add_refusals(form, refused)
        else:
            return redirect("console:front-desk", desk.pk)
    return render(request, "console/front_desk.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    administrator = signed_in(request)
    desk = admin_gates.front_desk_for_administrator(administrator, pk)
    form = DeskForm(request.POST or None, initial={"name": desk.name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_desk(administrator, desk, form.cleaned_data["name"])
        except InvalidInput as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, gettext("保存しました。"))
            return redirect("console:reception")
    address = settings.CHOSEI_PUBLIC_URL + reverse("reception:pairing")
    waits = desk.pairing_until is not None and desk.pairing_until > timezone.now()
    context = {
        "form": form,
        "line": _line(desk),
        "waits": waits,
        "address": address,
        "picture": svg_address(f"{address}?code={desk.pairing_code}", scale=4) if waits else "",
    }
    return render(request, "console/front_desk.html", context)


@require_POST
@member_required
def pairing(request: HttpRequest, pk: int) -> HttpResponse:
    administrator = signed_in(request)
    desk = admin_gates.front_desk_for_administrator(administrator, pk)
    try:
        await_pairing_again(administrator, desk, now=timezone.now())
    except Closed as refused:
        messages.info(request, reasons.closed(refused.reason))
    return redirect("console:front-desk", pk)


@require_POST
@member_required
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    administrator = signed_in(request)
    desk = admin_gates.front_desk_for_administrator(administrator, pk)
    revoke_desk(administrator, desk, now=timezone.now())
    messages.success(request, gettext("端末の登録を解除しました。この端末では受付できなくなりました。"))
    return redirect("console:reception")


@require_safe
@member_required
def visits(request: HttpRequest) -> HttpResponse:
    rows = admin_gates.visits_of(signed_in(request)).select_related(
        "appointment", "arrived_at_desk", "left_at_desk"
    )
    found = by_id(rows, request.GET.get("after", ""))
    context = {"rows": found.rows, "after": found.after, "later": "after" in request.GET}
    return render(request, "console/visits.html", context)


def _line(desk: FrontDesk) -> DeskLine:
    if desk.revoked_at is not None:
        return DeskLine(desk, words.DESK_REVOKED)
    return DeskLine(desk, words.DESK_PAIRED if desk.secret_hash else words.DESK_WAITS)
