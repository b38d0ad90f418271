"""社内チャット: where notices go and whether they arrive, for administrators; and each page's choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chosei.actions.chat import (
    DestinationInput,
    add_destination,
    change_destination,
    choose_for_page,
    pause_destination,
    remove_destination,
    set_chat_ids,
    try_destination,
)
from chosei.actions.errors import InvalidInput
from chosei.records import admin_gates, gates
from chosei.records.models import ChatDestination, ChatService, ChatState, Member
from chosei.web.console import reasons, words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.chats import chat_lines
from chosei.web.console.forms.chat import KINDS, SERVICES, ChatIdsForm, DestinationForm
from chosei.web.console.forms.common import add_refusals
from chosei.web.console.forms.page_chat import PageChatForm
from chosei.web.console.words import Word

_LATEST = 10


@dataclass(frozen=True, slots=True)
class Line:
    destination: ChatDestination
    service: str | Promise
    word: Word


@require_safe
@member_required
def listing(request: HttpRequest) -> HttpResponse:
    rows = [_line(one) for one in admin_gates.chats_of(signed_in(request))]
    return render(request, "console/chat.html", {"rows": rows, "services": list(SERVICES.items())})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: HttpRequest, service: str) -> HttpResponse:
    administrator = signed_in(request)
    admin_gates.chats_of(administrator)
    if service not in ChatService.values:
        raise Http404
    initial = {"kinds": list(KINDS), "everything": True}
    form = DestinationForm(request.POST or None, initial=initial, service=service)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_destination(administrator, service, form.wanted())
        except InvalidInput as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, gettext("通知先を追加しました。テスト通知で確かめてください。"))
            return redirect("console:chat", made.pk)
    return render(
        request, "console/chat_destination.html", {"form": form, "service": SERVICES[ChatService(service)]}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    administrator = signed_in(request)
    destination = admin_gates.chat_for_administrator(administrator, pk)
    initial = {
        "name": destination.name,
        "room": destination.room,
        "kinds": destination.kinds,
        "everything": destination.everything,
    }
    form = DestinationForm(request.POST or None, initial=initial, service=destination.service, kept=True)
    if request.method == "POST" and form.is_valid() and _changed(form, administrator, destination):
        messages.success(request, gettext("保存しました。"))
        return redirect("console:chat", pk)
    context = _news(destination) | {"form": form}
    return render(request, "console/chat_destination.html", context)


@require_safe
@member_required
def news(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes by itself."""
    destination = admin_gates.chat_for_administrator(signed_in(request), pk)
    return render(request, "console/parts/chat_news.html", _news(destination))


@require_POST
@member_required
def test(request: HttpRequest, pk: int) -> HttpResponse:
    administrator = signed_in(request)
    try_destination(administrator, admin_gates.chat_for_administrator(administrator, pk))
    return redirect("console:chat", pk)


@require_POST
@member_required
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    administrator = signed_in(request)
    destination = admin_gates.chat_for_administrator(administrator, pk)
    pause_destination(administrator, destination, paused=request.POST.get("paused") == "yes")
    return redirect("console:chat", pk)


@require_POST
@member_required
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    administrator = signed_in(request)
    remove_destination(administrator, admin_gates.chat_for_administrator(administrator, pk))
    messages.success(request, gettext("通知先を削除しました。"))
    return redirect("console:chats")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def of_page(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    page = gates.booking_page_for_member(member, pk)
    form = PageChatForm(request.POST if request.method == "POST" else None, page=page)
    if request.method == "POST" and form.is_valid():
        try:
            choose_for_page(member, page, form.wanted())
        except InvalidInput as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, gettext("保存しました。"))
            return redirect("console:page-chat", pk)
    return render(request, "console/page_chat.html", {"page": page, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def of_member(request: HttpRequest, pk: int) -> HttpResponse:
    administrator = signed_in(request)
    about = admin_gates.member_for_administrator(administrator, pk)
    form = ChatIdsForm.of(about, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            set_chat_ids(administrator, about, form.cleaned_data)
        except InvalidInput as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, gettext("保存しました。"))
            return redirect("console:member", pk)
    return render(request, "console/member_chat.html", {"about": about, "form": form})


def _changed(form: DestinationForm, administrator: Member, destination: ChatDestination) -> bool:
    wanted: DestinationInput = form.wanted()
    try:
        change_destination(administrator, destination, wanted)
    except InvalidInput as refused:
        add_refusals(form, refused)
        return False
    return True


def _line(destination: ChatDestination) -> Line:
    word = words.CHAT_PAUSED if destination.paused else words.CHAT_IN_USE
    if destination.problem and not destination.paused:
        word = words.CHAT_FAILING
    return Line(destination, SERVICES[ChatService(destination.service)], word)


def _news(destination: ChatDestination) -> dict[str, Any]:
    latest = list(destination.messages.select_related("appointment").order_by("-pk")[:_LATEST])
    return {
        "line": _line(destination),
        "service": SERVICES[ChatService(destination.service)],
        "sent": chat_lines(latest),
        "moves": any(message.state == ChatState.WAITING for message in latest),
        "problem": reasons.chat_problem(destination.problem) if destination.problem else "",
    }
