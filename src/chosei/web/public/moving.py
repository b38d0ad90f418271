"""お客様側での日時変更: another of the page's times is chosen, confirmed, and the appointment moves there.

Where there is no page to pick from, the same address asks what would suit.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from chosei.actions.errors import Closed, TimeTaken, Unverifiable
from chosei.actions.moving import move_by_guest, page_to_pick_from, times_to_pick
from chosei.core.intervals import Interval
from chosei.records.models import Appointment, BookingPage
from chosei.web.public.appointments import AppointmentLinkView, host_names
from chosei.web.public.arranging import keep_view, reader_view
from chosei.web.public.confirming import Visit, slot_of
from chosei.web.public.doors import guest_address, refused_for_now
from chosei.web.public.readjusting import ChangeRequestView, insist_changeable
from chosei.web.public.showing import Clocks, hero, meeting_facts, zone_switch
from chosei.web.public.weeks import nearest, slot_start, slot_value, week_of, wished_week, without_lost
from chosei.web.public.zones import in_said_zone, keep_zone, reader_zone


class ChangeView(ChangeRequestView):
    """The page's times where the customer may pick one; else the form that asks for others."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        appointment = self.load(token)
        page = page_to_pick_from(appointment, now=timezone.now())
        if page is None:
            return super().get(request, token)
        return _times(request, appointment, page, _visit(request, appointment, request.GET.get("start", "")))


class ChangeConfirmationView(AppointmentLinkView):
    """GET asks whether the chosen time shall be; POST moves the appointment there."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        appointment, page = self._open(token)
        start = slot_start(slot_of(request, "start"))
        if start is None:
            return _times(request, appointment, page, _visit(request, appointment, notice="pick"))
        offer = times_to_pick(appointment, page, now=timezone.now())
        if all(slot.start != start for slot in offer.slots):
            lost = _visit(request, appointment, notice="taken", lost=slot_value(start))
            return _times(request, appointment, page, lost, status=409)
        return _ask(request, appointment, _moved(appointment, slot_value(start)))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        refused = refused_for_now(request, "move", token, limit=20, seconds=600)
        if refused is not None:
            return refused
        appointment = self.load(token)
        value, seen = request.POST.get("start", ""), request.POST.get("revision", "")
        start = slot_start(value)
        if start is None or not (seen.isascii() and seen.isdecimal() and len(seen) < 9):
            appointment, page = self._open(token)
            return _times(request, appointment, page, _visit(request, appointment, notice="pick"))
        try:
            move_by_guest(appointment, start, revision=int(seen), now=timezone.now())
        except TimeTaken:
            appointment, page = self._open(token)
            lost = _visit(request, appointment, notice="taken", lost=slot_value(start))
            return _times(request, appointment, page, lost, status=409)
        except Unverifiable:
            return _ask(request, appointment, _moved(appointment, value), unverifiable=True, status=503)
        return HttpResponseRedirect(guest_address(request, "appointment", token))

    def _open(self, token: str) -> tuple[Appointment, BookingPage]:
        """Raises NotThere, Closed."""
        appointment = self.load(token)
        insist_changeable(appointment)
        page = page_to_pick_from(appointment, now=timezone.now())
        if page is None:
            raise Closed("not_allowed")
        return appointment, page


def _visit(
    request: HttpRequest, appointment: Appointment, chosen: str = "", *, notice: str = "", lost: str = ""
) -> Visit:
    zone = reader_zone(request, appointment.guest_zone or appointment.zone)
    return Visit(zone, uuid4(), chosen, notice=notice, lost=lost)


def _moved(appointment: Appointment, value: str) -> Interval:
    start = slot_start(value)
    assert start is not None, "checked by whoever asks"
    return Interval(start, start + (appointment.ends_at - appointment.starts_at))


def _times(
    request: HttpRequest, appointment: Appointment, page: BookingPage, visit: Visit, *, status: int = 200
) -> HttpResponse:
    """One week of times, as on the page itself: for htmx just these, and 204 while they are the same."""
    now = timezone.now()
    offer = without_lost(times_to_pick(appointment, page, now=now), visit.lost)
    week = week_of(
        offer, wished_week(request, visit.zone), visit.zone, chosen=visit.chosen, length=None, now=now
    )
    token = appointment.link_token
    context: dict[str, Any] = {
        **_standing(appointment, visit.zone),
        "page": appointment,
        "visit": visit,
        "week": week,
        "nearest": nearest(offer, visit.lost, visit.zone, length=None, now=now),
        "unknown": offer.unknown,
        "zones": zone_switch(visit.zone, now),
        "view": reader_view(request),
        "here": guest_address(request, "change", token),
        "onward": guest_address(request, "change-confirm", token),
        "asking": in_said_zone(request, guest_address(request, "change-request", token)),
    }
    if request.headers.get("HX-Request"):
        if request.GET.get("seen") == week.fingerprint:
            return HttpResponse(status=204)
        return render(request, "public/booking_times.html", context)
    return keep_view(
        request, keep_zone(request, render(request, "public/change.html", context, status=status))
    )


def _ask(
    request: HttpRequest,
    appointment: Appointment,
    time: Interval,
    *,
    unverifiable: bool = False,
    status: int = 200,
) -> HttpResponse:
    visit = _visit(request, appointment)
    context = {
        **_standing(appointment, visit.zone),
        "meeting": appointment,
        "visit": visit,
        "new": hero(time, Clocks(visit.zone, appointment.zone), now=timezone.now()),
        "start": slot_value(time.start),
        "unverifiable": unverifiable,
        "onward": guest_address(request, "change-confirm", appointment.link_token),
        "back": guest_address(request, "change", appointment.link_token),
    }
    return render(request, "public/change_confirm.html", context, status=status)


def _standing(appointment: Appointment, zone: str) -> dict[str, Any]:
    """What stands until it is changed."""
    time = Interval(appointment.starts_at, appointment.ends_at)
    return {
        "organization": appointment.organization,
        "facts": meeting_facts(
            appointment, host_names(appointment), minutes=int(time.duration.total_seconds()) // 60
        ),
        "hero": hero(time, Clocks(zone, appointment.zone), now=timezone.now()),
    }
