"""予約受付型: the guest sees what a page offers, week by week, and books one time."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chosei.actions.answers import questions_of
from chosei.actions.booking import book_page
from chosei.actions.errors import Closed
from chosei.actions.inputs import Booking, GuestInput
from chosei.actions.offers import PageOffer, hosts_of, page_offer
from chosei.core.intervals import Interval
from chosei.core.questions import Questions
from chosei.core.states import BookingPageState
from chosei.records.gates import booking_page_for_guest
from chosei.records.models import Appointment, BookingPage
from chosei.web.public.confirming import Choice, ConfirmationView, Visit
from chosei.web.public.doors import LinkView
from chosei.web.public.forms import GuestForm
from chosei.web.public.showing import hero, meeting_facts, zone_switch
from chosei.web.public.weeks import instant_value, nearest, slot_start, week_of, wished_week
from chosei.web.public.zones import keep_zone

_ALWAYS = (date.min, date.max)


def insist_open(page: BookingPage) -> None:
    """Raises Closed with the reason that the reader is told."""
    if page.state != BookingPageState.PUBLISHED:
        raise Closed(page.state)


def host_names(page: BookingPage) -> list[str]:
    return [member.name for member in hosts_of(page)]


def times_page(request: HttpRequest, page: BookingPage, visit: Visit, *, status: int = 200) -> HttpResponse:
    """One week of free times. For htmx just the times, and nothing at all (204) while they are the same."""
    now = timezone.now()
    offer = page_offer(page, *_ALWAYS, now=now)
    week = week_of(offer, wished_week(request, visit.zone), visit.zone, chosen=visit.chosen, now=now)
    context = {
        "organization": page.organization,
        "page": page,
        "visit": visit,
        "week": week,
        "nearest": nearest(offer, visit.lost, visit.zone, now=now),
        "unknown": offer.unknown,
        "zones": zone_switch(visit.zone, now),
    }
    if request.headers.get("HX-Request"):
        if request.GET.get("seen") == week.fingerprint:
            return HttpResponse(status=204)
        return render(request, "public/booking_times.html", context)
    context["facts"] = meeting_facts(page, host_names(page), minutes=page.duration_minutes)
    return keep_zone(request, render(request, "public/booking.html", context, status=status))


class BookingPageView(LinkView):
    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        page = self.framed_page = booking_page_for_guest(token)
        insist_open(page)
        questions = questions_of(page)
        visit = Visit.of(request, page.zone, questions=questions, chosen=request.GET.get("start", ""))
        return times_page(request, page, visit)


class BookingConfirmationView(ConfirmationView[BookingPage]):
    choice_field = "start"

    def load(self, token: str) -> BookingPage:
        self.framed_page = booking_page_for_guest(token)
        return self.framed_page

    def insist_open(self, thing: BookingPage) -> None:
        insist_open(thing)

    def parse(self, thing: BookingPage, value: str) -> Choice | None:
        start = slot_start(value)
        if start is None:
            return None
        return Choice(
            instant_value(start), Interval(start, start + timedelta(minutes=thing.duration_minutes))
        )

    def on_offer(self, thing: BookingPage, choice: Choice) -> bool:
        offer: PageOffer = page_offer(thing, *_ALWAYS, now=timezone.now())
        return any(slot.start == choice.time.start for slot in offer.slots)

    def times(self, thing: BookingPage, visit: Visit, *, status: int = 200) -> HttpResponse:
        return times_page(self.request, thing, visit, status=status)

    def details(
        self,
        thing: BookingPage,
        visit: Visit,
        choice: Choice,
        form: GuestForm,
        *,
        unverifiable: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "organization": thing.organization,
            "meeting": thing,
            "facts": meeting_facts(thing, host_names(thing), minutes=thing.duration_minutes),
            "hero": hero(choice.time, visit.zone, now=timezone.now()),
            "visit": visit,
            "choice": choice,
            "choice_field": self.choice_field,
            "form": form,
            "unverifiable": unverifiable,
        }
        return render(self.request, "public/booking_details.html", context, status=status)

    def act(self, thing: BookingPage, choice: Choice, guest: GuestInput, submission: UUID) -> Appointment:
        # Going back for another time is another booking; the same one sent twice stays one.
        one = uuid5(submission, choice.value)
        return book_page(thing, Booking(choice.time.start), guest, submission=one, now=timezone.now())

    def questions(self, thing: BookingPage) -> Questions:
        return questions_of(thing)

    def known(self, thing: BookingPage) -> dict[str, str]:
        return {}
