"""The first page: what needs a hand, what comes next, and for a newcomer the first two steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

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
from chosei.core.walltime import day_begins, local_date
from chosei.mails.troubles import trouble_words
from chosei.records import gates
from chosei.records.models import Appointment, CalendarEntry, MailMessage, MailState, Member, WebMeeting
from chosei.web.console import reasons, words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.listing import Slice, by_start
from chosei.web.console.providers import live_connection
from chosei.web.console.views.proposals import running_of
from chosei.web.console.web_meetings import web_problem

SHOWN = 8
Row = TypeVar("Row")


@require_safe
@member_required
def home(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    connection = live_connection(member)
    tomorrow = day_begins(local_date(timezone.now(), member.zone) + timedelta(days=1), member.zone)
    today, later = _coming(member, Q(start__lt=tomorrow)), _coming(member, Q(start__gte=tomorrow))
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
        "today": today.rows,
        "next": later.rows[:SHOWN],
        "more": bool(today.after or later.rows[SHOWN:]),
        "running": running,
        "first_run": connection is None and not (today.rows or later.rows or running or _anything(member)),
    }
    return render(request, "console/home.html", context)


def _coming(member: Member, when: Q) -> Slice[Appointment]:
    """What the member attends or arranged, also for an administrator, who may see everybody's."""
    now = timezone.now()
    coming = Q(state=AppointmentState.CONFIRMED, ends_at__gt=now, start__gt=now - timedelta(days=2))
    arranged = gates.every_appointment(member.organization_id).filter(arranged_by=member)
    own = arranged, gates.appointments_attended(member.organization_id, member.pk)
    parts = [rows.filter(coming, when) for rows in own]
    return by_start(parts, Appointment.objects.defer("guest_grams"), "", upcoming=True)


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


def _parked(member: Member, leftovers: Sequence[Leftover]) -> dict[str, list[CalendarEntry]]:
    """Entries in the member's calendar that wait for a hand, by their next step; not those that are to be
    removed, which have a list of their own."""
    rows = CalendarEntry.objects.filter(
        Q(state=EntryState.PARKED) | ~Q(question=""), connection__member=member
    ).select_related("connection", "candidate__proposal", "appointment")
    rows = rows.exclude(pk__in=[one.entry.pk for one in leftovers if not one.is_meeting])
    return _by_step(rows.order_by("-changed_at")[:SHOWN], reasons.entry_problem)


def _stranded(member: Member) -> dict[str, list[WebMeeting]]:
    """Web meetings of what the member attends that wait for a hand, by their next step."""
    rows = WebMeeting.objects.filter(
        Q(state=EntryState.PARKED) | PAST_USE | Q(connection__trouble=Trouble.ACCOUNT_DELETED),
        desired__isnull=False,
        appointment__in=_attended(member),
    ).select_related("connection", "appointment")
    return _by_step(rows.order_by("appointment__starts_at", "pk")[:SHOWN], web_problem)


def _by_step(rows: Iterable[Row], step: Callable[[Row], str]) -> dict[str, list[Row]]:
    """What is mended in the same way is told once."""
    told: dict[str, list[Row]] = {}
    for row in rows:
        told.setdefault(step(row), []).append(row)
    return told


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
