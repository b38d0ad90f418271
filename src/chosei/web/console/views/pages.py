"""予約ページ: the list, a new one, and publishing, pausing and archiving as resources."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chosei.actions.booking_pages import archive_page, create_page, pause_page, publish_page, restore_page
from chosei.actions.errors import Closed, InvalidInput, Unconnected
from chosei.core.hours import WeeklyHours
from chosei.core.states import BookingPageState
from chosei.mails.links import page_url
from chosei.records import gates
from chosei.records.models import BookingPage, Member
from chosei.records.models.booking_page import weekday_office_hours
from chosei.web.console import reasons, words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.booking_page import NewPageForm, defaults_for
from chosei.web.console.forms.common import add_refusals, refusal
from chosei.web.console.forms.hours import HoursEditor
from chosei.web.console.listing import by_id
from chosei.web.console.providers import live_connection


@require_safe
@member_required
def listing(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    found = by_id(gates.booking_pages_of(member).select_related("owner"), request.GET.get("after", ""))
    rows = [(page, words.PAGE[BookingPageState(page.state)], page_url(page)) for page in found.rows]
    context = {"rows": rows, "after": found.after, "later": "after" in request.GET, "member": member}
    return render(request, "console/pages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    if request.method != "POST":
        form = NewPageForm(initial=defaults_for(member), owner=member)
        return _beginning(request, form, HoursEditor.showing(WeeklyHours.from_json(weekday_office_hours())))
    form, editor = NewPageForm(request.POST, owner=member), HoursEditor.typed(request.POST)
    page = _create(form, editor, member)
    if page is None:
        return _beginning(request, form, editor)
    messages.success(
        request, gettext("予約ページを作成しました。内容を確認して「公開する」を押してください。")
    )
    return redirect("console:page", page.pk)


@require_POST
@member_required
def publication(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, publish_page, gettext("公開しました。URLをお客様にお送りください。"))


@require_POST
@member_required
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, pause_page, gettext("受付を停止しました。確定済みの予約はそのまま残ります。"))


@require_POST
@member_required
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, archive_page, gettext("保管しました。URLは使えなくなりました。"))


@require_POST
@member_required
def restoration(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(
        request, pk, restore_page, gettext("保管から戻しました。公開するまで、予約は受け付けません。")
    )


def _step(
    request: HttpRequest, pk: int, action: Callable[[Member, BookingPage], object], done: str
) -> HttpResponse:
    member = signed_in(request)
    page = gates.booking_page_for_member(member, pk)
    try:
        action(member, page)
    except Unconnected as refused:
        messages.error(request, _unconnected(refused, member))
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
    else:
        messages.success(request, done)
    return redirect("console:page", page.pk)


def _unconnected(refused: Unconnected, member: Member) -> str:
    if refused.names == [member.name]:
        return gettext(
            "ご自分のカレンダーが接続されていないため、公開できません。「外部連携」で接続してください。"
        )
    names = gettext("、").join(refused.names)
    return gettext(
        "%(names)sさんのカレンダーが接続されていないため、公開できません。"
        "ご本人が「外部連携」で接続するか、「メンバー」から外すと、公開できます。"
    ) % {"names": names}


def _create(form: NewPageForm, editor: HoursEditor, member: Member) -> BookingPage | None:
    """The page as made, or None with what is wrong in ``form`` and ``editor``."""
    valid = form.is_valid()
    hours = editor.hours(form.cleaned_data.get("zone") or member.zone)
    if not valid or hours is None:
        return None
    try:
        return create_page(member, form.wanted(member, hours))
    except InvalidInput as refused:
        codes = dict(refused.fields)
        if "hours" in codes:
            editor.errors.append(refusal(codes.pop("hours")))
        add_refusals(form, InvalidInput(**codes))
    return None


def _beginning(request: HttpRequest, form: NewPageForm, editor: HoursEditor) -> HttpResponse:
    context = {"form": form, "editor": editor, "connection": live_connection(signed_in(request))}
    return render(request, "console/page_new.html", context)
