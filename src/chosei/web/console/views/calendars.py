"""Which calendars of a member count, and what in them takes their time: a page below 外部連携."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from chosei.actions.calendars import FurtherCalendar, choose_busy, choose_calendars, further_calendars
from chosei.actions.errors import InvalidInput
from chosei.core.states import ConnectionState
from chosei.records.models import Connection, Member
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.calendars import CalendarsForm
from chosei.web.console.providers import live_connection


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    connection = live_connection(member)
    active = connection is not None and connection.state == ConnectionState.ACTIVE
    offered = further_calendars(connection) if connection is not None and active else None
    sent = request.POST if request.method == "POST" else None  # nothing ticked is an answer too
    form = CalendarsForm(sent, offered=offered or (), initial=_as_it_is(member, offered or ()))
    if request.method == "POST" and form.is_valid() and _saved(form, member, connection, offered):
        messages.success(request, gettext("保存しました。"))
        return redirect("console:calendars")
    context = {
        "form": form,
        "connection": connection,
        "readable": offered is not None,
        "missing": [one for one in offered or () if one.missing],
    }
    return render(request, "console/calendars.html", context)


def _as_it_is(member: Member, offered: list[FurtherCalendar] | tuple[()]) -> dict[str, object]:
    return {
        "counts_as_busy": member.counts_as_busy,
        "calendars": [one.remote_id for one in offered if one.counts],
    }


def _saved(
    form: CalendarsForm,
    member: Member,
    connection: Connection | None,
    offered: list[FurtherCalendar] | None,
) -> bool:
    try:
        # What could not be shown was not chosen either: it stays as it is.
        if connection is not None and offered is not None:
            choose_calendars(connection, form.cleaned_data["calendars"], offered)
        choose_busy(member, form.cleaned_data["counts_as_busy"])
    except InvalidInput:
        form.add_error("calendars", gettext("カレンダーの一覧が変わりました。もう一度お選びください。"))
        return False
    return True
