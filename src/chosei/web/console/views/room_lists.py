"""会議室リスト: rooms of which any will do, in order; for administrators alone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.rooms import remove_room_list, save_room_list
from chosei.records import admin_gates
from chosei.records.models import Member, RoomList
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import add_refusals
from chosei.web.console.forms.rooms import RoomListForm


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: HttpRequest) -> HttpResponse:
    administrator = signed_in(request)
    admin_gates.rooms_for_administrator(administrator)
    form = RoomListForm(request.POST or None, administrator=administrator)
    if request.method == "POST" and form.is_valid() and _saved(form, administrator, None):
        messages.success(request, gettext("会議室リストを追加しました。"))
        return redirect("console:rooms")
    return render(request, "console/room_list.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    administrator = signed_in(request)
    found = admin_gates.room_list_for_administrator(administrator, pk)
    if found.provider:
        messages.info(request, reasons.closed("of_directory"))
        return redirect("console:rooms")
    chosen = [str(room_id) for room_id in found.places.values_list("room_id", flat=True)]
    form = RoomListForm(
        request.POST or None, initial={"name": found.name, "rooms": chosen}, administrator=administrator
    )
    if request.method == "POST" and form.is_valid() and _saved(form, administrator, found):
        messages.success(request, gettext("保存しました。"))
        return redirect("console:rooms")
    return render(request, "console/room_list.html", {"form": form, "about": found})


@require_POST
@member_required
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    administrator = signed_in(request)
    found = admin_gates.room_list_for_administrator(administrator, pk)
    try:
        remove_room_list(administrator, found)
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
    else:
        messages.success(request, gettext("会議室リストを削除しました。会議室はそのまま使えます。"))
    return redirect("console:rooms")


def _saved(form: RoomListForm, administrator: Member, found: RoomList | None) -> bool:
    try:
        save_room_list(administrator, form.wanted(), found)
    except InvalidInput as refused:
        add_refusals(form, refused)
    except Closed as refused:
        form.add_error(None, reasons.closed(refused.reason))
    else:
        return True
    return False
