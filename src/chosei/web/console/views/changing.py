"""Changing a confirmed appointment, and answering a customer who asked for another time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chosei.actions.changing import change_by_host, new_conflicts
from chosei.actions.conflicts import ConflictKind
from chosei.actions.errors import Closed, InvalidInput, TimeTaken
from chosei.actions.people import attending
from chosei.actions.readjusting import keep_as_it_is
from chosei.core.intervals import Interval
from chosei.core.states import AppointmentState
from chosei.records import gates
from chosei.records.models import Appointment, Member
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.change import ChangeForm
from chosei.web.console.forms.common import add_refusals
from chosei.web.console.wishing import open_requests


@dataclass(frozen=True, slots=True)
class HostDay:
    """One host at the time that is asked about. ``times`` are what it lies over."""

    name: str
    kind: str  # free, busy, held, promised, unknown
    times: list[Interval]


def may_change(appointment: Appointment) -> bool:
    return appointment.state == AppointmentState.CONFIRMED and appointment.ends_at > timezone.now()


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    appointment = gates.appointment_for_member(member, pk)
    if request.method != "POST" and not may_change(appointment):
        return redirect("console:appointment", appointment.pk)
    data = request.POST if request.method == "POST" else None
    form = ChangeForm(data, appointment=appointment, member=member)
    if data is not None and form.is_valid():
        try:
            done = change_by_host(member, appointment, form.wanted(), now=timezone.now())
        except TimeTaken:
            form.add_error("day", gettext("この時間は、ほかのお客様とのお約束があるため選べません。"))
        except InvalidInput as refused:
            _refuse(form, refused)
        except Closed as refused:
            messages.warning(request, reasons.closed(refused.reason))
            return redirect("console:appointment", appointment.pk)
        else:
            said = (
                gettext("変更しました。お客様にもお知らせします。")
                if done
                else gettext("変更はありませんでした。")
            )
            messages.success(request, said)
            return redirect("console:appointment", appointment.pk)
    context = {
        "appointment": appointment,
        "form": form,
        **_clashes(form),
        "requests": open_requests(appointment),
    }
    return render(request, "console/change.html", context)


@require_safe
@member_required
def conflicts(request: HttpRequest, pk: int) -> HttpResponse:
    """How the hosts' calendars look at the time typed so far; a part of the page above."""
    member = signed_in(request)
    appointment = gates.appointment_for_member(member, pk)
    form = ChangeForm(request.GET, appointment=appointment, member=member)
    form.is_valid()
    return render(request, "console/parts/conflicts.html", {**_clashes(form), "form": form})


@require_POST
@member_required
def kept(request: HttpRequest, pk: int) -> HttpResponse:
    """The host has answered the customer some other way; the appointment stays where it is."""
    member = signed_in(request)
    appointment = gates.appointment_for_member(member, pk)
    keep_as_it_is(member, appointment, now=timezone.now())
    messages.success(request, gettext("再調整の依頼を対応済みにしました。"))
    return redirect("console:appointment", appointment.pk)


def _refuse(form: ChangeForm, refused: InvalidInput) -> None:
    codes = dict(refused.fields)
    if codes.pop("over_conflicts", ""):
        form.add_error(
            "over_conflicts",
            gettext("この時間には予定があります。重なったまま変更するときはチェックしてください。"),
        )
    add_refusals(form, InvalidInput(**codes), {"time": "day"})


def _clashes(form: ChangeForm) -> dict[str, object]:
    """The hosts' calendars, and whether there is anything in them that one may knowingly lie ``over``."""
    days = _days(form)
    return {"days": days, "over": any(day.kind not in ("free", ConflictKind.PROMISED) for day in days)}


def _days(form: ChangeForm) -> list[HostDay]:
    """The hosts at the form's time, once it is one."""
    time = form.interval if form.is_bound else Interval(form.appointment.starts_at, form.appointment.ends_at)
    if time is None:
        return []
    members = _chosen(form)
    found: dict[int, dict[str, list[Interval]]] = defaultdict(lambda: defaultdict(list))
    for one in new_conflicts(form.appointment, attending(members), form.kept(time), now=timezone.now()):
        kinds = found[one.host.member.pk]
        kinds[one.kind].extend([one.time] if one.time else [])
    return [_day(member, found.get(member.pk, {})) for member in members]


def _day(member: Member, kinds: dict[str, list[Interval]]) -> HostDay:
    order = (ConflictKind.PROMISED, ConflictKind.BUSY, ConflictKind.HELD, ConflictKind.UNKNOWN)
    kind = next((one for one in order if one in kinds), None)
    return HostDay(member.name, kind or "free", kinds[kind] if kind else [])


def _chosen(form: ChangeForm) -> list[Member]:
    if not form.is_bound:
        return form.present
    if not form.is_valid():
        return [one for one in form.colleagues if str(one.pk) in form.ticked]
    members = Member.objects.filter(organization_id=form.appointment.organization_id)
    found = members.in_bulk(list(form.host_ids()))
    return [found[pk] for pk in form.host_ids() if pk in found]
