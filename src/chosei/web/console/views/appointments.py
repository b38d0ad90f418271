"""アポイントメント: what is coming, what was, how far entries and mails are, and cancelling one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from chosei.actions.appointing import LINK_PATIENCE
from chosei.actions.cancellation import cancel_by_host
from chosei.actions.errors import Closed, InvalidInput
from chosei.core.states import APPOINTMENT, AppointmentEvent, AppointmentState, can
from chosei.records import gates
from chosei.records.models import Appointment, Member, Promise
from chosei.web.codes import shown_code
from chosei.web.console import reasons, status, words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.answers import answers_of
from chosei.web.console.chats import chat_lines
from chosei.web.console.forms.cancellation import CancellationForm
from chosei.web.console.forms.common import add_refusals
from chosei.web.console.listing import by_start
from chosei.web.console.searching import Search, appointment_states, appointments_found
from chosei.web.console.timeline import happened
from chosei.web.console.views.appointment_rooms import choice_facts, room_facts
from chosei.web.console.views.changing import may_change
from chosei.web.console.web_meetings import web_status
from chosei.web.console.wishing import asked_about, open_requests


@require_safe
@member_required
def listing(request: HttpRequest) -> HttpResponse:
    past, waiting = (request.GET.get("show") == one for one in ("past", "waiting"))
    now = timezone.now()
    member = signed_in(request)
    search = Search.of(member, request.GET)
    # The start as well, since the list is kept by it: what began two days ago is over.
    coming = Q(ends_at__gt=now, start__gt=now - timedelta(days=2))
    wanted = Q(ends_at__lte=now, start__lt=now) if past else coming
    if waiting:
        wanted &= Q(state=AppointmentState.PENDING)
    parts = [rows.filter(wanted) for rows in appointments_found(search)]
    shown = Appointment.objects.defer("guest_grams").prefetch_related(with_hosts())
    found = by_start(parts, shown, request.GET.get("after", ""), upcoming=not past)
    context = {
        "rows": [(one, words.APPOINTMENT[AppointmentState(one.state)]) for one in found.rows],
        "past": past,
        "upcoming": not past and not waiting,
        "waiting": waiting,
        "after": found.after,
        "later": "after" in request.GET,
        "search": search,
        "states": appointment_states(),
        "query": search.query(show=request.GET.get("show", "")),
        "asked": asked_about(found.rows),
        "member": member,
    }
    return render(request, "console/appointments.html", context)


@require_safe
@member_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    appointment = gates.appointment_for_member(signed_in(request), pk)
    waiting = appointment.state == AppointmentState.PENDING  # then to decline it is the way
    context = {
        **_facts(appointment, signed_in(request)),
        "may_cancel": _may_cancel(appointment) and not waiting,
        "waiting": waiting,
        "may_change": may_change(appointment),
        "requests": open_requests(appointment),
        "format": words.FORMAT.get(appointment.format, appointment.format),  # type: ignore[call-overload]
        "answers": answers_of(appointment),
        "companions": appointment.companions.all(),
        **choice_facts(signed_in(request), appointment),
        "hosts": [promise.host for promise in _host_promises(appointment)],
    }
    return render(request, "console/appointment.html", context)


@require_safe
@member_required
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes by itself."""
    member = signed_in(request)
    appointment = gates.appointment_for_member(member, pk)
    return render(request, "console/appointment_progress.html", _facts(appointment, member))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def cancellation(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    appointment = gates.appointment_for_member(member, pk)
    form = CancellationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_by_host(
                member, appointment, reason=form.cleaned_data["reason"].strip(), now=timezone.now()
            )
        except InvalidInput as refused:
            add_refusals(form, refused)
        except Closed as refused:
            messages.warning(request, reasons.closed(refused.reason))
            return redirect("console:appointment", appointment.pk)
        else:
            messages.success(request, gettext("キャンセルしました。お客様にお知らせします。"))
            return redirect("console:appointment", appointment.pk)
    if request.method != "POST" and not _may_cancel(appointment):
        return redirect("console:appointment", appointment.pk)
    return render(request, "console/cancellation.html", {"appointment": appointment, "form": form})


def with_hosts() -> Prefetch[str]:
    """Who attends, in order; also for a cancelled appointment, whose promises no longer stand."""
    return Prefetch("promises", queryset=Promise.objects.filter(host__isnull=False).select_related("host"))


def _host_promises(appointment: Appointment) -> list[Promise]:
    return list(appointment.promises.filter(host__isnull=False).select_related("host"))


def _may_cancel(appointment: Appointment) -> bool:
    state = AppointmentState(appointment.state)
    return can(APPOINTMENT, state, AppointmentEvent.CANCEL) and appointment.starts_at > timezone.now()


def _link_overdue(appointment: Appointment) -> bool:
    """Whether no link has come in the time that one takes, or none can come from that account."""
    waited = timezone.now() - appointment.link_awaited_from
    return appointment.link_with_event and (not appointment.link_is_to_come or waited > LINK_PATIENCE)


def _facts(appointment: Appointment, viewer: Member) -> dict[str, Any]:
    entries = appointment.entries.select_related("connection__member").order_by("id")
    return {
        "appointment": appointment,
        "word": words.APPOINTMENT[AppointmentState(appointment.state)],
        "cancelled": appointment.state == AppointmentState.CANCELLED,
        "off": appointment.state in (AppointmentState.CANCELLED, AppointmentState.DECLINED),
        "stands": appointment.state == AppointmentState.CONFIRMED,
        "entries": [status.entry_status(entry) for entry in entries],
        "mails": status.mail_statuses(appointment.mails.order_by("id")),
        "timeline": happened(appointment.timeline.select_related("member").order_by("-at", "-id")),
        "web": web_status(appointment, viewer),
        "moves": status.appointment_moves(appointment),
        "code": shown_code(appointment),
        "link_overdue": _link_overdue(appointment),
        "chats": chat_lines(appointment.chat_messages.select_related("destination").order_by("id")),
        **room_facts(appointment),
    }
