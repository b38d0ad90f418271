"""When one host receives on one page: hours of their own within the page's, or the page's as they are."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from chosei.actions.booking_pages import change_page
from chosei.actions.errors import InvalidInput
from chosei.actions.page_settings import settings_of
from chosei.core import wording
from chosei.core.language import language_of
from chosei.records import gates
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import refusal
from chosei.web.console.forms.hours import HoursEditor


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest, pk: int, host: int) -> HttpResponse:
    member = signed_in(request)
    page = gates.booking_page_for_member(member, pk)
    row = page.hosts.filter(member=host).select_related("member").first()
    if row is None:
        raise gates.NotThere
    settings = settings_of(page)
    own = dict(settings.host_hours)
    editor = HoursEditor.showing(own.get(host, settings.hours))
    if request.method == "POST":
        own.pop(host, None)
        if request.POST.get("hours") != "page":
            editor = HoursEditor.typed(request.POST)
            hours = editor.hours(settings.hours.zone)
            if hours is not None:
                own[host] = hours
        if not editor.wrong:
            try:
                change_page(member, page, replace(settings, host_hours=own))
            except InvalidInput as refused:
                editor.errors += [refusal(code) for code in refused.fields.values()]
            else:
                messages.success(request, gettext("保存しました。これからの予約に反映されます。"))
                return redirect("console:page-opening", page.pk)
    context = {
        "page": page,
        "host": row.member,
        "editor": editor,
        "has_own": host in settings.host_hours,
        "page_hours": wording.weekly_text(settings.hours, language_of(get_language())),
    }
    return render(request, "console/page_host_hours.html", context, status=422 if editor.wrong else 200)
