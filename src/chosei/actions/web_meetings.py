"""Web meetings at a service of its own (Zoom): who issues the link, and what should stand there.

A link that comes with the organiser's event (Teams, Meet) needs none of this. Nothing here speaks to a
service: ``reconcile.web_meetings`` carries it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from chosei.actions.people import Attending, attending
from chosei.core import titles
from chosei.core.entries import EntryState
from chosei.core.language import language_of
from chosei.core.providers import ConnectionKind
from chosei.core.states import AppointmentState, ConnectionState
from chosei.core.web_meetings import DesiredMeeting
from chosei.jobs import queue
from chosei.ports.providers import PROVIDERS, about
from chosei.records.locks import for_change
from chosei.records.models import Appointment, Connection, WebMeeting


@dataclass(frozen=True, slots=True)
class Tool:
    """A web conference that can be chosen: the provider's key, and its name ("Zoom"). ``apart``: it needs no
    calendar of that provider."""

    service: str
    name: str
    apart: bool


def tools_of(hosts: Sequence[Attending]) -> list[Tool]:
    """Those that one of the hosts at least can issue links of, in the order of the registry."""
    known = [about(key) for key in PROVIDERS]
    return [
        Tool(one.key, one.meeting, one.kind is ConnectionKind.MEETINGS)
        for one in known
        if one.meeting and any(host.issues(one.key) for host in hosts)
    ]


def is_apart(service: str) -> bool:
    """Whether ``service`` issues links by meetings of its own, rather than with a calendar's event."""
    return service in PROVIDERS and about(service).kind is ConnectionKind.MEETINGS


def issuer_of(hosts: Sequence[Attending], service: str) -> Connection | None:
    """The first host's account at ``service``; None where nobody has one."""
    accounts = [host.meetings for host in hosts if host.meetings is not None]
    return next((one for one in accounts if one.provider == service), None)


def settle_issuer(appointment: Appointment, hosts: Sequence[Attending]) -> None:
    """Decide (unsaved) whose account the link comes from. An account that hosts the meeting already stays, as
    long as its owner attends and it is not past use."""
    appointment.web_apart = appointment.web_meeting and is_apart(appointment.web_service)
    if not appointment.web_apart:
        appointment.meeting_account = None
        return
    present = {host.member.pk for host in hosts}
    current = appointment.meeting_account
    if current is not None and current.provider != appointment.web_service:
        current = None
    if current is None or current.member_id not in present or is_past_use(current):
        # Where nobody could issue another link, the one that people have goes on.
        appointment.meeting_account = issuer_of(hosts, appointment.web_service) or current


PAST_USE = Q(connection__state=ConnectionState.ENDED) | (
    Q(connection__state=ConnectionState.ENDING) & ~Q(connection__problem="")
)
"""Of a web meeting: as ``is_past_use`` says of its account."""


def is_past_use(account: Connection) -> bool:
    """Whether nothing can be done through the account any more: erased, or let go and closed since."""
    ending = account.state == ConnectionState.ENDING
    return account.state == ConnectionState.ENDED or (ending and bool(account.problem))


def waits_for_hand(row: WebMeeting) -> bool:
    """Whether the meeting follows its appointment only once somebody does something."""
    return row.state == EntryState.PARKED or is_past_use(row.connection)


def settle_web_meeting(appointment: Appointment) -> None:
    """Have exactly the meeting stand that the appointment wants by now. Inside a transaction, under its row
    lock; safe to ask again."""
    wanted = _wanted(appointment)
    account = appointment.meeting_account_id
    standing = list(for_change(appointment.web_meetings.all()).filter(desired__isnull=False))
    for row in standing:
        if wanted is None or row.connection_id != account:
            _want(row, None)
    if wanted is not None and account is not None:
        row = next((one for one in standing if one.connection_id == account), None) or WebMeeting(
            appointment=appointment, connection_id=account
        )
        if row.desired != wanted.to_json():
            _want(row, wanted)


def _wanted(appointment: Appointment) -> DesiredMeeting | None:
    if appointment.state != AppointmentState.CONFIRMED or not appointment.web_apart:
        return None
    return DesiredMeeting(_title(appointment), appointment.starts_at, appointment.ends_at, appointment.zone)


def _title(appointment: Appointment) -> str:
    """What the customer reads in the meeting's window: the meeting's title, else both companies."""
    customer = titles.Customer(appointment.guest_company, appointment.guest_name)
    language = language_of(appointment.organization.language)
    return titles.event_title(appointment.title, customer, reception=False, language=language)


def _want(row: WebMeeting, desired: DesiredMeeting | None) -> None:
    row.desired = desired.to_json() if desired else None
    row.generation += 1
    row.state, row.attempts, row.retry_at, row.problem = EntryState.WAITING, 0, None, ""
    if row._state.adding:
        row.save()
    else:
        row.save(
            update_fields=["desired", "generation", "state", "attempts", "retry_at", "problem", "changed_at"]
        )
    queue.enqueue(queue.MEET, str(row.appointment_id))


def hosts_of(appointment: Appointment) -> list[Attending]:
    """Who attends, in order, each with the accounts they have now."""
    standing = appointment.promises.filter(standing=True, host__isnull=False).select_related("host")
    return attending([promise.host for promise in standing if promise.host is not None])
