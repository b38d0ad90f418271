"""The first page: what needs a hand, what comes next, and for a newcomer the first two steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chosei.actions.leftovers import Leftover, leftovers_of
from chosei.actions.web_meetings import PAST_USE
from chosei.core.entries import EntryState
from chosei.core.states import AppointmentState
from chosei.core.troubles import Trouble
from chosei.core.walltime import local_date
from chosei.mails.troubles import trouble_words
from chosei.records import gates
from chosei.records.models import Appointment, CalendarEntry, MailMessage, MailState, Member, WebMeeting
from chosei.web.console import reasons, words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.listing import by_start
from chosei.web.console.providers import live_connection
from chosei.web.console.views.proposals import running_of
from chosei.web.console.web_meetings import web_problem

SHOWN = 8


@require_safe
@member_required
def home(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    connection = live_connection(member)
    coming = _coming(member)
    today = local_date(timezone.now(), member.zone)
    running = running_of(member)
    leftovers = leftovers_of(member, now=timezone.now())
    context: dict[str, Any] = {
        "member": member,
        "connection": connection,
        "trouble": trouble_words(connection.trouble, connection.provider)
        if connection is not None and words.in_trouble(connection)
        else None,
        "parked": _parked(member, leftovers),
        "leftovers": len(leftovers),
        "stranded": _stranded(member),
        "refused": _refused(member),
        "undecided": _undecided(member),
        "today": [one for one in coming if local_date(one.starts_at, member.zone) == today],
        "next": [one for one in coming if local_date(one.starts_at, member.zone) != today],
        "running": running,
        "first_run": connection is None and not coming and not running and not _anything(member),
    }
    return render(request, "console/home.html", context)


def _coming(member: Member) -> list[Appointment]:
    """What the member attends or arranged, also for an administrator, who may see everybody's."""
    now = timezone.now()
    coming = Q(state=AppointmentState.CONFIRMED, ends_at__gt=now, start__gt=now - timedelta(days=2))
    arranged = gates.every_appointment(member.organization_id).filter(arranged_by=member)
    own = arranged, gates.appointments_attended(member.organization_id, member.pk)
    parts = [rows.filter(coming) for rows in own]
    return by_start(parts, Appointment.objects.defer("guest_grams"), "", upcoming=True).rows[:SHOWN]


def _undecided(member: Member) -> list[Appointment]:
    """Bookings that wait for an answer of the member: as a host, as the page's owner or its deputy."""
    waiting = Q(state=AppointmentState.PENDING, start__gt=timezone.now())
    everybodys = gates.every_appointment(member.organization_id)
    parts = [
        gates.appointments_attended(member.organization_id, member.pk),
        everybodys.filter(booking_page__owner=member),
        everybodys.filter(booking_page__deputies__member=member),
    ]
    waiting_parts = [rows.filter(waiting) for rows in parts]
    return by_start(waiting_parts, Appointment.objects.defer("guest_grams"), "", upcoming=True).rows[:SHOWN]


def _anything(member: Member) -> bool:
    return gates.proposals_of(member).exists() or gates.booking_pages_of(member).exists()


def _parked(member: Member, leftovers: Sequence[Leftover]) -> list[tuple[CalendarEntry, str]]:
    """Entries in the member's calendar that wait for a hand, and the next step for each; not those that are
    to be removed, which have a list of their own."""
    rows = CalendarEntry.objects.filter(
        Q(state=EntryState.PARKED) | ~Q(question=""), connection__member=member
    ).select_related("connection", "candidate__proposal", "appointment")
    rows = rows.exclude(pk__in=[one.entry.pk for one in leftovers if not one.is_meeting])
    return [(entry, reasons.entry_problem(entry)) for entry in rows.order_by("-changed_at")[:SHOWN]]


def _stranded(member: Member) -> list[tuple[WebMeeting, str]]:
    """Web meetings of what the member attends that wait for a hand, and the next step for each."""
    rows = WebMeeting.objects.filter(
        Q(state=EntryState.PARKED) | PAST_USE | Q(connection__trouble=Trouble.ACCOUNT_DELETED),
        desired__isnull=False,
        appointment__in=_attended(member),
    ).select_related("connection", "appointment")
    return [(row, web_problem(row)) for row in rows.order_by("appointment__starts_at", "pk")[:SHOWN]]


def _attended(member: Member) -> QuerySet[Appointment]:
    coming = Appointment.objects.filter(state=AppointmentState.CONFIRMED, ends_at__gt=timezone.now())
    return coming.filter(pk__in=member.promises.filter(standing=True).values("appointment"))


def _refused(member: Member) -> list[MailMessage]:
    """Mails of the last weeks that a mail server refused, about what is the member's own."""
    own = Q(proposal__author=member) | Q(appointment__proposal__author=member)
    own |= Q(appointment__booking_page__owner=member)
    since = timezone.now() - timedelta(days=30)
    rows = MailMessage.objects.filter(own, state=MailState.REFUSED, created_at__gt=since)
    return list(rows.select_related("proposal", "appointment").order_by("-id")[:SHOWN])
