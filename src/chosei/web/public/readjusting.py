"""都合の良い日時がないため、再調整を依頼する: of a proposal, and of an appointment that stands already."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.readjusting import WishInput, ask_for_other_times, ask_to_move
from chosei.core.intervals import Interval
from chosei.records.gates import proposal_for_guest
from chosei.records.guest_rules import may_change
from chosei.records.models import Appointment, Proposal
from chosei.web.public.appointments import AppointmentLinkView, host_names, status_of
from chosei.web.public.doors import LinkView, guest_address, refused_for_now
from chosei.web.public.proposals import facts_of, insist_open
from chosei.web.public.showing import Clocks, hero, meeting_facts, zone_name
from chosei.web.public.wishes import WishForm
from chosei.web.public.zones import in_said_zone, reader_zone

Asked = TypeVar("Asked", Proposal, Appointment)


class AskingView(LinkView, Generic[Asked]):
    """GET asks what would suit, POST sends it and leads back to ``back``, the page it is asked from."""

    back: str

    def load(self, token: str) -> Asked:
        """Raises NotThere."""
        raise NotImplementedError

    def insist(self, about: Asked) -> None:
        """Raises Closed with the reason that the reader is told."""
        raise NotImplementedError

    def send(self, about: Asked, wish: WishInput) -> None:
        """Raises InvalidInput, Closed."""
        raise NotImplementedError

    def shown(self, about: Asked, zone: str) -> dict[str, Any]:
        """What the page says of it."""
        raise NotImplementedError

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        about = self.load(token)
        self.insist(about)
        return self._ask(request, about, WishForm(zone=_zone(request, about)))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        refused = refused_for_now(request, "readjust", token, limit=10, seconds=600)
        if refused is not None:
            return refused
        about = self.load(token)
        form = WishForm(request.POST, zone=_zone(request, about))
        if form.is_valid():
            try:
                self.send(about, form.wish())
            except InvalidInput as wrong:
                form.refuse(wrong)
            else:
                return HttpResponseRedirect(in_said_zone(request, guest_address(request, self.back, token)))
        return self._ask(request, about, form, status=422)

    def _ask(self, request: HttpRequest, about: Asked, form: WishForm, *, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "zone": form.zone,
            "zone_name": zone_name(form.zone, timezone.now()),
            "organization": about.organization,
            "meeting": about,
            "back": in_said_zone(request, guest_address(request, self.back, about.link_token)),
            **self.shown(about, form.zone),
        }
        return render(request, "public/readjustment.html", context, status=status)


class ReadjustmentView(AskingView[Proposal]):
    """None of the candidates suits."""

    back = "proposal"

    def load(self, token: str) -> Proposal:
        self.behind = proposal = proposal_for_guest(token)
        return proposal

    def insist(self, about: Proposal) -> None:
        insist_open(about, timezone.now())

    def send(self, about: Proposal, wish: WishInput) -> None:
        ask_for_other_times(about, wish, now=timezone.now())

    def shown(self, about: Proposal, zone: str) -> dict[str, Any]:
        times = [Interval(one.starts_at, one.ends_at) for one in about.candidates.all()]
        return {"facts": facts_of(about, times)}


class ChangeRequestView(AppointmentLinkView, AskingView[Appointment]):
    """The same for an appointment, which stands until a host has moved it."""

    back = "appointment"

    def insist(self, about: Appointment) -> None:
        insist_changeable(about)

    def send(self, about: Appointment, wish: WishInput) -> None:
        ask_to_move(about, wish, now=timezone.now())

    def shown(self, about: Appointment, zone: str) -> dict[str, Any]:
        time = Interval(about.starts_at, about.ends_at)
        return {
            "facts": meeting_facts(about, host_names(about)),
            "hero": hero(time, Clocks(zone, about.zone), now=timezone.now()),
        }


def insist_changeable(appointment: Appointment) -> None:
    """Raises Closed with the reason that the reader is told."""
    status = status_of(appointment)
    if status != "confirmed":
        raise Closed(status)
    if not may_change(appointment, timezone.now()):
        raise Closed("past" if appointment.starts_at <= timezone.now() else "not_allowed")


def _zone(request: HttpRequest, about: Proposal | Appointment) -> str:
    return reader_zone(request, about.guest_zone or about.zone)
