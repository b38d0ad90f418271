"""The groups of a booking page's settings, one page each, and what belongs beside them: copy and links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chosei.actions.booking_pages import change_page, copy_page, set_privacy_notice
from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.inputs import BookingPageInput
from chosei.actions.page_addresses import make_one_time_link, revoke_one_time_link
from chosei.actions.page_settings import settings_of
from chosei.core.states import BOOKING_PAGE, BookingPageEvent, BookingPageState, can
from chosei.mails.links import one_time_url, page_url
from chosei.records import gates
from chosei.records.models import Member
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import add_refusals, refusal
from chosei.web.console.forms.hosts import BUTTONS
from chosei.web.console.forms.page_details import PageDetailsForm
from chosei.web.console.forms.page_mail import PageMailForm
from chosei.web.console.forms.page_meeting import PageMeetingForm
from chosei.web.console.forms.page_opening import PageOpeningForm
from chosei.web.console.forms.page_people import PagePeopleForm
from chosei.web.console.providers import live_connection
from chosei.web.public.booking_pages import preview_page


class Section(Protocol):
    """A form of one group: what it changes, and its names for the settings it may be refused for."""

    names: dict[str, str]

    def is_valid(self) -> bool: ...
    def changes(self) -> dict[str, Any]: ...


def _meeting(data: Any, member: Member, settings: BookingPageInput) -> PageMeetingForm:
    return PageMeetingForm(data, settings=settings)


def _mail(data: Any, member: Member, settings: BookingPageInput) -> PageMailForm:
    return PageMailForm(data, settings=settings, organization=member.organization)


def _people(data: Any, member: Member, settings: BookingPageInput) -> PagePeopleForm:
    return PagePeopleForm(data, viewer=member, settings=settings)


def _opening(data: Any, member: Member, settings: BookingPageInput) -> PageOpeningForm:
    return PageOpeningForm(data, settings=settings)


def _details(data: Any, member: Member, settings: BookingPageInput) -> PageDetailsForm:
    return PageDetailsForm(data, viewer=member, settings=settings)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    return _section(request, pk, _meeting, "meeting")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    return _section(request, pk, _mail, "mail")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def people(request: HttpRequest, pk: int) -> HttpResponse:
    return _section(request, pk, _people, "people")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def opening(request: HttpRequest, pk: int) -> HttpResponse:
    return _section(request, pk, _opening, "opening")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def details(request: HttpRequest, pk: int) -> HttpResponse:
    return _section(request, pk, _details, "details")


def _section(request: HttpRequest, pk: int, make: Callable[..., Any], name: str) -> HttpResponse:
    member = signed_in(request)
    page = gates.booking_page_for_member(member, pk)
    settings = settings_of(page)
    form = make(request.POST if request.method == "POST" else None, member, settings)
    status = 200
    shown_anew = any(button in request.POST for button in BUTTONS)
    if request.method == "POST" and not shown_anew:
        status = 422
        if form.is_valid():
            try:
                change_page(member, page, replace(settings, **form.changes()))
                if member.is_administrator and "privacy_notice" in form.changed_data:
                    set_privacy_notice(member, form.cleaned_data["privacy_notice"])
            except InvalidInput as refused:
                add_refusals(form, refused, form.names)
            else:
                messages.success(request, gettext("保存しました。これからの予約に反映されます。"))
                return redirect(request.path)
    state = BookingPageState(page.state)
    context = {
        "page": page,
        "form": form,
        "refused": status == 422,
        "links": [(link, one_time_url(link)) for link in page.one_time_links.all()[:20]],
        "connection": live_connection(member),
        "url": page_url(page),
        "open": state == BookingPageState.PUBLISHED,
        "may_publish": can(BOOKING_PAGE, state, BookingPageEvent.PUBLISH),
        "may_pause": can(BOOKING_PAGE, state, BookingPageEvent.PAUSE),
        "may_archive": can(BOOKING_PAGE, state, BookingPageEvent.ARCHIVE),
        "may_restore": can(BOOKING_PAGE, state, BookingPageEvent.RESTORE),
    }
    return render(request, f"console/page_{name}.html", context, status=status)


@require_POST
@member_required
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    page = gates.booking_page_for_member(member, pk)
    title = gettext("%(title)sのコピー") % {"title": page.title[:180]}
    try:
        made = copy_page(member, page, title=title)
    except InvalidInput as refused:
        for code in refused.fields.values():
            messages.error(request, refusal(code))
        return redirect("console:page", page.pk)
    messages.success(request, gettext("コピーを下書きとして作成しました。"))
    return redirect("console:page", made.pk)


@require_POST
@member_required
def one_time(request: HttpRequest, pk: int) -> HttpResponse:
    """A fresh link that books once."""
    member = signed_in(request)
    page = gates.booking_page_for_member(member, pk)
    try:
        make_one_time_link(member, page, note=request.POST.get("note", "")[:200], now=timezone.now())
    except InvalidInput as refused:
        for code in refused.fields.values():
            messages.error(request, refusal(code))
    else:
        messages.success(request, gettext("1回限りのURLを作成しました。"))
    return redirect("console:page-details", page.pk)


@require_POST
@member_required
def one_time_end(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    page = gates.booking_page_for_member(signed_in(request), pk)
    found = page.one_time_links.filter(pk=link).first()
    if found is None:
        raise gates.NotThere
    try:
        revoke_one_time_link(found)
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
    else:
        messages.success(request, gettext("1回限りのURLを取り消しました。"))
    return redirect("console:page-details", page.pk)


@require_safe
@member_required
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The page as a customer sees it, published or not. Nothing can be booked from here."""
    return preview_page(request, gates.booking_page_for_member(signed_in(request), pk))
