"""Finding proposals and appointments: by customer, host, date and state; mine or everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise as Lazy

from chosei.actions.composing import days_between
from chosei.core.grams import grams
from chosei.core.intervals import Interval
from chosei.core.states import AppointmentState, ProposalState
from chosei.records import gates
from chosei.records.models import (
    Appointment,
    Candidate,
    Member,
    Promise,
    Proposal,
    Readjustment,
)
from chosei.web.console import words

ASKED = "readjustment_requested"
_MOST_HOSTS = 50
Row = TypeVar("Row", Appointment, Proposal)


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked for, checked: what cannot be is as if it had not been asked."""

    member: Member
    customer: str = ""
    host: str = ""
    first: date | None = None
    last: date | None = None
    state: str = ""
    mine: bool = False

    @classmethod
    def of(cls, member: Member, asked: QueryDict) -> Search:
        first, last = _date(asked.get("from", "")), _date(asked.get("to", ""))
        return cls(
            member,
            asked.get("customer", "").strip()[:120],
            asked.get("host", "").strip()[:120],
            first,
            last,
            asked.get("state", ""),
            "mine" in asked,
        )

    @property
    def is_empty(self) -> bool:
        return not (self.customer or self.host or self.first or self.last or self.state)

    @property
    def sees_all(self) -> bool:
        """Everybody's, not only what the member has to do with."""
        return self.member.is_administrator and not self.mine

    @property
    def too_short(self) -> bool:
        return bool(self.customer) and not grams(self.customer)

    def query(self, **more: str) -> str:
        """As it stands in an address."""
        given = {
            "customer": self.customer,
            "host": self.host,
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "state": self.state,
            "mine": "1" if self.mine else "",
            **more,
        }
        return urlencode({name: value for name, value in given.items() if value})

    def window(self) -> Interval | None:
        """From the first date's midnight to the end of the last, in the member's zone."""
        if self.first is None and self.last is None:
            return None
        first, last = self.first or self.last, self.last or self.first
        assert first is not None
        assert last is not None
        if last < first:
            first, last = last, first
        return days_between(first, last + timedelta(days=1), self.member.zone)


def appointments_found(search: Search) -> list[QuerySet[Appointment]]:
    """In parts that may overlap, each kept by its ``start``."""
    member, hosts = search.member, _hosts(search)
    if search.sees_all and search.host:
        parts = [gates.appointments_attended(member.organization_id, host) for host in hosts]
    elif search.sees_all:
        parts = [gates.every_appointment(member.organization_id)]
    else:
        parts = gates.appointment_parts(member)
        if search.host:
            attended = Promise.objects.filter(appointment=OuterRef("pk"), host__in=hosts)
            parts = [rows.filter(Exists(attended)) for rows in parts]
    return [_narrowed(rows, search) for rows in parts]


def _narrowed(rows: QuerySet[Appointment], search: Search) -> QuerySet[Appointment]:
    rows = _of_customer(rows, search)
    window = search.window()
    if window is not None:
        rows = rows.filter(Q(start__gte=window.start, start__lt=window.end))
    if search.state == ASKED:
        asked = Readjustment.objects.filter(answered_at__isnull=True, appointment__isnull=False)
        rows = rows.filter(pk__in=asked.values("appointment_id"), state=AppointmentState.CONFIRMED)
    elif search.state in list(AppointmentState):
        rows = rows.filter(state=search.state)
    return rows


def proposals_found(search: Search) -> list[QuerySet[Proposal]]:
    """In parts that may overlap, each kept newest first."""
    member = search.member
    parts = [gates.proposals_of(member)] if search.sees_all else gates.proposal_parts(member)
    if search.host:
        made = [rows.filter(author=host) for rows in parts for host in _hosts(search)]
        parts = made + [rows.filter(hosts__member=host) for rows in parts for host in _hosts(search)]
    return [_narrowed_proposals(rows, search) for rows in parts]


def _narrowed_proposals(rows: QuerySet[Proposal], search: Search) -> QuerySet[Proposal]:
    rows = _of_customer(rows, search)
    window = search.window()
    if window is not None:
        times = Candidate.objects.filter(starts_at__gte=window.start, starts_at__lt=window.end)
        rows = rows.filter(pk__in=times.order_by().values("proposal_id"))
    made = Appointment.objects.filter(proposal=OuterRef("pk"), state=AppointmentState.CANCELLED)
    if search.state == AppointmentState.CANCELLED:
        return rows.filter(Exists(made), state=ProposalState.CONFIRMED)
    if search.state == ProposalState.CONFIRMED:
        return rows.filter(~Exists(made), state=ProposalState.CONFIRMED)
    return rows.filter(state=search.state) if search.state in list(ProposalState) else rows


def appointment_states() -> list[tuple[str, str | Lazy]]:
    found = [(state.value, words.APPOINTMENT[state].text) for state in AppointmentState]
    return [*found, (ASKED, words.PROPOSAL[ProposalState.READJUSTMENT_REQUESTED].text)]


def proposal_states() -> list[tuple[str, str | Lazy]]:
    """As the list shows them: one whose appointment was cancelled is キャンセル."""
    cancelled = AppointmentState.CANCELLED
    found = [(state.value, words.PROPOSAL[state].text) for state in ProposalState]
    return [*found, (cancelled.value, words.APPOINTMENT[cancelled].text)]


def _of_customer(rows: QuerySet[Row], search: Search) -> QuerySet[Row]:
    wanted = grams(search.customer)
    return rows.filter(guest_grams__contains=wanted) if wanted else rows


def _hosts(search: Search) -> list[int]:
    people = Member.objects.filter(organization_id=search.member.organization_id)
    named = people.filter(Q(name__icontains=search.host) | Q(email__istartswith=search.host))
    return list(named.values_list("pk", flat=True)[:_MOST_HOSTS])


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year < 9000 else None
