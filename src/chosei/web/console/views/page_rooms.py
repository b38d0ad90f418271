"""会議室候補一覧 of a booking page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from chosei.actions.errors import InvalidInput
from chosei.actions.page_rooms import change_rooms
from chosei.records import gates
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import add_refusals
from chosei.web.console.forms.page_rooms import PageRoomsForm


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    page = gates.booking_page_for_member(member, pk)
    form = PageRoomsForm(request.POST or None, member=member, page=page)
    if request.method == "POST" and form.is_valid():
        try:
            change_rooms(member, page, form.room_ids(), form.cleaned_data["room_min_capacity"])
        except InvalidInput as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, gettext("保存しました。これからの予約に反映されます。"))
            return redirect("console:page-rooms", page.pk)
    return render(request, "console/page_rooms.html", {"form": form, "page": page})
