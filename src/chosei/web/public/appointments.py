"""The guest's page of one appointment: what was agreed, the way to the meeting, and cancelling."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.errors import Closed
from chosei.actions.moving import page_to_pick_from
from chosei.core import wording
from chosei.core.intervals import Interval
from chosei.core.states import AppointmentState
from chosei.mails import ics
from chosei.records.gates import appointment_for_guest
from chosei.records.guest_rules import closes_at, may_cancel, may_change, page_to_book_again
from chosei.records.models import Appointment
from chosei.records.places import place_of
from chosei.web.codes import shown_code
from chosei.web.public.calendar_links import GuestEvent, google_url, outlook_url
from chosei.web.public.doors import LinkView, guest_address, refused_for_now
from chosei.web.public.forms import CancellationForm
from chosei.web.public.showing import Clocks, hero, meeting_facts, reader_language
from chosei.web.public.zones import reader_zone

_SOON = timedelta(minutes=2)
_POLL_SOON, _POLL_LATER = 3, 30  # seconds


def host_names(appointment: Appointment) -> list[str]:
    """Whom the guest meets; of a cancelled appointment, whom they would have met."""
    promises = appointment.promises.filter(host__isnull=False, during__contains=appointment.starts_at)
    return list(
        dict.fromkeys(promise.host.name for promise in promises.select_related("host") if promise.host)
    )


def guest_event(appointment: Appointment) -> GuestEvent:
    """The appointment as the guest's own calendar should show it."""
    page = settings.CHOSEI_PUBLIC_URL + reverse("public:appointment", args=[appointment.link_token])
    fallback = _("%(organization)sとのお打ち合わせ") % {"organization": appointment.organization.name}
    lines = [appointment.join_url, appointment.guidance, page]
    return GuestEvent(
        title=appointment.title or fallback,
        start=appointment.starts_at,
        end=appointment.ends_at,
        zone=appointment.guest_zone or appointment.zone,
        location=appointment.join_url or place_of(appointment, for_guest=True),
        body="\n\n".join(line for line in lines if line),
    )


def status_of(appointment: Appointment) -> str:
    """cancelled, pending, declined, past or confirmed: which face the page shows."""
    if appointment.state != AppointmentState.CONFIRMED:
        return appointment.state
    return "past" if appointment.ends_at <= timezone.now() else "confirmed"


def context_of(request: HttpRequest, appointment: Appointment) -> dict[str, object]:
    zone = reader_zone(request, appointment.guest_zone or appointment.zone)
    status = status_of(appointment)
    no_link_yet = appointment.web_meeting and not appointment.join_url and status == "confirmed"
    waits = no_link_yet and appointment.link_is_to_come
    fresh = timezone.now() - appointment.confirmed_at < _SOON
    return {
        "organization": appointment.organization,
        "zone": zone,
        "appointment": appointment,
        "status": status,
        "hero": hero(
            Interval(appointment.starts_at, appointment.ends_at),
            Clocks(zone, appointment.zone),
            now=timezone.now(),
        ),
        "facts": meeting_facts(
            appointment,
            host_names(appointment),
            minutes=int((appointment.ends_at - appointment.starts_at).total_seconds()) // 60,
        ),
        "waits_for_link": waits,
        "host_sends_link": no_link_yet and not waits,
        "poll_seconds": (_POLL_SOON if fresh else _POLL_LATER) if waits else None,
    }


class AppointmentLinkView(LinkView):
    """A view behind an appointment's link; in a frame, wherever the page it was booked on may stand."""

    def load(self, token: str) -> Appointment:
        """Raises NotThere."""
        self.behind = appointment = appointment_for_guest(token)
        return appointment


def _possible(appointment: Appointment, zone: str) -> dict[str, object]:
    """What the guest may do here, until when, and what they have asked for."""
    now = timezone.now()
    change, cancel = may_change(appointment, now), may_cancel(appointment, now)
    limited = closes_at(appointment) != appointment.starts_at and (change or cancel)
    confirmed = appointment.state == AppointmentState.CONFIRMED
    language = reader_language()
    return {
        "can_change": change and confirmed,
        "can_pick": page_to_pick_from(appointment, now=now) is not None,
        "can_cancel": cancel,
        "closes": confirmed and appointment.starts_at > now,
        "until": wording.instant_text(closes_at(appointment), zone, language, now) if limited else "",
        "asked": confirmed and appointment.readjustments.filter(answered_at__isnull=True).exists(),
        "companions": appointment.companions.all(),
    }


def _again(request: HttpRequest, appointment: Appointment) -> str | None:
    """Where the customer of a meeting that will not be picks another time."""
    page = page_to_book_again(appointment) if status_of(appointment) in ("cancelled", "declined") else None
    return guest_address(request, "page", page.guest_token) if page else None


class AppointmentView(AppointmentLinkView):
    """The whole page; for htmx the part that tells the way to the web meeting."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        appointment = self.load(token)
        context = context_of(request, appointment)
        if request.headers.get("HX-Request"):
            return render(request, "public/_joining.html", context)
        event = guest_event(appointment)
        context |= {
            "google_url": google_url(event),
            "outlook_url": outlook_url(event),
            "code": shown_code(appointment),
            "again": _again(request, appointment),
            **_possible(appointment, str(context["zone"])),
        }
        return render(request, "public/appointment.html", context)


class CancellationView(AppointmentLinkView):
    """Cancelling as a resource: GET asks, POST makes it."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._ask(request, self.load(token), CancellationForm())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        refused = refused_for_now(request, "cancel", token, limit=20, seconds=600)
        if refused is not None:
            return refused
        appointment = self.load(token)
        form = CancellationForm(request.POST)
        if not form.is_valid():
            return self._ask(request, appointment, form, status=422)
        try:
            cancel_by_guest(appointment, reason=form.cleaned_data["reason"], now=timezone.now())
        except Closed as closed:
            if closed.reason != "cancelled":  # sent twice: the page below says that it is cancelled
                raise
        return HttpResponseRedirect(guest_address(request, "appointment", token))

    def _ask(
        self, request: HttpRequest, appointment: Appointment, form: CancellationForm, *, status: int = 200
    ) -> HttpResponse:
        shown = status_of(appointment)
        if shown not in ("confirmed", "pending"):
            raise Closed(shown)
        if not may_cancel(appointment, timezone.now()):
            raise Closed("past" if appointment.starts_at <= timezone.now() else "not_allowed")
        context = context_of(request, appointment) | {"form": form}
        return render(request, "public/cancellation.html", context, status=status)


class InviteView(AppointmentLinkView):
    """The .ics to take along, with the same UID as the one in the mail."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        appointment = self.load(token)
        response = HttpResponse(ics.download(appointment), content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
        return response
