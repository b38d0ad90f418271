"""How far the outside has come: calendar entries and mails, each with a word people know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise

from chosei.core.entries import EntryState
from chosei.core.states import CandidateState, ConnectionState
from chosei.ports.providers import about
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    Candidate,
    MailKind,
    MailMessage,
    MailState,
    Proposal,
)
from chosei.web.console import reasons, words
from chosei.web.console.providers import place_name
from chosei.web.console.words import Word

_ON_THE_WAY = (EntryState.WAITING, EntryState.RETRYING)
_SOON = 4
"""After so many failures in a row, some half a minute, it is more than a passing mood of the service."""


@dataclass(frozen=True, slots=True)
class EntryStatus:
    """One entry in one person's calendar; ``what`` names one that is not the meeting itself, ``place`` the
    calendar it stands in. ``problem`` is a sentence with the next step, ``question`` what the host is asked
    about it ("moved" or "removed"), or empty.
    """

    pk: int
    whose: str
    word: Word
    problem: str
    question: str
    parked: bool = False
    what: str | Promise = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class CandidateStatus:
    candidate: Candidate
    word: Word
    entries: list[EntryStatus]


@dataclass(frozen=True, slots=True)
class MailStatus:
    mail: MailMessage
    what: str | Promise
    word: Word
    why: str = ""
    again: bool = False


def entry_status(entry: CalendarEntry) -> EntryStatus:
    state = EntryState(entry.state)
    leaving = entry.desired is None and state in _ON_THE_WAY
    connection = ConnectionState(entry.connection.state)
    lost = state in _ON_THE_WAY and connection == ConnectionState.NEEDS_RECONNECT
    word = words.ASKED if entry.question or lost else words.LEAVING if leaving else words.ENTRY[state]
    active = connection == ConnectionState.ACTIVE
    delayed = active and state == EntryState.RETRYING and entry.attempts >= _SOON
    waits = state == EntryState.PARKED or entry.question or lost or delayed
    problem = reasons.entry_problem(entry) if waits else ""
    parked = state == EntryState.PARKED
    what = words.BESIDE.get(entry.purpose, "")
    whose, place = entry.connection.member.name, place_name(about(entry.connection.provider))
    return EntryStatus(entry.pk, whose, word, problem, entry.question, parked, what, place)


def candidate_statuses(proposal: Proposal) -> list[CandidateStatus]:
    """The candidates with their holds, these in the order of the hosts."""
    rows = proposal.candidates.select_related("room").prefetch_related("entries__connection__member")
    hosts = list(proposal.hosts.values_list("member_id", flat=True))
    order = {pk: place for place, pk in enumerate(hosts)}

    def holds(candidate: Candidate) -> list[CalendarEntry]:
        found = [entry for entry in candidate.entries.all() if not entry.appointment_id]
        return sorted(found, key=lambda one: order.get(one.connection.member_id, len(hosts)))

    return [
        CandidateStatus(
            candidate,
            words.CANDIDATE[CandidateState(candidate.state)],
            [entry_status(entry) for entry in holds(candidate)],
        )
        for candidate in rows
    ]


@dataclass(frozen=True, slots=True)
class HoldProgress:
    """How many of the holds that should stand are written."""

    written: int
    wanted: int


def hold_progress(proposal: Proposal) -> HoldProgress | None:
    """None while there is nothing to wait for: one that needs a hand says so at its candidate."""
    holds = CalendarEntry.objects.filter(
        candidate__proposal=proposal, appointment__isnull=True, desired__isnull=False
    )
    states = list(holds.values_list("state", flat=True))
    waits = any(state in _ON_THE_WAY for state in states)
    return HoldProgress(states.count(EntryState.WRITTEN), len(states)) if waits else None


def mail_statuses(mails: Iterable[MailMessage]) -> list[MailStatus]:
    return [_mail_status(mail) for mail in mails]


def _mail_status(mail: MailMessage) -> MailStatus:
    refused = mail.state == MailState.REFUSED
    return MailStatus(
        mail,
        words.MAIL_KIND[MailKind(mail.kind)],
        words.MAIL[MailState(mail.state)],
        why=reasons.mail_problem(mail.problem) if refused else "",
        again=refused and mail.member_id is None,
    )


def proposal_moves(proposal: Proposal) -> bool:
    """Whether something is still on its way, so that the page asks again by itself."""
    return (
        CalendarEntry.objects.filter(candidate__proposal=proposal, state__in=_ON_THE_WAY).exists()
        or proposal.mails.filter(state=MailState.WAITING).exists()
    )


def appointment_moves(appointment: Appointment) -> bool:
    return (
        appointment.entries.filter(state__in=_ON_THE_WAY).exists()
        or appointment.web_meetings.filter(state__in=_ON_THE_WAY).exists()
        or appointment.mails.filter(state=MailState.WAITING).exists()
        or (appointment.room_state == "asked" and appointment.ends_at > timezone.now())
    )
