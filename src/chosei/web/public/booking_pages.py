"""What a booking page (予約ページ) shows: its free times week by week, and the form for a chosen one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from chosei.actions.answers import questions_of
from chosei.actions.offers import hosts_of, page_offer, page_times
from chosei.actions.page_settings import durations_of, formats_of
from chosei.actions.people import attending
from chosei.core import wording
from chosei.core.hostchoice import Participation
from chosei.core.intervals import Interval
from chosei.records.models import BookingPage
from chosei.web.public.arranging import keep_view, reader_view
from chosei.web.public.confirming import Choice, Visit, slot_of
from chosei.web.public.doors import guest_address
from chosei.web.public.forms import Asked, GuestForm
from chosei.web.public.kept import Look, Times, right_until
from chosei.web.public.showing import (
    Clocks,
    Fact,
    format_name,
    hero,
    meeting_facts,
    reader_language,
    zone_switch,
)
from chosei.web.public.weeks import (
    nearest,
    slot_length,
    slot_start,
    slot_value,
    week_of,
    wished_week,
    without_lost,
)
from chosei.web.public.zones import keep_zone

ALWAYS = (date.min, date.max)
LENGTH = "relength"  # the button that changes the length
_ATTENDING = {Participation.ANY.value: 1, Participation.ONE_OF_EACH.value: 2}


def _facts(page: BookingPage, minutes: int | None) -> list[Fact]:
    """What a customer should know before they choose. Of several hosts it may be open yet who comes: one of
    those whose calendar is connected, for nobody else is ever chosen."""
    some, hosts = _ATTENDING.get(page.participation), hosts_of(page)
    if some is not None and len(hosts) > some:
        hosts = [host.member for host in attending(hosts) if host.connection is not None] or hosts
    names = [host.name for host in hosts]
    return meeting_facts(page, names, minutes=minutes, formats=formats_of(page), attending=some)


def wished_minutes(request: HttpRequest, page: BookingPage) -> int:
    """The length asked for by its button, else the one that travels along, else that of the chosen time."""
    sent = request.POST if request.method == "POST" else request.GET
    named = sent.get(LENGTH) or sent.get("length") or str(slot_length(sent.get("start", "")) or "")
    wished = [minutes for minutes in durations_of(page) if str(minutes) == named]
    return wished[0] if wished else page.duration_minutes


def lengths_offered(page: BookingPage) -> list[tuple[int, str]]:
    """The lengths to choose from with their names, shortest first; none where there is no choice."""
    if not page.other_durations:
        return []
    return [(one, wording.duration_text(one, reader_language())) for one in sorted(durations_of(page))]


def times_page(
    request: HttpRequest,
    page: BookingPage,
    visit: Visit,
    *,
    status: int = 200,
    preview: bool = False,
    look: Look | None = None,
) -> HttpResponse:
    """One week of free times. For htmx just the times, and nothing at all (204) while they are the same.

    ``preview``: for the page's own members, whatever its state, with nothing to book. ``look``: keeps the
    times for those who ask the same.
    """
    now = timezone.now()
    minutes = wished_minutes(request, page)
    length = None if minutes == page.duration_minutes else minutes
    offer = (page_times if preview else page_offer)(page, *ALWAYS, now=now, minutes=minutes)
    offer = without_lost(offer, visit.lost) if visit.lost else offer
    chosen = visit.chosen if slot_length(visit.chosen) == length else ""
    week = week_of(offer, wished_week(request, visit.zone), visit.zone, chosen=chosen, length=length, now=now)
    context = {
        "organization": page.organization,
        "page": page,
        "visit": visit,
        "week": week,
        "nearest": nearest(offer, visit.lost, visit.zone, length=length, now=now),
        "unknown": offer.unknown,
        "preview": preview,
        "length": minutes,
        "lengths": lengths_offered(page),
        "zones": zone_switch(visit.zone, now),
        "view": reader_view(request),
        **_addresses(request, page, preview=preview),
    }
    if request.headers.get("HX-Request"):
        same = request.GET.get("seen") == week.fingerprint
        text = "" if same else render_to_string("public/booking_times.html", context, request)
        times = Times(week.fingerprint, text, right_until(page, offer, visit.zone, now))
        if look is not None:
            look.keep(times)
        return times.answer(request) or HttpResponse(text)
    context["facts"] = _facts(page, None if context["lengths"] else minutes)
    return keep_view(
        request, keep_zone(request, render(request, "public/booking.html", context, status=status))
    )


def _addresses(request: HttpRequest, page: BookingPage, *, preview: bool) -> dict[str, str]:
    """Where the times stand, and where a chosen one leads."""
    if preview:
        here = reverse("console:page-preview", args=[page.pk])
        return {"here": here, "onward": here, "settings": reverse("console:page", args=[page.pk])}
    return {
        "here": guest_address(request, "page", page.guest_token),
        "onward": guest_address(request, "page-confirm", page.guest_token),
    }


@dataclass(frozen=True, slots=True)
class Details:
    """The form as it is to be shown for a chosen time."""

    visit: Visit
    choice: Choice
    form: GuestForm
    unverifiable: bool = False
    preview: bool = False


def details_page(
    request: HttpRequest, page: BookingPage, details: Details, *, status: int = 200
) -> HttpResponse:
    """What the page asks of whoever books the chosen time."""
    choice = details.choice
    context = {
        "organization": page.organization,
        "meeting": page,
        "facts": _facts(page, minutes_of(choice)),
        "hero": hero(choice.time, Clocks(details.visit.zone, page.zone), now=timezone.now()),
        "visit": details.visit,
        "choice": choice,
        "choice_field": "start",
        "form": details.form,
        "unverifiable": details.unverifiable,
        "preview": details.preview,
        **_addresses(request, page, preview=details.preview),
    }
    return render(request, "public/booking_details.html", context, status=status)


def preview_page(request: HttpRequest, page: BookingPage) -> HttpResponse:
    """The times as a customer sees them and, once one is chosen, the form; published or not."""
    choice = choice_of(page, slot_of(request, "start"))
    visit = Visit.of(request, page.zone, questions=(), chosen=choice.value if choice else "")
    if choice is None:
        return times_page(request, page, visit, preview=True)
    form = GuestForm(questions=questions_of(page), asked=asked_of(page))
    return details_page(request, page, Details(visit, choice, form, preview=True))


def choice_of(page: BookingPage, value: str) -> Choice | None:
    """The time that ``value`` names, on offer or not, in a length that the page has."""
    start, length = slot_start(value), slot_length(value)
    minutes = length or page.duration_minutes
    if start is None or minutes not in durations_of(page):
        return None
    return Choice(slot_value(start, length), Interval(start, start + timedelta(minutes=minutes)))


def asked_of(page: BookingPage) -> Asked:
    """What the form asks besides its questions."""
    formats = tuple((one.format, format_name(one)) for one in formats_of(page))
    notice = page.organization.privacy_notice if page.consent_required else ""
    return Asked(formats if len(formats) > 1 else (), consent=page.consent_required, notice=notice)


def minutes_of(choice: Choice) -> int:
    return int(choice.time.duration.total_seconds()) // 60


def listed_facts(page: BookingPage) -> list[Fact]:
    """Its lengths and forms, for the list of all pages."""
    names = " / ".join(name for _minutes, name in lengths_offered(page))
    if not names:
        return meeting_facts(page, [], minutes=page.duration_minutes, formats=formats_of(page))
    length = Fact("clock", gettext("所要時間"), names)
    return [length, *meeting_facts(page, [], formats=formats_of(page))]
