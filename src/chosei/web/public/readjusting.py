"""都合の良い日時がないため、再調整を依頼する: of a proposal, and of an appointment that stands already."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.readjusting import ask_for_other_times, ask_to_move
from chosei.core.intervals import Interval
from chosei.records.gates import proposal_for_guest
from chosei.records.guest_rules import may_change
from chosei.records.models import Appointment, Proposal
from chosei.web.public.appointments import AppointmentLinkView, host_names, status_of
from chosei.web.public.doors import LinkView, guest_address, refused_for_now
from chosei.web.public.proposals import facts_of, insist_open
from chosei.web.public.showing import hero, meeting_facts, zone_name
from chosei.web.public.wishes import WishForm
from chosei.web.public.zones import reader_zone


class ReadjustmentView(LinkView):
    """GET asks what would suit, POST sends it to the author."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        proposal = proposal_for_guest(token)
        insist_open(proposal, timezone.now())
        return self._ask(request, proposal, WishForm(zone=_zone(request, proposal)))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        refused = refused_for_now(request, "readjust", token, limit=10, seconds=600)
        if refused is not None:
            return refused
        proposal = proposal_for_guest(token)
        form = WishForm(request.POST, zone=_zone(request, proposal))
        if form.is_valid():
            try:
                ask_for_other_times(proposal, form.wish(), now=timezone.now())
            except InvalidInput as wrong:
                form.refuse(wrong)
            else:
                return HttpResponseRedirect(guest_address(request, "proposal", token))
        return self._ask(request, proposal, form, status=422)

    def _ask(
        self, request: HttpRequest, proposal: Proposal, form: WishForm, *, status: int = 200
    ) -> HttpResponse:
        times = [Interval(one.starts_at, one.ends_at) for one in proposal.candidates.all()]
        context = {
            **_shown(form),
            "organization": proposal.organization,
            "meeting": proposal,
            "facts": facts_of(proposal, times),
            "back": guest_address(request, "proposal", proposal.link_token),
        }
        return render(request, "public/readjustment.html", context, status=status)


class ChangeRequestView(AppointmentLinkView):
    """The same for an appointment, which stands until a host has moved it."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        appointment = self.load(token)
        insist_changeable(appointment)
        return self._ask(request, appointment, WishForm(zone=_zone(request, appointment)))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        refused = refused_for_now(request, "readjust", token, limit=10, seconds=600)
        if refused is not None:
            return refused
        appointment = self.load(token)
        form = WishForm(request.POST, zone=_zone(request, appointment))
        if form.is_valid():
            try:
                ask_to_move(appointment, form.wish(), now=timezone.now())
            except InvalidInput as wrong:
                form.refuse(wrong)
            else:
                return HttpResponseRedirect(guest_address(request, "appointment", token))
        return self._ask(request, appointment, form, status=422)

    def _ask(
        self, request: HttpRequest, appointment: Appointment, form: WishForm, *, status: int = 200
    ) -> HttpResponse:
        time = Interval(appointment.starts_at, appointment.ends_at)
        context = {
            **_shown(form),
            "organization": appointment.organization,
            "meeting": appointment,
            "facts": meeting_facts(appointment, host_names(appointment)),
            "hero": hero(time, form.zone, now=timezone.now()),
            "back": guest_address(request, "appointment", appointment.link_token),
        }
        return render(request, "public/readjustment.html", context, status=status)


def insist_changeable(appointment: Appointment) -> None:
    """Raises Closed with the reason that the reader is told."""
    status = status_of(appointment)
    if status != "confirmed":
        raise Closed(status)
    if not may_change(appointment, timezone.now()):
        raise Closed("past" if appointment.starts_at <= timezone.now() else "not_allowed")


def _zone(request: HttpRequest, about: Proposal | Appointment) -> str:
    return reader_zone(request, about.guest_zone or about.zone)


def _shown(form: WishForm) -> dict[str, Any]:
    return {"form": form, "zone": form.zone, "zone_name": zone_name(form.zone, timezone.now())}
